"""The scope that somebody means by what they typed: one of the compartments and regions that the bot looks after."""

from __future__ import annotations

from commands._command import Services
from commands._making import region_meant
from dac.digest import Scope, read_scope


def scope_meant(text: str, services: Services) -> Scope:
    """`Invalid` where it is no scope, or of a place that is not looked after, with the nearest there are."""
    scope = read_scope(text, services.fleet.compartments())
    if scope.by == "region" and services.regions:
        region_meant(scope.value, services.regions)
    return scope
