from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dac.digest import Digest, Scope
from dac.recurrence import recurrence
from dac.schedules import COUNTED, LATE, Occurrence, Pause, Schedule, Trouble, come_round

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def schedule(when: str = "daily 09:00", **changes: object) -> Schedule:
    made = recurrence(when, ZoneInfo("UTC"))
    of = {"id": 1, "channel": "COPS", "owner": "UANN", "recurrence": made, "scope": Scope(), "created": NOW}
    return Schedule.model_validate(of | {"next_at": made.next_after(NOW)} | changes)


@pytest.mark.parametrize(
    ("now", "most", "count"),
    [(NINE - timedelta(seconds=1), 9, 0), (NINE, 9, 1), (NINE + 4 * DAY, 9, 5), (NINE + 4 * DAY, 2, 2)],
    ids=["not yet", "at its very moment", "all of them", "as many as are wanted"],
)
def test_what_has_come_round_and_what_is_next(now: datetime, most: int, count: int) -> None:
    due, following = come_round(schedule(), now, most)
    assert due == tuple(NINE + each * DAY for each in range(count))
    assert following == NINE + count * DAY


def test_nothing_of_a_paused_one_comes_round() -> None:
    assert come_round(schedule(next_at=None), NOW + 9 * DAY, 9) == ((), None)


def test_what_a_pause_leaves_out_is_counted_to_an_end() -> None:
    paused = schedule("0 * * * *", paused=Pause(by="UANN", at=NOW))
    assert paused.skipped(NOW) == 0
    assert paused.skipped(NOW + timedelta(hours=3)) == 3
    assert paused.skipped(NOW + 900 * DAY) == COUNTED
    assert schedule().skipped(NOW) == 0


def test_a_trouble_counts_the_days_on_which_it_was_met() -> None:
    trouble = Trouble(said="no", since=NINE)
    assert trouble.again(NINE + timedelta(hours=14)) == trouble
    again = trouble.again(NINE + timedelta(hours=15)).again(NINE + 30 * DAY)
    assert (again.days, again.last, again.since) == (3, NINE + 30 * DAY, NINE)
    assert again.again(NINE) == again


def test_what_a_newer_version_knows_besides_is_let_be() -> None:
    newer = schedule().model_dump(mode="json") | {"novelty": 1}
    assert Schedule.model_validate(newer) == schedule()


def test_it_is_late_only_where_it_should_have_come_before() -> None:
    one = Occurrence(schedule=1, due=NINE, channel="COPS", made_at=NINE)
    assert not one.late(NINE + LATE)
    assert one.late(NINE + 2 * LATE)
    assert not one.model_copy(update={"asked_by": "UANN"}).late(NINE + 2 * LATE)


def test_why_it_is_late_is_said_as_far_as_it_is_known() -> None:
    one = Occurrence(schedule=1, due=NINE, channel="COPS", made_at=NINE, why="Slack did not answer.")
    assert one.because == "Slack did not answer."
    assert one.model_copy(update={"made_at": NINE + 2 * LATE}).because == "I was not at work then."
    assert one.model_copy(update={"why": ""}).because == ""
    assert one.key == (1, NINE)
    assert one.name == "digest-1/2026-11-24T09:00:00+00:00"


def test_a_digest_that_another_version_has_made_is_none() -> None:
    kept = Occurrence(
        schedule=1, due=NINE, channel="COPS", made_at=NINE, digest=Digest(at=NINE, scope=Scope())
    ).model_dump(mode="json")
    assert Occurrence.model_validate(kept).digest == Digest(at=NINE, scope=Scope())
    kept["digest"]["novelty"] = 1
    assert Occurrence.model_validate(kept).digest is None
