"""A digest as a value: what was charged against what came before, and what needs somebody, as of one moment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import AwareDatetime

from dac.compartments import find_compartment, labels
from dac.daily import Daily
from dac.errors import Invalid
from dac.figures import Frozen, Money, Source, Unknown
from dac.findings import Severity
from dac.naming import clip
from dac.restated import Charges, Restated

SCOPES = "all, compartment:<name>, tag:<key=value>, tag:<namespace.key=value> or region:<name>"

LEAST_TAIL = 6
"""Characters of the end of an OCID by which a line names a cluster."""

TAIL = 8
"""The same for other things, of which not all are known."""

ODD = re.compile(r"[^A-Za-z0-9._-]")


class Placed(Protocol):
    """What is somewhere and has tags: a cluster, or what a request is about."""

    @property
    def region(self) -> str: ...

    @property
    def compartment_id(self) -> str: ...

    @property
    def freeform_tags(self) -> dict[str, str]: ...

    @property
    def defined_tags(self) -> dict[str, str]: ...


class Scope(Frozen):
    """Which clusters a digest is about.

    `value` is a compartment's OCID, a region, or a tag as "key=value"; `name` what people call it, where that differs.
    """

    by: Literal["all", "compartment", "tag", "region"] = "all"
    value: str = ""
    name: str = ""

    def __str__(self) -> str:
        """As it is typed."""
        return self.by if self.by == "all" else f"{self.by}:{self.name or self.value}"

    @property
    def words(self) -> str:
        """After "for"."""
        match self.by:
            case "all":
                return "all dedicated AI clusters"
            case "compartment":
                return f"the clusters in compartment {self.name or self.value}"
            case "tag":
                return f"the clusters tagged {self.value}"
            case _:
                return f"the clusters in {self.value}"

    def covers(self, placed: Placed) -> bool:
        match self.by:
            case "all":
                return True
            case "compartment":
                return placed.compartment_id == self.value
            case "tag":
                key, _, value = self.value.partition("=")
                return value in {placed.freeform_tags.get(key), placed.defined_tags.get(key)}
            case _:
                return placed.region == self.value


def read_scope(text: str, compartments: Mapping[str, str]) -> Scope:
    """What a person typed; `compartments` are the names of those looked after, by OCID. `Invalid`."""
    kind, colon, value = (part.strip() for part in text.strip().partition(":"))
    match kind.casefold():
        case "all" | "" if not colon:
            return Scope()
        case "compartment" if value:
            ocid = find_compartment(value, compartments)
            return Scope(by="compartment", value=ocid, name=labels(compartments)[ocid])
        case "tag" if "=" in value.strip("="):
            key, _, wanted = value.partition("=")
            return Scope(by="tag", value=f"{key.strip()}={wanted.strip()}")
        case "region" if value:
            return Scope(by="region", value=value.casefold())
    raise Invalid(f"“{clip(text)}” is no scope: give {SCOPES}.")


class Kind(StrEnum):
    """What a line is about, in the order in which lines are told."""

    BUDGET = "budget"
    ANOMALY = "anomaly"
    REQUEST = "request"
    REVIEW = "review"
    EMERGENCY = "emergency"
    LEASE = "lease"
    RETIREMENT = "retirement"
    IDLE = "idle"
    OVERSIZED = "oversized"
    COMMITMENT = "commitment"
    MOVER = "mover"


class Press(Frozen):
    """A button: what it says, and the command line that it means."""

    label: str
    line: str


class Line(Frozen):
    """One thing to know of; `key` is the same from one digest to the next, and what people type for it.

    Texts are plain: whoever shows them escapes them. `figure` tells whether it has grown worse, in whatever its kind
    counts; `worth` is money that it costs or would save. `until` is when it ends, is due or begins, by its kind.
    """

    key: str
    kind: Kind
    text: str
    name: str = ""
    severity: Severity = Severity.OK
    figure: Decimal | None = None
    worth: Money | None = None
    until: AwareDatetime | None = None
    who: tuple[str, ...] = ()
    request: int | None = None
    link: str | None = None
    presses: tuple[Press, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether somebody has to see to it."""
        return self.severity <= Severity.ATTENTION


class Compared(Frozen):
    """What was charged in days before, of which there are as many where the calendar has them.

    `settled` is that nothing of them can change any more: until then a day without a row is not one that cost nothing.
    """

    name: str
    since: date
    until: date
    spent: tuple[Money, ...]
    settled: bool = True


class Final(Frozen):
    """Those of a total's days that are final, from its first on, beside as many days before, which are final too."""

    until: date
    spent: tuple[Money, ...]
    before: Compared


class Total(Frozen):
    """What was charged in a span of full UTC days, `until` not included; one sum for each currency, exact.

    `provisional` is what of it may still change, and `settled` that nothing of these days can any more. An estimate is
    compared with nothing: what others changed or deleted is no part of it. `missing` names what ran and is in no sum,
    for want of a price or a reading: then `spent` is the least of it, and where that is empty nothing is known.
    `final` is the part of it of which it can be said that it is more or less; None where no day of it is final.
    """

    key: str
    name: str
    since: date
    until: date
    spent: tuple[Money, ...]
    provisional: tuple[Money, ...] = ()
    settled: bool = False
    estimated: bool = False
    missing: tuple[str, ...] = ()
    compared: tuple[Compared, ...] = ()
    final: Final | None = None


class Foreseen(Frozen):
    """What the month will have cost at its end, `until` being the first day of the next; `plain` by another method.

    `plain` is given where the two are more than a tenth apart.
    """

    until: date
    sums: tuple[Money, ...] | Unknown
    method: str
    plain: tuple[Money, ...] = ()
    plain_method: str = ""


class Digest(Frozen):
    """Everything that is told. `at` is when it was due, whenever it is sent; `zone` the time zone of who reads it.

    `estimated` says why there is no word of Oracle's on what was charged. `unattributed` are charges of which it is not
    known whether they are of this scope, `uncounted` those of the month's total whose part numbers are not known though
    they are dedicated by their names; `unknown` are the parts that could not be read. `charges` is what the next one is
    compared with, and `restated` what the one before had told otherwise.
    """

    at: AwareDatetime
    zone: str = "UTC"
    scope: Scope = Scope()
    clusters: int | None = None
    read_at: AwareDatetime | None = None
    totals: tuple[Total, ...] = ()
    foreseen: Foreseen | None = None
    daily: tuple[Daily, ...] = ()
    charges: Charges | None = None
    restated: tuple[Restated, ...] = ()
    estimated: str = ""
    unattributed: tuple[Money, ...] = ()
    uncounted: tuple[Money, ...] = ()
    lines: tuple[Line, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    sources: tuple[Source, ...] = ()

    def total(self, key: str) -> Total | None:
        return next((each for each in self.totals if each.key == key), None)

    def line(self, key: str) -> Line | None:
        return next((each for each in self.lines if each.key == key), None)


def tail(ocid: str) -> str:
    """What a line names a thing by that is no cluster of ours; whatever it is called, it can be typed."""
    return ODD.sub("", ocid[-TAIL:]) or "none"


def tails(ids: tuple[str, ...]) -> dict[str, str]:
    """The shortest end of each OCID that no other of them has, of six characters at the least."""
    found = {}
    for each in ids:
        others = [other for other in ids if other != each]
        length = LEAST_TAIL
        while length < len(each) and any(other.endswith(each[-length:]) for other in others):
            length += 1
        found[each] = each[-length:]
    return found
