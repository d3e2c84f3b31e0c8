"""What Oracle says of the work it has taken on, for one resource or in a whole compartment."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from bot.oracle import answers
from bot.oracle.calls import Calls
from bot.oracle.errors import understood
from dac.cluster import Resource, WorkRequest, WorkStatus
from dac.errors import DacError
from dac.naming import short

NEWEST = 10
"""How many are read; older ones no longer explain what is going on."""

PAGE = 100
PAGES = 5
"""How many a compartment's are read at the most, for they are read whenever the fleet is; most have less than one."""

BACK = timedelta(days=7)
"""How far back a compartment's are read; what was done before that explains nothing of today."""

EXPLAINED = 5
"""Failed ones of a compartment whose errors are read; each takes a question of its own."""


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


def work_in(client: Any, calls: Calls, region: str, compartment_id: str, at: datetime) -> tuple[WorkRequest, ...]:
    """The newest of a compartment at that time, the errors of the newest failed ones included."""
    doing = f"Listing work requests in {region}, compartment {short(compartment_id)}"
    newest_first = {"sort_by": "timeAccepted", "sort_order": "DESC", "limit": PAGE}
    listed: list[answers.Json] = []
    pages = calls.pages(doing, client.list_work_requests, compartment_id=compartment_id, **newest_first)
    for page in islice(pages, PAGES):
        with understood(doing):
            listed += page.data["items"]
            if listed and datetime.fromisoformat(listed[-1]["timeAccepted"]) < at - BACK:
                break
    with understood(doing):
        found = sorted(listed, key=lambda raw: str(raw["timeAccepted"]), reverse=True)
        failed = [raw["id"] for raw in found if raw["status"] == WorkStatus.FAILED]
        errors = {each: _perhaps(client, calls, each) for each in failed[:EXPLAINED]}
        return tuple(answers.work_request(raw, errors.get(raw["id"], ())) for raw in found)


def _perhaps(client: Any, calls: Calls, work_request_id: str) -> tuple[str, ...]:
    """That it failed is known without its errors."""
    try:
        return _errors(client, calls, work_request_id)
    except DacError as error:
        return (f"its errors were not read. {error}",)


def _errors(client: Any, calls: Calls, work_request_id: str) -> tuple[str, ...]:
    response = calls.read(
        f"Reading the errors of work request {short(work_request_id)}",
        lambda: client.list_work_request_errors(work_request_id, limit=NEWEST),
    )
    return tuple(f"{raw['code']}: {raw['message']}" for raw in response.data["items"])
