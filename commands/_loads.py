"""The last days of many clusters, read at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from commands._command import Services
from dac.cluster import Cluster
from dac.errors import DacError
from dac.figures import Unknown
from dac.history import History


def loads(wanted: Sequence[Cluster], services: Services) -> dict[str, History | Unknown]:
    """By the clusters' OCIDs; what cannot be read says why."""

    def read(cluster: Cluster) -> History | Unknown:
        try:
            return services.fleet.history(cluster)
        except DacError as error:
            return Unknown(what=f"the load of {cluster.name}", settle=str(error))

    with ThreadPoolExecutor(max_workers=8, thread_name_prefix="history") as pool:
        return {each.id: history for each, history in zip(wanted, pool.map(read, wanted), strict=True)}
