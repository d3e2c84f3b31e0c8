"""Snapshots to look for causes in: a cluster that is well, and what is changed of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from dac.cluster import Cluster, Headroom, Traffic, WorkRequest
from dac.discovery import Discovery, Offered
from dac.figures import Unknown
from dac.history import History, Hour, each_hour, window
from dac.snapshot import Snapshot, Work, charged_days
from dac.usage import Spend, UsageRow
from tests.fakes import REGION, START, cluster, endpoint, fleet, model, traffic

CHAT = cluster()
WEB = endpoint(CHAT, "chat-web")
MODEL = model()
TUNE = cluster("tune", type="FINE_TUNING")
UNREAD = Unknown(what="the load of the last hours", settle="Oracle did not answer in time")
LEFT = Headroom(limit_name="dedicated-unit-large-cohere-count", region=REGION, used=4, available=6, read_at=START)


def hour(calls: float | None = 1000, p95: float | None = 2, into: float | None = 500, out: float | None = 200) -> Hour:
    """Tokens are those of one call."""
    some = calls or 0
    return Hour(
        since=START,
        calls=_decimal(calls),
        errors=Decimal(0),
        input_tokens=None if into is None else Decimal(str(into * some)),
        output_tokens=None if out is None else Decimal(str(out * some)),
        p95_seconds=_decimal(p95),
    )


def history(*newest: Hour, of: Cluster = CHAT, usual: Hour | None = None, days: int = 1) -> History:
    """A day of ordinary hours, with these at its end."""
    since, until = window(START, days)
    every = list(each_hour(since, until))
    hours = [usual or hour()] * (len(every) - len(newest)) + list(newest)
    placed = tuple(each.model_copy(update={"since": at}) for at, each in zip(every, hours, strict=True))
    return History(cluster_id=of.id, since=since, until=until, hours=placed, read_at=START)


def charged(*hours: float, of: Cluster = CHAT) -> Spend:
    """So many unit-hours a day, on the days up to yesterday."""
    since, until = charged_days(START)
    first = START.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=len(hours))
    rows = tuple(
        UsageRow(
            since=first + timedelta(days=number),
            until=first + timedelta(days=number + 1),
            currency="USD",
            amount=Decimal(1),
            resource_id=of.id,
            quantity=Decimal(str(each)),
        )
        for number, each in enumerate(hours)
    )
    return Spend(since=since, until=until, rows=rows, read_at=START)


def lately(**figures: Any) -> tuple[Traffic, ...]:
    """The endpoint's last hour, with these figures, and its last three days."""
    given: dict[str, Any] = {"calls": 1000, "client_errors": 5, "server_errors": 1, "p95_latency": 2000}
    given |= {"latency_unit": "ms", "input_tokens": 500_000, "output_tokens": 200_000}
    return (
        traffic(WEB, **given | figures),
        traffic(WEB, hours=72, calls=Decimal(60_000), day_calls=Decimal(20_000)),
    )


def well(**changes: Any) -> Snapshot:
    """The cluster chat, of which everything is known and nothing wrong; `changes` are those of the snapshot."""
    given: dict[str, Any] = {
        "taken_at": START,
        "fleet": fleet(CHAT, endpoints=(WEB,), models=(MODEL,), traffic=lately()),
        "cluster": CHAT,
        "work": (),
        "headroom": LEFT,
        "history": history(),
        "spend": charged(),
        "discovery": Discovery(read_at=START, offered=(Offered(model="cohere.command-r", region=REGION),)),
    }
    return Snapshot.model_validate(given | changes)


def seen(of: Cluster | None = CHAT, *, endpoints: Sequence[Any] = (WEB,), **more: Any) -> Snapshot:
    """The same with that cluster and another fleet; None looks into all of it."""
    own = {name: more.pop(name) for name in list(more) if name in Snapshot.model_fields}
    clusters = more.pop("clusters", (of or CHAT,))
    given: dict[str, Any] = {"models": (MODEL,), "traffic": lately(), **more}
    return well(fleet=fleet(*clusters, endpoints=tuple(endpoints), **given), cluster=of, **own)


def work(
    *errors: str,
    status: str = "FAILED",
    operation: str = "UPDATE_DEDICATED_AI_CLUSTER",
    hours: float = 1,
    of: str = "chat",
    number: int = 1,
) -> Work:
    """A work request that was accepted so many hours ago."""
    accepted = START - timedelta(hours=hours)
    request = WorkRequest(
        id=f"wr-{number}",
        operation_type=operation,
        status=status,
        percent_complete=Decimal(40),
        time_accepted=accepted,
        errors=errors,
    )
    return Work(resource_id=f"ocid-{of}", name=of, request=request)


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
