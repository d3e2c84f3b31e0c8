"""What a fine-tune takes: what Oracle presets for its base model, the handbook's hours, its steps and its cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from dac.catalog import Catalog
from dac.errors import Invalid
from dac.estimate import job
from dac.figures import Frozen, Price, Source, Unknown
from dac.handbook import Handbook, Preset, TuningBand
from dac.models import FineTuning, ModelEntry
from dac.naming import clip
from dac.tuning_rules import Method, Range

EPOCHS, BATCH, RATE = "total_training_epochs", "training_batch_size", "learning_rate"
NAMES = {EPOCHS: "epochs", BATCH: "batch size", RATE: "learning rate"}
"""What people call Oracle's settings."""


class Setting(Frozen):
    """A hyperparameter as wanted and as Oracle takes it."""

    name: str
    wanted: Decimal
    taken: Decimal
    range: Range

    @property
    def clamped(self) -> bool:
        return self.wanted != self.taken


class Chosen(Frozen):
    """How a model is trained today: the method, Oracle's preset of units, and each setting within Oracle's range."""

    method: Method
    preset: FineTuning
    settings: tuple[Setting, ...]

    def setting(self, name: str) -> Setting:
        return next(each for each in self.settings if each.name == name)


class Tuned(Chosen):
    """A fine-tune of so many examples; `band` is the handbook's, None above its last.

    `least` and `most` are the cost of the shortest and of the longest run the band expects, on Oracle's preset units.
    """

    model: str
    rows: int
    band: TuningBand | None
    least: Price | Unknown
    most: Price | Unknown
    sources: tuple[Source, ...]

    @property
    def exact_steps(self) -> Fraction:
        """Epochs times rows over batch size, as Oracle counts them."""
        return Fraction(self.setting(EPOCHS).taken) * self.rows / Fraction(self.setting(BATCH).taken)

    @property
    def steps(self) -> int:
        """The last one begun counts whole."""
        return math.ceil(self.exact_steps)


def tunable(catalog: Catalog) -> tuple[ModelEntry, ...]:
    """The models of which a new fine-tune can be launched today."""
    return tuple(each for each in catalog.models.values() if each.fine_tunable)


def choose(catalog: Catalog, model: ModelEntry, wanted: Mapping[str, Decimal], method: str | None = None) -> Chosen:
    """How it would be trained; `Invalid` for a base that cannot be fine-tuned, or not by that method."""
    rules, preset = catalog.fine_tuning, model.fine_tuning
    possible = " or ".join(each.id for each in tunable(catalog)) or "none"
    if rules is None or preset is None or not model.fine_tunable:
        raise Invalid(f"{model.name} cannot be fine-tuned today; what can is {possible}.")
    name = (method or preset.methods[0]).upper().replace("-", "").replace(" ", "")
    if name not in preset.methods:
        raise Invalid(f"{model.name} is fine-tuned by {' or '.join(preset.methods)}, not by {clip(name)}.")
    chosen = rules.methods[name]
    return Chosen(
        method=chosen, preset=preset, settings=tuple(_setting(each, chosen, wanted) for each in (EPOCHS, BATCH, RATE))
    )


def plan_tuning(
    catalog: Catalog,
    handbook: Handbook,
    model: ModelEntry,
    rows: int,
    wanted: Mapping[str, Decimal],
    method: str | None = None,
) -> Tuned:
    """What it takes today; `Invalid` as `choose`, and for fewer rows than Oracle takes."""
    chosen, rules = choose(catalog, model, wanted, method), catalog.fine_tuning
    if rules and rows < rules.min_examples:
        raise Invalid(f"Oracle refuses fewer than {rules.min_examples} examples; you have {rows}.")
    band = band_for(handbook, rows)
    least, most = costs(catalog, chosen.preset, band)
    return Tuned(
        **dict(chosen), model=model.id, rows=rows, band=band, least=least, most=most, sources=chosen.preset.sources
    )


def costs(catalog: Catalog, preset: FineTuning, band: TuningBand | None) -> tuple[Price | Unknown, Price | Unknown]:
    """Of the shortest and of the longest training that the band expects, on Oracle's units."""
    if band is None:
        unknown = Unknown(what="its duration", settle="the handbook's bands end below that; a first run tells")
        return unknown, unknown
    least, most = (job(catalog, preset.shape, preset.units, hours) for hours in (band.hours_least, band.hours_most))
    return least.cost, most.cost


def band_for(handbook: Handbook, rows: int) -> TuningBand | None:
    """A band holds its lower bound, the last one its upper as well; None beyond."""
    last = handbook.tuning_bands[-1]
    if rows == last.below:
        return last
    return next((each for each in handbook.tuning_bands if _within(rows, each)), None)


def _within(rows: int, band: TuningBand) -> bool:
    return rows >= band.above and (band.below is None or rows < band.below)


def of_preset(preset: Preset) -> dict[str, Decimal]:
    """The handbook's hyperparameters by Oracle's names."""
    return {EPOCHS: Decimal(preset.epochs), BATCH: Decimal(preset.batch_size), RATE: preset.learning_rate}


def _setting(name: str, method: Method, wanted: Mapping[str, Decimal]) -> Setting:
    allowed = method.settings[name]
    value = wanted.get(name, allowed.default)
    return Setting(name=name, wanted=value, taken=allowed.clamp(value), range=allowed)
