"""The scope that somebody means by what they typed: one of the compartments and regions that the bot looks after."""

from __future__ import annotations

from commands._command import Services
from commands._making import region_meant
from dac.digest import Scope, read_scope
from dac.errors import NotFound
from dac.naming import clip


def scope_meant(text: str, services: Services) -> Scope:
    """`Invalid` where it is no scope, or of a place that is not looked after, with the nearest there are."""
    scope = read_scope(text, services.fleet.compartments())
    if scope.by == "region" and services.regions:
        region_meant(scope.value, services.regions)
    return scope


def still_looked_after(scope: Scope, services: Services) -> None:
    """`NotFound` where a schedule is of a place that is configured no more: to tell of none there would be wrong."""
    match scope.by:
        case "compartment":
            known, setting = tuple(services.fleet.compartments()), "DAC_OCI_COMPARTMENTS"
        case "region":
            known, setting = services.regions, "DAC_OCI_REGIONS"
        case _:
            return
    if known and scope.value.casefold() not in map(str.casefold, known):
        raise NotFound(
            f"I do not look after {scope.by} {clip(scope.name or scope.value)} any more: {setting} leaves it out. "
            "Whoever runs me can put it back; else schedule a digest of another scope and remove this one."
        )
