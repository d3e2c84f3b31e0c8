"""What the parts of a digest look at: one reading of the fleet, as far as it is of the digest's scope."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from commands._command import Services
from dac.budgets import GONE
from dac.change import Subject
from dac.cluster import Cluster, Fleet
from dac.digest import Scope, tail, tails
from dac.health import Health, survey
from dac.naming import handle

SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Look:
    """`at` is when the digest is due; what is read is of now."""

    services: Services
    scope: Scope
    at: datetime
    zone: ZoneInfo
    fleet: Fleet

    @cached_property
    def clusters(self) -> tuple[Cluster, ...]:
        """Of the scope, those that cost nothing any more left out."""
        return tuple(
            each for each in self.fleet.clusters if self.scope.covers(each) and each.lifecycle_state not in GONE
        )

    @cached_property
    def healths(self) -> tuple[Health, ...]:
        """Those clusters judged, what needs attention first."""
        wanted = {each.id for each in self.clusters}
        found = survey(self.fleet, self.at, self.services.catalog, self.services.thresholds)
        return tuple(each for each in found if each.cluster.id in wanted)

    @cached_property
    def by_id(self) -> Mapping[str, Cluster]:
        return {each.id: each for each in self.fleet.clusters}

    @cached_property
    def _tails(self) -> Mapping[str, str]:
        return tails(tuple(self.by_id))

    def key(self, kind: str, resource_id: str) -> str:
        """One that is not listed any more has no namesake that is."""
        return f"{kind}:{self._tails.get(resource_id) or tail(resource_id)}"

    def word(self, cluster: Cluster) -> str:
        """A cluster in a command line."""
        found = handle(cluster, self.fleet)
        return f'"{found}"' if " " in found else found

    def covers(self, subject: Subject) -> bool:
        """A cluster as it is now, where it is known: its tags may have changed since somebody asked."""
        return self.scope.covers(self.by_id.get(subject.id, subject))


def slug(text: str) -> str:
    """Any name as part of a key, which people can type."""
    return SLUG.sub("-", text.casefold()).strip("-")[:40] or "unnamed"
