"""The record as an auditor reads it: every event in order, whether it is still as written, and the figures it gives."""

from __future__ import annotations

import csv
import json
import sqlite3
import statistics
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TextIO

from approvals import audit, journal
from approvals.audit import Break, Head, Link
from approvals.database import AT_REST, File, stamp
from approvals.events import Event
from approvals.request import Request, replayed
from approvals.rows import columns
from approvals.states import FINAL, Action, State
from dac.errors import DacError
from dac.figures import Frozen

_COLUMNS = (
    # Nothing at all and an empty text are not the same: of a freeze whose request is '' nobody would be told any more.
    "seq, iif(request_id = '', 'empty', coalesce(request_id, '')), at, actor, action, before, after, "
    "iif(delivery = '', 'empty', coalesce(delivery, '')), body, hash"
)
_JUDGED = (Action.SUBMIT.value, Action.AMEND.value)
"""What brings a request under a rule."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - in Japanese, too
"""What a spreadsheet takes for the beginning of a formula."""

Progress = Callable[[Iterable[Link], int], Iterable[Link]]
"""Passes events through and shows how far they are, of how many."""

Counting = Callable[[Iterable[int], int], Iterable[int]]
"""The same for the numbers of requests."""


class Latency(Frozen):
    """How long decisions took: of how many, the median and the longest nine tenths of them stayed under."""

    count: int
    median: timedelta
    nine_tenths: timedelta


class Stats(Frozen):
    """Over a while: how long people took to decide, how requests ended, how often somebody acted alone.

    Now: how many wait for people, since when the longest, and how many are agreed to and not yet at their end.
    """

    since: datetime
    decided: Latency | None
    ended: dict[State, int]
    waiting: int
    oldest: datetime | None
    emergencies: int = 0
    under_way: int = 0


class Records:
    """Needs nothing but the file; `at_rest` is one that nobody writes to, such as a copy on a shelf."""

    def __init__(self, path: Path, *, at_rest: bool = False) -> None:
        self._file = File(path, AT_REST if at_rest else "rw")

    def are_there(self) -> bool:
        """Whether the file holds any at all; one that is empty, or is somebody else's, does not."""
        with self._file.transaction(write=False) as db:
            return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'events'").fetchone() is not None

    def links(self, *, request_id: int | None = None, since: datetime | None = None) -> Iterator[Link]:
        """Events as they lie there, in order, one at a time; of one request, or from a moment on."""
        where, values = "1", list[object]()
        if request_id is not None:
            where, values = "request_id = ?", [request_id]
        if since is not None:
            where, values = f"{where} AND at >= ?", [*values, stamp(since)]
        with self._file.transaction(write=False) as db:
            # What somebody has tampered with need not even be text.
            db.text_factory = _lenient
            rows = db.execute(f"SELECT {_COLUMNS} FROM events WHERE {where} ORDER BY seq", values)  # noqa: S608
            try:
                for row in rows:
                    yield Link(int(row[0]), *(str(value) for value in tuple(row)[1:]))
            finally:
                db.text_factory = str

    def rule_of(self, link: Link) -> str:
        """The name of the rule under which its request stood at that event."""
        with self._file.transaction(write=False) as db:
            row = db.execute(
                "SELECT body FROM events WHERE request_id = ? AND seq <= ? AND action IN (?, ?) "
                "ORDER BY seq DESC LIMIT 1",
                [link.request_id, link.seq, *_JUDGED],
            ).fetchone()
        return _rule(_parsed(str(row[0]))) if row else ""

    def count(self) -> int:
        with self._file.transaction(write=False) as db:
            return int(db.execute("SELECT count(*) FROM events").fetchone()[0])

    def first_break(self, progress: Progress = lambda links, _: links, *, noted: Head | None = None) -> Break | Head:
        """The first event that has been tampered with; if none has, the newest. `noted` is one noted down before."""
        with self._file.transaction(write=False) as db:
            last = db.execute("SELECT coalesce(max(version), 0) FROM requests").fetchone()[0]
        return audit.first_break(progress(self.links(), self.count()), last, noted)

    def unlike(self, progress: Counting = lambda numbers, _: numbers) -> Iterator[int]:
        """Requests whose row does not follow from their events, or is not there, one at a time."""
        with self._file.transaction(write=False) as db:
            rows = db.execute(
                "SELECT id FROM requests UNION SELECT request_id FROM events WHERE request_id IS NOT NULL ORDER BY 1"
            )
            numbers = [int(row[0]) for row in rows]
        for number in progress(numbers, len(numbers)):
            if not self._follows(number):
                yield number

    def stats(self, now: datetime, span: timedelta) -> Stats:
        since = now - span
        with self._file.transaction(write=False) as db:
            decided = db.execute(
                # Returns are agreed to beforehand and emergencies by nobody; without `begin_by` nobody agreed in time.
                "SELECT asked_at, decided_at FROM requests WHERE decided_at >= ? "
                "AND json_extract(body, '$.returns') IS NULL AND json_extract(body, '$.glass') IS NULL "
                "AND (state NOT IN ('expired', 'cancelled') OR json_extract(body, '$.begin_by') IS NOT NULL)",
                [stamp(since)],
            ).fetchall()
            ended = dict(
                tuple(row)
                for row in db.execute(
                    "SELECT after, count(*) FROM events WHERE at >= ? AND before != after GROUP BY after",
                    [stamp(since)],
                )
            )
            emergencies = db.execute(
                "SELECT count(*) FROM events WHERE at >= ? AND action = ?", [stamp(since), Action.BREAK_GLASS.value]
            ).fetchone()[0]
            waiting, oldest = db.execute(
                "SELECT count(*), min(asked_at) FROM requests WHERE state = ?", [State.PENDING.value]
            ).fetchone()
            under_way = db.execute(
                "SELECT count(*) FROM requests WHERE state IN (?, ?)", [State.APPROVED.value, State.APPLYING.value]
            ).fetchone()[0]
        return Stats(
            since=since,
            decided=_latency([datetime.fromisoformat(at) - datetime.fromisoformat(asked) for asked, at in decided]),
            ended={state: ended[state] for state in State if state in FINAL and state in ended},
            waiting=waiting,
            oldest=datetime.fromisoformat(oldest) if oldest else None,
            emergencies=emergencies,
            under_way=under_way,
        )

    def _follows(self, number: int) -> bool:
        """Read in one go, for beside this the bot goes on."""
        try:
            with self._file.transaction(write=False) as db:
                row = db.execute("SELECT * FROM requests WHERE id = ?", [number]).fetchone()
                events = journal.of(db, number)
            follows = replayed(events)
            return Request.model_validate_json(row["body"]) == follows and _holds(row, follows, events[0])
        except (ValueError, TypeError, DacError):
            return False


def export(
    links: Iterable[Link],
    out: TextIO,
    form: Literal["jsonl", "csv"],
    rule_of: Callable[[Link], str] = lambda _: "",
) -> int:
    """Write events for an auditor, a line each; how many there were.

    `rule_of` tells the rule of a request whose beginning is not among them.
    """
    count, rules = 0, dict[str, str]()
    # With the line ends of RFC 4180: otherwise a lone \r in somebody's words would not be quoted and begin a line.
    writer = csv.writer(out, lineterminator="\r\n")
    if form == "csv":
        writer.writerow(_HEADINGS)
    for link in links:
        count += 1
        body = _parsed(link.body)
        if link.action in _JUDGED:
            rules[link.request_id] = _rule(body)
        elif link.request_id and link.request_id not in rules:
            rules[link.request_id] = rule_of(link)
        line = _line(link, body, rules.get(link.request_id, ""))
        if form == "csv":
            writer.writerow([_cell(value) for value in line.values()])
        else:
            out.write(_json(line) + "\n")
    return count


_HEADINGS = (
    "seq", "request", "at", "actor", "action", "before", "after", "rule", "comment", "change", "body", "hash"
)  # fmt: skip


def _line(link: Link, body: dict[str, Any], rule: str) -> dict[str, object]:
    comment = next(
        (str(body[key]) for key in ("comment", "because", "sentence", "outcome", "reason") if body.get(key)), ""
    )
    values = (
        link.seq, link.request_id, link.at, link.actor, link.action, link.before, link.after,
        rule, comment, _change(body), body or link.body, link.hash,
    )  # fmt: skip
    return dict(zip(_HEADINGS, values, strict=True))


def _change(body: dict[str, Any]) -> str:
    """What was asked for, or what somebody tried."""
    plan = _within(body, "plan")
    cluster = _within(plan, "cluster")
    match plan.get("action"):
        case "extend":
            return f"{cluster.get('name')}: lease of request {plan.get('leased')} {plan.get('by')} longer"
        case "scale":
            return f"{cluster.get('name')}: {cluster.get('unit_count')} -> {plan.get('to_units')} units"
        case str():
            steps = [each for each in plan.get("doing_", ()) if isinstance(each, dict)]
            return "; ".join(f"{each.get('kind')} {each.get('name', '')}".rstrip() for each in steps)
    return str(body.get("attempt", ""))


def _rule(body: dict[str, Any]) -> str:
    return str(_within(body, "rule").get("name", ""))


def _parsed(text: str) -> dict[str, Any]:
    """A body that has been tampered with need not be one."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _within(held: dict[str, Any], key: str) -> dict[str, Any]:
    inner = held.get(key)
    return inner if isinstance(inner, dict) else {}


def _json(value: object) -> str:
    # Half a character, which only tampering can bring, is written as it is in JSON.
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace").decode()


def _cell(value: object) -> str:
    text = _json(value) if isinstance(value, dict) else str(value).encode(errors="backslashreplace").decode()
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _latency(took: list[timedelta]) -> Latency | None:
    if not took:
        return None
    seconds = sorted(each.total_seconds() for each in took)
    return Latency(
        count=len(took),
        median=timedelta(seconds=statistics.median(seconds)),
        nine_tenths=timedelta(seconds=seconds[-(-len(seconds) * 9 // 10) - 1]),
    )


def _holds(row: sqlite3.Row, request: Request, first: Event) -> bool:
    """Whether it is found by what it is: a state or a date of its own beside the text would hide it."""
    never_change = {
        "requester": request.requester,
        "asked_at": stamp(request.asked_at),
        "delivery": first.delivery,
    }
    return all(row[name] == value for name, value in (never_change | columns(request)).items())


def _lenient(raw: bytes) -> str:
    return raw.decode(errors="replace")
