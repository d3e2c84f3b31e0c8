"""All that tells what is wrong with a cluster, read at the same time within a few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from bot.oracle.deadline import within
from dac.cluster import Cluster, Fleet, Headroom, Resource, WorkRequest
from dac.discovery import Discovery
from dac.errors import DacError, Unavailable
from dac.figures import Unknown
from dac.gateway import Choose
from dac.history import History
from dac.snapshot import READING, Snapshot, Work, charged_days, worked_on
from dac.usage import Spend

SECONDS = 10.0
"""How long all of it may take: a person waits, and what is not there by then is said to be unknown."""

GRACE = 0.5
"""Seconds by which each part gives up earlier, in time to say why."""

THREADS = 6
EARLY = {"headroom", "history"}
"""Parts that a fleet of minutes ago tells as well how to read; what Oracle was asked to do hangs on what is unwell."""

WHAT = {
    "work": "what Oracle was asked to do",
    "headroom": "the service limit left",
    "unused": "the service limits of regions without a cluster",
    "history": "the load of the last hours",
    "discovery": "what Oracle offers",
    "spend": "what Oracle charged",
}
"""What each part is called where it is not known."""


@dataclass(frozen=True)
class Sources:
    """Where each part is read, and the fleet in less than the time there is; what cannot be raises a `DacError`."""

    known: Fleet | None
    """From an earlier reading: what is found in that need not wait for this one."""
    fleet: Callable[[], Fleet]
    work: Callable[[Resource], tuple[WorkRequest, ...]]
    headroom: Callable[[Cluster], Headroom | Unknown]
    unused: Callable[[Fleet], tuple[Headroom, ...] | Unknown]
    history: Callable[[Cluster, Fleet], History]
    discovery: Callable[[], Discovery]
    spend: Callable[[date, date], Spend | Unknown]


Running = Mapping[Future[Any], str]
"""What is being read, with the name of its part."""


def _first(running: Running, seconds: float) -> Collection[Future[Any]]:
    return wait(running, timeout=seconds, return_when=FIRST_COMPLETED).done


@dataclass(frozen=True)
class Pace:
    """How time passes: seconds on a clock that never goes back, and waiting for the first of several, but so long."""

    clock: Callable[[], float] = time.monotonic
    wait: Callable[[Running, float], Collection[Future[Any]]] = _first


REAL = Pace()


def examine(
    sources: Sources, choose: Choose, now: Callable[[], datetime], seconds: float = SECONDS, pace: Pace = REAL
) -> Iterator[Snapshot]:
    """The snapshot with what is being read marked so, then with each part as it comes, in threads of its own.

    Raises what `choose` raises of the fleet, and `DacError` where that cannot be read.
    """
    until = pace.clock() + seconds

    def left() -> float:
        return max(until - pace.clock(), 0)

    late = f"Oracle did not answer within {seconds:g} s; ask again"
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="examine")
    try:
        running: dict[Future[Any], str] = {}

        def start(parts: Mapping[str, Callable[[], Any]]) -> None:
            running.update({pool.submit(_read, name, read, left() - GRACE): name for name, read in parts.items()})

        listing = pool.submit(sources.fleet)
        start({"discovery": sources.discovery})
        early = _early(sources.known, choose, now)
        if early:
            start({name: read for name, read in _parts(sources, early).items() if name in EARLY})
        if not pace.wait({listing: "fleet"}, left()):
            raise Unavailable(f"{late}.")
        fleet = listing.result()
        cluster, endpoint = choose(fleet)
        seen = Snapshot(taken_at=now(), fleet=fleet, cluster=cluster, endpoint=endpoint)
        if early and early.cluster and (cluster is None or cluster.id != early.cluster.id):
            running = {each: name for each, name in running.items() if name not in EARLY}
        begun = set(running.values())
        start({name: read for name, read in _parts(sources, seen).items() if name not in begun})
        seen = _with(seen, {name: Unknown(what=WHAT[name], settle=READING) for name in running.values()})
        yield seen
        while running:
            done = pace.wait(running, left())
            if not done:
                break
            seen = _with(seen, {running.pop(each): each.result() for each in done})
            yield seen
        if running:
            yield _with(seen, {name: Unknown(what=WHAT[name], settle=late) for name in running.values()})
    finally:
        # Not waited for: what still hangs gives up by itself, at the same deadline.
        pool.shutdown(wait=False, cancel_futures=True)


def _early(known: Fleet | None, choose: Choose, now: Callable[[], datetime]) -> Snapshot | None:
    """What is known from before of what is chosen."""
    if known is None:
        return None
    try:
        cluster, endpoint = choose(known)
    except DacError:
        return None
    return Snapshot(taken_at=now(), fleet=known, cluster=cluster, endpoint=endpoint)


def _parts(sources: Sources, seen: Snapshot) -> dict[str, Callable[[], Any]]:
    """What is to be known of the fleet for them, and those that belong to one cluster."""
    spend: dict[str, Callable[[], Any]] = {"spend": partial(sources.spend, *charged_days(seen.taken_at))}
    if seen.cluster is None:
        return spend | {"unused": partial(sources.unused, seen.fleet)}
    return spend | {
        "work": partial(_work, sources, worked_on(seen.cluster, seen.endpoint, seen.fleet)),
        "headroom": partial(sources.headroom, seen.cluster),
        "history": partial(sources.history, seen.cluster, seen.fleet),
    }


def _read(field: str, read: Callable[[], Any], seconds: float) -> Any:
    try:
        with within(seconds):
            return read()
    except DacError as error:
        return Unknown(what=WHAT[field], settle=str(error))


def _work(sources: Sources, things: tuple[Resource, ...]) -> tuple[Work, ...]:
    """Of all of them or of none: where one's is missing, that it has not failed cannot be said."""
    return tuple(
        Work(resource_id=each.id, name=each.name, request=request) for each in things for request in sources.work(each)
    )


def _with(snapshot: Snapshot, parts: dict[str, Any]) -> Snapshot:
    return snapshot.model_copy(update=parts)
