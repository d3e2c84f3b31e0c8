"""What people, and an auditor, wait for with 100,000 requests and 1,000,000 events in the file, and in an empty one."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

from approvals import journal
from approvals.audit import Head
from approvals.database import File
from approvals.events import BOT, Approved, Body, Event, Progressed, Sent, Started, Submitted, Succeeded, Voted
from approvals.policy import People
from approvals.records import Records
from approvals.request import Request, happened, submitted
from approvals.rows import Rows
from approvals.service import Approvals
from approvals.states import State
from approvals.store import Store
from commands._card import card
from commands._thread import thread
from tests.fakes import ANN, DAN, EVE, LEADS, ONCALL, START, FakeClock, cluster, groups, plan, policy, rule

REQUESTS = 100_000
EVENTS_EACH = 10
CLUSTERS = 500
AT_ONCE = 1_000
"""Requests that are written in one transaction."""

TIMES = 300
RULE = rule(approvers=People(groups=frozenset({ONCALL, LEADS})), approvals=2)


@cache
def asking(which: int) -> Submitted:
    made = plan(cluster(f"chat-{which}"))
    return Submitted(
        plan=made,
        digest=made.digest,
        reason="more readers than last week, and the launch is on Thursday",
        rule=RULE,
        rule_digest=RULE.digest,
        eligible=(DAN, EVE),
        channel="CTEAM",
        asked_in="CTEAM",
        nonce="",
        expires_at=START + RULE.expires_after,
    )


def history(number: int) -> Iterator[tuple[str, Body]]:
    """Who does what in the life of a request that is carried out, one event after the other."""
    asked = asking(number % CLUSTERS)
    yield ANN, asked.model_copy(update={"nonce": f"{number:08x}"})
    yield DAN, Voted(comment="fine with me", groups=(LEADS, ONCALL))
    yield EVE, Approved(comment="and with me", groups=(LEADS,), begin_by=START + RULE.begin_within)
    yield BOT, Started(etag=f"etag-{number}", holder="bench", until=START + timedelta(minutes=2))
    yield BOT, Sent(work_request_id=f"wr-{number}")
    for percent in range(20, 20 * (EVENTS_EACH - 5), 20):
        yield BOT, Progressed(percent=percent, work_request_id=f"wr-{number}")
    yield BOT, Succeeded(outcome=f"{asked.plan.subject.name} is ACTIVE with 4 units (work request wr-{number}).")


def fill(path: Path, requests: int) -> int:
    """Write that many lives down, by the code that writes one, only that a commit holds many; how many events."""
    Store(path)
    file, rows = File(path), Rows()
    for first in range(1, requests + 1, AT_ONCE):
        with file.transaction(write=True) as db:
            seq = db.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
            for number in range(first, min(first + AT_ONCE, requests + 1)):
                request: Request | None = None
                happening = []
                for actor, body in history(number):
                    seq += 1
                    event = Event(
                        seq=seq, request_id=number, at=START, actor=actor, delivery=f"{number}-{seq}", body=body
                    )
                    before, request = request, happened(request, event) if request else submitted(event)
                    happening.append((event, before.state if before else None, request.state))
                assert request  # noqa: S101 - a history is not empty
                rows.insert(db, request, f"asked-{number}")
                for event, state, after in happening:
                    journal.write(db, event, state, after)
    return int(seq) if requests else 0


class Desk:
    """What is done with one file; each thing is timed on its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._clock = FakeClock()
        self._store = Store(path)
        self._approvals = Approvals(self._store, lambda: policy(RULE), groups().members_of, self._clock.now)
        self._made = 0

    def asked(self) -> Request:
        self._made += 1
        made, name = plan(cluster(f"new-{self._made}")), f"new-{self._made}"
        return self._approvals.submit(made, requester=ANN, reason="launch", channel="CTEAM", delivery=name)

    def vote(self) -> Callable[[], object]:
        request = self.asked()
        return lambda: self._approvals.approve(request.id, DAN, delivery=f"click-{request.id}")

    def card(self) -> Callable[[], object]:
        request = self._approvals.approve(self.asked().id, DAN)

        def draw() -> object:
            seen = self._store.get(request.id)
            return card(seen), thread(seen, self._store.events(request.id))

        return draw

    def outbox(self) -> Callable[[], object]:
        for number in self._store.unseen():
            self._store.seen(number, self._store.get(number).version)
        self.asked()
        return self._store.unseen

    def due(self) -> Callable[[], object]:
        return lambda: self._store.due(START)

    def newest(self) -> Callable[[], object]:
        return lambda: self._store.in_states(*State, newest=10)

    def mine(self) -> Callable[[], object]:
        return lambda: self._store.in_states(*State, requester=ANN, newest=10)

    def to_carry_out(self) -> Callable[[], object]:
        return lambda: self._store.in_states(State.APPROVED, State.APPLYING)


THINGS: dict[str, Callable[[Desk], Callable[[], object]]] = {
    "a vote": Desk.vote,
    "a card and its thread": Desk.card,
    "what is not shown yet": Desk.outbox,
    "what is due": Desk.due,
    "the newest requests": Desk.newest,
    "somebody's requests": Desk.mine,
    "what is to be carried out": Desk.to_carry_out,
}


def took(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def compare(small: Desk, big: Desk, times: int) -> None:
    for name, thing in THINGS.items():
        # In turns, so that whatever else the machine does meets both; the first few fill caches.
        both = [(took(thing(small)), took(thing(big))) for _ in range(times)][times // 10 :]
        empty, full = (statistics.median(each) * 1000 for each in zip(*both, strict=True))
        print(f"{name:26} {empty:6.2f} ms empty {full:6.2f} ms full, {full / empty:.2f} times")


def verify(path: Path) -> None:
    """Alone in its process, so that its memory is its own."""
    records, began = Records(path), time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = records.first_break()
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if not isinstance(found, Head):
        raise SystemExit(f"the record is broken: {found}")
    print(
        f"audit verify: {found.seq:,} events in {seconds:.1f} s, {found.seq / seconds:,.0f} a second, "
        f"{peak / 1024:.0f} MB at the most, {(peak - before) / 1024:.0f} MB more than before it"
    )


def main(requests: int = REQUESTS, times: int = TIMES) -> None:
    with tempfile.TemporaryDirectory() as folder:
        empty, full = Path(folder) / "empty.sqlite3", Path(folder) / "full.sqlite3"
        began = time.perf_counter()
        events = fill(full, requests)
        size = full.stat().st_size / 1024**3
        print(f"{requests:,} requests, {events:,} events, {size:.2f} GB, made in {time.perf_counter() - began:.0f} s")
        compare(Desk(empty), Desk(full), times)
        for path in (empty, full):
            sys.stdout.flush()
            subprocess.run([sys.executable, "-m", "bench.big", "verify", str(path)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["verify"]:
        verify(Path(sys.argv[2]))
    else:
        main(*(int(each) for each in sys.argv[1:]))
