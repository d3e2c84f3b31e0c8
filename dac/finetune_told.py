"""What who decides over a fine-tune is told: its data, steps, hours and cost, and where Oracle wants other settings."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pydantic import Field

from dac.catalog import Catalog
from dac.dataset_report import steps
from dac.dataset_seen import Seen
from dac.figures import Frozen, Price, Source, Unknown, cost_name
from dac.handbook import Preset, TuningBand
from dac.making import Fact
from dac.pricing import cents, cluster_hour, together
from dac.steps import Dataset
from dac.tuning import BATCH, EPOCHS, NAMES, Chosen, Setting, costs, of_preset

DAY = 24
BEYOND = "the handbook's bands end below that many pairs; a first run tells"


class Advice(Frozen):
    """What the team's handbook says to a fine-tune: the preset that was chosen, and the band that the data set is in.

    `asked` are the settings that the person chose, by Oracle's names; they come before the preset's.
    """

    handbook: Source
    preset: Preset | None = None
    asked: dict[str, Decimal] = Field(default_factory=dict)
    band: TuningBand | None = None

    @property
    def wanted(self) -> dict[str, Decimal]:
        return (of_preset(self.preset) if self.preset else {}) | self.asked


class Told(Frozen):
    """`least` and `most` are what the training costs."""

    facts: tuple[Fact, ...]
    warnings: tuple[str, ...]
    sources: tuple[Source, ...]
    least: Price | Unknown
    most: Price | Unknown


def tell(catalog: Catalog, chosen: Chosen, dataset: Dataset, data: Seen, advice: Advice, *, made: bool) -> Told:
    """`made` is whether a cluster is made for it."""
    preset = chosen.preset
    least, most = _unknown_costs(data) or costs(catalog, preset, advice.band)
    hour = cluster_hour(catalog, preset.shape, preset.units)
    basis = hour.basis if isinstance(hour, Price) else "list"
    clamps = tuple(_clamp(each, advice) for each in chosen.settings if each.name in advice.wanted and each.clamped)
    handbook = (advice.handbook,) if advice.band or advice.preset else ()
    commitment = catalog.commitments.fine_tuning
    return Told(
        facts=(
            Fact(label="Data set", said=_of_data(dataset, data)),
            Fact(label="Training steps", said=_steps(chosen, data)),
            Fact(label="Duration", said=_duration(chosen, data, advice.band)),
            Fact(label=f"{cost_name(basis)} of the training", said=_cost(least, most, made=made)),
            Fact(label="Units", said=f"{preset.units} × {preset.shape}, preset by Oracle; {_hourly(hour)}"),
            Fact(label="Settings", said=_settings(chosen, advice)),
        ),
        warnings=(*_doubts(data), *clamps, f"Oracle bills at least {commitment}.", *_burns(hour, made=made)),
        sources=together(handbook, chosen.method.sources, preset.sources, commitment.sources, data.sources),
        least=least,
        most=most,
    )


def _of_data(dataset: Dataset, data: Seen) -> str:
    """The count first: a long address is cut."""
    if isinstance(data.etag, Unknown):
        return f"not to be looked at: {dataset}"
    if isinstance(data.pairs, Unknown):
        return f"not checked yet: {dataset}"
    return f"{data.pairs:,} pairs{', with warnings' if data.doubt else ', checked'}: {dataset}"


def _doubts(data: Seen) -> Iterator[str]:
    if isinstance(data.etag, Unknown):
        yield f"Whether the data set is there and fit to be trained on is not known: {data.etag.settle}"
    elif isinstance(data.pairs, Unknown):
        yield f"What is in the data set is not known, and so neither steps, hours nor cost: {data.pairs.settle}."
    elif data.doubt:
        yield data.doubt


def _steps(chosen: Chosen, data: Seen) -> str:
    epochs, batch = int(chosen.setting(EPOCHS).taken), int(chosen.setting(BATCH).taken)
    if isinstance(data.pairs, Unknown):
        return f"unknown: {epochs:,} epochs × the number of pairs / {batch:,} a batch"
    rounded = ", rounded up" if epochs * data.pairs % batch else ""
    counted = f"{epochs:,} {'epoch' if epochs == 1 else 'epochs'} × {data.pairs:,} pairs / {batch:,} a batch"
    return f"{steps(data.pairs, epochs, batch):,} = {counted}{rounded}"


def _duration(chosen: Chosen, data: Seen, band: TuningBand | None) -> str:
    if isinstance(data.pairs, Unknown):
        return "unknown, as long as the number of pairs is"
    if band is None:
        return f"unknown: {BEYOND}"
    hours = f"{plain(band.hours_least)} to {plain(band.hours_most)} hours by the handbook's rule of thumb"
    if band.units == chosen.preset.units:
        return hours
    return f"{hours} for its {band.units} units; Oracle presets {chosen.preset.units}, so it may not hold"


def _unknown_costs(data: Seen) -> tuple[Unknown, Unknown] | None:
    if not isinstance(data.pairs, Unknown):
        return None
    unknown = Unknown(what="what the training costs", settle="it hangs on the number of pairs")
    return unknown, unknown


def _cost(least: Price | Unknown, most: Price | Unknown, *, made: bool) -> str:
    if isinstance(least, Unknown) or isinstance(most, Unknown):
        return str(least)
    return f"{cents(least.money)} to {cents(most.money)}{'' if made else ', of what its cluster costs anyway'}"


def _hourly(hour: Price | Unknown) -> str:
    return f"{hour.money} an hour" if isinstance(hour, Price) else "its price is unknown"


def _settings(chosen: Chosen, advice: Advice) -> str:
    said = {each.name: f"{NAMES[each.name]} {plain(each.taken)}" for each in chosen.settings}
    if not advice.wanted:
        return f"{chosen.method.name}: {', '.join(said.values())}, all by Oracle's default"
    marked = (text if name in advice.wanted else f"{text} by default" for name, text in said.items())
    whose = f"; the handbook's preset {advice.preset.name} ({advice.preset.when})" if advice.preset else ""
    return f"{chosen.method.name}: {', '.join(marked)}{whose}"


def _clamp(setting: Setting, advice: Advice) -> str:
    chosen_by = advice.preset if setting.name not in advice.asked else None
    whose = f" of the handbook's preset {chosen_by.name}" if chosen_by else ""
    name = NAMES[setting.name]
    return (
        f"{name[:1].upper()}{name[1:]} {plain(setting.wanted)}{whose} is not taken "
        f"(Oracle's range is {setting.range}): {plain(setting.taken)} is used."
    )


def _burns(hour: Price | Unknown, *, made: bool) -> Iterator[str]:
    if made:
        daily = f"{hour.money * DAY} a day" if isinstance(hour, Price) else "how much a day is not known"
        yield (
            f"The cluster made for it goes on costing after the training, {daily}, until it is deleted, and Oracle "
            "deletes it only after the model that was trained on it."
        )


def plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
