"""Unit shapes: what a unit of a cluster is, what it takes of a service limit and what it is billed as."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import StrictBool, StringConstraints, model_validator

from dac.catalog_file import Count, Factor, Name, Sources, Text
from dac.figures import Frozen


class Generation(StrEnum):
    """Oracle's two kinds of unit shape live side by side: names that hide the hardware, and names that are it."""

    LEGACY = "legacy"
    HARDWARE = "hardware"


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
