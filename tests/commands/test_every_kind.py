"""Cards and threads of every kind of plan, drawn after everything that happens on its way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from approvals.request import Request
from approvals.states import Action, State
from commands._card import Message, card
from commands._decide import offered
from commands._past import past
from commands._rows import priced, row
from commands._terms import cited, cost, timing
from commands._thread import thread
from dac.errors import Invalid
from tests.approvals.conftest import House, fresh
from tests.approvals.kinds import KINDS, approved, asked, finish, furnish, reaches
from tests.commands.room import texts
from tests.commands.sound import live, markup, refused, unsourced
from tests.fakes import ANN, BOB, Ending


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    made = fresh(tmp_path_factory.mktemp("kinds") / "dac.sqlite3")
    furnish(made)
    return made


def drawn(house: House, request: Request) -> Iterator[Message]:
    """Everything that is drawn of it as it is now."""
    now = house.store.get(request.id)
    events = house.store.events(request.id)
    yield card(now)
    yield from thread(now, events).values()
    blocks = [row(now, house.clock.now(), None, reason=True), *priced([now]), *offered(now, ["cancel", "confirm"])]
    yield Message(text=cost(now.plan), blocks=tuple(each for each in blocks if each["type"] != "button"))
    assert all(past(events, 99))
    assert cited(now.plan) or "not known" in cost(now.plan)
    assert timing(now.plan) == []


def said(message: Message) -> str:
    return "\n".join(texts(list(message.blocks)))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "scale"])
def test_whatever_happens_to_it_slack_takes_what_is_drawn(house: House, kind: str) -> None:
    request = asked(house, kind)
    assert "Waiting for approval" in said(card(request))
    version = -1
    house.approvals().approve(request.id, BOB)
    for _ in range(60):
        now = house.store.get(request.id)
        if now.version != version:
            version = now.version
            for message in drawn(house, request):
                assert refused(message.text, message.blocks) == []
                assert [live(each) for each in markup(list(message.blocks)) if live(each)] == []
                assert not unsourced(message.text, message.blocks)
        if now.final:
            break
        if now.claim and now.claim.question:
            house.approvals().confirm(request.id, ANN, comment="all switched")
        house.executor().advance(request.id)
        house.clock.advance(minutes=10)
    assert house.store.get(request.id).state is State.APPLIED


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "scale"])
def test_a_card_shows_each_fact_and_warning_of_its_plan(house: House, kind: str) -> None:
    request = asked(house, kind)
    shown = said(card(request))
    assert request.plan.summary in shown
    assert "List cost a month" in shown
    assert "⚠️" in shown
    assert f"Approve {request.plan.goal}" in str(card(request).blocks)


def test_the_pause_calls_whoever_may_go_on_and_has_its_two_buttons(house: House) -> None:
    request = approved(house, "endpoint-move")
    for _ in range(20):
        house.executor().advance(request.id)
        house.clock.advance(minutes=10)
    now = house.store.get(request.id)
    shown = said(card(now))
    assert "🟡 Waits for a person to confirm" in shown
    assert "Step 2 of 3" in shown
    assert [each["value"] for each in card(now).blocks[-1]["elements"]] == ["confirm 1", "stop 1"]
    told = thread(now, house.store.events(1))
    assert any(f"<@{ANN}>" in message.text and "/dac confirm 1" in said(message) for message in told.values())
    house.approvals().confirm(1, BOB, comment="all switched")
    assert finish(house, house.executor(), request).state is State.APPLIED
    told = thread(house.store.get(1), house.store.events(1))
    lines = {event.body.action: f"event:{event.seq}" in told for event in house.store.events(1)}
    assert {each: lines[each] for each in (Action.STEP, Action.RESUME, Action.PAUSE, Action.CONFIRM)} == {
        Action.STEP: True,
        Action.RESUME: False,
        Action.PAUSE: True,
        Action.CONFIRM: True,
    }


def test_what_failed_on_its_way_says_what_it_leaves_and_offers_the_way_back(house: House) -> None:
    request = approved(house, "migrate")
    reaches(house, house.executor(), request, 1)
    house.oracle.fail("create", Invalid("Oracle answered 400 InvalidParameter."))
    failed = finish(house, house.executor(), request)
    values = [each["value"] for each in card(failed).blocks[-1]["elements"]]
    assert values[1:] == [f"delete {house.oracle.made[0].resource_id}"]
    assert "What it leaves: the cluster chat-2" in said(card(failed))
    assert values[0].startswith("migrate ocid1.")


def test_what_was_stopped_on_its_way_is_not_said_to_have_changed_nothing(house: House) -> None:
    request = approved(house, "migrate")
    reaches(house, house.executor(), request, 1)
    stopped = house.approvals().cancel(request.id, ANN, because="not now")
    shown = said(card(stopped))
    assert "It was stopped on its way" in shown
    assert "Nothing was changed" not in shown
    assert any("What it leaves" in said(each) for each in thread(stopped, house.store.events(1)).values())


@pytest.mark.parametrize("ending", [Ending.FAILED, Ending.NEEDS_ATTENTION])
def test_a_fine_tune_that_fails_is_drawn(house: House, ending: Ending) -> None:
    request = approved(house, "finetune")
    reaches(house, house.executor(), request, 1)
    house.oracle.ending = ending
    failed = finish(house, house.executor(), request)
    assert refused(card(failed).text, card(failed).blocks) == []
    assert "🔴 Failed" in said(card(failed))
