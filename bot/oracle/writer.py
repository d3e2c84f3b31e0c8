"""Changing, making and removing things at Oracle with the executor's identity."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import oci

from bot.oracle import details
from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.errors import understood
from dac.cluster import Cluster, Endpoint, Model, Resource
from dac.errors import Invalid
from dac.gateway import Taken
from dac.steps import MakeCluster, MakeEndpoint, MakeModel


class OracleWriter:
    """`dac.gateway.ClusterWriter` over Oracle's SDK; `changed` is told of every attempt that may have got through."""

    def __init__(self, clients: Clients, calls: Calls, changed: Callable[[], None]) -> None:
        self._clients, self._calls, self._changed = clients, calls, changed

    def scale(self, cluster: Cluster, unit_count: int, *, tags: Mapping[str, str]) -> str | None:
        if cluster.etag is None:
            raise Invalid(f"{cluster.address} was read from a list: read it by itself before changing it.")
        client = self._clients.generative_ai(cluster.region)
        new = oci.generative_ai.models.UpdateDedicatedAiClusterDetails(
            unit_count=unit_count,
            # Oracle replaces all tags at once, so those that are there go along.
            freeform_tags={**cluster.freeform_tags, **tags},
        )
        response = self._write(
            f"Scaling {cluster.address} to {unit_count} units",
            lambda: client.update_dedicated_ai_cluster(
                cluster.id, new, if_match=cluster.etag, opc_request_id=_request_id()
            ),
        )
        return _work_request(response)

    def create(self, step: MakeCluster | MakeEndpoint | MakeModel, *, tags: Mapping[str, str], token: str) -> Taken:
        client = self._clients.generative_ai(step.region)
        match step:
            case MakeCluster():
                call, made = client.create_dedicated_ai_cluster, details.cluster(step, tags)
            case MakeEndpoint():
                call, made = client.create_endpoint, details.endpoint(step, tags)
            case MakeModel():
                call, made = client.create_model, details.model(step, tags)
        doing = f"Creating {step.makes} {step.name} in {step.region}"
        response = self._write(doing, lambda: call(made, opc_retry_token=token, opc_request_id=_request_id()))
        with understood(doing):
            return Taken(resource_id=response.data["id"], work_request_id=_work_request(response))

    def delete(self, resource: Resource) -> str | None:
        if resource.etag is None:
            raise Invalid(f"{resource.name} was read from a list: read it by itself before deleting it.")
        client = self._clients.generative_ai(resource.region)
        match resource:
            case Cluster():
                kind, call = "cluster", client.delete_dedicated_ai_cluster
            case Endpoint():
                kind, call = "endpoint", client.delete_endpoint
            case Model():
                kind, call = "model", client.delete_model
        response = self._write(
            f"Deleting {kind} {resource.name} in {resource.region}",
            lambda: call(resource.id, if_match=resource.etag, opc_request_id=_request_id()),
        )
        return _work_request(response)

    def _write(self, doing: str, call: Callable[[], Any]) -> Any:
        try:
            return self._calls.write(doing, call)
        finally:
            self._changed()


def _request_id() -> str:
    return uuid.uuid4().hex.upper()


def _work_request(response: Any) -> str | None:
    named: str | None = response.headers.get("opc-work-request-id")
    return named
