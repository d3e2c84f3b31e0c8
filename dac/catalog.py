"""What is known of Oracle's unit shapes, prices, commitments and models: values, and where to look one up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from importlib.resources import files
from typing import Annotated, Self

from pydantic import Field, StrictBool, StringConstraints, TypeAdapter, model_validator

from dac.catalog_file import SOURCES, Amount, Count, Day, Factor, Name, Sources, Text, keyed, read, tables
from dac.errors import Invalid
from dac.figures import Frozen, Source, Unknown

AI_UNIT_HOUR = "AI Unit Per Hour"
CLUSTER_HOUR = "Cluster Hour"


class Generation(StrEnum):
    """Oracle's two kinds of unit shape live side by side: names that hide the hardware, and names that are it."""

    LEGACY = "legacy"
    HARDWARE = "hardware"


class Kind(StrEnum):
    CHAT = "chat"
    TEXT_GENERATION = "text-generation"
    EMBED = "embed"
    RERANK = "rerank"


class Status(StrEnum):
    ACTIVE = "active"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


class Limit(Frozen):
    """The service limit a unit counts against, and by how much; `units` is None where that is not known."""

    name: Text
    units: Count | None = None
    sources: Sources


class Billing(Frozen):
    """What a unit is billed as: so many of what the price list sells under `sku`."""

    sku: Text
    units: Factor
    sources: Sources


class Shape(Frozen):
    """A unit shape; where `billing` is None, `billing_unknown` says in words what is not known."""

    name: Name
    generation: Generation = Generation.LEGACY
    gpu: Text | None = None
    gpus_per_unit: Count | None = None
    for_imported: StrictBool = False
    limit: Limit | None = None
    billing: Billing | None = None
    billing_unknown: Text | None = None
    sources: Sources

    @model_validator(mode="after")
    def _billed_or_not(self) -> Self:
        if (self.billing is None) == (self.billing_unknown is None):
            raise ValueError("must have either billing or billing_unknown")
        return self


class PriceEntry(Frozen):
    """A line of the price list: pay as you go, before any contract's discount."""

    sku: Name
    product: Text
    metric: Text
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    amount: Amount
    sources: Sources

    @property
    def per_cluster(self) -> bool:
        """Billed by the cluster's hours, whatever the number of its units."""
        return self.metric == CLUSTER_HOUR


class Hosting(Frozen):
    """Where a model runs: `in_region` where the region is known to decide, one of `shapes` anywhere else."""

    shapes: Annotated[tuple[Text, ...], Field(min_length=1)]
    in_region: dict[str, Text] = Field(default_factory=dict)
    units: Count = 1


class FineTuning(Frozen):
    """The preset of a fine-tuning cluster: its units cannot be chosen."""

    shape: Text
    units: Count
    methods: Annotated[tuple[Text, ...], Field(min_length=1)]
    sources: Sources


class ModelEntry(Frozen):
    """A model of the service; None is not known.

    `dedicated` and `on_demand` say whether it can be had that way today. A retired model keeps its `hosting`, for
    clusters made earlier still run.
    """

    id: Text
    name: Text
    aliases: tuple[Text, ...] = ()
    vendor: Text
    kind: Kind
    status: Status | None = None
    dedicated: StrictBool | None = None
    on_demand: StrictBool | None = None
    hosting: Hosting | None = None
    hosting_unknown: Text | None = None
    dedicated_regions: tuple[Text, ...] = ()
    fine_tuning: FineTuning | None = None
    context_tokens: Count | None = None
    on_demand_skus: tuple[Text, ...] = ()
    released: Day | None = None
    deprecated: Day | None = None
    on_demand_retired: Day | None = None
    dedicated_retired: Day | None = None
    successor: Text | None = None
    note: Text | None = None
    sources: Sources

    @model_validator(mode="after")
    def _hosted_or_not(self) -> Self:
        if self.hosting is not None and self.hosting_unknown is not None:
            raise ValueError("must not have both hosting and hosting_unknown")
        if self.dedicated and self.hosting is None and self.hosting_unknown is None:
            raise ValueError("must have hosting or hosting_unknown, for it is dedicated")
        return self

    @property
    def fine_tunable(self) -> bool:
        """Whether a new fine-tune can be launched: its base must still be had on a dedicated cluster."""
        return self.fine_tuning is not None and bool(self.dedicated)

    def shapes_in(self, region: str) -> tuple[str, ...] | Unknown:
        """The unit shapes it may run on there; several where it is not known which, none where it cannot be hosted."""
        if self.hosting_unknown is not None:
            return Unknown(what=f"the unit shape of {self.id}", settle=self.hosting_unknown)
        if self.hosting is None:
            return ()
        here = self.hosting.in_region.get(region)
        return self.hosting.shapes if here is None else (here,)

    @property
    def called(self) -> frozenset[str]:
        """Everything it answers to, in lower case; its id also without the vendor."""
        names = (self.id, self.id.partition(".")[2], self.name, *self.aliases)
        return frozenset(name.casefold() for name in names if name)


class Commitment(Frozen):
    """The least that is billed, such as 744 unit-hours for each hosting cluster."""

    count: Count
    measure: Text
    each: Text
    sources: Sources

    def __str__(self) -> str:
        return f"{self.count:,} {self.measure} for each {self.each}"


class Commitments(Frozen):
    hosting: Commitment
    imported: Commitment
    fine_tuning: Commitment


class Vendor(Frozen):
    """Whose models a hardware shape is for; the prefix changes the price list's line, not the AI units."""

    prefix: Annotated[str, StringConstraints(pattern=r"^([A-Z0-9]+_)?$")]
    sku: Text
    for_imported: StrictBool = False
    sources: Sources


class Gpu(Frozen):
    """A kind of GPU, what one is billed as, and for each vendor how many of them a unit may have."""

    limit: Limit | None = None
    ai_units: Factor | None = None
    sizes: dict[str, tuple[Count, ...]]
    sources: Sources


class Hardware(Frozen):
    """The rule of hardware shapes: a unit of `[VENDOR_]GPU_Xn` is n GPUs, takes n of the limit, costs n times as much.

    Oracle's table of unit sizes ends at `published_gpus`; what is beyond is scaled, and says so.
    """

    published_gpus: Count
    scaled_sources: Sources
    sources: Sources
    vendors: dict[str, Vendor]
    gpus: dict[Name, Gpu]

    @model_validator(mode="after")
    def _known_vendors(self) -> Self:
        for kind, gpu in self.gpus.items():
            for vendor in sorted(gpu.sizes.keys() - self.vendors.keys()):
                raise ValueError(f'names "{vendor}" among the sizes of {kind}, which is not in vendors')
        return self

    def shapes(self) -> tuple[Shape, ...]:
        return tuple(
            self._shape(self.vendors[vendor], kind, gpu, count)
            for kind, gpu in self.gpus.items()
            for vendor, counts in gpu.sizes.items()
            for count in counts
        )

    def _shape(self, vendor: Vendor, kind: str, gpu: Gpu, count: int) -> Shape:
        billing = unknown = None
        if gpu.ai_units is None:
            unknown = f"how many AI units one {kind} GPU counts as is not published in what we hold"
        else:
            scaled = self.scaled_sources if count > self.published_gpus else ()
            billing = Billing(
                sku=vendor.sku,
                units=gpu.ai_units * count,
                sources=tuple(dict.fromkeys((*gpu.sources, *vendor.sources, *scaled))),
            )
        return Shape(
            name=f"{vendor.prefix}{kind}_X{count}",
            generation=Generation.HARDWARE,
            gpu=kind,
            gpus_per_unit=count,
            for_imported=vendor.for_imported,
            limit=None if gpu.limit is None else gpu.limit.model_copy(update={"units": count}),
            billing=billing,
            billing_unknown=unknown,
            sources=self.sources,
        )


class Catalog(Frozen):
    """All of it. A new section of the file is one more field here, or it is refused as unknown."""

    pricing_page: Text
    sources: dict[str, Source]
    shapes: dict[str, Shape]
    prices: dict[str, PriceEntry]
    models: dict[str, ModelEntry]
    commitments: Commitments

    def shape(self, name: str) -> Shape | None:
        """By its name in any case: Oracle's pages write Cohere_H100_X2 for COHERE_H100_X2."""
        return self.shapes.get(name.strip().upper())

    def price(self, sku: str) -> PriceEntry | None:
        return self.prices.get(sku.strip().upper())

    def model(self, id_or_alias: str) -> ModelEntry | None:
        return self._called.get(id_or_alias.strip().casefold())

    @cached_property
    def limit_of_shape(self) -> Mapping[str, str]:
        """The service limit each unit shape counts against, of those where it is known."""
        return {name: shape.limit.name for name, shape in self.shapes.items() if shape.limit is not None}

    def hosting_commitment(self, shape: Shape) -> Commitment:
        return self.commitments.imported if shape.for_imported else self.commitments.hosting

    @cached_property
    def _called(self) -> Mapping[str, ModelEntry]:
        return {name: model for model in self.models.values() for name in model.called}

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for fault in (*self._shape_faults(), *self._model_faults()):
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


def _strangers(where: str, names: Iterable[str], known: Mapping[str, object], section: str) -> Iterator[str]:
    return (f'{where} names "{name}", which is not in {section}' for name in names if name not in known)


def shipped() -> Catalog:
    """The catalogue that comes with this package."""
    return load((files("dac") / "catalog.toml").read_text(encoding="utf-8"))


def load(text: str) -> Catalog:
    """The catalogue written in `text`; `Invalid` with one sentence where something in it is wrong."""
    raw = tables(text)
    sources = read(SOURCES, raw.pop("sources", {}), {}, "sources")
    hardware = read(TypeAdapter(Hardware), raw.pop("hardware", {}), sources, "hardware")
    shapes, prices, models = (
        keyed(raw.get(section, {}), section, key)
        for section, key in (("shapes", "name"), ("prices", "sku"), ("models", "id"))
    )
    for shape in hardware.shapes():
        if shape.name in shapes:
            raise Invalid(f"catalog.toml: in shapes: {shape.name} is already made by the rule in hardware.")
        shapes[shape.name] = shape
    sections = {**raw, "sources": sources, "shapes": shapes, "prices": prices, "models": models}
    return read(TypeAdapter(Catalog), sections, sources)
