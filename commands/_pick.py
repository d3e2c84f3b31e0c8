"""Menus that several commands offer."""

from __future__ import annotations

from commands._command import Services
from dac.naming import handle


def clusters(services: Services) -> list[tuple[str, str]]:
    """Every cluster: a word that means it alone, and what a person tells it by."""
    fleet = services.fleet.fleet()
    return [
        (handle(each, fleet), f"{each.name} · {each.region} · {each.unit_count}")
        for each in sorted(fleet.clusters, key=lambda each: (each.name.casefold(), each.region, each.id))
    ]
