"""Changing clusters at Oracle with the executor's identity."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

import oci

from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from dac.cluster import Cluster
from dac.errors import Invalid


class OracleWriter:
    """`dac.gateway.ClusterWriter` over Oracle's SDK; `changed` is told of every attempt that may have got through."""

    def __init__(self, clients: Clients, calls: Calls, changed: Callable[[], None]) -> None:
        self._clients, self._calls, self._changed = clients, calls, changed

    def scale(self, cluster: Cluster, unit_count: int, *, tags: Mapping[str, str]) -> str | None:
        if cluster.etag is None:
            raise Invalid(f"{cluster.address} was read from a list: read it by itself before changing it.")
        client = self._clients.generative_ai(cluster.region)
        details = oci.generative_ai.models.UpdateDedicatedAiClusterDetails(
            unit_count=unit_count,
            # Oracle replaces all tags at once, so those that are there go along.
            freeform_tags={**cluster.freeform_tags, **tags},
        )
        try:
            response = self._calls.write(
                f"Scaling {cluster.address} to {unit_count} units",
                lambda: client.update_dedicated_ai_cluster(
                    cluster.id, details, if_match=cluster.etag, opc_request_id=uuid.uuid4().hex.upper()
                ),
            )
        finally:
            self._changed()
        work_request: str | None = response.headers.get("opc-work-request-id")
        return work_request
