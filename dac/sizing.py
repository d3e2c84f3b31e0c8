"""How many units a load needs: of what was published the row that carries most within the targets, then division."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from dac.benchmarks import Benchmark, Mix, Row
from dac.catalog import Catalog
from dac.errors import Invalid, NotFound
from dac.figures import Frozen, Source, Unknown
from dac.handbook import Handbook, TrafficBand
from dac.models import ModelEntry, Spoken
from dac.naming import clip, nearest

DEFAULT_MIX = "random"
"""The mix that Oracle measured every model of its tables with."""

READING, DIALOGUE = Decimal(5), Decimal(15)
"""Tokens a second to one request that keep up with a reader, and about those that keep up with a dialogue.

By Oracle's page on how to read its benchmarks, a source of the default mix.
"""


class Load(Frozen):
    """What is to be carried: either requests a second or requests under way at once, of so many tokens each."""

    rate: Decimal | None = None
    concurrency: Decimal | None = None
    prompt_tokens: Decimal
    response_tokens: Decimal


class Targets(Frozen):
    """What a request must get: `latency` seconds at most, `speed` tokens a second at least; None is not asked."""

    latency: Decimal | None = None
    speed: Decimal | None = None


class Fit(Frozen):
    """One published row under a load whose requests are taken to cost `cost` times what those measured did.

    At the same concurrency such a request takes that many times as long, so that a unit does as many fewer a second;
    the rule is cautious and no measurement. It never makes a request cheaper than the one measured. `cost` is a
    fraction so that a load which fills its units to the brim is not taken for one that needs another.
    """

    benchmark: Benchmark
    row: Row
    cost: Fraction

    @property
    def factor(self) -> Decimal:
        """The cost for showing."""
        return Decimal(self.cost.numerator) / self.cost.denominator

    @property
    def rate(self) -> Decimal:
        """Requests a second that one unit carries so."""
        return self.row.requests_per_second * self.cost.denominator / (self.cost.numerator * self.benchmark.units)

    @property
    def latency(self) -> Decimal:
        return self.row.latency * self.cost.numerator / self.cost.denominator

    def meets(self, targets: Targets) -> bool:
        quick = targets.latency is None or Fraction(self.row.latency) * self.cost <= Fraction(targets.latency)
        return quick and (targets.speed is None or self.row.tokens_per_second >= targets.speed)

    def units(self, load: Load) -> int:
        """As many times those measured as the load takes; one lot of them at the least."""
        if load.rate is not None:
            lots = Fraction(load.rate) * self.cost / Fraction(self.row.requests_per_second)
        else:
            lots = Fraction(load.concurrency or 1) / self.row.concurrency
        return max(math.ceil(lots), 1) * self.benchmark.units


class Sized(Frozen):
    """How many units carry a load, by which published row, and what the other half of the load is (Little's law).

    `capped`: by the rule of `Fit` alone it would be fewer, but no more is promised than lighter requests were measured
    to get.
    """

    model: str
    shape: str
    load: Load
    targets: Targets
    fit: Fit
    units: int
    capped: bool = False

    @property
    def rate(self) -> Decimal:
        """Requests a second: as asked, else by Little's law from concurrency and latency."""
        return (
            self.load.rate if self.load.rate is not None else (self.load.concurrency or Decimal(0)) / self.fit.latency
        )

    @property
    def concurrency(self) -> Decimal:
        """Requests under way at once: as asked, else by Little's law from rate and latency."""
        return self.load.concurrency if self.load.concurrency is not None else self.rate * self.fit.latency

    @property
    def sources(self) -> tuple[Source, ...]:
        return self.fit.benchmark.sources


def size(catalog: Catalog, model: str, shape: str, load: Load, targets: Targets) -> Sized | Unknown:
    """By the published tables of that model and shape; unknown without one, or where the targets are out of reach."""
    tables = catalog.benchmarked(model, shape)
    if not tables:
        what = f"how many units of {shape} {catalog.models[model].name} needs"
        return Unknown(what=what, settle=_no_table(catalog, model, shape))
    strictest = []
    for group in _groups(catalog, tables, load):
        fits = _within(group, load, targets)
        if not fits:
            return Unknown(what=f"units for {_wanted(targets)}", settle=_out_of_reach(group, targets))
        strictest.append(min(fits, key=lambda each: (each.units(load), -each.rate)))
    fit = max(strictest, key=lambda each: each.units(load))
    return Sized(
        model=model,
        shape=shape,
        load=load,
        targets=targets,
        fit=fit,
        units=fit.units(load),
        capped=fit is not strictest[0],
    )


def factor(mix: Mix, load: Load) -> Fraction:
    """How many times what was measured a request is taken to cost: by its prompt or its answer, whichever is worse."""
    prompt = Fraction(load.prompt_tokens) / Fraction(mix.prompt_tokens)
    return max(Fraction(1), prompt, Fraction(load.response_tokens) / Fraction(mix.response_tokens))


def best(table: Benchmark, cost: Fraction, targets: Targets, *, at_once: bool = False) -> Fit | None:
    """The row within the targets with the most requests a second: at high concurrency that falls again.

    For requests `at_once` no row counts that carries no more than one of fewer: they would only wait for each other.
    """
    rows = table.rising if at_once else table.table
    fits = [fit for row in rows if (fit := Fit(benchmark=table, row=row, cost=cost)).meets(targets)]
    return max(fits, key=lambda each: (each.row.requests_per_second, -each.row.concurrency), default=None)


def most(catalog: Catalog, model: str, shape: str, load: Load) -> Fit | None:
    """The most that a unit has been published to carry of such requests, whatever they take; None without a table."""
    groups = _groups(catalog, catalog.benchmarked(model, shape), load)
    limits = [max(_within(group, load, Targets()), key=lambda each: each.rate) for group in groups]
    return min(limits, key=lambda each: each.rate, default=None)


def band(handbook: Handbook, rate: Decimal) -> TrafficBand:
    """The handbook's band for so many requests a second; a band holds its lower bound."""
    return next(each for each in reversed(handbook.traffic_bands) if rate >= each.above)


def model_named(catalog: Catalog, word: str) -> ModelEntry:
    """The model people mean by its id, its name, the beginning of one, or what they call it among themselves.

    `NotFound` or `Invalid` with the nearest.
    """
    if exact := catalog.model(word):
        return exact
    wanted = _letters(word)
    if spoken := next((each for said, each in catalog.spoken.items() if _letters(said) == wanted), None):
        return _spoken(catalog, spoken)
    found = [
        each
        for each in catalog.models.values()
        if wanted and any(_letters(name).startswith(wanted) for name in each.called)
    ]
    whole = [each for each in found if any(_letters(name) == wanted for name in each.called)]
    alive = [each for each in whole or found if each.dedicated is not False] or whole or found
    # Of one model and its variants, such as one in another number format, the plain one is meant.
    plain = [each for each in alive if all(other.id.startswith(each.id) for other in alive)]
    if plain:
        return plain[0]
    if alive:
        which = " or ".join(each.id.partition(".")[2] for each in alive[:5])
        raise Invalid(f"“{clip(word)}” could be {which}: which one?")
    names = [name for each in catalog.models.values() for name in (each.id.partition(".")[2], each.name)]
    near = nearest(word, names)
    hint = f"Did you mean {' or '.join(near)}?" if near else "`/dac model` lists those there are."
    raise NotFound(f"I know no model “{clip(word)}”. {hint}")


def _spoken(catalog: Catalog, spoken: Spoken) -> ModelEntry:
    """Of those it means the first that can be had, else the first."""
    meant = [catalog.models[each] for each in spoken.means]
    if not meant:
        raise NotFound(str(spoken.note))
    return next((each for each in meant if each.dedicated), meant[0])


def shape_named(catalog: Catalog, word: str) -> str:
    """A unit shape by its name in any case; `NotFound` with the nearest."""
    if shape := catalog.shape(word):
        return shape.name
    near = nearest(word.upper(), list(catalog.shapes))
    hint = f"Did you mean {' or '.join(near)}?" if near else "`/dac model` names the shape of each model."
    raise NotFound(f"The catalogue has no unit shape “{clip(word)}”. {hint}")


def shape_for(catalog: Catalog, model: ModelEntry, region: str | None) -> str | Unknown:
    """The shape to reckon with: the region's, else the only one, else the only one with a table; `Invalid` for none."""
    shapes = model.shapes_in(region or "")
    if isinstance(shapes, Unknown):
        return shapes
    if not shapes:
        raise Invalid(f"{model.name} cannot be hosted on a dedicated AI cluster; it is had on demand only.")
    if len(shapes) == 1:
        return shapes[0]
    measured = [each for each in shapes if catalog.benchmarked(model.id, each)]
    if len(measured) == 1:
        return measured[0]
    where = f" in {region}" if region else ""
    settle = f"{model.name} runs on {', '.join(shapes)}{where}, by region; name one with --shape, or a region"
    return Unknown(what=f"the unit shape of {model.name}", settle=settle)


Group = Sequence[tuple[Benchmark, Fraction]]
"""Tables, each with what a request is taken to cost by it, of which the best counts."""


def _groups(catalog: Catalog, tables: Sequence[Benchmark], load: Load) -> list[Group]:
    """Each group sets a limit and the strictest holds, so that more load never needs fewer units.

    The very requests of a mix are judged by its own tables alone. Of others the first group has every table, by the
    rule of `Fit`; then there is one for each mix of lighter requests: heavier ones are promised no more than what was
    measured of these, or of any that are no lighter.
    """
    found = [(table, catalog.mixes[table.mix]) for table in tables]
    own = [(table, Fraction(1)) for table, mix in found if _tokens(mix) == (load.prompt_tokens, load.response_tokens)]
    if own or not found:
        return [own] if own else []
    limits = [
        [(table, Fraction(1)) for table, mix in found if _no_heavier(lighter, _of(mix))]
        for lighter in {_tokens(mix): mix for _, mix in found if _no_heavier(mix, load)}.values()
    ]
    return [[(table, factor(mix, load)) for table, mix in found], *limits]


def _tokens(mix: Mix) -> tuple[Decimal, Decimal]:
    return mix.prompt_tokens, mix.response_tokens


def _of(mix: Mix) -> Load:
    return Load(prompt_tokens=mix.prompt_tokens, response_tokens=mix.response_tokens)


def _no_heavier(mix: Mix, load: Load) -> bool:
    return mix.prompt_tokens <= load.prompt_tokens and mix.response_tokens <= load.response_tokens


def _within(group: Group, load: Load, targets: Targets) -> list[Fit]:
    found = (best(table, cost, targets, at_once=load.concurrency is not None) for table, cost in group)
    return [each for each in found if each]


def _out_of_reach(group: Group, targets: Targets) -> str:
    fits = [Fit(benchmark=table, row=row, cost=cost) for table, cost in group for row in table.table]
    quickest = min(fits, key=lambda each: each.latency)
    fastest = max(fits, key=lambda each: each.row.tokens_per_second)
    return (
        f"no published row reaches {_wanted(targets)}; the quickest takes {quickest.latency:.2f} s, the fastest gives "
        f"{fastest.row.tokens_per_second} tokens a second to one request"
    )


def _wanted(targets: Targets) -> str:
    said = [f"{targets.latency} s"] if targets.latency is not None else []
    said += [f"{targets.speed} tokens a second"] if targets.speed is not None else []
    return " and ".join(said)


def _no_table(catalog: Catalog, model: str, shape: str) -> str:
    others = [each.shape for each in catalog.benchmarked(model)]
    elsewhere = f"; there is one for {' and '.join(dict.fromkeys(others))}" if others else ""
    return (
        f"no benchmark of {catalog.models[model].name} on {shape} is on file{elsewhere}; measure one unit and put the "
        "table into the team's catalogue file"
    )


def _letters(text: str) -> str:
    return "".join(each for each in text.casefold().replace("+", "plus") if each.isalnum())
