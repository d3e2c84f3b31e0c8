"""Which days Oracle's Cost Anomaly Detection found to cost another sum than foreseen, told in the home region alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from bot.kept import Kept
from bot.oracle import exact
from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.config import OracleConfig
from bot.oracle.errors import understood
from dac.anomalies import Anomalies, Anomaly
from dac.errors import DacError, Unavailable
from dac.figures import Unknown

LOOK_BACK = timedelta(days=62)
"""This month and the last."""

WHAT = "what cost anomalies Oracle found"
POLICY = "read usage-budgets in tenancy"
LONGEST = 300
"""Characters of a root cause."""

Json = dict[str, Any]


class CostAnomalies:
    """Kept for minutes; a failure is told as what would settle it, and not kept."""

    def __init__(
        self,
        clients: Clients,
        calls: Calls,
        config: OracleConfig,
        now: Callable[[], datetime],
        home: Callable[[], str],
    ) -> None:
        self._clients, self._calls, self._now, self._home = clients, calls, now, home
        self._kept = Kept(self._read, config.slow_fresh_for, now)

    def anomalies(self) -> Anomalies | Unknown:
        try:
            return self._kept.get()
        except Unavailable as error:
            return Unknown(what=WHAT, settle=f"ask again later. {error}")
        except DacError as error:
            return Unknown(
                what=WHAT,
                settle=(
                    f"let the reading identity `{POLICY}`, if that is what it takes: we have seen no page of Oracle's "
                    f"that names a policy for it, or where Cost Anomaly Detection is offered. {error}"
                ),
            )

    def _read(self) -> Anomalies:
        at, home = self._now(), self._home()
        since = (at.astimezone(UTC) - LOOK_BACK).date()
        doing = f"Reading cost anomalies in {home}"
        query = {
            "compartmentId": self._clients.tenancy(),
            "timeAnomalyEventStartDate": f"{since}T00:00:00.000Z",
            "timeAnomalyEventEndDate": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        found: list[Anomaly] = []
        for response in self._calls.pages(doing, partial(_listed, self._clients.cost_anomalies(home), query)):
            with understood(doing):
                found += read_anomalies(response.data)
        newest_first = sorted(found, key=lambda each: (each.day, each.id), reverse=True)
        return Anomalies(since=since, found=tuple(newest_first), read_at=at)


def read_anomalies(text: bytes) -> list[Anomaly]:
    """Those that Oracle lists, digit by digit; a ValueError or KeyError where it is not in Oracle's form."""
    return [_anomaly(each) for each in exact.read(text)["items"]]


def _listed(client: Any, query: Json, page: str | None = None) -> Any:
    return exact.asked(client, "GET", "/costAnomalyEvents", query | {"page": page})


def _anomaly(raw: Json) -> Anomaly:
    looks_at: dict[str, list[str]] = {}
    for key, value in _dimensions(raw.get("targetResourceFilter") or {}):
        looks_at.setdefault(key, []).append(value)
    return Anomaly(
        id=raw["id"],
        name=raw.get("costAnomalyName") or raw["id"],
        day=datetime.fromisoformat(raw["timeAnomalyEventDate"]).astimezone(UTC).date(),
        monitor=raw["costMonitorName"],
        state=raw.get("lifecycleState") or "",
        service=", ".join(looks_at.get("service", ())),
        region=", ".join(looks_at.get("region", ())),
        compartment_ids=tuple(looks_at.get("compartmentId", ())),
        part_numbers=tuple(looks_at.get("skuPartNumber", ())),
        resource_ids=tuple(looks_at.get("resourceId", ())),
        impact=raw.get("costImpact"),
        variance=raw.get("costVariancePercentage"),
        root_cause=_words((raw.get("rootCauseDetail") or {}).get("value")),
    )


def _dimensions(told: Json) -> Iterator[tuple[str, str]]:
    """What a filter names, however deep; how it joins them is left to the monitor's own name."""
    for each in told.get("dimensions") or ():
        yield str(each["key"]), str(each["value"])
    for each in told.get("filters") or ():
        yield from _dimensions(each)


def _words(value: Any) -> str:
    """A root cause is JSON of a form that Oracle documents nowhere: its own text, cut where it is long."""
    if value in (None, "", {}, []):
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"
