from __future__ import annotations

from typing import Any

import pytest

from dac.alarms import Alarm
from dac.firing import firing
from dac.health import survey
from tests.fakes import CATALOG, REGION, START, cluster, endpoint, fleet

CHAT, EMBED = cluster("chat"), cluster("embed", compartment_id="ocid1.compartment.oc1..other")
END = endpoint(CHAT)
SURVEY = survey(fleet(CHAT, EMBED, endpoints=(END,)), START, CATALOG)


def alarm(query: str = "Latency[1m].p95() > 5", **changes: Any) -> Alarm:
    return Alarm.model_validate(
        {
            "id": "ocid1.alarm.oc1..a",
            "name": "Slow",
            "severity": "CRITICAL",
            "region": REGION,
            "compartment_id": CHAT.compartment_id,
            "status": "FIRING",
            "since": START,
            "query": query,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("fires", "over"),
    [
        (alarm(), ["chat"]),
        (
            alarm(f'Latency[1m]{{resourceId = "{END.id}"}}.p95() > 5', compartment_id="ocid1.compartment.oc1..x"),
            ["chat"],
        ),
        (alarm(f'Latency[1m]{{resourceId = "{EMBED.id}"}}.p95() > 5'), ["embed"]),
        (alarm('Latency[1m]{resourceId = "ocid1.generativeaiendpoint.oc1.eu.other"}.p95() > 5'), []),
        (alarm(region="us-chicago-1"), []),
        (alarm(status="OK"), []),
        (alarm(status="SUSPENDED"), []),
    ],
)
def test_an_alarm_is_beside_the_clusters_it_watches(fires: Alarm, over: list[str]) -> None:
    names = {CHAT.id: "chat", EMBED.id: "embed"}
    assert [names[each.cluster_id] for each in firing([fires], SURVEY)] == over
