"""What is known of Oracle's unit shapes, prices, commitments and models: values, and where to look one up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Any, Self

from pydantic import Field, StrictBool, StringConstraints, TypeAdapter, model_validator

from dac.benchmarks import Benchmark, Mix
from dac.catalog_file import SHIPPED, SOURCES, Amount, Count, Factor, Name, Sources, Text, keyed, merged, read, tables
from dac.errors import Invalid
from dac.figures import Basis, Frozen, Source
from dac.models import ModelEntry, Spoken
from dac.shapes import Hardware, Shape
from dac.tuning_rules import Tuning

AI_UNIT_HOUR = "AI Unit Per Hour"
CLUSTER_HOUR = "Cluster Hour"


Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class PriceEntry(Frozen):
    """A line of the price list: pay as you go, before any contract's discount; or what a team's contract says of it."""

    sku: Name
    product: Text
    metric: Text
    currency: Currency
    amount: Amount
    basis: Basis = "list"
    sources: Sources

    @property
    def per_cluster(self) -> bool:
        """Billed by the cluster's hours, whatever the number of its units."""
        return self.metric == CLUSTER_HOUR


class Localised(Frozen):
    """What a line of the price list says in another currency: Oracle's own figure, not one converted here."""

    amount: Amount
    basis: Basis = "list"
    sources: Sources


class Commitment(Frozen):
    """The least that is billed, such as 744 unit-hours for each hosting cluster."""

    count: Count
    measure: Text
    each: Text
    sources: Sources

    def __str__(self) -> str:
        return f"{self.count:,} {self.measure} for each {self.each}"


class OnDemand(Frozen):
    """How what is sold by the transaction is counted, and what a token is taken for to compare the two."""

    characters_per_transaction: Count
    characters_per_token: Factor
    sources: Sources


class Today(Frozen):
    """What becomes of a reason for a dedicated cluster as the service is today.

    `justifies`: it holds whatever the price is.
    """

    words: Text
    justifies: StrictBool = False
    sources: Sources


class Commitments(Frozen):
    hosting: Commitment
    imported: Commitment
    fine_tuning: Commitment


class Catalog(Frozen):
    """All of it. A new section of the file is one more field here, or it is refused as unknown."""

    pricing_page: Text
    sources: dict[str, Source]
    shapes: dict[str, Shape]
    prices: dict[str, PriceEntry]
    models: dict[str, ModelEntry]
    commitments: Commitments
    localised: dict[Currency, dict[Name, Localised]] = Field(default_factory=dict)
    spoken: dict[str, Spoken] = Field(default_factory=dict)
    mixes: dict[str, Mix] = Field(default_factory=dict)
    benchmarks: dict[str, Benchmark] = Field(default_factory=dict)
    fine_tuning: Tuning | None = None
    on_demand: OnDemand | None = None
    reasons: dict[str, Today] = Field(default_factory=dict)
    currency: Currency = "USD"

    def shape(self, name: str) -> Shape | None:
        """By its name in any case: Oracle's pages write Cohere_H100_X2 for COHERE_H100_X2."""
        return self.shapes.get(name.strip().upper())

    def price(self, sku: str) -> PriceEntry | None:
        return self.prices.get(sku.strip().upper())

    def model(self, id_or_alias: str) -> ModelEntry | None:
        return self._called.get(id_or_alias.strip().casefold())

    def benchmarked(self, model: str, shape: str | None = None) -> tuple[Benchmark, ...]:
        """What has been measured of that model, on that shape or on any."""
        found = (each for each in self.benchmarks.values() if each.model == model)
        return tuple(each for each in found if shape is None or each.shape == shape)

    @property
    def currencies(self) -> tuple[str, ...]:
        """Those that prices are held in, its own first."""
        return (self.currency, *sorted(self.localised.keys() - {self.currency}))

    def in_currency(self, code: str) -> Catalog:
        """The same with its prices in another currency, as far as they are held in it; `Invalid` where none is."""
        if code == self.currency:
            return self
        if code not in self.localised:
            held = " and ".join(self.currencies)
            raise Invalid(
                f"I hold prices in {held} only, and convert none: `python -m bot prices refresh --currency {code}` "
                "reads Oracle's own."
            )
        prices = {
            sku: self.prices[sku].model_copy(update={"currency": code, **dict(each)})
            for sku, each in self.localised[code].items()
        }
        return self.model_copy(update={"prices": prices, "currency": code})

    @cached_property
    def limit_of_shape(self) -> Mapping[str, str]:
        """The service limit each unit shape counts against, of those where it is known."""
        return {name: shape.limit.name for name, shape in self.shapes.items() if shape.limit is not None}

    @cached_property
    def part_numbers(self) -> tuple[str, ...]:
        """Those that the hours of dedicated clusters are billed by."""
        by_hour = {AI_UNIT_HOUR, CLUSTER_HOUR}
        return tuple(sorted(sku for sku, each in self.prices.items() if each.metric in by_hour))

    def hosting_commitment(self, shape: Shape) -> Commitment:
        return self.commitments.imported if shape.for_imported else self.commitments.hosting

    @cached_property
    def _called(self) -> Mapping[str, ModelEntry]:
        return {name: model for model in self.models.values() for name in model.called}

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        faults = (*self._shape_faults(), *self._model_faults(), *self._benchmark_faults(), *self._localised_faults())
        for fault in faults:
            raise ValueError(fault)
        return self

    def _shape_faults(self) -> Iterator[str]:
        for name, shape in self.shapes.items():
            if shape.billing is None:
                continue
            price = self.prices.get(shape.billing.sku)
            if price is None:
                yield f'in shapes, {name}, billing: sku names "{shape.billing.sku}", which is not in prices'
            elif price.metric not in {AI_UNIT_HOUR, CLUSTER_HOUR}:
                yield f'in shapes, {name}, billing: sku names "{price.sku}", which is sold per {price.metric}'

    def _model_faults(self) -> Iterator[str]:
        owners: dict[str, str] = {}
        for model in self.models.values():
            where = f"in models, {model.id}"
            hosted = (*model.hosting.shapes, *model.hosting.in_region.values()) if model.hosting else ()
            tuned = (model.fine_tuning.shape,) if model.fine_tuning else ()
            successor = (model.successor,) if model.successor else ()
            yield from _strangers(f"{where}: hosting", hosted, self.shapes, "shapes")
            yield from _strangers(f"{where}: fine_tuning", tuned, self.shapes, "shapes")
            yield from _strangers(f"{where}: on_demand_skus", model.on_demand_skus, self.prices, "prices")
            yield from _strangers(f"{where}: successor", successor, self.models, "models")
            for name in sorted(model.called & owners.keys()):
                yield f'{where}: the name "{name}" already means {owners[name]}'
            owners |= dict.fromkeys(model.called, model.id)
        for name, each in self.spoken.items():
            yield from _strangers(f"in spoken, {name}: means", each.means, self.models, "models")

    def _benchmark_faults(self) -> Iterator[str]:
        for name, each in self.benchmarks.items():
            where = f"in benchmarks, {name}:"
            yield from _strangers(f"{where} model", (each.model,), self.models, "models")
            yield from _strangers(f"{where} shape", (each.shape,), self.shapes, "shapes")
            yield from _strangers(f"{where} mix", (each.mix,), self.mixes, "mixes")

    def _localised_faults(self) -> Iterator[str]:
        for code, lines in self.localised.items():
            yield from _strangers(f"in localised, {code}: it", lines, self.prices, "prices")


def _strangers(where: str, names: Iterable[str], known: Mapping[str, object], section: str) -> Iterator[str]:
    return (f'{where} names "{name}", which is not in {section}' for name in names if name not in known)


def shipped(over: Mapping[str, str] | None = None) -> Catalog:
    """The catalogue that comes with this package, with what a team's own files say in its place."""
    return load(_text(), over) if over else _as_it_comes()


@cache
def _as_it_comes() -> Catalog:
    return load(_text())


def _text() -> str:
    return (files("dac") / SHIPPED).read_text(encoding="utf-8")


def load(text: str, over: Mapping[str, str] | None = None) -> Catalog:
    """The catalogue written in `text`, with what a team's own files say in its place, by file name, the last counting.

    `Invalid` with one sentence, which names the file, where something in it is wrong.
    """
    raw = tables(text)
    catalog = _made(raw, SHIPPED)
    for file, own in (over or {}).items():
        raw = merged(raw, tables(own, file))
        catalog = _made(raw, file)
    return catalog


def _made(written: Mapping[str, Any], file: str) -> Catalog:
    raw = dict(written)
    sources = read(SOURCES, raw.pop("sources", {}), {}, "sources", file=file)
    hardware = read(TypeAdapter(Hardware), raw.pop("hardware", {}), sources, "hardware", file=file)
    shapes, prices, models = (
        keyed(raw.get(section, {}), section, key, file)
        for section, key in (("shapes", "name"), ("prices", "sku"), ("models", "id"))
    )
    for shape in hardware.shapes():
        if shape.name in shapes:
            raise Invalid(f"{file}: in shapes: {shape.name} is already made by the rule in hardware.")
        shapes[shape.name] = shape
    sections = {**raw, "sources": sources, "shapes": shapes, "prices": prices, "models": models}
    return read(TypeAdapter(Catalog), sections, sources, file=file)
