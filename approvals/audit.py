"""The chain of hashes that ties each event to the one before, so that tampering shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from approvals.database import stamp
from approvals.request import Event
from dac.figures import Frozen

GENESIS = "0" * 64
"""What the first event is chained to."""


class Link(Frozen):
    """An event as it lies in the database, with the hash it was written with."""

    event: Event
    hash: str


class Break(Frozen):
    """The first event that is not what was written, and why that is known."""

    seq: int
    because: str


def chained(event: Event, previous: str) -> str:
    """The hash of an event, given the hash of the one before it."""
    held = [
        previous,
        event.seq,
        event.request_id,
        stamp(event.at),
        event.actor,
        event.body.model_dump(mode="json"),
    ]
    text = json.dumps(held, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def first_break(links: Iterable[Link]) -> Break | None:
    """Walk the events in order, holding one at a time; None when every hash and number is as it should be."""
    previous, expected = GENESIS, 1
    for link in links:
        seq = link.event.seq
        if seq != expected:
            return Break(seq=expected, because=f"event {expected} is missing: the next one is {seq}")
        if chained(link.event, previous) != link.hash:
            return Break(seq=seq, because=f"event {seq} is not as it was written, or the one before it was replaced")
        previous, expected = link.hash, expected + 1
    return None
