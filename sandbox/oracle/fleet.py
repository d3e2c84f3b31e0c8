"""A made-up fleet of any size, for measuring how clients cope with many clusters."""

from __future__ import annotations

import random

from sandbox.oracle.config import Fleet
from sandbox.oracle.scenario import BaseModelPlan, ClusterPlan, EndpointPlan, Scenario, Traffic


def with_fleet(scenario: Scenario, fleet: Fleet) -> Scenario:
    """Put the fleet in place of the scenario's clusters, in its first region and compartment or in all of them."""
    chance = random.Random(f"{fleet.clusters}x{fleet.endpoints}")
    hosted = [it for it in scenario.model if it.shapes and it.regions is None]
    places = [(region, compartment) for region in scenario.regions for compartment in scenario.compartments]
    places = places if fleet.spread else places[:1]
    clusters = [
        _cluster(scenario, chance, hosted, number, fleet.endpoints, places[number % len(places)])
        for number in range(fleet.clusters)
    ]
    room = {limit.name: 100 * fleet.clusters for limit in scenario.limit}
    return scenario.model_copy(
        update={"cluster": clusters, "custom_model": [], "alarm": [], "limits": dict.fromkeys(scenario.regions, room)}
    )


def _cluster(
    scenario: Scenario,
    chance: random.Random,
    hosted: list[BaseModelPlan],
    number: int,
    endpoints: int,
    place: tuple[str, str],
) -> ClusterPlan:
    model = chance.choice(hosted)
    name = f"fleet-{number:04}"
    return ClusterPlan(
        name=name,
        compartment=place[1],
        region=place[0],
        type="HOSTING",
        shape=chance.choice(model.shapes),
        units=chance.randint(1, 6),
        created_days_ago=chance.uniform(1, 400),
        rps_per_unit=chance.uniform(3, 12),
        tags={"team": chance.choice(["search", "support", "assistant", "platform"])},
        endpoint=[
            EndpointPlan(
                name=f"{name}-{index:02}",
                model=model.name,
                created_days_ago=chance.uniform(1, 60),
                traffic=_traffic(scenario, chance, endpoints),
            )
            for index in range(endpoints)
        ],
    )


def _traffic(scenario: Scenario, chance: random.Random, sharing: int) -> Traffic:
    return Traffic(
        day=chance.choice(sorted(scenario.day)),
        peak_rps=chance.uniform(0.5, 30) / sharing,
        latency_ms=chance.uniform(80, 6000),
        spread=chance.uniform(1.4, 2.4),
        client_errors=chance.uniform(0, 0.03),
        server_errors=chance.uniform(0, 0.005),
        input_tokens=chance.randint(100, 3000),
        output_tokens=chance.randint(20, 600),
        last_call_days_ago=chance.choice([0, 0, 0, 0, 0, 0, 0, 5, 12]),
    )
