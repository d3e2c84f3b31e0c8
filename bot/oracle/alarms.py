"""The alarms somebody has set over Generative AI's metrics, and which of them fire."""

from __future__ import annotations

from typing import Any

from bot.oracle.calls import Calls
from bot.oracle.errors import understood
from bot.oracle.metrics import NAMESPACE
from dac.alarms import Alarm
from dac.naming import short


def alarms_in(client: Any, calls: Calls, region: str, compartment_id: str) -> tuple[Alarm, ...]:
    """Those of one compartment, by name.

    A status does not say what its alarm watches, and most alarms of a tenancy watch something else: the definitions
    tell, and where none is over Generative AI, no status is asked for.
    """
    where = f"in {region}, compartment {short(compartment_id)}"
    doing = f"Listing alarms {where}"
    queries: dict[str, str] = {}
    for page in calls.pages(doing, client.list_alarms, compartment_id=compartment_id):
        with understood(doing):
            queries |= {raw["id"]: raw["query"] for raw in page.data if raw["namespace"] == NAMESPACE}
    if not queries:
        return ()
    doing = f"Listing the status of alarms {where}"
    found: list[Alarm] = []
    for page in calls.pages(doing, client.list_alarms_status, compartment_id=compartment_id):
        with understood(doing):
            found += [
                Alarm(
                    id=raw["id"],
                    name=raw["displayName"],
                    severity=raw["severity"],
                    region=region,
                    compartment_id=compartment_id,
                    status=raw["status"],
                    since=raw["timestampTriggered"],
                    query=queries[raw["id"]],
                    summary=raw.get("alarmSummary"),
                )
                for raw in page.data
                if raw["id"] in queries
            ]
    return tuple(sorted(found, key=lambda each: (each.name, each.id)))
