"""Who may do what with digests that come round, and what of it is on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from approvals.events import AskRefused, Rescheduled
from approvals.policy import People
from approvals.records import Records
from approvals.scheduling import MOST, Scheduling
from approvals.store import Store
from bot.occurrences import Occurrences
from bot.schedules import ScheduleBook
from dac.digest import Scope
from dac.errors import Conflict, DacError, Denied, NotFound, Unavailable
from dac.recurrence import recurrence
from dac.schedules import Schedule
from tests.fakes import ANN, BOB, DAN, EVE, FakeClock, FakeGroups, policy

OPS = "C0OPS"
DAILY = recurrence("daily 09:00 UTC", ZoneInfo("UTC"))


class Office:
    def __init__(self, path: Path, most: int = MOST) -> None:
        self.path = path
        self.clock, self.groups = FakeClock(), FakeGroups(SLEADS={DAN})
        self.store, self.records = Store(path), Records(path)
        self.members = {OPS: {ANN, BOB}}
        rules = policy().model_copy(update={"freezers": People(groups=frozenset({"SLEADS"}))})
        self.scheduling = Scheduling(
            ScheduleBook(path),
            self.store,
            lambda: rules,
            self.groups.members_of,
            lambda channel, person: person in self.members[channel],
            self.clock.now,
            most,
        )

    def add(self, actor: str = ANN, delivery: str = "d1") -> Schedule:
        return self.scheduling.add(actor, OPS, DAILY, Scope(), delivery=delivery)

    def notes(self) -> list[tuple[str, str]]:
        """Who did what, as it is on record."""
        found = []
        for link in self.records.links():
            if link.action == "schedule":
                note = Rescheduled.model_validate_json(link.body)
                assert note.channel == OPS
                found.append((link.actor, f"{note.change} {note.schedule}"))
            elif link.action == "refuse":
                found.append((link.actor, f"not: {AskRefused.model_validate_json(link.body).attempt}"))
        return found


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "dac.sqlite3")


ACTS: dict[str, Callable[[Scheduling, str, int], object]] = {
    "pause": lambda scheduling, actor, number: scheduling.pause(actor, number, delivery=f"p{actor}"),
    "run": lambda scheduling, actor, number: scheduling.run(actor, number, delivery=f"r{actor}"),
    "take over": lambda scheduling, actor, number: scheduling.take_over(actor, number, delivery=f"t{actor}"),
    "remove": lambda scheduling, actor, number: scheduling.remove(actor, number, delivery=f"x{actor}"),
}


def test_who_is_in_a_channel_may_have_a_digest_come_there(office: Office) -> None:
    made = office.add()
    assert office.scheduling.every() == [made]
    assert office.scheduling.get(1) == made
    assert office.scheduling.last(1) is None
    with pytest.raises(Denied, match="You are not in that channel"):
        office.add(EVE, "d2")
    assert office.notes() == [(ANN, "add 1"), (EVE, "not: schedule a digest")]


def test_a_second_copy_of_a_delivery_makes_no_second_schedule(office: Office) -> None:
    assert office.add() == office.add()
    assert office.notes() == [(ANN, "add 1")]


def test_there_are_not_more_than_anybody_reads(tmp_path: Path) -> None:
    office = Office(tmp_path / "dac.sqlite3", most=1)
    office.add()
    with pytest.raises(Conflict, match="remove one that nobody reads"):
        office.add(delivery="d2")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("actor", [ANN, BOB, DAN], ids=["its owner", "somebody in the channel", "who may freeze"])
def test_these_may_change_it(office: Office, act: str, actor: str) -> None:
    office.add()
    office.members[OPS] = {BOB}
    ACTS[act](office.scheduling, actor, 1)
    assert office.notes()[1:] == [(actor, f"{act} 1")]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("problem", [None, Unavailable("Slack is away.")], ids=["not in the group", "not known"])
def test_others_may_not_and_it_is_on_record(office: Office, act: str, problem: DacError | None) -> None:
    office.add()
    office.groups.problem = problem
    with pytest.raises(Denied, match="is for its owner, for those in its channel"):
        ACTS[act](office.scheduling, EVE, 1)
    assert office.notes()[1:] == [(EVE, f"not: {act} schedule 1")]


def test_a_pause_and_what_it_left_out(office: Office) -> None:
    office.add()
    with pytest.raises(Conflict, match="is not paused"):
        office.scheduling.resume(ANN, 1, delivery="r0")
    paused = office.scheduling.pause(ANN, 1, delivery="p1")
    assert paused.next_at is None
    assert office.scheduling.pause(ANN, 1, delivery="p1") == paused
    with pytest.raises(Conflict, match="paused already"):
        office.scheduling.pause(BOB, 1, delivery="p2")
    office.clock.advance(hours=72)
    resumed, count = office.scheduling.resume(BOB, 1, delivery="r1")
    assert count == 3
    assert resumed.next_at == DAILY.next_after(office.clock.now())
    assert office.notes() == [(ANN, "add 1"), (ANN, "pause 1"), (BOB, "resume 1")]


def test_one_that_is_removed_is_there_no_more(office: Office) -> None:
    office.add()
    office.scheduling.remove(ANN, 1, delivery="x1")
    assert office.scheduling.every() == []
    with pytest.raises(NotFound, match="There is no schedule 1"):
        office.scheduling.run(ANN, 1, delivery="r1")


def test_none_is_run_at_the_very_moment_at_which_one_is_due(office: Office) -> None:
    due = office.add().next_at
    assert due
    office.clock.advance(seconds=(due - office.clock.now()).total_seconds())
    Occurrences(office.path, "one", timedelta(seconds=30)).come_round(due)
    with pytest.raises(Conflict, match="at this very moment"):
        office.scheduling.run(BOB, 1, delivery="r2")
    office.clock.advance(seconds=1)
    office.scheduling.run(BOB, 1, delivery="r2")
