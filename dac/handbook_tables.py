"""The handbook's figures and rows as values, read out of its own words by `handbook_reading`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from dac.figures import Frozen

Least = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
Percent = Annotated[int, Field(ge=0, le=100)]
Figure = Annotated[Decimal, Field(ge=0)]
Words = Annotated[str, Field(min_length=1)]
Lines = Annotated[tuple[Words, ...], Field(min_length=1)]


class SelectionRow(Frozen):
    """A row of the model selection matrix; there may be no alternative."""

    use_case: Words
    recommended: Words
    alternative: Words | None
    why: Words


class TrafficBand(Frozen):
    """Units of a hosting cluster for `above` requests a second and more, fewer than `below`; None has no end."""

    name: Words
    above: Figure
    below: Figure | None
    units_least: Count
    units_most: Count
    text: Words

    @model_validator(mode="after")
    def _rises(self) -> Self:
        _rising((self.above, self.below), (self.units_least, self.units_most))
        return self


class TuningBand(Frozen):
    """Units and hours of a fine-tuning cluster for `above` examples and more, fewer than `below`."""

    name: Words
    above: Least
    below: Least | None
    units: Count
    hours_least: Figure
    hours_most: Figure
    text: Words

    @model_validator(mode="after")
    def _rises(self) -> Self:
        _rising((self.above, self.below), (self.hours_least, self.hours_most))
        return self


class Preset(Frozen):
    """Hyperparameters to begin with, and when to."""

    name: Words
    when: Words
    learning_rate: Annotated[Decimal, Field(gt=0)]
    epochs: Count
    batch_size: Count


class Guideline(Frozen):
    """A heading and what stands under it, a line each."""

    name: Words
    lines: Lines


class Quality(Frozen):
    """How many examples a data set wants, and what share is held out for testing, in percent."""

    minimum: Count
    recommended_least: Count
    recommended_most: Count
    hold_out_least: Percent
    hold_out_most: Percent
    guidelines: tuple[Guideline, ...]

    @model_validator(mode="after")
    def _rises(self) -> Self:
        examples = (self.minimum, self.recommended_least, self.recommended_most)
        _rising(examples, (self.hold_out_least, self.hold_out_most))
        return self


class KeyMetric(Frozen):
    group: Words
    name: Words
    meaning: Words


class Alarm(Frozen):
    """An alarm as the handbook has it in Terraform; the threshold is in the metric's own unit."""

    name: Words
    title: Words
    namespace: Words
    query: Words
    metric: Words
    window: Words
    statistic: Words
    threshold: Figure
    severity: Words
    hcl: Words


class Formula(Frozen):
    """How a month is estimated, and the hours the handbook counts it as."""

    hosting: Words
    fine_tuning: Words
    example: Words
    hours: Count


class Issue(Frozen):
    name: Words
    causes: Lines
    solutions: Lines


class Statement(Frozen):
    """A policy statement, and the comment over it that says for whom it is."""

    comment: Words
    text: Words


class Snippets(Frozen):
    """Code as the handbook has it, to the letter."""

    python: Words
    langchain: Words
    hosting: Words
    fine_tuning: Words
    training_data: Words


class Link(Frozen):
    title: Words
    url: Annotated[str, Field(pattern=r"^https://[^\s<>|]+$")]


class Capabilities(Frozen):
    know: Lines
    can_do: Lines


class Tables(Frozen):
    """All of them; with its text they are the handbook."""

    capabilities: Capabilities
    dedicated_when: tuple[str, ...]
    on_demand_when: tuple[str, ...]
    selection: tuple[SelectionRow, ...]
    traffic_bands: tuple[TrafficBand, ...]
    units_per_endpoint_note: str
    cluster_max_units: Count
    cluster_max_endpoints: Count
    tuning_bands: tuple[TuningBand, ...]
    presets: tuple[Preset, ...]
    quality: Quality
    metrics: tuple[KeyMetric, ...]
    alarms: tuple[Alarm, ...]
    strategies: tuple[Guideline, ...]
    formula: Formula
    issues: tuple[Issue, ...]
    iam: tuple[Statement, ...]
    snippets: Snippets
    links: tuple[Link, ...]


def _rising(*ranges: Sequence[Decimal | int | None]) -> None:
    for numbers in ranges:
        known = [each for each in numbers if each is not None]
        if known != sorted(known):
            raise ValueError("must have the smaller number first")
