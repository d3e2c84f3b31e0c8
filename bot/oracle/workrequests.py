"""What Oracle says of the work it has taken on for one resource."""

from __future__ import annotations

from typing import Any

from bot.oracle import answers
from bot.oracle.calls import Calls
from bot.oracle.errors import understood
from dac.cluster import Resource, WorkRequest, WorkStatus
from dac.naming import short

NEWEST = 10
"""How many are read; older ones no longer explain what is going on."""


def work_requests(client: Any, calls: Calls, of: Resource) -> tuple[WorkRequest, ...]:
    doing = f"Listing the work requests of {of.name}@{of.region}"
    response = calls.read(
        doing,
        lambda: client.list_work_requests(
            of.compartment_id, resource_id=of.id, sort_by="timeAccepted", sort_order="DESC", limit=NEWEST
        ),
    )
    with understood(doing):
        found = [
            answers.work_request(raw, _errors(client, calls, raw["id"]) if raw["status"] == WorkStatus.FAILED else ())
            for raw in response.data["items"][:NEWEST]
        ]
    return tuple(sorted(found, key=lambda each: each.time_accepted, reverse=True))


def _errors(client: Any, calls: Calls, work_request_id: str) -> tuple[str, ...]:
    response = calls.read(
        f"Reading the errors of work request {short(work_request_id)}",
        lambda: client.list_work_request_errors(work_request_id, limit=NEWEST),
    )
    return tuple(f"{raw['code']}: {raw['message']}" for raw in response.data["items"])
