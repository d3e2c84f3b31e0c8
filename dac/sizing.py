"""How many units a load needs: of what was published the row that carries most within the targets, then division."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, Decimal

from dac.benchmarks import Benchmark, Mix, Row
from dac.catalog import Catalog
from dac.errors import Invalid, NotFound
from dac.figures import Frozen, Source, Unknown
from dac.handbook import Handbook, TrafficBand
from dac.models import ModelEntry
from dac.naming import clip, nearest

DEFAULT_MIX = "random"
"""The mix that Oracle measured every model of its tables with."""


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
    """One published row under a load whose requests are taken to cost `factor` times what those measured did.

    At the same concurrency such a request takes `factor` times as long, so that a unit does as many fewer a second;
    the rule is cautious and no measurement. It never makes a request cheaper than the one measured.
    """

    benchmark: Benchmark
    row: Row
    factor: Decimal

    @property
    def rate(self) -> Decimal:
        """Requests a second that one unit carries so."""
        return self.row.requests_per_second / self.factor

    @property
    def latency(self) -> Decimal:
        return self.row.latency * self.factor

    def units(self, load: Load) -> int:
        if load.rate is not None:
            return _up(load.rate / self.rate)
        return _up((load.concurrency or Decimal(1)) / self.row.concurrency)


class Sized(Frozen):
    """How many units carry a load, by which published row, and what the other half of the load is (Little's law)."""

    model: str
    shape: str
    load: Load
    targets: Targets
    fit: Fit
    units: int

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
    fit = _fit(catalog, tables, load, targets)
    if fit is None:
        return Unknown(what=f"units for {_wanted(targets)}", settle=_out_of_reach(catalog, tables, load, targets))
    return Sized(model=model, shape=shape, load=load, targets=targets, fit=fit, units=fit.units(load))


def factor(mix: Mix, load: Load) -> Decimal:
    """How many times what was measured a request is taken to cost: by its prompt or its answer, whichever is worse."""
    return max(Decimal(1), load.prompt_tokens / mix.prompt_tokens, load.response_tokens / mix.response_tokens)


def most(catalog: Catalog, model: str, shape: str, load: Load) -> Fit | None:
    """The most that a unit has been published to carry of such requests, whatever they take; None without a table."""
    return _fit(catalog, catalog.benchmarked(model, shape), load, Targets())


def band(handbook: Handbook, rate: Decimal) -> TrafficBand:
    """The handbook's band for so many requests a second; a band holds its lower bound."""
    return next(each for each in reversed(handbook.traffic_bands) if rate >= each.above)


def model_named(catalog: Catalog, word: str) -> ModelEntry:
    """The model people mean by its id, its name or the beginning of one; `NotFound` or `Invalid` with the nearest."""
    if exact := catalog.model(word):
        return exact
    wanted = _letters(word)
    found = [
        each
        for each in catalog.models.values()
        if wanted and any(_letters(name).startswith(wanted) for name in each.called)
    ]
    whole = [each for each in found if any(_letters(name) == wanted for name in each.called)]
    alive = [each for each in whole or found if each.dedicated] or whole or found
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


def _fit(catalog: Catalog, tables: Sequence[Benchmark], load: Load, targets: Targets) -> Fit | None:
    """Of all tables the row that promises most, but no more than lighter requests were measured to do.

    So the very requests of a mix are judged by its own table, and heavier ones never need fewer units.
    """
    found = [(table, catalog.mixes[table.mix]) for table in tables]
    fits = [best for table, mix in found if (best := _best(table, factor(mix, load), targets))]
    best = max(fits, key=lambda each: (each.rate, -each.factor), default=None)
    if best is None:
        return None
    lighter = [table for table, mix in found if _no_heavier(mix, load)]
    caps = [cap for table in lighter if (cap := _best(table, Decimal(1), targets))]
    return min([best, *caps], key=lambda each: each.rate)


def _no_heavier(mix: Mix, load: Load) -> bool:
    return mix.prompt_tokens <= load.prompt_tokens and mix.response_tokens <= load.response_tokens


def _best(table: Benchmark, cost: Decimal, targets: Targets) -> Fit | None:
    """Of the rows within the targets the one with the most requests a second: at high concurrency that falls again."""
    fits = [Fit(benchmark=table, row=row, factor=cost) for row in table.table]
    within = [each for each in fits if _meets(each, targets)]
    return max(within, key=lambda each: (each.rate, -each.row.concurrency), default=None)


def _meets(fit: Fit, targets: Targets) -> bool:
    quick = targets.latency is None or fit.latency <= targets.latency
    return quick and (targets.speed is None or fit.row.tokens_per_second >= targets.speed)


def _out_of_reach(catalog: Catalog, tables: Iterable[Benchmark], load: Load, targets: Targets) -> str:
    rows = [
        Fit(benchmark=table, row=row, factor=factor(catalog.mixes[table.mix], load))
        for table in tables
        for row in table.table
    ]
    quickest = min(rows, key=lambda each: each.latency)
    fastest = max(rows, key=lambda each: each.row.tokens_per_second)
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
    return "".join(each for each in text.casefold() if each.isalnum())


def _up(value: Decimal) -> int:
    return max(int(value.to_integral_value(ROUND_CEILING)), 1)
