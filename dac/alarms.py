"""An alarm that somebody has set in Oracle's Monitoring, and whether it fires."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property

from pydantic import AwareDatetime

from dac.figures import Frozen

_OCID = re.compile(r"ocid1\.[\w-]+(?:\.[\w-]*){2,4}")


class AlarmStatus(StrEnum):
    """SDK `AlarmStatusSummary.status`; Oracle may add to them, so the field holds plain text."""

    FIRING = "FIRING"
    OK = "OK"
    SUSPENDED = "SUSPENDED"


class Alarm(Frozen):
    """`status` is over all metric streams together, since `since`.

    `severity` is Oracle's text: CRITICAL, ERROR, WARNING or INFO. `query` is what it waits for, in Monitoring's query
    language, and `summary` what its owner wrote for those it wakes.
    """

    id: str
    name: str
    severity: str
    region: str
    compartment_id: str
    status: str
    since: AwareDatetime
    query: str
    summary: str | None = None

    @property
    def firing(self) -> bool:
        return self.status == AlarmStatus.FIRING

    def over(self, region: str, compartment_id: str, ids: Iterable[str]) -> bool:
        """Whether it watches one of these resources: it names it, or none and so everything of their compartment."""
        if self.resources:
            return not self.resources.isdisjoint(ids)
        return (self.region, self.compartment_id) == (region, compartment_id)

    @cached_property
    def resources(self) -> frozenset[str]:
        """The OCIDs its query names; without one it watches everything of its compartment."""
        return frozenset(_OCID.findall(self.query))
