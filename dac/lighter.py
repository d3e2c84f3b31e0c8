"""Whether a lighter model would do in a cluster's place, as it is or fine-tuned, and what that would save."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from dac.advice import Advice, Evidence, Seen, for_units, hosted
from dac.catalog import Catalog
from dac.change import units
from dac.figures import Money, Price, Source, Unknown
from dac.handbook import TuningBand
from dac.history import History
from dac.models import ModelEntry, Status
from dac.pricing import together, unit_hour

CANDIDATES = 3
"""Lighter models named for one cluster; more would not be read."""


def lighter(seen: Seen, catalog: Catalog) -> Iterator[Advice]:
    entry, rate = hosted(seen, catalog), unit_hour(catalog, seen.cluster.unit_shape)
    if entry is None or isinstance(rate, Unknown):
        return
    found = [each for each in _offers(seen, catalog, entry) if each[2].money.amount < rate.money.amount]
    if not found:
        return
    named = sorted(found, key=lambda each: (-each[2].money.amount, each[0].name))[:CANDIDATES]
    model, shape, _ = named[0]
    evidence = [_priced("Now", entry.name, seen.cluster.unit_shape, rate)]
    evidence += [_priced("Lighter", other.name, on, cost) for other, on, cost in named]
    yield Advice(
        cluster=seen.cluster,
        strategy="Model selection",
        sentence=f"If {model.name} is good enough for the task, a unit of it costs less. Try it on demand first; how "
        "many units it takes is another sum.",
        evidence=tuple(evidence),
        saves=for_units(catalog, seen.cluster.unit_shape, seen.cluster.unit_count, less=shape),
        line=_size_line(seen, model),
        label=f"How many units of {model.name}?",
        firm=False,
    )


def tuned(seen: Seen, catalog: Catalog, band: TuningBand, handbook: Source) -> Iterator[Advice]:
    """A smaller model, fine-tuned, in its place: after how long training has paid for itself."""
    entry, rate = hosted(seen, catalog), unit_hour(catalog, seen.cluster.unit_shape)
    if entry is None or isinstance(rate, Unknown):
        return
    for model, shape, price in _offers(seen, catalog, entry):
        tuning = model.fine_tuning
        training = unit_hour(catalog, tuning.shape) if tuning else None
        if tuning is None or not isinstance(training, Price) or price.money.amount >= rate.money.amount:
            continue
        saves = for_units(catalog, seen.cluster.unit_shape, seen.cluster.unit_count, less=shape)
        cost = training.money * tuning.units * band.hours_most
        yield Advice(
            cluster=seen.cluster,
            strategy="Fine-tuning ROI",
            sentence=f"{model.name}, fine-tuned on your own examples, may do as well as {entry.name} here."
            f"{pays_back(cost, saves)}",
            evidence=(
                _priced("Now", entry.name, seen.cluster.unit_shape, rate),
                _priced("Fine-tuned", model.name, shape, price),
                Evidence(
                    text=f"Training: {units(tuning.units)} of {tuning.shape} for {band.hours_least} to "
                    f"{band.hours_most} hours ({band.name.lower()} data set), at most {cost}",
                    sources=together(tuning.sources, training.sources, (handbook,)),
                ),
            ),
            saves=saves,
            line="size finetune 1000",
            label="What would training take?",
            firm=False,
        )


def _offers(seen: Seen, catalog: Catalog, instead_of: ModelEntry) -> Iterator[tuple[ModelEntry, str, Price]]:
    """Models of the same kind that a new cluster can be made for in its region, on which shape, at what price."""
    region = seen.cluster.region
    for model in catalog.models.values():
        offered = model.status is Status.ACTIVE and model.dedicated and model.kind is instead_of.kind
        there = not model.dedicated_regions or region in model.dedicated_regions
        shapes = model.shapes_in(region) if offered and there and model.id != instead_of.id else ()
        if isinstance(shapes, Unknown) or len(shapes) != 1:
            continue
        price = unit_hour(catalog, shapes[0])
        if isinstance(price, Price):
            yield model, shapes[0], price


def _priced(when: str, name: str, shape: str, price: Price) -> Evidence:
    return Evidence(text=f"{when}: {name} on {shape}, {price.money} per {price.per}", sources=price.sources)


def pays_back(cost: Money, saves: Price | Unknown) -> str:
    """After how many days of the saving a cost is paid back, in a sentence; empty where no saving is known."""
    if isinstance(saves, Unknown) or saves.money.amount <= 0:
        return ""
    days = (cost.amount / saves.money.amount * 31).to_integral_value(ROUND_CEILING)
    return f" Training at its dearest would be paid back after {days} {'day' if days == 1 else 'days'} of the saving."


def _size_line(seen: Seen, model: ModelEntry) -> str:
    measured, history = seen.measured, seen.history
    words = [f"size hosting {model.id}"]
    if measured and isinstance(history, History):
        words.append(f"--rps {measured.busiest.quantize(Decimal('0.01'), rounding=ROUND_CEILING)}")
        for name, mean in (("prompt", history.mean_input_tokens), ("response", history.mean_output_tokens)):
            if mean:
                words.append(f"--{name} {mean.to_integral_value(ROUND_CEILING)}")
    return " ".join(words)
