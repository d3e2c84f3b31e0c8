"""One judgement about a cluster: how bad, of what aspect, about which resource, by what evidence and of when."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from pydantic import AwareDatetime

from dac.figures import Frozen, Price, Unknown


class Severity(IntEnum):
    """Ordered by what to look at first."""

    BROKEN = 0
    ATTENTION = 1
    UNKNOWN = 2
    OK = 3


class Aspect(StrEnum):
    """What is judged, in the order in which it is told; the value is what people call it."""

    LIFECYCLE = "lifecycle"
    ALARM = "alarm"
    ERRORS = "errors"
    LATENCY = "latency"
    TRAFFIC = "traffic"
    WORK = "work"
    ENDPOINTS = "endpoints"
    RETIREMENT = "retirement"
    LIMIT = "limit"
    LEFTOVER = "leftover"


class Finding(Frozen):
    """`name` is the same from one reading to the next, so that what was bad can be seen to be well again.

    `about` is the OCID of what is judged: the cluster, or one of its endpoints, models or alarms. `evidence` is what
    it was judged by, in words, and `at` when that was read or measured. `cost` is what a sum in the sentence was made
    from.
    """

    severity: Severity
    aspect: Aspect
    about: str
    sentence: str
    evidence: tuple[str, ...] = ()
    at: AwareDatetime
    cost: Price | Unknown | None = None

    @property
    def name(self) -> tuple[Aspect, str]:
        """A model that several clusters serve is found at each of them under one name."""
        return self.aspect, self.about

    @property
    def bad(self) -> bool:
        """Whether something is wrong; what is not known is neither bad nor well."""
        return self.severity <= Severity.ATTENTION
