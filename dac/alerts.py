"""What the watch has told of or is about to tell of, by the message that tells it."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Protocol

from pydantic import AwareDatetime

from dac.errors import Conflict, NotFound
from dac.figures import Frozen, Price, Unknown
from dac.findings import Severity
from dac.firing import Firing

RECURRING = timedelta(hours=2)
"""How far back it is counted how often something has turned bad."""

REMEMBERED = timedelta(days=1)
"""How long after it was over something can still be told of, and looked up."""

SIGHT = "sight"
"""The aspect of a region whose clusters cannot be listed, which no cluster's finding has."""

Key = tuple[str, str, str]


class Acknowledged(Frozen):
    """Somebody sees to it."""

    by: str
    at: AwareDatetime
    because: str = ""


class News(Frozen):
    """What is told below a message that stands there already."""

    at: AwareDatetime
    words: str


class Alert(Frozen):
    """One thing that is wrong, or was; `(cluster_id, aspect, about)` names it from one look to the next.

    `number` is that of its message, None as long as it is not told. `suspected_since` is when it was first seen bad
    without being told yet. `begun` are the moments at which it was told to be bad, newest last. `worst` is the worst
    severity told since then. `said_at` is when its sentence was found.
    """

    cluster_id: str
    """Empty where it is about a region."""
    cluster_name: str
    region: str
    aspect: str
    about: str
    severity: Severity
    worst: Severity
    sentence: str
    evidence: tuple[str, ...] = ()
    cost: Price | Unknown | None = None
    """What a sum in the sentence was made from."""
    said_at: AwareDatetime
    number: int | None = None
    suspected_since: AwareDatetime | None = None
    begun: tuple[AwareDatetime, ...] = ()
    good_since: AwareDatetime | None = None
    unseen_since: AwareDatetime | None = None
    cleared_at: AwareDatetime | None = None
    deleted: bool = False
    """Cleared because its cluster is not there any more."""
    acknowledged: Acknowledged | None = None
    news: tuple[News, ...] = ()

    @property
    def key(self) -> Key:
        return self.cluster_id, self.aspect, self.about

    @property
    def place(self) -> str:
        """What is told of in one message: a cluster, or a region."""
        return self.cluster_id or self.region

    @property
    def open(self) -> bool:
        return self.number is not None and self.cleared_at is None

    @property
    def since(self) -> AwareDatetime:
        """When it was told to be bad the last time, or, untold, first seen so."""
        return self.begun[-1] if self.begun else self.said_at

    @property
    def times(self) -> int:
        """How often it has turned bad in the two hours before it last did."""
        return sum(self.begun[-1] - each < RECURRING for each in self.begun)


class Incident(Frozen):
    """What one message tells: what is wrong with one cluster, or with many where many turned bad at once."""

    number: int
    alerts: tuple[Alert, ...]
    firing: tuple[Firing, ...] = ()
    """Oracle's own alarms over what is still bad."""
    alarms_unread: bool = False

    @property
    def open(self) -> tuple[Alert, ...]:
        """Those still bad, worst first."""
        return tuple(each for each in self.alerts if each.open)

    @property
    def severity(self) -> Severity:
        return min((each.severity for each in self.open), default=Severity.OK)

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.place for each in self.alerts))

    @property
    def acknowledged(self) -> bool:
        return all(each.acknowledged for each in self.open)

    @property
    def mark(self) -> str:
        """Another one once there is something new to tell; a figure that has moved a little is not."""
        return "\n".join(f"{each.key} {each.severity} {each.since} {each.cleared_at}" for each in self.alerts)


class Board(Frozen):
    """Everything that the watch remembers; `last` is the highest number that a message has been given."""

    alerts: tuple[Alert, ...] = ()
    last: int = 0
    looked_at: AwareDatetime | None = None
    """Of when the newest look is that it has been brought up to."""
    firing: tuple[Firing, ...] = ()
    """Oracle's own alarms over clusters that something is told of, at that look."""
    alarms_unread: bool = False

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """Every message there is, newest first."""
        by_number: defaultdict[int, list[Alert]] = defaultdict(list)
        for each in self.alerts:
            if each.number is not None:
                by_number[each.number].append(each)
        return tuple(self._incident(number, found) for number, found in sorted(by_number.items(), reverse=True))

    def _incident(self, number: int, found: list[Alert]) -> Incident:
        ordered = sorted(found, key=lambda each: (not each.open, each.severity, each.cluster_name, each.key))
        bad = {each.cluster_id for each in found if each.open}
        return Incident(
            number=number,
            alerts=tuple(ordered),
            firing=tuple(each for each in self.firing if each.cluster_id in bad),
            alarms_unread=self.alarms_unread and bool(bad),
        )

    def incident(self, number: int) -> Incident:
        """`NotFound` where there is none of that number."""
        for each in self.incidents:
            if each.number == number:
                return each
        if number <= self.last:
            raise NotFound(f"Alert {number} has cleared long since, and nothing more is kept of it.")
        raise NotFound(f"There is no alert {number}; `/dac alerts` lists those there are.")

    def acknowledge(self, number: int, by: str, at: AwareDatetime, because: str = "") -> Board:
        """With that word on whatever is still bad; `Conflict` where nothing is or somebody has said so already."""
        incident = self.incident(number)
        if not incident.open:
            raise Conflict(f"Alert {number} has cleared already; there is nothing to see to.")
        if incident.acknowledged:
            raise Conflict(f"Alert {number} has been acknowledged already; its message says by whom.")
        word = Acknowledged(by=by, at=at, because=because)
        return self.model_copy(
            update={
                "alerts": tuple(
                    each.model_copy(update={"acknowledged": word})
                    if each.number == number and each.open and not each.acknowledged
                    else each
                    for each in self.alerts
                )
            }
        )


class Alerts(Protocol):
    """What the watch remembers, as commands need it."""

    def board(self) -> Board: ...

    def acknowledge(self, number: int, by: str, because: str) -> Incident:
        """`NotFound` or `Conflict`, as `Board.acknowledge`."""
        ...
