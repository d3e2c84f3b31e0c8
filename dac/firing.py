"""Which of Oracle's own alarms fire over which cluster, to be shown beside what the watch found itself."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import AwareDatetime

from dac.alarms import Alarm
from dac.figures import Frozen
from dac.health import Health


class Firing(Frozen):
    """An alarm that fires; `severity` is Oracle's text."""

    cluster_id: str
    name: str
    severity: str
    since: AwareDatetime


def firing(alarms: Iterable[Alarm], clusters: Iterable[Health]) -> tuple[Firing, ...]:
    """Those over each cluster: that name it or an endpoint of it, or nothing and so all of its compartment."""
    loud = [each for each in alarms if each.firing]
    return tuple(
        Firing(cluster_id=health.cluster.id, name=each.name, severity=each.severity, since=each.since)
        for health in clusters
        for each in loud
        if each.over(health.cluster.region, health.cluster.compartment_id, _ids(health))
    )


def _ids(health: Health) -> tuple[str, ...]:
    return health.cluster.id, *(each.id for each in health.endpoints)
