"""A cluster's last day is told in text to everybody and drawn where there is a line to be drawn."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from commands._chart import Curves
from commands._day import curves, last_day, sparkline, told
from dac.errors import Invalid, Unavailable
from dac.history import History, Hour, each_hour
from tests.commands.fleets import BUSY, world
from tests.commands.room import Room, lines, shown
from tests.commands.sound import refused
from tests.fakes import START, cluster

CHAT = cluster("chat")
Figure = int | None


def day(*hours: tuple[Figure, str | None]) -> History:
    """Calls and p95 of the last hours before START."""
    since = START - timedelta(hours=len(hours))
    return History(
        cluster_id=CHAT.id,
        since=since,
        until=START,
        hours=tuple(
            Hour.model_validate({"since": at, "calls": calls, "p95_seconds": p95})
            for at, (calls, p95) in zip(each_hour(since, START), hours, strict=True)
        ),
        read_at=START,
    )


WORKDAY = day(*[(100 * hour, f"0.{hour + 1}" if hour else None) for hour in range(9)], *[(800, "1.2")] * 15)


def opened(tmp_path: Path, known: History | None = WORKDAY) -> Room:
    room = Room(tmp_path, world((CHAT, BUSY)))
    if known:
        room.oracle.histories[CHAT.id] = known
    return room


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([], ""),
        ([0, 0], "▁▁"),
        ([0, 1, 1000], "▁▂█"),
        ([0, 25, 50, 75, 100], "▁▂▄▆█"),
        ([None, 5, None], "·█·"),
    ],
)
def test_a_step_is_an_amount_and_a_dot_is_not_known(values: list[Figure], line: str) -> None:
    assert sparkline([None if each is None else Decimal(each) for each in values]) == line


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (WORKDAY, "calls, 0 to 800 an hour, 15.6 k in all"),
        (WORKDAY, "p95, 0.2 to 1.2 s"),
        (day((None, None), (30, None)), "`·█` calls, 30 to 30 an hour, not known in every hour"),
        (day((None, None), (None, None)), "unknown: Monitoring has no calls of it"),
        ("Reading <it>: Oracle answered 503", "not read: Reading &lt;it&gt;: Oracle answered 503"),
    ],
)
def test_the_day_is_told_in_words(known: History | str, said: str) -> None:
    assert said in str(told(known)["text"]["text"])


def test_latency_nobody_measured_has_no_line() -> None:
    assert "p95" not in str(told(day((1, None), (2, None))))


@pytest.mark.parametrize(
    ("known", "names"),
    [
        (WORKDAY, ["Calls", "p95 latency, seconds"]),
        (day((5, None), (6, "1")), ["Calls"]),
        (day((5, "1"), (0, None)), []),
        (day((None, None), (None, None)), []),
        ("not read", []),
    ],
)
def test_it_is_drawn_where_there_is_a_line(known: History | str, names: list[str]) -> None:
    drawn = curves(CHAT, known)
    assert [each.name for each in drawn.curves] == names if drawn else not names


def test_what_cannot_be_read_fails_by_itself(tmp_path: Path) -> None:
    room = opened(tmp_path)
    room.oracle.fail("history", Unavailable("Reading metrics: Oracle did not answer in time."))
    answer = shown(room.say("status chat"))
    assert "*Last 24 h*\nnot read: Reading metrics: Oracle did not answer in time." in answer
    assert "*Size*" in answer
    room.oracle.fail("history", Unavailable("Reading metrics."))
    assert last_day(CHAT, room.services) == "Reading metrics."


def test_the_detail_tells_the_day_and_offers_its_picture(tmp_path: Path) -> None:
    reply = opened(tmp_path).say("status chat")
    assert "`▁▂▂▃▄▅▆▇████████████████` calls, 0 to 800 an hour, 15.6 k in all" in shown(reply)
    assert f"status {CHAT.id} --picture" in lines(reply.blocks)
    assert not any("--picture" in each for each in lines(opened(tmp_path / "none", None).say("status chat").blocks))


def test_the_picture_comes_below_its_words_and_can_be_heard(tmp_path: Path) -> None:
    first = opened(tmp_path).say("status chat --picture")
    assert first.then is not None
    assert not first.pictures
    (last,) = first.then
    (drawn,) = last.pictures.values()
    assert isinstance(drawn, Curves)
    assert drawn.alt.startswith("chat over the last 24 hours: calls, 0 to 800 an hour")
    assert last.blocks[-1]["alt_text"] == drawn.alt
    assert refused(first.text, first.blocks) == []
    assert len(drawn.curves[0].points) == 24


def test_a_day_without_calls_has_no_picture(tmp_path: Path) -> None:
    reply = opened(tmp_path, None).say("status chat --picture")
    assert reply.then is None
    assert "nothing to draw" in reply.text


def test_a_picture_is_of_one_cluster(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="name it"):
        opened(tmp_path).say("status --picture")
