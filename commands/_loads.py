"""The last days of many clusters, read at the same time and for no longer than somebody waits."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from commands._command import Services
from dac.cluster import Cluster
from dac.errors import DacError
from dac.figures import Unknown
from dac.history import History

PATIENCE = timedelta(seconds=25)
"""How long all of them are waited for; the clusters of a compartment are one reading, however many they are."""


def loads(wanted: Sequence[Cluster], services: Services) -> dict[str, History | Unknown]:
    """By the clusters' OCIDs; what cannot be read says why. The first are read first, for the time may end."""
    ends = services.now() + PATIENCE

    def read(cluster: Cluster) -> History | Unknown:
        try:
            left = (ends - services.now()).total_seconds()
            return services.fleet.history(cluster, seconds=left) if left > 0 else _out_of_time(cluster)
        except DacError as error:
            return Unknown(what=f"the load of {cluster.name}", settle=str(error))

    with ThreadPoolExecutor(max_workers=8, thread_name_prefix="history") as pool:
        return {each.id: history for each, history in zip(wanted, pool.map(read, wanted), strict=True)}


def _out_of_time(cluster: Cluster) -> Unknown:
    return Unknown(
        what=f"the load of {cluster.name}", settle="Oracle took too long over the clusters before it; name it"
    )
