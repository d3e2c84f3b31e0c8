from __future__ import annotations

import pytest

from dac.alarms import Alarm
from dac.firing import firing
from dac.health import survey
from tests.fakes import CATALOG, START, alarm, cluster, endpoint, fleet

CHAT, EMBED = cluster("chat"), cluster("embed", compartment_id="ocid1.compartment.oc1..other")
END = endpoint(CHAT)
SURVEY = survey(fleet(CHAT, EMBED, endpoints=(END,)), START, CATALOG)


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
