from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from dac.cluster import Cluster, Endpoint, Model, Traffic
from dac.figures import Price
from dac.findings import Severity
from dac.health import Health, examine, survey
from dac.load import Load, load
from tests.fakes import CATALOG, START, cluster, endpoint, fleet, gap, model, traffic

CHAT = cluster("chat")
END = endpoint(CHAT)
SECOND = endpoint(CHAT, "second")
QUIET = traffic(END, hours=72, calls=0)
BUSY: dict[str, Any] = {"calls": 1000, "client_errors": 0, "server_errors": 0, "p95_latency": 800, "latency_unit": "ms"}


def seen(
    *measured: Traffic,
    state: str = "ACTIVE",
    endpoints: tuple[Endpoint, ...] = (END,),
    of: dict[str, Any] | None = None,
    **more: Any,
) -> Health:
    changed = cluster("chat", lifecycle_state=state, **(of or {}))
    given: dict[str, Any] = {"models": (model(),), **more}
    return examine(changed, fleet(changed, endpoints=endpoints, traffic=measured, **given), START, CATALOG)


def sentences(health: Health) -> list[str]:
    return [each.sentence for each in health.notable]


def test_a_cluster_that_is_called_and_answers_is_well() -> None:
    health = seen(traffic(END, **BUSY), traffic(END, hours=72, calls=50_000))
    assert (health.severity, health.notable) == (Severity.OK, ())
    assert health.endpoints == (END,)
    assert health.load
    assert health.load.calls == 1000


@pytest.mark.parametrize(
    ("state", "details", "severity", "said"),
    [
        ("FAILED", None, Severity.BROKEN, "Oracle reports FAILED"),
        ("NEEDS_ATTENTION", "a node is down", Severity.BROKEN, "Oracle reports NEEDS_ATTENTION: a node is down"),
        ("UPDATING", "adding units", Severity.ATTENTION, "Oracle reports UPDATING: adding units"),
        ("ACTIVE", "a host is replaced", Severity.ATTENTION, "Oracle reports ACTIVE: a host is replaced"),
        ("HIBERNATING", None, Severity.ATTENTION, "Oracle reports HIBERNATING"),
    ],
)
def test_a_state_out_of_the_ordinary_is_a_finding(
    state: str, details: str | None, severity: Severity, said: str
) -> None:
    health = seen(traffic(END, **BUSY), state=state, of={"lifecycle_details": details})
    assert health.severity is severity
    assert sentences(health) == [said]


@pytest.mark.parametrize("state", ["ACTIVE", "CREATING", "UPDATING", "DELETING"])
def test_a_cluster_on_its_way_without_anything_to_say_about_it_is_ordinary(state: str) -> None:
    assert seen(traffic(END, **BUSY), state=state).notable == ()


@pytest.mark.parametrize(
    ("details", "said"),
    [(None, "Endpoint chat-endpoint is FAILED"), ("no weights", "Endpoint chat-endpoint is FAILED: no weights")],
)
def test_an_endpoint_that_failed_breaks_its_cluster(details: str | None, said: str) -> None:
    failed = endpoint(CHAT, lifecycle_state="FAILED", lifecycle_details=details)
    health = seen(traffic(END, **BUSY), endpoints=(failed,))
    assert (health.severity, sentences(health)) == (Severity.BROKEN, [said])


AT_ONCE = "move off it at once, no new cluster can be made for it after that"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (None, []),
        (91, []),
        (90, ["Model cohere.command-a retires on 2027-02-21, in 90 days"]),
        (61, ["Model cohere.command-a retires on 2027-01-23, in 61 days"]),
        (60, ["Model cohere.command-a retires on 2027-01-22, in 60 days: choose what comes after it"]),
        (31, ["Model cohere.command-a retires on 2026-12-24, in 31 days: choose what comes after it"]),
        (30, ["Model cohere.command-a retires on 2026-12-23, in 30 days: move off it now"]),
        (8, ["Model cohere.command-a retires on 2026-12-01, in 8 days: move off it now"]),
        (7, [f"Model cohere.command-a retires on 2026-11-30, in 7 days: {AT_ONCE}"]),
        (1, [f"Model cohere.command-a retires on 2026-11-24, in 1 day: {AT_ONCE}"]),
        (0.5, [f"Model cohere.command-a retires on 2026-11-24, in 0 days: {AT_ONCE}"]),
        (
            0,
            [
                (
                    "Model cohere.command-a was retired for dedicated use on 2026-11-23: it keeps running, "
                    "with limited support and no new clusters"
                )
            ],
        ),
    ],
)
def test_a_model_that_retires_is_a_finding_ninety_days_before(days: float | None, said: list[str]) -> None:
    ends = None if days is None else START + timedelta(days=days)
    health = seen(traffic(END, **BUSY), models=(model(time_dedicated_retired=ends),))
    assert sentences(health) == said
    assert health.severity is (Severity.BROKEN if AT_ONCE in "".join(said) else Severity(1 if said else 3))
    assert health.models == (model(time_dedicated_retired=ends),)


def test_a_model_of_another_region_or_on_no_endpoint_is_not_its_concern() -> None:
    gone = START - timedelta(days=1)
    health = seen(
        traffic(END, **BUSY),
        models=(
            model(),
            model("us-ashburn-1", time_dedicated_retired=gone),
            model(id="ocid1.generativeaimodel.oc1..other", time_dedicated_retired=gone),
        ),
    )
    assert (health.models, health.notable) == ((model(),), ())


def test_a_hosting_cluster_without_endpoints_costs_for_nothing() -> None:
    health = seen(endpoints=())
    assert sentences(health) == ["No endpoint: nothing can call it, and it costs"]
    assert (health.severity, health.load) == (Severity.ATTENTION, None)


def test_endpoints_that_could_not_be_listed_are_unknown_and_not_missing() -> None:
    health = seen(endpoints=(), gaps=(gap("endpoints in compartment …team"),))
    assert sentences(health) == ["Endpoints are unknown: Oracle did not list them"]
    assert health.severity is Severity.UNKNOWN


def test_endpoints_that_could_not_be_listed_elsewhere_are_not_its_concern() -> None:
    health = seen(endpoints=(), gaps=(gap("endpoints in compartment …team", "us-ashburn-1"), gap("clusters in …")))
    assert sentences(health) == ["No endpoint: nothing can call it, and it costs"]


def test_a_quiet_endpoint_beside_endpoints_that_could_not_be_listed_is_not_idle() -> None:
    health = seen(traffic(END, calls=0), QUIET, gaps=(gap("endpoints in compartment …dev"),))
    assert not any("Idle" in each for each in sentences(health))


UNLISTED = "Whether its model retires is unknown: models were not listed"


@pytest.mark.parametrize(("models", "said"), [((), [UNLISTED]), ((model(),), [])], ids=["unseen", "seen all the same"])
def test_a_model_that_could_not_be_listed_may_retire(models: tuple[Model, ...], said: list[str]) -> None:
    health = seen(traffic(END, **BUSY), models=models, gaps=(gap("models in compartment …team"),))
    assert sentences(health) == said


def test_one_of_two_models_that_could_not_be_listed_may_retire() -> None:
    second = endpoint(CHAT, "second", model_id="ocid1.generativeaimodel.oc1..custom")
    health = seen(
        traffic(END, **BUSY),
        traffic(second, **BUSY),
        endpoints=(END, second),
        models=(model(),),
        gaps=(gap("models in compartment …team"),),
    )
    assert sentences(health) == [UNLISTED]


TUNING: dict[str, Any] = {"type": "FINE_TUNING", "unit_shape": "LARGE_GENERIC"}


def training(on: Cluster, state: str = "CREATING") -> Model:
    return model(id=f"ocid1.tuned.{on.name}", type="CUSTOM", tuned_on=on.id, lifecycle_state=state)


def test_a_fine_tuning_cluster_that_trains_nothing_costs_in_vain() -> None:
    health = seen(of=TUNING, models=(training(CHAT, "ACTIVE"),))
    assert sentences(health) == ["Fine-tuning cluster with nothing being trained: costs $48 an hour"]
    assert health.severity is Severity.ATTENTION
    assert isinstance(health.notable[0].cost, Price)
    assert seen(of=TUNING, models=(training(CHAT),)).notable == ()
    assert seen(of=TUNING, state="DELETING").notable == ()
    untold = seen(of={**TUNING, "unit_shape": "NEW_X1"})
    assert sentences(untold) == ["Fine-tuning cluster with nothing being trained: what it costs is not known"]


def test_whether_anything_is_trained_is_not_known_where_models_were_not_listed() -> None:
    health = seen(of=TUNING, gaps=(gap("models in compartment …team"),))
    assert sentences(health) == ["Whether anything is trained on it is unknown: models were not listed"]
    assert health.severity is Severity.UNKNOWN


@pytest.mark.parametrize(("kind", "state"), [("HOSTING", "CREATING"), ("FINE_TUNING", "ACTIVE")])
def test_only_a_running_hosting_cluster_needs_endpoints(kind: str, state: str) -> None:
    assert not any("endpoint" in each for each in sentences(seen(endpoints=(), state=state, of={"type": kind})))


def test_traffic_of_a_fine_tuning_cluster_is_not_judged() -> None:
    assert seen(QUIET, of=TUNING, models=(training(CHAT),)).notable == ()


def test_seventy_two_hours_without_a_call_are_idle() -> None:
    health = seen(traffic(END, calls=0), QUIET)
    assert sentences(health) == ["Idle: no calls in 72 h, which cost $3,456"]
    assert health.severity is Severity.ATTENTION
    assert isinstance(health.notable[0].cost, Price)


@pytest.mark.parametrize(
    "measured",
    [
        (traffic(END, **BUSY), traffic(END, hours=72, calls=None)),
        (traffic(END, **BUSY), traffic(END, hours=71, calls=0)),
        (traffic(END, **BUSY), traffic(END, hours=72, calls=1)),
        (traffic(END, **BUSY),),
    ],
    ids=["not measured", "not long enough", "called once", "no long window"],
)
def test_what_is_not_seen_to_be_idle_is_not_called_idle(measured: tuple[Traffic, ...]) -> None:
    assert not any("Idle" in each for each in sentences(seen(*measured)))


def test_a_cluster_that_is_not_running_is_not_called_idle() -> None:
    assert sentences(seen(traffic(END, **BUSY), QUIET, state="UPDATING")) == []


@pytest.mark.parametrize(
    "measured",
    [(), (traffic(END),), (QUIET.model_copy(update={"calls": None}),), (traffic(END, calls=3),)],
    ids=["nothing", "no figures", "no figures in the long window", "one endpoint of two"],
)
def test_traffic_nobody_measured_is_unknown_and_not_zero(measured: tuple[Traffic, ...]) -> None:
    health = seen(*measured, endpoints=(END, SECOND))
    assert sentences(health) == ["Traffic is unknown: Monitoring gave no figures"]
    assert health.severity is Severity.UNKNOWN


def test_one_quiet_endpoint_beside_an_unmeasured_one_is_not_idle() -> None:
    health = seen(traffic(END, calls=0), QUIET, endpoints=(END, SECOND))
    assert sentences(health) == ["Traffic is unknown: Monitoring gave no figures"]


UNMEASURED = "Latency is unknown: Monitoring gave none for these calls"


@pytest.mark.parametrize(
    ("latency", "unit", "said"),
    [
        (5000, "ms", []),
        (5001, "ms", ["Slow: p95 latency 5.0 s, above the handbook's 5 s"]),
        (7250, "milliseconds", ["Slow: p95 latency 7.2 s, above the handbook's 5 s"]),
        (12, "s", ["Slow: p95 latency 12.0 s, above the handbook's 5 s"]),
        (12, "Seconds", ["Slow: p95 latency 12.0 s, above the handbook's 5 s"]),
        (9000, "fortnights", ["Latency is unknown: Monitoring gives it in “fortnights”, which is no unit I know"]),
        (9000, None, ["Latency is unknown: Monitoring gives it in “none”, which is no unit I know"]),
        (None, "ms", [UNMEASURED]),
    ],
)
def test_slow_is_above_five_seconds_in_a_unit_that_is_known(
    latency: int | None, unit: str | None, said: list[str]
) -> None:
    assert sentences(seen(traffic(END, **{**BUSY, "p95_latency": latency, "latency_unit": unit}))) == said


@pytest.mark.parametrize(
    ("calls", "client", "server", "severity", "said"),
    [
        (100, 3, 2, Severity.OK, []),
        (100, 3, 3, Severity.BROKEN, ["6.0% of calls fail, above the handbook's 5%"]),
        (1000, 0, 51, Severity.BROKEN, ["5.1% of calls fail, above the handbook's 5%"]),
        (
            100,
            None,
            50,
            Severity.UNKNOWN,
            ["How many calls fail is unknown: Monitoring did not count them"],
        ),
        (0, 0, 0, Severity.OK, []),
    ],
    ids=["at the limit", "above", "just above", "a part not measured", "no calls"],
)
def test_failing_is_above_five_in_a_hundred(
    calls: int, client: int | None, server: int | None, severity: Severity, said: list[str]
) -> None:
    health = seen(traffic(END, **{**BUSY, "calls": calls, "client_errors": client, "server_errors": server}))
    assert sentences(health) == said
    assert health.severity is severity


def test_endpoints_are_taken_together_and_the_slowest_speaks_for_all() -> None:
    both = load(
        [
            traffic(END, calls=90, client_errors=1, server_errors=2, p95_latency=900, latency_unit="ms"),
            traffic(SECOND, calls=10, client_errors=3, server_errors=4, p95_latency=2, latency_unit="s"),
        ],
        (END, SECOND),
    )
    assert both == Load(
        window=timedelta(hours=1), calls=Decimal(100), errors=Decimal(10), tokens=None, p95_seconds=Decimal(2)
    )
    assert both.error_share == Decimal("0.1")
    assert both.calls_per_second == Decimal(100) / 3600


def test_tokens_are_those_in_and_those_out() -> None:
    one = load([traffic(END, input_tokens=70, output_tokens=30)], (END,))
    assert one
    assert (one.tokens, one.calls, one.errors, one.p95_seconds) == (Decimal(100), None, None, None)
    assert one.calls_per_second is None
    assert one.error_share is None
    assert one.tokens_per_second == Decimal(100) / 3600


def test_tokens_nobody_counted_have_no_rate() -> None:
    one = load([traffic(END, calls=3)], (END,))
    assert one
    assert one.tokens_per_second is None


def test_nothing_measured_is_no_load() -> None:
    assert load([], (END,)) is None
    assert load([], ()) is None


def test_endpoints_and_traffic_belong_to_the_cluster_that_hosts_them() -> None:
    embed = cluster("embed")
    other = endpoint(embed, "other")
    measured, elsewhere = traffic(END, **BUSY), traffic(other, calls=7)
    both = fleet(CHAT, embed, endpoints=(END, other, SECOND), traffic=(measured, elsewhere))
    health = examine(CHAT, both, START, CATALOG)
    assert (health.endpoints, health.traffic) == ((END, SECOND), (measured,))
    assert examine(embed, both, START, CATALOG).traffic == (elsewhere,)


def test_findings_come_worst_first() -> None:
    health = seen(
        traffic(END, calls=100, client_errors=50, server_errors=0, p95_latency=9, latency_unit="s"),
        state="HIBERNATING",
        models=(model(time_dedicated_retired=START),),
    )
    assert [each.severity for each in health.notable] == [
        Severity.BROKEN,
        Severity.ATTENTION,
        Severity.ATTENTION,
        Severity.ATTENTION,
    ]
    assert health.severity is Severity.BROKEN


def test_the_fleet_is_shown_what_needs_attention_first_then_by_name_and_region() -> None:
    clusters = [
        cluster("b-broken", lifecycle_state="FAILED", type="FINE_TUNING"),
        cluster("a-fine", type="FINE_TUNING"),
        cluster("C-fine", type="FINE_TUNING", region="us-ashburn-1"),
        cluster("c-fine", type="FINE_TUNING"),
        cluster("B-fine", type="FINE_TUNING"),
        cluster("z-idle"),
    ]
    tuned = tuple(training(each) for each in clusters)
    found = survey(fleet(*clusters, models=tuned), START, CATALOG)
    shown = [f"{each.cluster.name} {each.severity.name}" for each in found]
    assert shown == ["b-broken BROKEN", "z-idle ATTENTION", "a-fine OK", "B-fine OK", "c-fine OK", "C-fine OK"]
    assert survey(fleet(), START, CATALOG) == ()
