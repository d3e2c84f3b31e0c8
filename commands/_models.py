"""A model in words: what became of it, what it runs on and costs, what it was measured to carry, each with sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from commands._advice import figure, linked_up
from commands._answer import Cited, Line
from commands._blocks import escape, phrase
from commands._words import by, linked
from dac.benchmarks import Benchmark
from dac.catalog import Catalog
from dac.change import units as in_units
from dac.figures import Money, Price, Source, Trust, Unknown, exact
from dac.models import ModelEntry
from dac.pricing import cents, together, unit_hour
from dac.selection import Fate, Hosted, became, fate, followed, hosting, offered_in, successors

SHAPES = 3
"""Shapes told in a line; the model's own answer has them all."""


def line(text: str, *cited: Cited) -> Line:
    """A line of an answer; what rests on a source that nobody has confirmed is not told, but where it was read is."""
    unconfirmed = [
        source
        for each in cited
        if not isinstance(each, Unknown)
        for source in ([each] if isinstance(each, Source) else each.sources)
        if source.trust is Trust.UNVERIFIED
    ]
    if unconfirmed:
        named = "; ".join(linked(each) for each in dict.fromkeys(unconfirmed))
        return f"_Not told, for it is not confirmed:_ {named}", ()
    return text, cited


def story(catalog: Catalog, model: ModelEntry, today: date) -> Line:
    """What became of it and who follows it."""
    after = followed(catalog, model, today)
    said = f"{became(model, today)}{f'; {after}' if after else ''}."
    through = successors(catalog, model, today)[:-1]
    return line(escape(said), *together(model.sources, *(each.sources for each in through)))


def glance(catalog: Catalog, model: ModelEntry, today: date, region: str | None) -> Line:
    """One model in one line, with the least that a cluster of it costs as far as that is known."""
    found = hosting(catalog, model, region)
    shapes = [] if isinstance(found, Unknown) else list(found)
    priced = [(each.month.money.amount, each, each.month) for each in shapes if isinstance(each.month, Price)]
    if not priced:
        on = f" on {shapes[0].shape}" if len(shapes) == 1 else ""
        return line(f"{_facts(model, today, region)} · price *unknown*{on}", *model.sources)
    _, least, month = min(priced, key=lambda each: each[0])
    cost = f"{'' if len(shapes) == 1 else 'from '}*{cents(month.money)}* a month {by(month.basis)}"
    hour = f" ({exact(least.hour.money)} per {least.hour.per})" if isinstance(least.hour, Price) else ""
    return line(f"{_facts(model, today, region)} · {cost}{hour} on {least.shape}", *model.sources, month)


def brief(catalog: Catalog, model: ModelEntry, today: date, region: str | None) -> Iterator[Line]:
    """One model in a line, what is known of its price on each shape below it."""
    yield line(_facts(model, today, region), *model.sources)
    found = hosting(catalog, model, region)
    if isinstance(found, Unknown):
        yield line(f"    unit shape unknown: {escape(found.settle)}")
        return
    known = [each for each in found if isinstance(each.month, Price)]
    for each in (known or list(found))[:SHAPES]:
        yield shape(each, catalog, brief=True)
    if len(found) > 1:
        dark = [each.shape for each in found if isinstance(each.month, Unknown)]
        unknown = f"; the price on {phrase(dark)} is not known" if dark and known else ""
        yield line(f"    The region decides the shape{unknown}")


def _facts(model: ModelEntry, today: date, region: str | None) -> str:
    tuned = "can be fine-tuned" if _tunable(model, today) else "cannot be fine-tuned"
    deprecated = " (deprecated)" if fate(model, today) is Fate.DEPRECATED else ""
    return f"*{escape(model.name)}*{deprecated}: {' · '.join([context(model), tuned, where(model, region)])}"


def shape(hosted: Hosted, catalog: Catalog, *, brief: bool = False) -> Line:
    """A shape with what a unit of it costs, and what it takes of its limit."""
    of = catalog.shapes[hosted.shape]
    regions = f" ({', '.join(hosted.regions)})" if hosted.regions else ""
    said = [f"{'    ' if brief else '• '}{hosted.shape}{regions}: {_costs(hosted)}"]
    cited: list[Cited] = [each for each in (hosted.hour, hosted.month) if isinstance(each, Price)]
    if of.limit is not None and not brief:
        takes = f"{of.limit.units} a unit" if of.limit.units else "how much of it is not known"
        said.append(f"counts in `{of.limit.name}`, {takes}")
        cited += of.limit.sources
    # Where no price stands there are still the model's own figures to be read somewhere.
    return line("; ".join(said), *(cited or hosted.model.sources))


def context(model: ModelEntry) -> str:
    return f"{model.context_tokens:,} tokens of context" if model.context_tokens else "context not known"


def where(model: ModelEntry, region: str | None) -> str:
    """Where it is offered for dedicated clusters."""
    known = offered_in(model, region)
    if region:
        told = {True: "offered", False: "not offered for dedicated clusters", None: "not known whether offered"}[known]
        return f"{told} in {region}"
    count = len(model.dedicated_regions)
    return f"{count} {'region' if count == 1 else 'regions'}" if count else "regions not known"


def facts(catalog: Catalog, model: ModelEntry, today: date, region: str | None) -> Iterator[Line]:
    """Everything the catalogue knows of it, line by line."""
    about = [f"{model.vendor}, {model.kind}", context(model)]
    if model.reads_images is not None:
        about.append("reads images" if model.reads_images else "reads no images")
    if model.released:
        about.append(f"released {model.released}")
    yield line(" · ".join(map(escape, about)), *model.sources)
    if model.aliases:
        yield line(f"Also called {escape(', '.join(model.aliases))}", *model.sources)
    if region or model.dedicated_regions:
        regions = where(model, region) if region else f"Dedicated in {', '.join(model.dedicated_regions)}"
        yield line(regions[0].upper() + regions[1:], *model.sources)
    yield from _endings(model)
    if model.note:
        yield line(escape(model.note), *model.sources)
    yield from _runs_on(catalog, model, region)
    yield _tuning(catalog, model, today)
    yield from _on_demand(catalog, model, today)
    yield from _measured(catalog, model)


def _costs(hosted: Hosted) -> str:
    if isinstance(hosted.hour, Unknown) or isinstance(hosted.month, Unknown):
        unknown = hosted.hour if isinstance(hosted.hour, Unknown) else hosted.month
        return f"price unknown: {linked_up(unknown.settle)}" if isinstance(unknown, Unknown) else ""
    size = in_units(hosted.units)
    return (
        f"*{exact(hosted.hour.money)}* per {hosted.hour.per}, {size} *{cents(hosted.month.money)}* a month "
        f"{by(hosted.month.basis)}"
    )


def _endings(model: ModelEntry) -> Iterator[Line]:
    ends = [
        (model.deprecated, "Deprecated"),
        (model.on_demand_retired, "Retired on demand"),
        (model.dedicated_retired, "Retired for dedicated clusters"),
    ]
    said = [f"{what} {day}" for day, what in ends if day]
    if said:
        yield line(" · ".join(said), *model.sources)


def _runs_on(catalog: Catalog, model: ModelEntry, region: str | None) -> Iterator[Line]:
    found = hosting(catalog, model, region)
    if isinstance(found, Unknown):
        yield line(f"*Runs on*: unknown: {escape(found.settle)}")
    elif not found:
        yield line("*Runs on*: cannot be hosted on a dedicated AI cluster")
    else:
        decides = ", by region" if len(found) > 1 else ""
        yield line(f"*Runs on*{decides}, at least {in_units(found[0].units)}:", *model.sources)
        yield from (shape(each, catalog) for each in found)


def _tunable(model: ModelEntry, today: date) -> bool:
    return model.fine_tunable and fate(model, today) in {Fate.HAD, Fate.DEPRECATED}


def _tuning(catalog: Catalog, model: ModelEntry, today: date) -> Line:
    preset = model.fine_tuning
    if preset is None:
        return line("*Fine-tuning*: cannot be fine-tuned", *model.sources)
    methods = catalog.fine_tuning.methods if catalog.fine_tuning else {}
    named = phrase([methods[each].name for each in preset.methods if each in methods])
    cluster = f"{in_units(preset.units)} {preset.shape}, preset by Oracle{f', {named}' if named else ''}"
    if not _tunable(model, today):
        return line(f"*Fine-tuning*: not any more; it was {cluster}", *preset.sources)
    hour = unit_hour(catalog, preset.shape)
    if isinstance(hour, Unknown):
        return line(f"*Fine-tuning*: {cluster}; price unknown: {linked_up(hour.settle)}", *preset.sources)
    units = 1 if hour.per == "cluster hour" else preset.units
    cost = f"{exact(hour.money * units)} an hour {by(hour.basis)}"
    return line(f"*Fine-tuning*: {cluster}; {cost}", *preset.sources, hour)


def _on_demand(catalog: Catalog, model: ModelEntry, today: date) -> Iterator[Line]:
    """By the price list's own measures."""
    listed = [each for each in map(catalog.price, model.on_demand_skus) if each]
    ended = model.on_demand_retired is not None and model.on_demand_retired <= today
    if model.on_demand is False or ended:
        was = "; it was, by list," if listed else ""
        yield line(f"*On demand*: not to be had{was}", *model.sources)
    elif not listed:
        had = "can be had; " if model.on_demand else "not known; "
        yield line(
            f"*On demand*: {had}price unknown: {linked_up(f'read Oracle, {catalog.pricing_page}')}", *model.sources
        )
    else:
        yield line("*On demand*:")
    for each in listed:
        money = exact(Money(amount=each.amount, currency=each.currency))
        yield line(f"• {escape(each.product)}: {money} per {escape(each.metric)} {by(each.basis)}", *each.sources)


def _measured(catalog: Catalog, model: ModelEntry) -> Iterator[Line]:
    tables = catalog.benchmarked(model.id)
    if not tables:
        yield line(
            "*Measured*: no benchmark on file; your own goes into a file that `DAC_CATALOG_FILES` names, "
            "see `catalog.example.toml`"
        )
        return
    yield line("*Measured* on one unit, at the most:")
    yield from (_most(catalog, each) for each in tables)


def _most(catalog: Catalog, table: Benchmark) -> Line:
    mix, row, alone = catalog.mixes[table.mix], table.most, table.table[0]
    on = f"{in_units(table.units)} of {table.shape}" if table.units > 1 else table.shape
    note = f" {escape(table.note)}" if table.note else ""
    return line(
        f"• {on}, {escape(mix.words)}: {figure(row.requests_per_second, 4)} requests/s with {row.concurrency} at once "
        f"({figure(row.latency)} s each); {figure(alone.tokens_per_second)} tokens/s for one alone.{note}",
        *together(table.sources, mix.sources),
    )
