"""What every plan that makes or removes something has in common: its steps are written down, and cost is counted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from dac.catalog import Catalog
from dac.change import Change, amount, units
from dac.cluster import Cluster, Endpoint, Fleet, Headroom, Lifecycle, Resource, Traffic
from dac.errors import Conflict, Invalid
from dac.figures import Frozen, Money, Price, Source, Unknown
from dac.naming import clip
from dac.shapes import Shape
from dac.steps import AnyStep

GONE = frozenset({Lifecycle.DELETING, Lifecycle.DELETED})
"""States in which a thing holds its name no longer."""

NAME_LENGTH = 255
"""Characters of a display name that Oracle keeps."""

PLAIN = re.compile(r"\w[\w.@/+-]*")
"""A word that no command line takes for an option, or for several words."""

NAMED = 5
"""Things that a refusal names one by one."""

HOURS = 72
"""The window in which it is looked whether anybody calls an endpoint."""


class Fact(Frozen):
    """One thing that a card shows, in plain words."""

    label: str
    said: str


class Offer(NamedTuple):
    """A command that a card offers, and what its button says."""

    label: str
    command: str


class Stepwise(Change):
    """A change that is its steps: they were agreed to, and are kept as they were written down."""

    doing_: tuple[AnyStep, ...]
    facts: tuple[Fact, ...]
    warnings: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    """Where facts and warnings can be read, besides those of the prices."""

    @property
    def doing(self) -> tuple[AnyStep, ...]:
        return self.doing_

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(each.words for each in self.doing_)

    @property
    def command(self) -> str:
        """What to type to ask for the same again."""
        raise NotImplementedError

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What may be worth looking at before deciding."""
        return ()

    @property
    def matters(self) -> dict[str, str]:
        told = {f"step {place}": each.words for place, each in enumerate(self.doing_, 1)}
        about = {"region": self.subject.region, "compartment": self.subject.compartment_id, "about": self.subject.id}
        costs = {"monthly cost before": amount(self.cost_before), "monthly cost after": amount(self.cost_after)}
        return about | told | costs


def new_name(region: str, compartment_id: str, name: str) -> str:
    """What holds a name that is to be given, as `Change.touches` wants it."""
    return f"name:{region}:{compartment_id}:{name.casefold()}"


def check_name(kind: str, name: str, there: Iterable[Resource]) -> str:
    """The name as it is given; `Invalid`, or `Conflict` where another of its kind has it."""
    given = " ".join(name.split())
    if not given or len(given) > NAME_LENGTH or not given.isprintable():
        raise Invalid(f"A name has 1 to {NAME_LENGTH} characters that can be read; “{clip(name)}” cannot be one.")
    for each in there:
        if each.name.casefold() == given.casefold() and each.lifecycle_state not in GONE:
            article = "an" if kind == "endpoint" else "a"
            raise Conflict(f"There is {article} {kind} {clip(each.name)} there already ({each.id}); give another name.")
    return given


def quoted(word: str) -> str:
    """A name as a command line takes it: quoted where it could be read as anything but one word."""
    return word if PLAIN.fullmatch(word) and word.casefold() != "because" else f'"{word}"'


def nothing(cost: Price | Unknown) -> Price | Unknown:
    """What is not there costs nothing; of an unknown price, not even that it changes can be said."""
    if isinstance(cost, Unknown):
        return cost
    none = Money(amount=cost.money.amount * 0, currency=cost.money.currency)
    return cost.model_copy(update={"money": none})


def check_room(name: str, region: str, count: int, shape: Shape, headroom: Headroom | Unknown) -> None:
    """`Invalid` where the service limit has not enough left for that many units."""
    # Where the weight of a unit is not known it is at least 1, so a refusal here is right and a pass is Oracle's call.
    needed = count * ((shape.limit.units if shape.limit else None) or 1)
    if isinstance(headroom, Headroom) and needed > headroom.available:
        raise Invalid(
            f"{clip(name)} with {units(count)} of {shape.name} needs {needed} of the service limit "
            f"{headroom.limit_name} in {region} and {max(headroom.available, 0)} are available. "
            "Ask Oracle to raise the limit (Console: Governance, Limits, Quotas and Usage), then ask again."
        )


def committed(catalog: Catalog, shape: Shape) -> str:
    return f"Oracle bills at least {catalog.hosting_commitment(shape)}"


def calls_of(endpoint: Endpoint, fleet: Fleet) -> str:
    """Whether anybody has called it, as far as was measured; for a decision it is enough that somebody has."""
    measured = _longest(endpoint, fleet.traffic)
    if measured is None or measured.calls is None:
        return f"not known whether anybody called it in the last {HOURS} hours"
    hours = int(measured.window.total_seconds() // 3600)
    return f"called in the last {hours} hours" if measured.calls else f"not called in the last {hours} hours"


def traffic_of(endpoint: Endpoint, fleet: Fleet) -> str:
    """The same with the count."""
    measured = _longest(endpoint, fleet.traffic)
    if measured is None or measured.calls is None:
        return calls_of(endpoint, fleet)
    hours, of_day = int(measured.window.total_seconds() // 3600), measured.day_calls
    if of_day is None:
        return f"{int(measured.calls):,} calls in the last {hours} hours"
    return f"{int(of_day):,} calls in the last 24 hours, {int(measured.calls):,} in the last {hours}"


def newest(endpoint_id: str, traffic: Iterable[Traffic]) -> Traffic | None:
    """The newest that was measured of it: the shortest of the windows that all end then."""
    of = (each for each in traffic if each.endpoint_id == endpoint_id)
    return min(of, key=lambda each: each.window, default=None)


def _longest(endpoint: Endpoint, traffic: Iterable[Traffic]) -> Traffic | None:
    return max(
        (each for each in traffic if each.endpoint_id == endpoint.id), key=lambda each: each.window, default=None
    )


def on(cluster: Cluster, endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    """The endpoints that hang on a cluster."""
    return tuple(each for each in endpoints if each.cluster_id == cluster.id and each.lifecycle_state != "DELETED")
