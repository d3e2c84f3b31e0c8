"""What is held by requests that another version of the bot wrote, in words."""

from __future__ import annotations

from collections.abc import Iterable

from commands._blocks import Block, context, named
from commands._command import Services
from dac.cluster import Fleet, Resource
from dac.naming import short

MOST = 5
"""Such requests told of; `/dac requests` tells more."""


def held(fleet: Fleet | None, things: Iterable[str]) -> str:
    """By their names where those are known."""
    names: dict[str, str] = {}
    if fleet:
        there: list[Resource] = [*fleet.clusters, *fleet.endpoints, *fleet.models]
        names = {each.id: each.name for each in there}
    return ", ".join(named(names.get(each) or _unnamed(each)) for each in things)


def _unnamed(thing: str) -> str:
    """Something that is not there to be read: gone, or only to be made under a name."""
    return short(thing) if thing.startswith("ocid1.") else f"the name {thing.rsplit(':', 1)[-1]}"


def stuck(fleet: Fleet, services: Services, *only: str) -> list[Block]:
    """A line for each such request under way; or for those alone that hold one of these."""
    return [
        context(
            f"🔒 {held(fleet, things)}: held by request {number}, which another version of the bot wrote. No other "
            "request can change it until that version runs again and ends it (`/dac requests`)."
        )
        for number, things in list(services.requests.stuck().items())[:MOST]
        if not only or set(only) & set(things)
    ]
