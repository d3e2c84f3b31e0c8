"""The chain of hashes that ties each event to the one before, so that tampering shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from dac.figures import Frozen

GENESIS = "0" * 64
"""What the first event is chained to."""


class Link(Frozen):
    """An event as the very text that lies in the database, with the hash it was written with."""

    seq: int
    request_id: str
    at: str
    actor: str
    action: str
    body: str
    hash: str


class Break(Frozen):
    """The first event that is not what was written, and why that is known."""

    seq: int
    because: str


def chained(link: Link, previous: str) -> str:
    """The hash of an event, given the hash of the one before it."""
    held = [previous, link.seq, link.request_id, link.at, link.actor, link.action, link.body]
    return hashlib.sha256(json.dumps(held, ensure_ascii=False).encode()).hexdigest()


def first_break(links: Iterable[Link], last: int) -> Break | None:
    """Walk the events in order, holding one at a time; None when all are there as they were written.

    `last` is the number that the newest event must have, by what the requests say.
    """
    previous, expected = GENESIS, 1
    for link in links:
        if link.seq != expected:
            return Break(seq=expected, because=f"event {expected} is missing: the next one is {link.seq}")
        if chained(link, previous) != link.hash:
            return Break(
                seq=link.seq, because=f"event {link.seq} is not as it was written, or the one before it was replaced"
            )
        previous, expected = link.hash, expected + 1
    if expected <= last:
        return Break(seq=expected, because=f"event {expected} is missing: the requests know {last} events")
    return None
