"""A request's card says what is asked, by whom, what it costs and how it stands, and offers what can be done now."""

from __future__ import annotations

import pytest

from approvals.events import BOT, Body, Succeeded, Troubled, Voted
from approvals.states import State
from commands._card import BADGE, HELD_UP, WANTS_CONSENT, badge, card
from dac.cluster import ClusterType
from dac.extending import ExtendPlan
from dac.figures import Price, Unknown
from dac.scaling import ScalePlan
from tests.commands.happenings import (
    HEADROOM,
    LASTS,
    NO_HEADROOM,
    UNPRICED,
    WORDS,
    Words,
    a_plan,
    asked,
    chat,
    overrun,
    told,
)
from tests.commands.requests import NAMES, paths, story
from tests.commands.room import buttons, texts
from tests.fakes import ANN, BOB, CATALOG, plan

SCALED = [name for name in NAMES if isinstance(story(name).request.plan, ScalePlan)]
EXTENDED = [name for name in NAMES if isinstance(story(name).request.plan, ExtendPlan)]
BACK = [name for name in NAMES if story(name).request.returns is not None]


def shown(name: str, words: Words = WORDS["short"], *, priced: bool = True, limited: bool = True) -> str:
    return "\n".join(texts(card(story(name, words, priced=priced, limited=limited).request).blocks))


def test_every_state_has_a_word_of_its_own() -> None:
    assert set(BADGE) == set(State)
    assert len({*BADGE.values(), HELD_UP, WANTS_CONSENT}) == len(State) + 2


@pytest.mark.parametrize("name", NAMES)
def test_a_card_begins_with_what_is_asked_and_how_it_stands(name: str) -> None:
    request = story(name).request
    drawn = card(request)
    first = texts(drawn.blocks)[0]
    for text in (first, drawn.text):
        assert request.plan.summary in text
        assert badge(request) in text
        assert "12" in text


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("approved", BADGE[State.APPROVED]),
        ("approved returning", BADGE[State.APPROVED]),
        *((f"approved {turn}", HELD_UP) for turn in ("frozen", "in a window", "behind", "in trouble", "for later")),
        ("pending amended", BADGE[State.PENDING]),
        ("pending unconsented", WANTS_CONSENT),
    ],
)
def test_what_is_held_up_is_not_said_to_begin_and_what_only_lacks_consent_not_to_want_approval(
    name: str, says: str
) -> None:
    assert says in shown(name)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in BACK])
def test_a_card_names_who_asked_and_why(name: str) -> None:
    assert f"<@{ANN}> asks" in shown(name)
    assert ">launch week" in shown(name)


def test_a_card_without_a_reason_says_so() -> None:
    assert "No reason given" in shown("pending", WORDS["none"])


def test_what_is_asked_anew_names_what_it_replaces() -> None:
    assert f"<@{ANN}> asks again, instead of request 9" in shown("pending anew")


@pytest.mark.parametrize("name", BACK)
def test_a_return_says_which_lease_it_ends_and_that_nobody_asked(name: str) -> None:
    said = shown(name)
    assert "By itself" in said
    assert "request 11" in said
    assert "Agreed to with the lease of request 11" in said
    assert " asks" not in said
    assert "of 2* approvals" not in said


@pytest.mark.parametrize("name", SCALED)
def test_a_card_shows_what_is_and_what_will_be_with_both_costs_and_the_change(name: str) -> None:
    plan = story(name).request.plan
    assert isinstance(plan, ScalePlan)
    said = shown(name)
    for part in (f"{plan.from_units} → *{plan.to_units}*", "LARGE_COHERE_V3", "eu-frankfurt-1", "chat"):
        assert part in said
    for cost in (plan.cost_before, plan.cost_after, plan.unit_price):
        assert isinstance(cost, Price)
        assert str(cost.money) in said
    assert ("+$" if plan.more_units > 0 else "-$") in said


def test_a_smaller_cluster_costs_less() -> None:
    said = "\n".join(texts(card(told((ANN, asked(a_plan(to_units=1)))).request).blocks))
    assert "-$" in said
    assert "+$" not in said


@pytest.mark.parametrize("name", SCALED)
def test_a_price_nobody_knows_is_called_unknown_with_what_would_settle_it(name: str) -> None:
    said = shown(name, priced=False)
    assert "$" not in said
    assert "unknown → *unknown*" in said
    assert CATALOG.pricing_page in said
    assert UNPRICED in said


@pytest.mark.parametrize("name", EXTENDED)
def test_an_extension_shows_old_and_new_end_what_it_costs_and_what_comes_after(name: str) -> None:
    said = shown(name)
    assert "2026-11-23 20:00 UTC> → *<!date" in said
    assert "2026-11-24 00:00 UTC>*" in said
    assert "*+$192* in all" in said
    assert "then 2" in said
    assert "request 11" in said
    assert "Oracle's price list" in said


@pytest.mark.parametrize("name", EXTENDED)
def test_an_extension_of_unknown_cost_says_so(name: str) -> None:
    said = shown(name, priced=False)
    assert "$" not in said
    assert "unknown" in said
    assert CATALOG.pricing_page in said


def test_a_card_says_what_the_change_does_to_the_rest_of_the_month() -> None:
    plan = a_plan()
    assert isinstance(plan.forecast.after, Price)
    said = shown("pending")
    assert "*Rest of November 2026*" in said
    assert "$8,640 → *$17,280*\n+$8,640" in said
    assert "*Rest of this month*" in shown("pending", priced=False)


def test_the_least_that_oracle_bills_stands_with_its_source() -> None:
    least = a_plan().commitment
    assert least
    assert not isinstance(least, Unknown)
    assert f"{least.text} (<https://docs.oracle.com/" in shown("pending")


def test_the_least_that_oracle_bills_is_unknown_where_it_is() -> None:
    assert "The least that Oracle bills for chat is not known" in shown("pending", priced=False)


def test_where_no_least_is_billed_none_is_told() -> None:
    without = a_plan().model_copy(update={"commitment": None})
    assert "744 unit-hours minimum" not in "\n".join(texts(card(told((ANN, asked(without))).request).blocks))
    assert without.cluster.type == ClusterType.HOSTING


def test_a_lease_says_how_long_what_it_costs_and_that_it_is_given_back_by_itself() -> None:
    said = shown("pending leased")
    assert "*8 h* from when it is done, then given back by itself\n+$384 in all" in said
    assert "*Begins*\n<!date^" in said
    assert "cost of it unknown" in shown("pending leased", priced=False)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("applied leased", "🔁 Leased until *<!date^1795464300"),
        ("applied extended", "🔁 Leased until *<!date^1795478400"),
        ("applied extended", "extended by request 14"),
        ("applied extended", "for the 8 h first agreed, more since"),
        ("applied extended after all", "🔁 Leased until *<!date^1795478400"),
        ("applied returning", "request 15 gives it back"),
        ("applied returning in trouble", "⚠️ OutOfCapacity"),
        ("applied returned", "The lease is over:\n>Given back by request 15"),
    ],
)
def test_a_lease_says_until_when_it_runs_and_how_it_ended(name: str, says: str) -> None:
    assert says in shown(name)


@pytest.mark.parametrize("name", SCALED)
def test_a_card_shows_the_service_limit_with_the_time_it_was_read_or_says_it_is_unknown(name: str) -> None:
    assert f"{HEADROOM.available} free of {HEADROOM.available + HEADROOM.used}" in shown(name)
    assert "read <!date^" in shown(name)
    assert f"unknown: {NO_HEADROOM.settle}" in shown(name, limited=False)


def test_budgets_say_what_is_left_what_is_overrun_and_what_nobody_can_tell() -> None:
    said = shown("pending over budget")
    assert "*Budget “production”*\n$71,424 of $90,000 a month with this\n$18,576 left" in said
    assert "*Budget “all of it”*\n⚠️ $98,208 of $90,000 a month with this\n$8,208 over" in said
    assert "*Budget “elsewhere”*\nunknown: us-chicago-1 could not be read" in said
    assert "2, 1 of them overrun" in said
    assert "policy file" in said


def test_a_single_budget_is_told_alone() -> None:
    fits, *_ = overrun("production")
    said = "\n".join(texts(card(told((ANN, asked(a_plan(budgets=(fits,))))).request).blocks))
    assert "$18,576 left" in said
    assert "Further budgets" not in said


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("pending", "*1 of 2* approvals: <@UBOB> · waiting for <@UCAT> or <@UDAN>\nExpires <!date^"),
        ("pending unseen", "*0 of 2* approvals · waiting for <@UBOB>, <@UCAT> or <@UDAN>"),
        ("pending lacking", "*2 of 2* approvals: <@UBOB> and <@UCAT>\nOne of <@UEVE> or <!subteam^SLEADS> must be"),
        ("pending alike", "*1 of 2* approvals from different groups: <@UBOB> and <@UEVE> · waiting for <@UCAT>"),
        ("pending objected", "*1 of 2* denials: <@UBOB>"),
        ("pending amended", "<@UANN> must agree to 3 units, proposed by <@UBOB>"),
        ("pending amended", "<@UANN> asks, and <@UBOB> proposes 3 units instead:\n>launch week"),
        ("pending rehearsal", "🧪 Dry run · 🟡 Waiting for approval"),
        ("approved in a dry run", "🧪 The bot runs dry"),
        ("cancelled rehearsal", "🧪 Dry run · ⚪ Rehearsed, nothing changed"),
        ("cancelled rehearsal", "This was a dry run: it would be done now"),
        ("cancelled rehearsal by who asked", "Cancelled by <@UANN>"),
        ("pending extension", "*1 of 2* approvals"),
        ("pending wanting comments", "An approval wants a comment"),
        ("approved", "*2 of 2* approvals: <@UBOB> and <@UCAT>"),
        ("approved for later", "*1 of 1* approval: <@UBOB>\nBegins <!date^"),
        ("approved in trouble", "OutOfCapacity: no hosts left It is tried again"),
        ("approved in trouble", "If it cannot be begun by <!date^"),
        ("approved frozen", "🧊 Frozen by <@UEVE>: fine by me. It waits for `/dac unfreeze`."),
        ("approved in a window", "🧊 Freeze window until <!date^1795453200"),
        ("approved in a window without end", "🧊 Freeze window: fine by me"),
        ("approved behind", "⏳ Waits for request 11, which holds chat."),
        ("approved broken", "🚨 *Break-glass* by <@UEVE>, <!date^"),
        ("approved broken", "Review owed by <!date^1795525200"),
        ("approved broken", "from <@UBOB>, <@UCAT> or <@UDAN>"),
        ("approved broken by nobody else", "from one of its approvers"),
        ("applying", "40 %"),
        ("applying unsent", "0 %"),
        ("applying in trouble", "tried again"),
        ("applying frozen", "🧊 Frozen by <@UEVE>"),
        ("applied", "chat is ACTIVE with 4 units"),
        ("applied", "Done <!date^"),
        ("failed", "Failed <!date^"),
        ("applied review owed", "*1 of 2* approvals when the glass was broken: <@UBOB>"),
        ("applied", "<!date^1795435560"),
        ("applied announced", "<!date^1795435500"),
        ("applied review owed", "🚨 *Break-glass* by <@UEVE>"),
        ("applied justified", "Reviewed by <@UCAT>, justified:\n>fine by me"),
        ("applied unjustified", "Reviewed by <@UCAT>, *not* justified:\n>fine by me"),
        ("failed", "OutOfCapacity: no hosts left"),
        ("denied", "Denied by <@UCAT>"),
        ("denied", ">fine by me"),
        ("denied by two", "Denied by <@UBOB> and <@UCAT>"),
        ("expired", "Nobody decided in time"),
        ("expired", "Nothing was changed"),
        ("expired agreed", "It could not be begun in time"),
        ("expired unconsented", "<@UANN> had not agreed in time"),
        ("cancelled", "Cancelled by <@UANN>"),
        ("cancelled", "Nothing was changed"),
        ("stale", "Nothing was changed"),
        ("stale", "units was 2 and is now 3"),
    ],
)
def test_a_card_says_how_it_stands_or_ended(name: str, says: str) -> None:
    assert says in shown(name)


@pytest.mark.parametrize(
    ("name", "never"),
    [
        ("pending", "<@UBOB> or"),
        ("pending unseen", "<@UANN> or"),
        ("pending apart", "waiting for"),
        ("pending consented", "must agree"),
        ("approved", "If it cannot be begun"),
        ("approved frozen", "by <@UEVE>:  "),
        ("approved broken in a window", "Freeze window"),
        ("expired agreed", "Nobody decided"),
        ("expired", "enied"),
        ("applied", "when the glass"),
        ("pending consented", "proposes"),
        ("approved broken in a window", "when the glass"),
        ("expired agreed", "enied"),
        ("expired unconsented", "enied"),
        ("applied justified", "Review owed"),
    ],
)
def test_a_card_does_not_say_what_is_not_so(name: str, never: str) -> None:
    assert never not in shown(name)


def test_identifiers_of_oracle_are_short_on_the_card_and_whole_in_the_thread() -> None:
    work = f"ocid1.generativeaiworkrequest.oc1.us-chicago-1.{'a' * 54}q7x2mz"
    path = paths(a_plan(), WORDS["short"])["applied"][:-1]
    done = told(*path, (BOT, Succeeded(outcome=f"chat is ACTIVE with 4 units (work request {work}).")))
    assert ">chat is ACTIVE with 4 units (work request …q7x2mz)." in "\n".join(texts(card(done.request).blocks))
    assert any(work in text for each in done.messages.values() for text in texts(each.blocks))


@pytest.mark.parametrize(("name", "style"), [("pending amended", None), ("pending unconsented", "primary")])
def test_agreeing_is_green_only_where_it_is_all_that_lacks(name: str, style: str | None) -> None:
    (agree,) = [each for each in buttons(card(story(name).request).blocks) if each["value"].startswith("agree ")]
    assert agree.get("style") == style


def test_a_budget_is_overrun_for_as_long_as_a_lease_lasts() -> None:
    leased = a_plan(lease=LASTS, budgets=overrun("production"))
    said = "\n".join(texts(card(told((ANN, asked(leased))).request).blocks))
    assert "a month while it lasts" in said
    assert "a month with this" not in said


def test_a_freeze_without_a_reason_has_no_empty_one() -> None:
    assert "Frozen by <@UEVE>. It waits" in shown("approved frozen", WORDS["none"])


def test_a_crowd_of_approvers_is_counted_and_the_card_stays_short() -> None:
    crowd = tuple(f"U{place:03}" for place in range(20))
    request = told((ANN, asked(a_plan(), eligible=crowd))).request
    said = "\n".join(texts(card(request).blocks))
    assert "<@U000>" in said
    assert "or 14 more" in said


def test_where_nobody_is_left_to_wait_for_that_is_said() -> None:
    request = told((ANN, asked(a_plan(), eligible=(BOB,))), (BOB, Voted())).request
    assert "waiting for somebody the policy has named since" in "\n".join(texts(card(request).blocks))


def test_a_long_reason_is_short_on_the_card_and_the_buttons_stay() -> None:
    drawn = card(story("pending", Words(reason="launch " * 285)).request)
    assert 200 < max(text.count("launch") * 7 for text in texts(drawn.blocks)) < 700
    assert len(buttons(drawn.blocks)) == 3


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
    assert "*0 of 1* approval ·" in "\n".join(texts(card(request).blocks))
