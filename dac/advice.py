"""What advice on a cluster is made of: what was seen of it, what can be said of it, and what that would save."""

from __future__ import annotations

from decimal import Decimal

from dac.carried import Carried
from dac.catalog import Catalog
from dac.cluster import Cluster, Endpoint
from dac.figures import Frozen, Price, Source, Unknown
from dac.history import History
from dac.models import ModelEntry
from dac.pricing import monthly, together


class Evidence(Frozen):
    """A line that an advice rests on, with where it can be read."""

    text: str
    sources: tuple[Source, ...]


class Advice(Frozen):
    """What could be done with a cluster, by which of the handbook's strategies, and what that would save a month.

    `line` is the command that asks for it or looks closer, `label` what its button says. `saves` is None where nothing
    is saved, such as with a cluster that is too small. `firm`: it rests on what was measured, not on whether another
    model would do.
    """

    cluster: Cluster
    strategy: str
    sentence: str
    evidence: tuple[Evidence, ...]
    saves: Price | Unknown | None
    line: str
    label: str
    firm: bool = True

    @property
    def order(self) -> tuple[bool, bool, Decimal]:
        """What is too small comes first, what was measured before what would have to be tried, then the most money."""
        saves = self.saves
        return (saves is not None, not self.firm, -saves.money.amount if isinstance(saves, Price) else Decimal(0))


class Seen(Frozen):
    """A hosting cluster with what it hosts and how it was called; `history` says why where that is not known."""

    cluster: Cluster
    endpoints: tuple[Endpoint, ...]
    hosts: frozenset[str]
    """The models its endpoints serve, by id."""
    bases: frozenset[str]
    """By name the base models of those; a custom one counts as what it was made from."""
    history: History | Unknown
    measured: Carried | None
    """What its units have carried, by its own hours."""
    handle: str


def hosted(seen: Seen, catalog: Catalog) -> ModelEntry | None:
    """The one model of the catalogue that it hosts; a custom model counts as its base."""
    return catalog.model(*seen.bases) if len(seen.bases) == 1 else None


def for_units(
    catalog: Catalog, shape: str, count: int, share: Decimal = Decimal(1), *, less: str | None = None
) -> Price | Unknown:
    """What so many units cost a month, or that share of it; `less` what as many of another shape cost."""
    cost = monthly(catalog, shape, count)
    other = monthly(catalog, less, count) if less else None
    if isinstance(cost, Unknown):
        return cost
    if isinstance(other, Unknown):
        return other
    money, sources = cost.money, cost.sources
    if other:
        money, sources = money - other.money, together(sources, other.sources)
    return cost.model_copy(update={"money": money * share, "sources": sources})


def load_seen(measured: Carried) -> tuple[Evidence, ...]:
    return tuple(Evidence(text=text, sources=(measured.source,)) for text in measured.words)


def word(text: str) -> str:
    return f'"{text}"' if " " in text else text
