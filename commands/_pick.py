"""Menus that several commands offer."""

from __future__ import annotations

from commands._command import Services


def clusters(services: Services) -> list[tuple[str, str]]:
    """Every cluster by name; a namesake in another region is told apart."""
    found = services.fleet.fleet().clusters
    names = [each.name for each in found]
    return [
        (each.name if names.count(each.name) == 1 else each.address, f"{each.name} · {each.region} · {each.unit_count}")
        for each in sorted(found, key=lambda each: (each.name.casefold(), each.region))
    ]
