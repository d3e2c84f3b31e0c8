"""The hours of one cluster's last days, put together from those of the compartments its endpoints are in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from bot.kept import Kept
from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.config import OracleConfig
from bot.oracle.days import Days, DaysReading
from bot.oracle.deadline import within
from dac.cluster import Cluster, Fleet
from dac.errors import Unavailable
from dac.history import History, each_hour, full_hour, together, window


class Histories:
    """A compartment's days are kept for minutes and shared by all clusters: who asks for each in turn asks once."""

    def __init__(self, clients: Clients, calls: Calls, config: OracleConfig, now: Callable[[], datetime]) -> None:
        self._clients, self._calls, self._config, self._now = clients, calls, config, now
        self._kept: dict[tuple[str, str, int], Kept[Days]] = {}
        self._guard = threading.Lock()

    def of(self, cluster: Cluster, fleet: Fleet, days: int, seconds: float | None = None) -> History:
        """`fleet` tells in which compartments the cluster's endpoints are."""
        window(self._now(), days)
        for gap in fleet.gaps:
            if gap.region == cluster.region and gap.what.startswith("endpoints"):
                raise Unavailable(f"The load of {cluster.address} is not known in full. {gap.because}")
        endpoints = [each for each in fleet.endpoints if each.cluster_id == cluster.id]
        compartments = dict.fromkeys((cluster.compartment_id, *(each.compartment_id for each in endpoints)))
        patience = self._config.patience.history
        with within(patience if seconds is None else min(seconds, patience)):
            return _put_together(cluster, [self._days(cluster.region, each, days) for each in compartments])

    def _days(self, region: str, compartment_id: str, days: int) -> Days:
        def read() -> Days:
            at = self._now().astimezone(UTC)
            return DaysReading(self._clients, self._calls, region, compartment_id).read(*window(at, days), at)

        with self._guard:
            kept = self._kept.setdefault(
                (region, compartment_id, days), Kept(read, self._config.slow_fresh_for, self._now)
            )
        return kept.get()


def _put_together(cluster: Cluster, found: list[Days]) -> History:
    """Over the hours that all of them know; one may have been read before the hour struck, another after."""
    until = min(each.until for each in found)
    born = full_hour(cluster.time_created.astimezone(UTC))
    since = min(max(born, *(each.since for each in found)), until)
    return History(
        cluster_id=cluster.id,
        since=since,
        until=until,
        hours=tuple(
            together(at, [part for each in found for part in each.parts(cluster.id, at)])
            for at in each_hour(since, until)
        ),
        read_at=min(each.read_at for each in found),
    )
