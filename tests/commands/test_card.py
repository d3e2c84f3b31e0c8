"""A request's card says what is asked, by whom, what it costs and how it stands, and offers what can be done now."""

from __future__ import annotations

import pytest

from approvals.request import BOT, Body, Troubled, Voted
from approvals.states import State
from commands._card import BADGE, card
from tests.commands.requests import (
    HEADROOM,
    NAMES,
    NO_HEADROOM,
    UNPRICED,
    WORDS,
    Words,
    a_plan,
    asked,
    chat,
    paths,
    state_of,
    story,
    told,
)
from tests.commands.room import buttons, lines, texts, understood
from tests.fakes import ANN, BOB, CATALOG, plan


def shown(name: str, words: Words = WORDS["short"], *, priced: bool = True, limited: bool = True) -> str:
    return "\n".join(texts(card(story(name, words, priced=priced, limited=limited).request).blocks))


def test_every_state_has_a_word_of_its_own() -> None:
    assert set(BADGE) == set(State)
    assert len(set(BADGE.values())) == len(State)


@pytest.mark.parametrize("name", NAMES)
def test_a_card_begins_with_what_is_asked_and_how_it_stands(name: str) -> None:
    request = story(name).request
    drawn = card(request)
    first = texts(drawn.blocks)[0]
    assert request.plan.summary in first
    assert BADGE[state_of(name)] in first
    assert "12" in first
    assert BADGE[state_of(name)] in drawn.text
    assert request.plan.summary in drawn.text


@pytest.mark.parametrize("name", NAMES)
def test_a_card_names_who_asked_and_why(name: str) -> None:
    assert f"<@{ANN}>" in shown(name)
    assert ">launch week" in shown(name)


def test_a_card_without_a_reason_says_so() -> None:
    assert "No reason given" in shown("pending", WORDS["none"])


@pytest.mark.parametrize("name", NAMES)
def test_a_card_shows_what_is_and_what_will_be_with_both_costs_and_the_change(name: str) -> None:
    request = story(name).request
    said = shown(name)
    for part in ("2 → *4*", "LARGE_COHERE_V3", "eu-frankfurt-1", "chat"):
        assert part in said
    for cost in (request.plan.cost_before, request.plan.cost_after):
        assert str(getattr(cost, "money", "?")) in said
    assert "+$" in said


def test_a_smaller_cluster_costs_less() -> None:
    said = "\n".join(texts(card(told((ANN, asked(a_plan(to_units=1)))).request).blocks))
    assert "-$" in said
    assert "+$" not in said


@pytest.mark.parametrize("name", NAMES)
def test_a_price_nobody_knows_is_called_unknown_with_what_would_settle_it(name: str) -> None:
    said = shown(name, priced=False)
    assert "$" not in said
    assert "unknown → *unknown*" in said
    assert CATALOG.pricing_page in said
    assert UNPRICED in said


def test_the_least_that_oracle_bills_stands_where_it_applies() -> None:
    least = a_plan().commitment
    assert least
    assert "744" in least.text
    assert least.text in shown("pending")
    assert least.text not in "\n".join(texts(card(told((ANN, asked(a_plan(to_units=1)))).request).blocks))


@pytest.mark.parametrize("name", NAMES)
def test_a_card_shows_the_service_limit_with_the_time_it_was_read_or_says_it_is_unknown(name: str) -> None:
    assert f"{HEADROOM.available} free of {HEADROOM.available + HEADROOM.used}" in shown(name)
    assert "read <!date^" in shown(name)
    assert f"unknown: {NO_HEADROOM.settle}" in shown(name, limited=False)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"pending unseen", "denied", "cancelled"}])
def test_a_card_says_who_has_agreed(name: str) -> None:
    given = len(story(name).request.voters)
    assert f"*{given} of 2* approvals" in shown(name)
    assert f"<@{BOB}>" in shown(name)


@pytest.mark.parametrize(
    ("name", "waits_for", "not_for"),
    [("pending", "<@UCAT> or <@UDAN>", "<@UBOB> or"), ("pending unseen", "<@UBOB>, <@UCAT> or <@UDAN>", "<@UANN> or")],
)
def test_a_waiting_card_says_who_still_can_and_until_when(name: str, waits_for: str, not_for: str) -> None:
    assert f"waiting for {waits_for}" in shown(name)
    assert not_for not in shown(name)
    assert "Expires <!date^" in shown(name)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("approved in trouble", "OutOfCapacity: no hosts left It is tried again"),
        ("applying", "40 %"),
        ("applying unsent", "0 %"),
        ("applying in trouble", "tried again"),
        ("applied", "chat is ACTIVE with 4 units"),
        ("failed", "OutOfCapacity: no hosts left"),
        ("denied", "Denied by <@UCAT>"),
        ("denied", ">fine by me"),
        ("expired", "Nobody decided in time"),
        ("expired", "Nothing was changed"),
        ("cancelled", "Cancelled by <@UANN>"),
        ("cancelled", "Nothing was changed"),
        ("stale", "Nothing was changed"),
        ("stale", "units was 2 and is now 3"),
    ],
)
def test_a_card_says_how_it_stands_or_ended(name: str, says: str) -> None:
    assert says in shown(name)


def test_a_request_agreed_and_expired_is_not_said_to_have_waited_for_a_decision() -> None:
    assert "Nobody decided in time" not in shown("expired agreed")


def test_a_time_out_is_never_told_as_a_no() -> None:
    for name in ("expired", "expired agreed"):
        assert "enied" not in shown(name)


@pytest.mark.parametrize(
    ("name", "verbs"),
    [
        (name, {"pending": ["approve", "deny"]}.get(state_of(name).value, ["scale"] if state_of(name) in again else []))
        for again in [{State.STALE, State.EXPIRED, State.FAILED}]
        for name in NAMES
    ],
)
def test_buttons_stand_only_where_they_can_still_do_something(name: str, verbs: list[str]) -> None:
    assert [line.split()[0] for line in lines(card(story(name).request).blocks)] == verbs


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("words", WORDS)
def test_every_button_of_a_card_is_a_command_line_that_is_understood(name: str, words: str) -> None:
    for line in lines(card(story(name, WORDS[words]).request).blocks):
        _, parsed = understood(line)
        assert set(parsed.missing) <= {"because"}


def test_a_yes_is_given_to_the_very_plan_that_was_shown() -> None:
    request = story("pending").request
    approve, deny = lines(card(request).blocks)
    command, parsed = understood(approve)
    assert command.name == "approve"
    assert parsed.values["request"] == "12"
    assert len(parsed.values["plan"]) >= 12
    assert request.digest.startswith(parsed.values["plan"])
    other = told((ANN, asked(a_plan(to_units=5)))).request
    assert not other.digest.startswith(parsed.values["plan"])
    assert understood(deny)[1].values == {"request": "12"}


@pytest.mark.parametrize("priced", [True, False])
def test_approving_asks_once_more_naming_cluster_size_and_money(priced: bool) -> None:  # noqa: FBT001 - a table's column
    approve, deny = buttons(card(story("pending", priced=priced).request).blocks)
    sure = approve["confirm"]["text"]["text"]
    assert "chat" in sure
    assert "to 4 units" in sure
    assert ("+$" in sure) if priced else ("cost unknown" in sure)
    assert "4 units" in approve["confirm"]["confirm"]["text"]
    assert approve["style"] == "primary"
    assert deny["style"] == "danger"


@pytest.mark.parametrize("name", ["n" * 255, "&" * 60, "<!channel>" * 25], ids=["long", "ampersands", "hostile"])
def test_a_long_name_does_not_push_size_and_money_out_of_the_question(name: str) -> None:
    approve, _ = buttons(card(told((ANN, asked(a_plan(Words(name=name))))).request).blocks)
    sure = approve["confirm"]["text"]["text"]
    assert "to 4 units" in sure
    assert "+$" in sure


def test_a_long_reason_is_short_on_the_card_and_the_buttons_stay() -> None:
    drawn = card(story("pending", Words(reason="launch " * 285)).request)
    assert 200 < max(text.count("launch") * 7 for text in texts(drawn.blocks)) < 700
    assert len(buttons(drawn.blocks)) == 2


@pytest.mark.parametrize(
    "body",
    [Voted(comment="fine"), Troubled(sentence="Oracle does not answer.")],
)
def test_the_same_request_is_always_drawn_the_same(body: Body) -> None:
    actor = BOT if isinstance(body, Troubled) else BOB
    path = paths(a_plan(), WORDS["short"])["approved" if isinstance(body, Troubled) else "pending unseen"]
    request = told(*path, (actor, body)).request
    assert card(request) == card(type(request).model_validate_json(request.model_dump_json()))


def test_one_approval_needed_reads_as_one() -> None:
    request = told((ANN, asked(plan(chat()), approvals=1))).request
    assert "*0 of 1* approval" in "\n".join(texts(card(request).blocks))
