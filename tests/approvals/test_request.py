from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from approvals.events import (
    BOT,
    Announced,
    Approved,
    Body,
    BrokenGlass,
    Closed,
    Escalated,
    Event,
    Extended,
    Failed,
    Held,
    Hold,
    Objected,
    Outdated,
    Progressed,
    Reclaimed,
    Refused,
    Reminded,
    Returning,
    Reviewed,
    Sent,
    Started,
    Submitted,
    Succeeded,
    Troubled,
    Voted,
)
from approvals.request import Request, replayed
from approvals.states import State
from dac.errors import Conflict
from tests.approvals.conftest import House
from tests.fakes import ANN, BOB, CAT, START, plan, rule

HOUR = timedelta(hours=1)
TROUBLE, FREEZE = Troubled(sentence="no answer"), Held(why=Hold.FREEZE, by=CAT)
AGREED = Approved(begin_by=None)
STARTED = Started(etag="etag-1", holder="one", until=START + HOUR)
DONE = (AGREED, STARTED, Sent(), Succeeded(outcome="done"))


def submit(**changes: object) -> Submitted:
    asked = plan(lease=8 * HOUR)
    given: dict[str, object] = {
        "plan": asked,
        "digest": asked.digest,
        "reason": "launch week",
        "rule": rule(),
        "rule_digest": rule().digest,
        "eligible": (BOB, CAT),
        "channel": "CTEAM",
        "asked_in": "CTEAM",
        "nonce": "00000000",
        "expires_at": START + 24 * HOUR,
    }
    return Submitted.model_validate({**given, **changes})


def after(*bodies: Body, at: datetime = START, actors: dict[int, str] | None = None) -> Request:
    """A request to which these have happened, a minute apart."""
    who = {0: ANN, **(actors or {})}
    return replayed(
        [
            Event(seq=seq + 1, request_id=7, at=at + timedelta(minutes=seq), actor=who.get(seq, BOT), body=body)
            for seq, body in enumerate((submit(), *bodies))
        ]
    )


def test_what_does_not_begin_with_a_submission_is_no_request() -> None:
    with pytest.raises(TypeError, match="event 1 does not submit anything"):
        replayed([Event(seq=1, request_id=7, at=START, actor=ANN, body=Voted())])


def test_what_the_table_of_states_forbids_cannot_have_happened() -> None:
    with pytest.raises(Conflict):
        after(STARTED)


def test_its_tag_is_told_apart_from_that_of_another_database() -> None:
    assert after().tag == "7-00000000"


@pytest.mark.parametrize(
    ("bodies", "held", "trouble"),
    [
        ((AGREED, FREEZE), FREEZE, ""),
        ((AGREED, TROUBLE), None, "no answer"),
        ((AGREED, FREEZE, TROUBLE), None, "no answer"),
        ((AGREED, TROUBLE, FREEZE), FREEZE, ""),
    ],
)
def test_what_keeps_it_is_what_was_found_last_and_since_the_first(
    bodies: tuple[Body, ...], held: Held | None, trouble: str
) -> None:
    request = after(*bodies)
    assert (request.held, request.trouble) == (held, trouble)
    assert request.trouble_since == START + timedelta(minutes=2)
    assert request.waits_because == (held.sentence if held else trouble)


@pytest.mark.parametrize(
    "next_",
    [
        STARTED,
        Outdated(differences=("units was 2 and is now 3",)),
    ],
)
def test_nothing_keeps_it_any_more_once_it_goes_on(next_: Body) -> None:
    request = after(AGREED, FREEZE, TROUBLE, next_)
    assert (request.held, request.trouble, request.trouble_since, request.waits_because) == (None, "", None, "")


@pytest.mark.parametrize(
    "next_",
    [
        Reclaimed(holder="two", until=START + HOUR),
        Sent(work_request_id="wr-1"),
        Progressed(percent=50),
        Succeeded(outcome="done"),
        Failed(because="no"),
    ],
)
def test_nothing_keeps_what_has_begun_any_more_once_it_goes_on(next_: Body) -> None:
    request = after(AGREED, STARTED, FREEZE, TROUBLE, next_)
    assert (request.held, request.trouble, request.trouble_since) == (None, "", None)


@pytest.mark.parametrize(
    "next_",
    [Returning(by_request=9), Extended(until=START + 20 * HOUR, by_request=9), Closed(outcome="given back")],
)
def test_a_lease_that_goes_on_is_in_trouble_no_longer(next_: Body) -> None:
    request = after(*DONE, TROUBLE, Escalated(sentence="no answer"))
    assert request.escalated_at
    request = after(*DONE, TROUBLE, Escalated(sentence="no answer"), next_)
    assert (request.trouble, request.trouble_since, request.escalated_at) == ("", None, None)


def test_a_lease_tells_what_gives_it_back_now_and_what_was_to_before() -> None:
    later = Extended(until=START + 20 * HOUR, by_request=8)
    steps = (*DONE, Announced(), Returning(by_request=9), later, Announced(), Returning(by_request=10))
    told = []
    for count in range(len(DONE), len(steps) + 1):
        lease = after(*steps[:count]).lease
        assert lease
        told.append((lease.announced, lease.returning, lease.returned_by, lease.extended_by))
    assert told == [
        (False, None, (), ()),
        (True, None, (), ()),
        (True, 9, (9,), ()),
        (False, None, (9,), (8,)),
        (True, None, (9,), (8,)),
        (True, 10, (9, 10), (8,)),
    ]


@pytest.mark.parametrize(
    ("bodies", "ended"),
    [
        ((), None),
        ((AGREED, STARTED), None),
        (DONE, 4),
        ((AGREED, STARTED, Failed(because="no")), 3),
        ((*DONE, Announced(), Closed(outcome="given back")), 4),
        ((*DONE, Refused(attempt="approve", because="too late")), 4),
    ],
)
def test_when_it_ended_stays_whatever_comes_after(bodies: tuple[Body, ...], ended: int | None) -> None:
    request = after(*bodies)
    assert request.ended_at == (None if ended is None else START + timedelta(minutes=ended))
    assert request.final == (ended is not None)


def test_eight_hours_are_eight_hours_when_the_clocks_change() -> None:
    request = after(*DONE, at=datetime(2026, 10, 24, 22, 0, tzinfo=ZoneInfo("Europe/Berlin")))
    assert request.lease
    assert request.lease.ends_at.timestamp() - request.lease.began_at.timestamp() == 8 * 3600


def test_an_emergency_and_its_review_are_told() -> None:
    broken = BrokenGlass(because="down", reviewers=(BOB,), review_by=START + HOUR, begin_by=None)
    request = after(broken, actors={1: "UDAN"})
    assert request.glass
    assert (request.state, request.glass.by, request.glass.owed) == (State.APPROVED, "UDAN", True)
    reviewed = Reviewed(justified=False, comment="it could have waited")
    request = after(broken, Reminded(what="review", number=2), reviewed, actors={1: "UDAN", 3: BOB})
    assert request.glass
    assert (request.glass.reminded, request.glass.reviewed_by, request.glass.justified) == (2, BOB, False)
    assert not request.glass.owed


def test_who_changes_their_mind_counts_for_the_last_they_said() -> None:
    request = after(Voted(), Objected(because="wait"), actors={1: BOB, 2: BOB})
    assert (request.voters, [each.voter for each in request.objections]) == ((), [BOB])
    request = after(Objected(because="wait"), Voted(comment="now"), actors={1: BOB, 2: BOB})
    assert (request.voters, request.objections) == ((BOB,), ())


@pytest.mark.parametrize("state", State)
def test_every_state_follows_from_its_events_however_it_was_reached(house: House, state: State) -> None:
    request = house.brought(state)
    assert replayed(house.store.events(request.id)) == request
    assert Request.model_validate_json(request.model_dump_json()) == request
