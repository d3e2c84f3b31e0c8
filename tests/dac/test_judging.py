"""Every aspect that applies is judged, what is well too, with its evidence, its time and whose rule it was."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from dac.alarms import Alarm
from dac.cluster import Cluster, Headroom, Model, WorkRequest
from dac.findings import Aspect, Finding, Severity
from dac.health import Health, examine, survey
from dac.thresholds import SHIPPED, Thresholds
from tests.commands.fleets import large
from tests.dac.test_health import BUSY, CHAT, END, QUIET, TUNING
from tests.fakes import CATALOG, REGION, START, alarm, cluster, endpoint, fleet, gap, model, traffic

LIMIT = "dedicated-unit-large-cohere-count"
WELL = (traffic(END, **BUSY), traffic(END, hours=72, calls=50_000))
UNIT_UNKNOWN = "How far it can grow is unknown: what LARGE_SOMEDAY counts against is not on file"


def looked(of: Cluster = CHAT, drawn: Thresholds = SHIPPED, **more: Any) -> Health:
    seen = {"endpoints": (END,), "traffic": WELL, "models": (model(),), **more}
    return examine(of, fleet(of, **seen), START, CATALOG, drawn)


def judged(health: Health, aspect: Aspect) -> list[Finding]:
    return [each for each in health.findings if each.aspect == aspect]


def one(health: Health, aspect: Aspect) -> Finding:
    (found,) = judged(health, aspect)
    return found


def asked(operation: str = "UPDATE_DEDICATED_AI_CLUSTER", *, ago: float, on: str = CHAT.id, **more: Any) -> WorkRequest:
    accepted = START - timedelta(minutes=ago)
    told = {"id": f"wr-{ago}", "status": "IN_PROGRESS", "percent_complete": 40, **more}
    return WorkRequest.model_validate(
        {"operation_type": operation, "time_accepted": accepted, "resources": (on,), **told}
    )


def failed(*, ago: float, **more: Any) -> WorkRequest:
    ended = START - timedelta(minutes=ago)
    return asked(ago=ago + 5, status="FAILED", time_finished=ended, errors=("OutOfCapacity: no hosts left",), **more)


def room(available: int) -> Headroom:
    return Headroom(limit_name=LIMIT, region=REGION, used=4, available=available, read_at=START - timedelta(seconds=9))


def test_a_cluster_that_is_well_is_told_to_be_in_every_aspect() -> None:
    health = looked(headrooms=(room(6),))
    assert health.notable == ()
    assert {each.aspect for each in health.findings} == set(Aspect) - {Aspect.LEFTOVER}
    assert {each.severity for each in health.findings} == {Severity.OK}
    assert len({each.name for each in health.findings}) == len(health.findings)


def test_a_fine_tuning_cluster_is_judged_by_what_is_trained_on_it() -> None:
    tuned = cluster("chat", **TUNING)
    made = model(id="ocid1.tuned", name="support-v2", tuned_on=tuned.id, lifecycle_state="CREATING")
    health = looked(tuned, models=(made,), endpoints=(), traffic=())
    assert {each.aspect for each in health.findings} == {Aspect.LIFECYCLE, Aspect.WORK, Aspect.LEFTOVER}
    assert one(health, Aspect.LEFTOVER).sentence == "support-v2 is being trained on it"


def test_a_cluster_of_a_kind_nobody_knows_is_judged_by_its_state() -> None:
    health = looked(cluster("chat", type="TRAINING"))
    assert {each.aspect for each in health.findings} == {Aspect.LIFECYCLE, Aspect.WORK}


def test_a_finding_is_of_when_it_was_measured_or_read() -> None:
    health = looked(headrooms=(room(6),))
    assert one(health, Aspect.LIMIT).at == START - timedelta(seconds=9)
    late = traffic(END, **BUSY).model_copy(update={"until": START - timedelta(minutes=2)})
    assert one(looked(traffic=(late,)), Aspect.LATENCY).at == START - timedelta(minutes=2)
    assert judged(health, Aspect.LIFECYCLE)[0].at == START


@pytest.mark.parametrize(
    ("aspect", "sentence", "evidence"),
    [
        (Aspect.LATENCY, "p95 latency 0.8 s, within the handbook's 5 s", ("p50 0.3 s", "p95 0.8 s", "p99 2.0 s")),
        (Aspect.ERRORS, "0.0% of calls fail, within the handbook's 5%", ("0 of 1,000 calls in the last hour",)),
        (Aspect.TRAFFIC, "It is called", ("1,000 calls in the last hour", "50,000 in 72 h")),
        (Aspect.ENDPOINTS, "1 endpoint of 50", ("1 endpoint listed", "totalEndpointCapacity 50")),
        (
            Aspect.RETIREMENT,
            "Model cohere.command-a: Oracle has announced no end of dedicated use",
            ("timeDedicatedRetired not given",),
        ),
        (Aspect.LIMIT, f"6 left of {LIMIT}", (f"4 used, 6 available in {REGION}",)),
        (Aspect.WORK, "No work is stuck, none has failed lately", ()),
    ],
)
def test_what_is_well_says_by_what_it_was_judged(aspect: Aspect, sentence: str, evidence: tuple[str, ...]) -> None:
    hour = traffic(END, **BUSY, p50_latency=300, p99_latency=2000)
    health = looked(cluster("chat", endpoint_capacity=50), traffic=(hour, WELL[1]), headrooms=(room(6),))
    found = one(health, aspect)
    assert (found.severity, found.sentence, found.evidence) == (Severity.OK, sentence, evidence)


def test_a_teams_own_lines_are_drawn_and_said_to_be_theirs() -> None:
    strict = Thresholds(slow_seconds=Decimal("0.5"), error_share=Decimal("0.025"))
    hour = traffic(END, **{**BUSY, "server_errors": 30})
    health = looked(drawn=strict, traffic=(hour,))
    assert [each.sentence for each in health.notable] == [
        "3.0% of calls fail, above your team's 2.5%",
        "Slow: p95 latency 0.8 s, above your team's 0.5 s",
    ]
    assert survey(fleet(CHAT, endpoints=(END,), traffic=(hour,)), START, CATALOG, strict)[0].severity is Severity.BROKEN


def test_hours_of_a_team_that_waits_longer_are_not_yet_idle() -> None:
    found = one(looked(drawn=Thresholds(idle_hours=96), traffic=(traffic(END, calls=0), QUIET)), Aspect.TRAFFIC)
    assert (found.severity, found.sentence) == (Severity.OK, "No calls in 72 h, which is not yet idle")


def test_what_idle_hours_cost_is_unknown_where_the_price_is() -> None:
    found = one(looked(cluster("chat", unit_shape="LARGE_SOMEDAY"), traffic=(QUIET,)), Aspect.TRAFFIC)
    assert found.sentence == "Idle: no calls in 72 h, what that cost is not known"


def test_an_hour_without_calls_is_neither_slow_nor_failing() -> None:
    health = looked(traffic=(traffic(END, calls=0), traffic(END, hours=72, calls=9)))
    assert [one(health, each).severity for each in (Aspect.LATENCY, Aspect.ERRORS, Aspect.TRAFFIC)] == [Severity.OK] * 3
    assert one(health, Aspect.TRAFFIC).sentence == "No calls in the last hour"


def test_without_monitoring_nothing_of_the_load_is_well_and_it_is_said_once() -> None:
    health = looked(traffic=(), gaps=(gap("traffic in compartment …team"),))
    measured = (Aspect.TRAFFIC, Aspect.LATENCY, Aspect.ERRORS)
    assert {one(health, each).severity for each in measured} == {Severity.UNKNOWN}
    assert [each.aspect for each in health.notable] == [Aspect.TRAFFIC]
    assert health.severity is Severity.UNKNOWN


@pytest.mark.parametrize(
    ("count", "capacity", "severity", "sentence"),
    [
        (1, None, Severity.OK, "1 endpoint; how many it has room for Oracle does not say"),
        (44, 50, Severity.OK, "44 endpoints of 50"),
        (45, 50, Severity.ATTENTION, "45 endpoints of 50: nearly full, by this bot's 90%"),
        (49, 50, Severity.ATTENTION, "49 endpoints of 50: nearly full, by this bot's 90%"),
        (50, 50, Severity.ATTENTION, "50 endpoints of 50: full, no other can be made"),
    ],
)
def test_a_cluster_nearly_full_of_endpoints_is_told(
    count: int, capacity: int | None, severity: Severity, sentence: str
) -> None:
    held = cluster("chat", endpoint_capacity=capacity)
    found = one(looked(held, endpoints=tuple(endpoint(held, f"e{n}") for n in range(count))), Aspect.ENDPOINTS)
    assert (found.severity, found.sentence) == (severity, sentence)


@pytest.mark.parametrize(
    ("shape", "rooms", "severity", "sentence"),
    [
        ("LARGE_COHERE_V3", (room(6),), Severity.OK, f"6 left of {LIMIT}"),
        ("LARGE_COHERE_V3", (room(0),), Severity.OK, f"It cannot grow: nothing is left of {LIMIT}"),
        ("LARGE_COHERE_V3", (), Severity.UNKNOWN, f"How far it can grow is unknown: {LIMIT} was not read"),
        ("LARGE_SOMEDAY", (room(6),), Severity.UNKNOWN, UNIT_UNKNOWN),
    ],
)
def test_a_limit_is_told_and_never_makes_a_cluster_unwell(
    shape: str, rooms: tuple[Headroom, ...], severity: Severity, sentence: str
) -> None:
    health = looked(cluster("chat", unit_shape=shape), headrooms=rooms)
    found = one(health, Aspect.LIMIT)
    assert (found.severity, found.sentence) == (severity, sentence)
    assert health.severity is Severity.OK


STUCK = "UPDATE_DEDICATED_AI_CLUSTER is {} at 40 % after 121 minutes, longer than this bot's 120"
FAILED = "UPDATE_DEDICATED_AI_CLUSTER failed: OutOfCapacity: no hosts left"
DAY = 24 * 60


@pytest.mark.parametrize(
    ("work", "said"),
    [
        ((asked(ago=120),), []),
        ((asked(ago=121),), [STUCK.format("IN_PROGRESS")]),
        ((asked(ago=121, status="ACCEPTED"),), [STUCK.format("ACCEPTED")]),
        ((asked(ago=121, status="WAITING"),), [STUCK.format("WAITING")]),
        ((asked(ago=121, status="SUCCEEDED"),), []),
        ((asked(ago=121, status="CANCELED"),), []),
        ((asked("CREATE_MODEL", ago=DAY),), []),
        (
            (asked("CREATE_MODEL", ago=DAY + 1),),
            ["CREATE_MODEL is IN_PROGRESS at 40 % after 1,441 minutes, longer than this bot's 1,440"],
        ),
        ((failed(ago=3),), [FAILED]),
        ((failed(ago=DAY),), [FAILED]),
        ((failed(ago=DAY + 1),), []),
        ((asked(ago=3, status="FAILED"),), ["UPDATE_DEDICATED_AI_CLUSTER failed: Oracle gives no reason"]),
        ((failed(ago=30), asked(ago=10, status="SUCCEEDED")), []),
        ((failed(ago=30), asked(ago=60, status="SUCCEEDED")), [FAILED]),
        ((failed(ago=30), asked("DELETE_DEDICATED_AI_CLUSTER", ago=10, status="SUCCEEDED")), [FAILED]),
        ((failed(ago=30), failed(ago=60)), [FAILED]),
        ((failed(ago=3, on="ocid1.generativeaiendpoint.of-another"),), []),
    ],
    ids=str,
)
def test_work_that_takes_too_long_or_failed_is_told(work: tuple[WorkRequest, ...], said: list[str]) -> None:
    health = looked(work=work)
    assert [each.sentence for each in health.notable] == said
    assert all(each.severity is Severity.ATTENTION and each.evidence for each in health.notable)


def test_work_on_an_endpoint_and_on_a_model_trained_there_is_its_clusters_and_about_them() -> None:
    tuned = model(id="ocid1.tuned", name="support-v2", tuned_on=CHAT.id)
    health = looked(work=(failed(ago=3, on=END.id), failed(ago=4, on=tuned.id)), models=(model(), tuned))
    assert {each.about for each in health.notable} == {END.id, tuned.id}
    assert CHAT.id not in {each.about for each in judged(health, Aspect.WORK)}


def test_work_that_could_not_be_listed_may_be_stuck_and_what_was_seen_to_be_is() -> None:
    unread = gap("work requests in compartment …team")
    health = looked(gaps=(unread,))
    assert [each.sentence for each in health.notable] == [
        "Whether work is stuck or failed is unknown: work requests were not listed"
    ]
    assert health.severity is Severity.UNKNOWN
    both = looked(work=(failed(ago=3, on=END.id),), gaps=(unread,))
    assert [each.severity for each in judged(both, Aspect.WORK)] == [Severity.ATTENTION, Severity.UNKNOWN]
    seen = looked(work=(failed(ago=3),), gaps=(unread,))
    assert [each.sentence for each in judged(seen, Aspect.WORK)] == [FAILED]


@pytest.mark.parametrize(
    ("state", "details", "severity"),
    [
        ("ACTIVE", None, Severity.OK),
        ("CREATING", None, Severity.OK),
        ("FAILED", "no weights", Severity.BROKEN),
        ("ACTIVE", "a host is replaced", Severity.ATTENTION),
        ("PAUSED", None, Severity.ATTENTION),
    ],
)
def test_each_endpoint_is_judged_by_its_own_state(state: str, details: str | None, severity: Severity) -> None:
    held = endpoint(CHAT, lifecycle_state=state, lifecycle_details=details)
    (of_endpoint,) = [each for each in looked(endpoints=(held,)).findings if each.about == held.id]
    assert of_endpoint.severity is severity
    assert of_endpoint.sentence == f"Endpoint chat-endpoint is {state}" + (f": {details}" if details else "")


@pytest.mark.parametrize(
    ("days", "notice", "severity", "ends"),
    [
        (20, (14,), Severity.OK, "in 20 days"),
        (14, (14,), Severity.BROKEN, "no new cluster can be made for it after that"),
        (20, (30, 10), Severity.ATTENTION, "move off it now"),
        (35, (40, 30, 20, 10), Severity.ATTENTION, "in 35 days"),
    ],
)
def test_a_teams_own_notice_is_as_long_as_they_say(
    days: int, notice: tuple[int, ...], severity: Severity, ends: str
) -> None:
    going: Model = model(time_dedicated_retired=START + timedelta(days=days))
    found = one(looked(drawn=Thresholds(notice_days=notice), models=(going,)), Aspect.RETIREMENT)
    assert found.severity is severity
    assert found.sentence.endswith(ends)


def test_a_model_two_clusters_serve_is_found_at_both_under_one_name() -> None:
    other = cluster("embed")
    there = endpoint(other, "embed")
    going = model(time_dedicated_retired=START + timedelta(days=3))
    found = survey(fleet(CHAT, other, endpoints=(END, there), models=(going,)), START, CATALOG)
    assert len({one(each, Aspect.RETIREMENT).name for each in found}) == 1


def test_every_cluster_of_a_large_fleet_is_judged_in_every_aspect() -> None:
    found = survey(large(40, 400), START, CATALOG)
    assert {each.severity for each in found} == {Severity.OK}
    assert all(len({each.name for each in health.findings}) == len(health.findings) for health in found)
    assert all(len(judged(health, Aspect.LIFECYCLE)) == 1 + len(health.endpoints) for health in found)


OURS = f'InvocationLatency[5m]{{resourceId = "{END.id}"}}.p95() > 5000'


@pytest.mark.parametrize(
    ("alarms", "severity", "sentence"),
    [
        ((), Severity.OK, "No alarm of Oracle's is set over it"),
        ((alarm(OURS, status="OK"),), Severity.OK, "Of 1 alarm of Oracle's over it none fires"),
        (
            (alarm(OURS, status="OK"), alarm(status="SUSPENDED", id="b")),
            Severity.OK,
            "Of 2 alarms of Oracle's over it none fires",
        ),
        ((alarm(OURS),), Severity.ATTENTION, "Oracle's alarm “Slow” (CRITICAL) fires since 2026-11-23 12:00 UTC"),
        (
            (alarm(),),
            Severity.UNKNOWN,
            "Oracle's alarm “Slow” (CRITICAL) fires since 2026-11-23 12:00 UTC, over this cluster or another",
        ),
    ],
)
def test_oracles_own_alarms_are_told_of_the_cluster_they_are_over(
    alarms: tuple[Alarm, ...], severity: Severity, sentence: str
) -> None:
    found = one(looked(alarms=alarms), Aspect.ALARM)
    assert (found.severity, found.sentence) == (severity, sentence)


def test_alarms_that_were_not_listed_are_unknown_and_leave_the_cluster_as_it_is() -> None:
    health = looked(headrooms=(room(6),), gaps=(gap("alarms in compartment …team"),))
    assert one(health, Aspect.ALARM).severity is Severity.UNKNOWN
    assert health.severity is Severity.OK
    both = judged(looked(alarms=(alarm(OURS),), gaps=(gap("alarms in compartment …team"),)), Aspect.ALARM)
    assert [each.severity for each in both] == [Severity.ATTENTION, Severity.UNKNOWN]


def test_a_served_model_that_is_not_listed_is_not_known_to_stay() -> None:
    found = one(looked(models=(model(id="ocid1.other"),)), Aspect.RETIREMENT)
    assert (found.severity, found.about) == (Severity.UNKNOWN, CHAT.id)
    assert found.sentence == "Whether its model retires is unknown: Oracle does not list it, deleted or out of sight"
    assert found.evidence == ("modelId …ommand",)
