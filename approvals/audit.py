"""The chain of hashes that ties each event to the one before, so that tampering shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import NamedTuple

from dac.figures import Frozen

GENESIS = "0" * 64
"""What the first event is chained to."""


_ENCODE = json.JSONEncoder(ensure_ascii=False).encode


class Link(NamedTuple):
    """An event as the very text that lies in the database, with the hash it was written with.

    `before` and `after` are the states of its request; both, and `request_id`, are empty where it concerns none.
    """

    seq: int
    request_id: str
    at: str
    actor: str
    action: str
    before: str
    after: str
    delivery: str
    body: str
    hash: str


class Head(Frozen):
    """The newest event: whoever has noted it down can tell later whether the end has been cut off."""

    seq: int
    hash: str


class Break(Frozen):
    """The first event that is not what was written, and why that is known."""

    seq: int
    because: str


def chained(link: Link, previous: str) -> str:
    """The hash of an event, given the hash of the one before it."""
    held = [previous, *link[:-1]]
    return hashlib.sha256(_ENCODE(held).encode()).hexdigest()


def first_break(links: Iterable[Link], last: int, noted: Head | None = None) -> Break | Head:
    """Walk the events in order, holding one at a time; the newest when all are there as they were written.

    `last` is the number that the newest event must at least have, by what the requests say. `noted` is a newest
    event that was noted down elsewhere: a history written anew from the beginning, hashes and all, does not have it.
    """
    previous, expected = GENESIS, 1
    for link in links:
        if link.seq != expected:
            return Break(seq=expected, because=f"event {expected} is missing: the next one is {link.seq}")
        if chained(link, previous) != link.hash:
            return Break(
                seq=link.seq, because=f"event {link.seq} is not as it was written, or the one before it was replaced"
            )
        if noted and link.seq == noted.seq and link.hash != noted.hash:
            return Break(seq=link.seq, because=f"event {link.seq} is not the one that was noted down")
        previous, expected = link.hash, expected + 1
    if expected <= last:
        return Break(seq=expected, because=f"event {expected} is missing: the requests know {last} events")
    if noted and expected <= noted.seq:
        return Break(seq=expected, because=f"event {expected} is missing: event {noted.seq} was noted down")
    return Head(seq=expected - 1, hash=previous)
