"""Days that cost another sum than Oracle foresaw, as its Cost Anomaly Detection found them."""

from __future__ import annotations

from datetime import UTC, date
from decimal import Decimal, localcontext

from pydantic import AwareDatetime

from dac.figures import Frozen
from dac.usage import is_generative_ai

_DIGITS = 60
_WHOLE = Decimal(100)


class Anomaly(Frozen):
    """One day of what one monitor looks at, a service in a region unless a team has set up its own.

    `impact` is the day's cost less the cost foreseen, negative for a day that was cheaper; `variance` the same in
    percent of the cost foreseen. Oracle names no currency with them: it is that of the tenancy's rate card. Empty is
    what the monitor does not narrow down. `root_cause` is what Oracle tells of it, in words of its own making.
    """

    id: str
    name: str
    day: date
    monitor: str
    state: str = ""
    service: str = ""
    region: str = ""
    compartment_ids: tuple[str, ...] = ()
    part_numbers: tuple[str, ...] = ()
    resource_ids: tuple[str, ...] = ()
    impact: Decimal | None = None
    variance: Decimal | None = None
    root_cause: str = ""

    @property
    def expected(self) -> Decimal | None:
        """The cost foreseen, reckoned back from the other two; None where it does not follow from them."""
        if self.impact is None or not self.variance:
            return None
        with localcontext() as context:
            context.prec = _DIGITS
            return self.impact / self.variance * _WHOLE

    @property
    def actual(self) -> Decimal | None:
        return None if self.impact is None or self.expected is None else self.expected + self.impact

    def concerns(self, part_numbers: frozenset[str]) -> bool:
        """Whether it is about what dedicated clusters are sold by, as far as its names tell."""
        return is_generative_ai(self.service, self.monitor) or bool(part_numbers.intersection(self.part_numbers))


class Anomalies(Frozen):
    """The tenancy's from the day `since` on, of all services, newest first, as read at one moment."""

    since: date
    found: tuple[Anomaly, ...]
    read_at: AwareDatetime

    def between(self, since: date, until: date) -> Anomalies | None:
        """The same of some days, `until` not included; None where it does not reach back as far."""
        if since < self.since:
            return None
        found = tuple(each for each in self.found if since <= each.day < until)
        return self.model_copy(update={"since": since, "found": found})

    @property
    def read_on(self) -> date:
        return self.read_at.astimezone(UTC).date()
