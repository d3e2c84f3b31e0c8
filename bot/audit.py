"""What `python -m bot audit` does: see whether the record is as it was written, or write it out for an auditor."""

from __future__ import annotations

import argparse
import functools
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

import click

from approvals.audit import Break, Head
from approvals.records import Records, export
from dac.errors import Invalid

T = TypeVar("T")

MOST = 20
"""Requests that one line names."""

STEP = 1000
"""Events between two movements of the progress bar."""


def head(text: str) -> Head:
    """An event as `verify` named it when it was the newest."""
    parts = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip())
    if not parts:
        raise argparse.ArgumentTypeError("an event's number and hash are wanted, as in 1204:5f3a… (64 digits)")
    return Head(seq=int(parts[1]), hash=parts[2])


def moment(text: str) -> datetime:
    """The beginning of a day, or a moment; in UTC where it says no other."""
    with suppress(ValueError):
        read = datetime.fromisoformat(text)
        return read if read.tzinfo else read.replace(tzinfo=UTC)
    raise argparse.ArgumentTypeError("a date is wanted, as in 2026-11-01, or a moment, as in 2026-11-01T18:00")


def verify(path: Path, noted: Head | None, *, show: bool) -> int:
    """Walk through all events and then all requests; `show` how far it is."""
    records = _records(path)
    found = records.first_break(functools.partial(_bar, what="events", show=show), noted=noted)
    if isinstance(found, Break):
        return _bad(f"The record is broken: {found.because}.")
    unlike = list(records.unlike(functools.partial(_bar, what="requests", show=show)))
    if unlike:
        named = ", ".join(map(str, unlike[:MOST])) + (" …" if len(unlike) > MOST else "")
        return _bad(f"The events are as they were written, but do not lead to what is kept of request {named}.")
    click.echo(f"All {found.seq} events are as they were written, and every request follows from them.")
    click.echo(f"Note this down to tell later whether the end was cut off: --head {found.seq}:{found.hash}")
    return 0


def export_to(
    path: Path,
    out: Path | None,
    form: Literal["jsonl", "csv"],
    request_id: int | None,
    since: datetime | None,
) -> int:
    """Write events out; how many there were is told apart from them."""
    records = _records(path)
    links = records.links(request_id=request_id, since=since)
    if out is None:
        try:
            count = export(links, sys.stdout, form, records.rule_of)
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read it has read enough; what is left in the buffer must not be missed at the end either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
    else:
        try:
            with out.open("w", encoding="utf-8", newline="") as file:
                count = export(links, file, form, records.rule_of)
        except OSError as error:
            raise Invalid(f"{out} cannot be written: {error.strerror}.") from None
    click.echo(f"{count} events", err=True)
    if not count and request_id is not None:
        return _bad(f"There is no request {request_id}.")
    return 0


def _records(path: Path) -> Records:
    if not path.is_file():
        raise Invalid(f"There is no database {path}; DAC_DATABASE says where it is.")
    records = Records(path, at_rest=_is_at_rest(path))
    if not records.are_there():
        # Made into one, it would be found to be as it was written.
        raise Invalid(f"{path} holds no record of requests; DAC_DATABASE says where it is.")
    return records


def _is_at_rest(path: Path) -> bool:
    """Whether it lies where nothing can be written, and all that was ever written is in it."""
    ahead = path.with_name(f"{path.name}-wal")
    return not os.access(path.parent, os.W_OK) and not (ahead.is_file() and ahead.stat().st_size)


def _bar(items: Iterable[T], count: int, *, what: str, show: bool) -> Iterator[T]:
    """The same items; on a terminal with how far they are and how long it will take."""
    if not show:
        yield from items
        return
    with click.progressbar(items, length=count, label=what, file=sys.stderr, update_min_steps=STEP) as moving:
        yield from moving


def _bad(sentence: str) -> int:
    click.echo(sentence, err=True)
    return 1
