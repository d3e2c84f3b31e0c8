"""Ten seconds for all that tells what is wrong: what fails or does not come by then is not known, and the rest is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.oracle.examination import SECONDS, Pace, Running, Sources, examine
from dac.cluster import Cluster, Endpoint, Fleet
from dac.discovery import Discovery
from dac.errors import DacError, Denied, NotFound, Unavailable
from dac.figures import Unknown
from dac.gateway import Choose
from dac.history import History
from dac.naming import find_cluster
from dac.snapshot import Snapshot
from tests.dac.snapshots import CHAT, LEFT, WEB, charged, history
from tests.fakes import START, cluster, fleet

LATE = "Oracle did not answer within 10 s; ask again"
OFFERED = Discovery(read_at=START)
PARTS = ("work", "headroom", "history", "discovery", "spend")


@dataclass
class Hospital:
    """Parts that answer at once, but for those that hang until let go; time passes where only they are left."""

    hanging: dict[str, threading.Event] = field(default_factory=dict)
    at: float = 0

    def hang(self, part: str) -> None:
        self.hanging[part] = threading.Event()

    def let_go(self) -> None:
        for each in self.hanging.values():
            each.set()

    def sources(self, known: Fleet | None, **instead: Callable[..., Any]) -> Sources:
        given: dict[str, Callable[..., Any]] = {
            "fleet": lambda: fleet(CHAT, endpoints=(WEB,)),
            "work": lambda _: (),
            "headroom": lambda _: LEFT,
            "unused": lambda _: (LEFT,),
            "history": lambda *_: history(),
            "discovery": lambda: OFFERED,
            "spend": lambda *_: charged(),
        }
        return Sources(known, **{part: self._hung_up(part, read) for part, read in (given | instead).items()})

    def pace(self) -> Pace:
        return Pace(lambda: self.at, self._wait)

    def _hung_up(self, part: str, read: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*args: Any) -> Any:
            if held := self.hanging.get(part):
                held.wait(60)
            return read(*args)

        return asked

    def _wait(self, running: Running, seconds: float) -> Collection[Future[Any]]:
        """As the real one, but that what does not hang is always in time, and hanging takes no time of ours."""
        if not {part for part in running.values() if part not in self.hanging}:
            self.at += seconds
            return ()
        return wait(running, return_when=FIRST_COMPLETED).done


@pytest.fixture
def hospital() -> Iterator[Hospital]:
    made = Hospital()
    yield made
    made.let_go()


def the_cluster(_: Fleet) -> tuple[Cluster | None, Endpoint | None]:
    return CHAT, None


def everything(
    hospital: Hospital, choose: Choose = the_cluster, known: Fleet | None = None, **instead: Callable[..., Any]
) -> list[Snapshot]:
    return list(examine(hospital.sources(known, **instead), choose, lambda: START, pace=hospital.pace()))


def parts(snapshot: Snapshot) -> dict[str, object]:
    return {name: getattr(snapshot, name) for name in PARTS}


def test_what_is_read_grows_until_all_of_it_is_there(hospital: Hospital) -> None:
    seen = everything(hospital)
    waited = [len(each.pending) for each in seen]
    assert waited[0] == len(PARTS)
    assert waited == sorted(waited, reverse=True)
    whole = {"work": (), "headroom": LEFT, "history": history(), "discovery": OFFERED, "spend": charged()}
    assert parts(seen[-1]) == whole
    assert hospital.at == 0


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_never_answers_is_not_known_at_ten_seconds_and_the_rest_is_told(
    hospital: Hospital, part: str
) -> None:
    hospital.hang(part)
    *before, last = everything(hospital)
    assert hospital.at == SECONDS
    assert len(before[-1].pending) == 1
    missing = parts(last).pop(part)
    assert isinstance(missing, Unknown)
    assert missing.settle == LATE
    assert [name for name, value in parts(last).items() if isinstance(value, Unknown)] == [part]


def test_what_comes_late_is_not_waited_for_and_changes_nothing_any_more(hospital: Hospital) -> None:
    hospital.hang("history")
    hospital.hang("work")
    seen = everything(hospital)
    hospital.let_go()
    assert isinstance(seen[-1].history, Unknown)
    assert isinstance(seen[-1].work, Unknown)
    assert seen[-1].headroom == LEFT


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_fails_says_why_and_the_rest_is_told(hospital: Hospital, part: str) -> None:
    def refused(*_: object) -> None:
        raise Denied("Oracle says no.")

    last = everything(hospital, the_cluster, None, **{part: refused})[-1]
    missing = parts(last)[part]
    assert isinstance(missing, Unknown)
    assert missing.settle == "Oracle says no."
    assert [name for name, value in parts(last).items() if isinstance(value, Unknown)] == [part]


def test_the_fleet_is_within_the_ten_seconds(hospital: Hospital) -> None:
    hospital.hang("fleet")
    hospital.hang("discovery")
    with pytest.raises(Unavailable, match=LATE):
        everything(hospital)
    assert hospital.at == SECONDS


def test_what_the_fleet_took_is_missing_to_the_others(hospital: Hospital) -> None:
    def slow() -> Fleet:
        hospital.at = 7
        return fleet(CHAT)

    hospital.hang("headroom")
    assert isinstance(everything(hospital, fleet=slow)[-1].headroom, Unknown)
    assert hospital.at == SECONDS


@pytest.mark.parametrize("error", [Unavailable("Oracle cannot be reached."), Denied("Not with this key.")])
def test_without_a_fleet_there_is_nothing_to_look_into(hospital: Hospital, error: DacError) -> None:
    def broken() -> Fleet:
        raise error

    with pytest.raises(DacError, match=str(error)):
        everything(hospital, fleet=broken)


def test_what_is_not_in_the_fleet_is_refused_as_soon_as_that_is_read(hospital: Hospital) -> None:
    def nobody(_: Fleet) -> tuple[Cluster | None, Endpoint | None]:
        raise NotFound("There is no cluster “nowhere”.")

    hospital.hang("discovery")
    with pytest.raises(NotFound):
        everything(hospital, nobody)
    assert hospital.at == 0


def test_of_the_whole_fleet_only_what_belongs_to_no_cluster_is_read(hospital: Hospital) -> None:
    first, *_, last = everything(hospital, lambda _: (None, None))
    assert set(first.pending) == {
        "the service limits of regions without a cluster",
        "what Oracle offers",
        "what Oracle charged",
    }
    assert (last.pending, last.discovery) == ((), OFFERED)


def test_as_it_is_built_it_waits_by_the_clock_of_this_machine(hospital: Hospital) -> None:
    seen = list(examine(hospital.sources(None), the_cluster, lambda: START))
    assert seen[-1].pending == ()


def found(name: str) -> Choose:
    def choose(seen: Fleet) -> tuple[Cluster | None, Endpoint | None]:
        return find_cluster(seen, name), None

    return choose


def test_what_is_known_already_is_not_waited_for_to_read_what_takes_longest(hospital: Hospital) -> None:
    """The fleet is only read once the cluster's history has been asked for."""
    asked = threading.Event()

    def slow() -> Fleet:
        assert asked.wait(60)
        return fleet(CHAT)

    def read(*_: object) -> History:
        asked.set()
        return history()

    last = everything(hospital, found("chat"), fleet(CHAT), fleet=slow, history=read)[-1]
    assert last.pending == ()
    assert last.history == history()


@pytest.mark.parametrize("known", [fleet(cluster("chat", id="ocid1.older")), fleet(cluster("embed"))])
def test_where_something_else_is_meant_by_now_that_is_read(hospital: Hospital, known: Fleet) -> None:
    asked: list[str] = []

    def read(of: Cluster, _: Fleet) -> History:
        asked.append(of.id)
        return history(of=of)

    last = everything(hospital, found("chat"), known, history=read)[-1]
    assert isinstance(last.history, History)
    assert last.history.cluster_id == CHAT.id
    assert asked[-1] == CHAT.id
    assert last.pending == ()
