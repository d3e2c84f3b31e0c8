"""Every incident of the local Oracle is found for what it is, and nothing in a tenancy that is well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.oracle.config import Patience
from bot.oracle.connection import Oracle
from dac.cluster import Cluster, Fleet
from dac.diagnosis import Diagnosis, diagnose
from dac.findings import Severity
from dac.health import survey
from dac.playbooks import shipped
from dac.snapshot import Snapshot
from dac.verdicts import Ruling
from sandbox.oracle import Key
from sandbox.oracle.config import HEALTHY
from sandbox.oracle.incidents import INCIDENTS
from tests.bot.oracle.conftest import CHICAGO, Open, Place, local_oracle
from tests.fakes import CATALOG

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
SHIPPED = shipped()
CHAT, LLAMA, TUNE, SECOND, FLEET = "chat-prod", "support-llama", "chat-prod-finetune", "chat-prod-second", ""
LONG = "Long prompts/completions"
NOT_WELL = "The cluster is being changed, or is not well"

TOLD: dict[str, tuple[tuple[str, str, str], ...]] = {
    "undersized": (
        (CHAT, "high-latency", "Cluster undersized for traffic"),
        (CHAT, "cluster-needs-attention", "An alarm of Oracle's Monitoring fires over it"),
        (CHAT, "throttling", "The units are busy: the slow hours are those with more calls"),
    ),
    "long-prompts": ((CHAT, "high-latency", LONG),),
    "long-completions": ((CHAT, "high-latency", LONG),),
    "server-errors": (
        (CHAT, "high-latency", "Calls fail at Oracle and are tried again"),
        (CHAT, "endpoint-not-responding", "Calls fail at Oracle"),
    ),
    "client-errors": (
        (CHAT, "endpoint-not-responding", "IAM permission issues"),
        (FLEET, "not-authorized", "Callers of an endpoint are refused"),
    ),
    "throttled-callers": ((CHAT, "throttling", "Callers ask for more than the cluster takes"),),
    "calls-stopped": ((CHAT, "endpoint-not-responding", "Calls do not get there"),),
    "idle": ((FLEET, "cost-surprise", "A hosting cluster that nobody calls"),),
    "endpoint-creating": ((CHAT, "endpoint-not-responding", "Endpoint being created (takes time)"),),
    "endpoint-failed": (
        (CHAT, "endpoint-not-responding", "The endpoint has failed or is being deleted"),
        (CHAT, "cluster-needs-attention", "An endpoint on it has failed"),
    ),
    "endpoint-deleted": ((CHAT, "endpoint-not-responding", "An endpoint was deleted lately"),),
    "endpoint-deleting": ((CHAT, "endpoint-not-responding", "The endpoint has failed or is being deleted"),),
    "scaled-up": (
        (FLEET, "cost-surprise", "A cluster that was given more units lately"),
        (CHAT, "cost-surprise", "A cluster that was given more units lately"),
    ),
    "no-endpoint": (
        (CHAT, "endpoint-not-responding", "There is no endpoint"),
        (FLEET, "cost-surprise", "A cluster without an endpoint"),
    ),
    "cluster-updating": (
        (CHAT, "high-latency", NOT_WELL),
        (CHAT, "endpoint-not-responding", "Cluster maintenance"),
    ),
    "stuck-work": ((CHAT, "cluster-needs-attention", "Something Oracle was asked to do is stuck"),),
    "needs-attention": (
        (CHAT, "cluster-needs-attention", "Oracle says that something is wrong with it"),
        (CHAT, "high-latency", NOT_WELL),
    ),
    "cluster-failed": (
        (CHAT, "cluster-needs-attention", "Oracle says that something is wrong with it"),
        (CHAT, "endpoint-not-responding", "Cluster maintenance"),
    ),
    "fine-tune-format": (
        (TUNE, "fine-tuning-fails", "Invalid training data format"),
        (FLEET, "cost-surprise", "A fine-tuning cluster left over"),
    ),
    "fine-tune-few": ((TUNE, "fine-tuning-fails", "Insufficient examples"),),
    "fine-tune-limit": (
        (TUNE, "fine-tuning-fails", "Resource quota exceeded"),
        (TUNE, "limit-refused", "Oracle has answered LimitExceeded"),
    ),
    "fine-tune-quota": (
        (TUNE, "fine-tuning-fails", "Resource quota exceeded"),
        (TUNE, "limit-refused", "Your own administrators' quota is used up"),
    ),
    "fine-tune-capacity": ((TUNE, "fine-tuning-fails", "Oracle has no hardware for it just now"),),
    "fine-tune-otherwise": ((TUNE, "fine-tuning-fails", "Another reason that Oracle names"),),
    "fine-tune-waits": ((TUNE, "fine-tuning-fails", "The fine-tuning cluster is not ACTIVE"),),
    "work-failed": ((CHAT, "cluster-needs-attention", "What Oracle was last asked to do has failed"),),
    "no-capacity": (
        (CHAT, "cluster-needs-attention", "Oracle has no hardware left for it"),
        (CHAT, "limit-refused", "Oracle has no such hardware left in the region"),
        (FLEET, "cold-region", "Oracle has no such hardware left there"),
    ),
    "model-retired": ((FLEET, "model-retiring", "A hosted model is retired"),),
    "cluster-made-lately": ((FLEET, "cost-surprise", "A cluster that was made lately"),),
    "limit-refused": ((CHAT, "limit-refused", "Oracle has answered LimitExceeded"),),
    "endpoints-full": ((CHAT, "limit-refused", "The cluster has as many endpoints as it can"),),
    "partly-unauthorised": ((FLEET, "not-authorized", "A policy is missing for part of what the bot reads"),),
    "limit-never-raised": ((FLEET, "cold-region", "The service limit there has never been raised"),),
    "model-retiring": ((FLEET, "model-retiring", "A hosted model retires soon"),),
    "second-cluster": ((FLEET, "cost-surprise", "A cluster without an endpoint"),),
    "unauthenticated": ((FLEET, "not-authorized", "Oracle does not take the bot's signature (401)"),),
    "unauthorised": ((FLEET, "not-authorized", "A policy is missing for a whole region or compartment"),),
    "throttled": ((FLEET, "throttling", "Oracle throttles what the bot itself reads"),),
    "limit-used-up": ((CHAT, "limit-refused", "The service limit is used up"),),
    "quota-exceeded": ((CHAT, "limit-refused", "Your own administrators' quota is used up"),),
    "region-without-service": (
        (FLEET, "cold-region", "Generative AI is not offered there"),
        (FLEET, "not-authorized", "Generative AI is not offered in that region"),
    ),
    "region-without-models": ((FLEET, "cold-region", "No model is offered there for dedicated clusters"),),
}
"""For each incident, on chat-prod, what is looked into with which playbook, and the likeliest cause there."""

WITHOUT_A_CAUSE = {"network", "model-withdrawn"}
"""What leaves nothing behind from which Oracle's answers tell it: its own measuring begins where the way ends."""

REGIONAL = {"region-without-models", "partly-unauthorised"}
"""What is so for every cluster of the region."""

UNWAITED = {"region-silent"}
"""Takes as long as Oracle is waited for, in real time: `tests/dac/test_checks.py` has what is made of it."""

DOWN = {"monitoring-down", "limits-down", "usage-down"}


@dataclass
class Ward:
    """A tenancy in which things happen, and what is found there."""

    place: Place
    opened: Callable[[Place], Open]
    patience: Patience = Patience(names=60)  # noqa: RUF009 - it is frozen

    def happens(self, name: str, cluster: str = CHAT, hours: float = 2) -> None:
        self.place.ask("POST", "incidents", {"name": name, "cluster": cluster, "hours": hours})

    def oracle(self) -> Oracle:
        return self.opened(self.place)(patience=self.patience)


class Looking:
    """Each thing is examined once, and its snapshot gone through with any playbook."""

    def __init__(self, oracle: Oracle) -> None:
        self.reader = oracle.reader
        self.fleet = oracle.reader.fleet()
        self._seen: dict[str, Snapshot] = {}

    def cluster(self, name: str) -> Cluster | None:
        return next((each for each in self.fleet.clusters if each.name == name), None)

    def at(self, name: str) -> Snapshot:
        if name not in self._seen:
            cluster = self.cluster(name)
            assert cluster or name == FLEET, f"{name} is not there"
            *_, self._seen[name] = self.reader.examine(lambda _: (cluster, None))
        return self._seen[name]

    def through(self, name: str, playbook: str) -> Diagnosis:
        return diagnose(SHIPPED.find(playbook), self.at(name), SHIPPED.thresholds)

    def likely(self, name: str, playbook: str) -> list[str]:
        return [each.cause.text for each in self.through(name, playbook).of(Ruling.LIKELY)]

    def accused(self, name: str) -> list[tuple[str, str]]:
        cluster = self.cluster(name)
        fitting = [it.name for it in SHIPPED.playbooks if (it.fits(cluster.type) if cluster else it.about == "fleet")]
        return [(playbook, cause) for playbook in fitting for cause in self.likely(name, playbook)]


@pytest.fixture(scope="module")
def hospital(keys: tuple[Path, tuple[Key, ...]]) -> Iterator[Place]:
    with local_oracle(keys, now=NOON, scenario=HEALTHY) as found:
        yield found


@pytest.fixture
def ward(hospital: Place, open_at: Callable[[Place], Open]) -> Ward:
    hospital.ask("POST", "reset")
    return Ward(hospital, open_at)


def look(ward: Ward, *names: str) -> Looking:
    return Looking(ward.oracle())


def test_every_incident_has_its_place_in_the_table() -> None:
    assert set(TOLD) | WITHOUT_A_CAUSE | UNWAITED | DOWN == set(INCIDENTS)


def unwell(fleet: Fleet) -> list[Any]:
    judged = survey(fleet, NOON, CATALOG)
    return [it for each in judged for it in each.findings if it.severity in {Severity.BROKEN, Severity.ATTENTION}]


def test_nothing_is_accused_where_all_is_well(ward: Ward) -> None:
    found = look(ward)
    assert not unwell(found.fleet)
    names = [FLEET, *(each.name for each in found.fleet.clusters)]
    assert len(names) == 5
    assert not [(name, *each) for name in names for each in found.accused(name)]


@pytest.mark.parametrize("incident", TOLD)
def test_the_cause_of_an_incident_is_named_first_and_no_other_cluster_accused(ward: Ward, incident: str) -> None:
    ward.happens(incident)
    found = look(ward, incident)
    for name, playbook, cause in TOLD[incident]:
        assert found.likely(name, playbook)[:1] == [cause], found.through(name, playbook)
    others = {each.name for each in found.fleet.clusters if incident not in REGIONAL or each.region != CHICAGO}
    others -= {CHAT, TUNE, SECOND}
    assert LLAMA in others
    assert not [(name, *each) for name in others for each in found.accused(name)]


@pytest.mark.parametrize("incident", sorted(WITHOUT_A_CAUSE | {"usage-down"}))
def test_what_oracle_shows_no_sign_of_accuses_nobody(ward: Ward, incident: str) -> None:
    ward.happens(incident)
    found = look(ward)
    assert not [(each.name, *told) for each in found.fleet.clusters for told in found.accused(each.name)]
    assert found.through(CHAT, "high-latency").found[0].cause.text == "Network issues"
    assert found.through(CHAT, "high-latency").found[0].verdict.ruling is Ruling.UNKNOWN


@pytest.mark.parametrize(
    ("first", "second", "where", "hours"),
    [
        ("undersized", "limit-used-up", CHAT, 10),
        ("undersized", "limit-used-up", LLAMA, 2),
        ("long-prompts", "model-retiring", CHAT, 26),
        ("long-completions", "quota-exceeded", LLAMA, 8),
        ("server-errors", "endpoint-failed", CHAT, 2),
        ("throttled-callers", "stuck-work", LLAMA, 3),
        ("client-errors", "endpoint-creating", CHAT, 12),
        ("idle", "model-retiring", LLAMA, 2),
        ("needs-attention", "limit-used-up", CHAT, 20),
        ("cluster-failed", "fine-tune-format", LLAMA, 7),
        ("fine-tune-few", "no-endpoint", CHAT, 72),
        ("fine-tune-limit", "model-retiring", LLAMA, 2),
        ("second-cluster", "undersized", LLAMA, 1),
        ("scaled-up", "idle", LLAMA, 2),
        ("endpoint-deleted", "server-errors", CHAT, 5),
        ("calls-stopped", "fine-tune-quota", LLAMA, 30),
        ("work-failed", "endpoint-deleted", LLAMA, 20),
        ("no-capacity", "model-retired", CHAT, 4),
        ("endpoints-full", "client-errors", LLAMA, 3),
        ("region-without-models", "undersized", LLAMA, 2),
    ],
)
def test_of_two_incidents_both_are_found(ward: Ward, first: str, second: str, where: str, hours: float) -> None:
    ward.happens(first, hours=hours)
    ward.happens(second, where, hours=hours)
    found = look(ward)
    for incident, cluster in ((first, CHAT), (second, where)):
        for name, playbook, cause in TOLD[incident]:
            assert cause in found.likely(name.replace(CHAT, cluster), playbook)
    (name, playbook, cause), *_ = TOLD[second]
    if where != CHAT and name:
        assert found.likely(name.replace(CHAT, where), playbook)[0] == cause


RESTS_ON_MONITORING = {
    "high-latency": {
        "Cluster undersized for traffic",
        LONG,
        "Network issues",
        "Calls fail at Oracle and are tried again",
    },
    "endpoint-not-responding": {"IAM permission issues", "Calls fail at Oracle", "Calls do not get there"},
    "cost-surprise": {"A hosting cluster that nobody calls"},
}
RESTS_ON_LIMITS = {"limit-refused": {"The service limit is used up", "The service limit has never been raised"}}


@pytest.mark.parametrize(
    ("incident", "resting"), [("monitoring-down", RESTS_ON_MONITORING), ("limits-down", RESTS_ON_LIMITS)]
)
def test_what_rests_on_a_service_that_is_down_is_unknown_and_the_rest_as_before(
    ward: Ward, incident: str, resting: dict[str, set[str]]
) -> None:
    before = look(ward)
    ward.happens(incident)
    after = look(ward)
    for playbook in RESTS_ON_MONITORING | RESTS_ON_LIMITS:
        was = {each.cause.text: each.verdict.ruling for each in before.through(CHAT, playbook).found}
        now = {each.cause.text: each.verdict.ruling for each in after.through(CHAT, playbook).found}
        assert now == was | dict.fromkeys(resting.get(playbook, ()), Ruling.UNKNOWN), playbook
    assert not after.accused(CHAT)
    assert not after.accused(FLEET)


@pytest.mark.parametrize(
    ("operation", "playbook", "cause"),
    [
        ("ListModels", "model-retiring", "A hosted model is retired"),
        ("ListEndpoints", "endpoint-not-responding", "There is no endpoint"),
        ("ListWorkRequests", "cluster-needs-attention", "Something Oracle was asked to do is stuck"),
    ],
)
def test_what_rests_on_a_list_that_fails_is_unknown(ward: Ward, operation: str, playbook: str, cause: str) -> None:
    ward.place.fault("status", operation=operation, status=503)
    found = look(ward).through(CHAT, playbook)
    assert cause in {each.cause.text for each in found.of(Ruling.UNKNOWN)}
