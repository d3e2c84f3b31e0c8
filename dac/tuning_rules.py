"""What Oracle asks of a training data set and of the settings of a fine-tune."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from dac.catalog_file import Count, Factor, Sources, Text, decimal
from dac.figures import Frozen

Number = Annotated[Decimal, BeforeValidator(decimal)]


class Range(Frozen):
    """From where to where a setting may be chosen, both included, and what it is if nobody chooses.

    None is no documented bound; `or_zero` allows 0 besides.
    """

    least: Number | None = None
    most: Number | None = None
    default: Number
    or_zero: bool = False

    def __str__(self) -> str:
        least = "any" if self.least is None else f"{self.least.normalize():f}"
        return f"from {least} up" if self.most is None else f"from {least} to {self.most.normalize():f}"

    def clamp(self, value: Decimal) -> Decimal:
        """The nearest value that Oracle takes."""
        if self.or_zero and value == 0:
            return value
        if self.least is not None and value < self.least:
            return self.least
        return self.most if self.most is not None and value > self.most else value


class Method(Frozen):
    """A way of fine-tuning; `settings` by the names of Oracle's SDK, `config` the SDK's `training_config_type`."""

    name: Text
    config: Text
    settings: Annotated[dict[str, Range], Field(min_length=1)]
    sources: Sources


class Tuning(Frozen):
    """`min_examples` pairs at least; `train_share` of them is trained on, the service holds the rest out itself."""

    min_examples: Count
    train_share: Factor
    sources: Sources
    methods: dict[str, Method]
