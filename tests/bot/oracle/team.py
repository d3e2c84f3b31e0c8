"""A team before the local Oracle: what it has there, what it asks for, and what Oracle has begun to do."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, cast

from approvals.request import Request
from approvals.service import Approvals
from approvals.store import Store
from bot.oracle.connection import Oracle
from dac.cluster import Cluster, ClusterType, Model, ResourceKind, Space
from dac.creating import Wish
from dac.endpoints import endpoint_of, endpoints_of
from dac.plans import Plan
from dac.steps import (
    MakeCluster,
    MakeEndpoint,
    MakeModel,
    Pause,
    RemoveCluster,
    RemoveEndpoint,
    RemoveModel,
    Scaling,
    Step,
)
from sandbox.oracle import Permission
from tests.bot.oracle.conftest import CHICAGO, Place
from tests.bot.oracle.lives import Life
from tests.fakes import ANN, BOB, groups, policy

OPERATIONS: dict[type[Step], str] = {
    Scaling: "UpdateDedicatedAiCluster",
    MakeCluster: "CreateDedicatedAiCluster",
    MakeEndpoint: "CreateEndpoint",
    MakeModel: "CreateModel",
    RemoveCluster: "DeleteDedicatedAiCluster",
    RemoveEndpoint: "DeleteEndpoint",
    RemoveModel: "DeleteModel",
}
_NOUNS = {"DedicatedAiCluster": "DEDICATED_AI_CLUSTER", "Endpoint": "ENDPOINT", "Model": "MODEL"}
_VERBS = ("Create", "Delete", "Update")


class Team:
    """People and their database; beside those of the scenario a cluster that serves nothing.

    Nothing serves the scenario's custom model here.
    """

    def __init__(self, oracle: Oracle, place: Place, path: Path, *, dry_run: bool = False) -> None:
        self.oracle, self.place, self.path = oracle, place, path
        self.store = Store(path)
        self.approvals = Approvals(self.store, policy, groups().members_of, lambda: place.now, dry_run=dry_run)
        wider = {"region": CHICAGO, "limit": "dedicated-unit-llama2-70-count", "value": 20}
        self.place.ask("POST", "limits", wider)
        idle = self.place.found("clusters", "docs-idle")
        self.compartment = str(idle["compartmentId"])
        bare = MakeCluster(
            key="bare",
            name="bare",
            region=CHICAGO,
            compartment_id=self.compartment,
            type=ClusterType.HOSTING,
            unit_shape="LARGE_GENERIC",
            unit_count=1,
        )
        made = self.oracle.writer.create(bare, tags={}, token="bare")
        # What serves the only custom model: Oracle deletes it before the model.
        serving = str(self.place.found("endpoints", "tickets-prod")["id"])
        self.oracle.writer.delete(self.oracle.reader.resource(ResourceKind.ENDPOINT, CHICAGO, serving))
        self.place.advance(120)
        self.bare, self.idle = self.cluster(made.resource_id), self.cluster(str(idle["id"]))
        (endpoint,) = (each for each in self.endpoints() if each.cluster_id == self.idle.id)
        self.endpoint = endpoint_of(self.oracle.reader.resource(ResourceKind.ENDPOINT, CHICAGO, endpoint.id))
        self.ours = self.model("tickets-triage")
        self.before = self.asked_for()
        self.place.ask("DELETE", "calls")

    def cluster(self, ocid: str) -> Cluster:
        return self.oracle.reader.cluster(CHICAGO, ocid)

    def endpoints(self) -> Any:
        return endpoints_of(self.oracle.reader.resources(ResourceKind.ENDPOINT, CHICAGO, self.compartment))

    def model(self, name: str) -> Model:
        ocid = str(self.place.found("models", name)["id"])
        return cast("Model", self.oracle.reader.resource(ResourceKind.MODEL, CHICAGO, ocid))

    def there(self, kind: ResourceKind) -> Any:
        return self.oracle.reader.resources(kind, CHICAGO, self.compartment)

    def room(self, shape: str) -> Any:
        return self.oracle.reader.headroom(Space(region=CHICAGO, unit_shape=shape))

    def wish(self, name: str, **more: Any) -> Wish:
        return Wish.model_validate({"name": name, "region": CHICAGO, "compartment_id": self.compartment, **more})

    def approved(self, plan: Plan) -> Request:
        delivery = uuid.uuid4().hex
        asked = self.approvals.submit(plan, requester=ANN, reason="", channel="CTEAM", delivery=delivery)
        return self.approvals.approve(asked.id, BOB)

    def life(self, holder: str = "one", *, dry_run: bool = False) -> Life:
        """Of a bot in this process."""
        return Life(self.place, self.oracle, self.path, holder, dry_run=dry_run)

    def begun(self) -> list[str]:
        """What Oracle has begun to do since the team was there, by its work requests."""
        begun = self.asked_for()
        for each in self.before:
            begun.remove(each)
        return begun

    def asked_for(self) -> list[str]:
        found = self.place.state()["regions"][CHICAGO]["workRequests"]
        return sorted(str(each["operationType"]) for each in found)

    def is_at_work(self) -> bool:
        found = self.place.state()["regions"][CHICAGO]["workRequests"]
        return any(each.get("timeFinished") is None for each in found)

    def asked_to_change(self) -> list[str]:
        """What Oracle has been asked for with the identity that may change things, whatever came of it."""
        calls = self.place.ask("GET", "calls")
        return [each["operation"] for each in calls if each["permission"] == Permission.MANAGE]


def work_of(steps: tuple[Step, ...]) -> list[str]:
    """What Oracle begins to do for them, each once, as its work requests call it."""
    work = []
    for step in steps:
        if not isinstance(step, Pause):
            verb = next(each for each in _VERBS if OPERATIONS[type(step)].startswith(each))
            work.append(f"{verb.upper()}_{_NOUNS[OPERATIONS[type(step)].removeprefix(verb)]}")
    return sorted(work)
