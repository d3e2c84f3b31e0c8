"""Who asked for an answer that takes minutes, and whether they have stopped it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.under_way import UnderWay
from dac.errors import Denied, NotFound
from tests.fakes import ANN, BOB, FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def under_way(tmp_path: Path, clock: FakeClock) -> UnderWay:
    return UnderWay(tmp_path / "dac.sqlite3", clock.now)


def test_whoever_is_at_work_is_told_and_any_process_knows(
    under_way: UnderWay, tmp_path: Path, clock: FakeClock
) -> None:
    rung: list[str] = []
    under_way.begin("one", ANN, lambda: rung.append("one"))
    assert not under_way.stopped("one")
    under_way.stop("one", ANN)
    assert rung == ["one"]
    assert UnderWay(tmp_path / "dac.sqlite3", clock.now).stopped("one")
    under_way.begin("one", ANN, lambda: None)
    assert under_way.stopped("one")


def test_only_who_asked_can_stop_it(under_way: UnderWay) -> None:
    under_way.begin("one", ANN, lambda: None)
    with pytest.raises(Denied):
        under_way.stop("one", BOB)
    with pytest.raises(NotFound, match="Nothing that you asked for is under way"):
        under_way.stop("", BOB)
    assert not under_way.stopped("one")


def test_without_a_name_the_last_one_is_meant(under_way: UnderWay, clock: FakeClock) -> None:
    for name in ("one", "two"):
        under_way.begin(name, ANN, lambda: None)
        clock.advance(minutes=1)
    under_way.stop("", ANN)
    assert [under_way.stopped(each) for each in ("one", "two")] == [False, True]


def test_what_has_ended_cannot_be_stopped(under_way: UnderWay) -> None:
    under_way.begin("one", ANN, lambda: None)
    under_way.end("one")
    with pytest.raises(NotFound, match="ended already"):
        under_way.stop("one", ANN)


def test_what_nobody_went_on_with_is_forgotten(under_way: UnderWay, clock: FakeClock) -> None:
    under_way.begin("one", ANN, lambda: None)
    clock.advance(hours=25)
    under_way.begin("two", ANN, lambda: None)
    with pytest.raises(NotFound):
        under_way.stop("one", ANN)
