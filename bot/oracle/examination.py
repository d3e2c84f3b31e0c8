"""All that tells what is wrong with a cluster, read at the same time within a few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

from bot.oracle.deadline import within
from dac.cluster import Resource
from dac.errors import DacError
from dac.figures import Unknown
from dac.gateway import FleetReader
from dac.snapshot import READING, Snapshot, Work, worked_on

SECONDS = 10.0
"""How long all of it may take: a person waits, and what is not there by then is said to be unknown."""

GRACE = 0.5
"""Seconds by which each part gives up earlier, in time to say why."""

DAYS = 2
"""Of a cluster's hours: the last day, and the one before to compare with."""

WHAT = {
    "work": "what Oracle was asked to do",
    "headroom": "the service limit left",
    "history": "the load of the last hours",
    "discovery": "what Oracle offers",
}
"""What each part is called where it is not known."""


def examine(reader: FleetReader, begun: Snapshot, seconds: float = SECONDS) -> Iterator[Snapshot]:
    """The snapshot with what is being read marked so, then with each part as it comes, in threads of its own."""
    parts = _parts(reader, begun)
    seen = _with(begun, {field: Unknown(what=WHAT[field], settle=READING) for field in parts})
    until = time.monotonic() + seconds
    pool = ThreadPoolExecutor(len(parts), thread_name_prefix="examine")
    try:
        running = {pool.submit(_read, field, read, seconds - GRACE): field for field, read in parts.items()}
        yield seen
        while running:
            done, _ = wait(running, timeout=max(until - time.monotonic(), 0), return_when=FIRST_COMPLETED)
            if not done:
                break
            seen = _with(seen, {running.pop(each): each.result() for each in done})
            yield seen
        if running:
            late = f"Oracle did not answer within {seconds:g} s; ask again"
            yield _with(seen, {field: Unknown(what=WHAT[field], settle=late) for field in running.values()})
    finally:
        # Not waited for: what still hangs gives up by itself, at the same deadline.
        pool.shutdown(wait=False, cancel_futures=True)


def _parts(reader: FleetReader, begun: Snapshot) -> dict[str, Callable[[], Any]]:
    parts: dict[str, Callable[[], Any]] = {"discovery": reader.discover}
    if cluster := begun.cluster:
        parts["work"] = partial(_work, reader, worked_on(cluster, begun.endpoint, begun.fleet))
        parts["headroom"] = partial(reader.headroom, cluster)
        parts["history"] = partial(reader.history, cluster, days=DAYS)
    return parts


def _read(field: str, read: Callable[[], Any], seconds: float) -> Any:
    try:
        with within(seconds):
            return read()
    except DacError as error:
        return Unknown(what=WHAT[field], settle=str(error))


def _work(reader: FleetReader, things: tuple[Resource, ...]) -> tuple[Work, ...]:
    """Of all of them or of none: where one's is missing, that it has not failed cannot be said."""
    return tuple(
        Work(resource_id=each.id, name=each.name, request=request)
        for each in things
        for request in reader.work_requests(each)
    )


def _with(snapshot: Snapshot, parts: dict[str, Any]) -> Snapshot:
    return snapshot.model_copy(update=parts)
