"""What can be pressed on a request's card: only what still does something, and only for what was shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.states import State
from commands._card import card
from tests.commands.happenings import WORDS, Words, a_plan, agreed, asked, told
from tests.commands.requests import NAMES, paths, state_of, story
from tests.commands.room import buttons, lines, understood
from tests.fakes import ANN, BOB, START

LEASED = ("leased", "announced", "extended", "extended and announced", "extended after all")
LATE = ("returning in trouble", "returning late")

BUTTONS = {
    **dict.fromkeys([name for name in NAMES if state_of(name) is State.PENDING], "approve deny edit"),
    "pending apart": "deny edit",
    "pending extension": "approve deny",
    **dict.fromkeys(["pending amended", "pending told later", "pending told more"], "agree approve deny edit"),
    **dict.fromkeys(["pending unconsented", "pending reminded of consent"], "agree deny edit"),
    **dict.fromkeys([f"applied {turn}" for turn in (*LEASED, *LATE)], "extend"),
    **dict.fromkeys([name for name in NAMES if " broken" in name or "review owed" in name], "review"),
    **dict.fromkeys(["failed", "stale", "expired", "expired unconsented", "expired leased", "expired agreed"], "scale"),
    **dict.fromkeys(["expired extension", "failed extension"], "extend"),
    "failed review owed": "scale review",
}
"""By name; those not named have none."""


@pytest.mark.parametrize("name", NAMES)
def test_buttons_stand_only_where_they_can_still_do_something(name: str) -> None:
    verbs = [line.split()[0] for line in lines(card(story(name).request).blocks)]
    assert " ".join(verbs) == BUTTONS.get(name, "")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("words", WORDS)
def test_every_button_of_a_card_is_a_command_line_that_is_understood(name: str, words: str) -> None:
    for line in lines(card(story(name, WORDS[words]).request).blocks):
        _, parsed = understood(line)
        assert not {"request", "cluster"} & set(parsed.missing)


def test_a_yes_is_given_to_the_very_plan_that_was_shown() -> None:
    request = story("pending").request
    approve, deny, _ = lines(card(request).blocks)
    command, parsed = understood(approve)
    assert command.name == "approve"
    assert parsed.values["request"] == "12"
    assert len(parsed.values["plan"]) >= 12
    assert request.digest.startswith(parsed.values["plan"])
    other = told((ANN, asked(a_plan(to_units=5)))).request
    assert not other.digest.startswith(parsed.values["plan"])
    assert understood(deny)[1].values == {"request": "12", "plan": parsed.values["plan"]}


def test_where_a_comment_is_due_approving_asks_for_it() -> None:
    approve, *_ = buttons(card(story("pending wanting comments").request).blocks)
    assert approve["text"]["text"] == "Approve …"
    assert "to 4 units" in approve["confirm"]["text"]["text"]
    assert understood(approve["value"])[1].missing == ("because",)
    assert understood(buttons(card(story("pending").request).blocks)[0]["value"])[1].missing == ()


def test_consent_is_given_to_the_very_plan_that_was_proposed() -> None:
    request = story("pending amended").request
    agree, *_ = buttons(card(request).blocks)
    assert agree["text"]["text"] == "Agree to 3 units"
    assert request.digest.startswith(understood(agree["value"])[1].values["plan"])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("expired leased", {"units": "4", "for": "8h", "at": "2026-11-23T18:00:00Z", "because": "launch week"}),
        ("expired extension", {"request": "11", "by": "4h", "because": "launch week"}),
    ],
)
def test_asking_anew_keeps_how_long_and_from_when(name: str, values: dict[str, str]) -> None:
    (line,) = lines(card(story(name).request).blocks)
    found = {key.rstrip("_"): value for key, value in understood(line)[1].values.items()}
    assert values.items() <= found.items()


@pytest.mark.parametrize(
    ("name", "says", "yes"),
    [
        ("stale", "chat as it is now is asked to have 4 units.", "Ask for 4 units"),
        ("expired extension", "chat is asked to keep 4 units for 4 h longer.", "Ask for 4 h longer"),
    ],
)
def test_asking_anew_names_for_what_because_more_may_be_less_by_now(name: str, says: str, yes: str) -> None:
    (anew,) = buttons(card(story(name).request).blocks)
    assert says in anew["confirm"]["text"]["text"]
    assert anew["confirm"]["confirm"]["text"] == yes


def test_asking_anew_leaves_out_a_start_that_has_passed() -> None:
    later = asked(a_plan(start_at=START + timedelta(minutes=1)), approvals=1)
    request = told((ANN, later), (BOB, agreed()), *paths(a_plan(), WORDS["short"])["stale"][3:]).request
    assert request.state is State.STALE
    assert lines(card(request).blocks) == [f"scale {request.plan.subject.id} 4 because launch week"]


@pytest.mark.parametrize("priced", [True, False])
def test_approving_asks_once_more_naming_cluster_size_and_money(priced: bool) -> None:  # noqa: FBT001 - a table's column
    approve, deny, _ = buttons(card(story("pending", priced=priced).request).blocks)
    sure = approve["confirm"]["text"]["text"]
    assert "chat" in sure
    assert "to 4 units" in sure
    assert ("+$" in sure) if priced else ("cost unknown" in sure)
    assert "4 units" in approve["confirm"]["confirm"]["text"]
    assert approve["style"] == "primary"
    assert deny["style"] == "danger"


@pytest.mark.parametrize(
    ("name", "priced", "says"),
    [
        ("pending leased", True, "From 2 to 4 units for 8 h, +$384 for 8 h, +$35,712 a month"),
        ("pending leased", False, "From 2 to 4 units for 8 h, cost unknown"),
        ("pending extension", True, "4 h longer with 4 units, +$192 in all"),
        ("pending extension", False, "4 h longer with 4 units, cost unknown"),
    ],
)
def test_approving_a_lease_names_how_long_and_what_all_of_it_costs(name: str, says: str, *, priced: bool) -> None:
    approve = buttons(card(story(name, priced=priced).request).blocks)[0]
    assert says in approve["confirm"]["text"]["text"]


@pytest.mark.parametrize("name", ["n" * 255, "&" * 60, "<!channel>" * 25], ids=["long", "ampersands", "hostile"])
def test_a_long_name_does_not_push_size_and_money_out_of_the_question(name: str) -> None:
    approve, *_ = buttons(card(told((ANN, asked(a_plan(Words(name=name))))).request).blocks)
    sure = approve["confirm"]["text"]["text"]
    assert "to 4 units" in sure
    assert "+$" in sure
