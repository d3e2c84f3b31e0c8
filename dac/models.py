"""Models of the service: where each can be had today, on what, with what context, and until when."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictBool, model_validator

from dac.catalog_file import Count, Day, Sources, Text
from dac.figures import Frozen, Unknown


class Kind(StrEnum):
    CHAT = "chat"
    TEXT_GENERATION = "text-generation"
    EMBED = "embed"
    RERANK = "rerank"


class Status(StrEnum):
    ACTIVE = "active"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


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
    clusters made earlier still run. `successor` is the one that Oracle suggests instead.
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
    reads_images: StrictBool | None = None
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


class Spoken(Frozen):
    """What people mean by a name that no model bears, such as "Llama 70B"; `note` where that is no model's name."""

    means: tuple[Text, ...] = ()
    note: Text | None = None
    sources: Sources

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        if not self.means and self.note is None:
            raise ValueError("must have means, or a note that says why there is nothing it means")
        return self
