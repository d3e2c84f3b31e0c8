"""Which model for which use: the handbook's rows, and what of each name in them can be bought today."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum

from dac.catalog import Catalog
from dac.errors import NotFound
from dac.figures import Frozen, Price, Source, Unknown
from dac.handbook import SelectionRow
from dac.models import Kind, ModelEntry, Status
from dac.naming import clip, nearest
from dac.pricing import monthly, unit_hour

WORD = re.compile(r"[\w.+]+")


class Fate(StrEnum):
    """Whether a new dedicated cluster for a model can be had."""

    HAD = "can be had"
    DEPRECATED = "deprecated"
    RETIRED = "retired"
    ON_DEMAND = "on demand only"
    UNKNOWN = "not known"


TO_BE_HAD = {Fate.HAD, Fate.DEPRECATED}


class Named(Frozen):
    """A name as the handbook says it: the models it means, or in words why there are none."""

    name: str
    models: tuple[ModelEntry, ...] = ()
    note: str | None = None
    sources: tuple[Source, ...] = ()


class Hosted(Frozen):
    """One unit shape that a model runs on, the regions known to have it there, and what its smallest cluster costs."""

    model: ModelEntry
    shape: str
    regions: tuple[str, ...]
    units: int
    hour: Price | Unknown
    month: Price | Unknown


class Selection(Frozen):
    """A row of the handbook's, what became of its names, and the models of today, those first that are not deprecated.

    `least` is the least expensive model of the kind, given where none of those named can be had any more.
    """

    row: SelectionRow
    names: tuple[Named, ...]
    today: tuple[ModelEntry, ...]
    least: Hosted | None = None


def fate(model: ModelEntry, today: date) -> Fate:
    ended = model.dedicated_retired is not None and model.dedicated_retired <= today
    if ended or model.status is Status.RETIRED:
        return Fate.RETIRED
    if model.dedicated is None:
        return Fate.UNKNOWN
    if not model.dedicated:
        return Fate.ON_DEMAND
    return Fate.DEPRECATED if model.status is Status.DEPRECATED else Fate.HAD


def became(model: ModelEntry, today: date) -> str:
    """That in words, without a full stop."""
    ends = model.dedicated_retired
    match fate(model, today):
        case Fate.HAD:
            return f"{model.name} can be had on dedicated clusters{f' until {ends}' if ends else ''}"
        case Fate.DEPRECATED:
            until = f"until {ends}" if ends else "and when it is retired is not known"
            return f"{model.name} is deprecated: it can still be had, {until}"
        case Fate.RETIRED:
            when = f" on {ends}" if ends else ", on which day is not known"
            return f"{model.name} was retired for dedicated clusters{when}"
        case Fate.ON_DEMAND:
            return f"{model.name} cannot be had on dedicated clusters, on demand only"
    return f"Whether {model.name} can still be had on dedicated clusters is not known"


def successors(catalog: Catalog, model: ModelEntry, today: date) -> tuple[ModelEntry, ...]:
    """Those that Oracle suggests instead, one after the other, up to the first that can be had for good."""
    chain: list[ModelEntry] = []
    following = model.successor
    while following and following != model.id and following not in {each.id for each in chain}:
        chain.append(catalog.models[following])
        following = None if fate(chain[-1], today) is Fate.HAD else chain[-1].successor
    return tuple(chain)


def followed(catalog: Catalog, model: ModelEntry, today: date) -> str:
    """Who follows it, in words; empty where Oracle suggests none."""
    *through, last = successors(catalog, model, today) or [None]
    if last is None:
        return ""
    way = f", by way of {' and '.join(each.name for each in through if each)}" if through else ""
    end = fate(last, today)
    but = "" if end is Fate.HAD else f", which is {end} itself" if end in {Fate.DEPRECATED, Fate.RETIRED} else ""
    return f"its successor is {last.name}{but}{way}"


def named(catalog: Catalog, name: str) -> Named:
    """What the handbook's name means in the catalogue."""
    spoken = {said.casefold(): each for said, each in catalog.spoken.items()}.get(name.strip().casefold())
    if spoken:
        models = tuple(catalog.models[each] for each in spoken.means)
        return Named(name=name, models=models, note=spoken.note, sources=spoken.sources)
    model = catalog.model(name)
    if model:
        return Named(name=name, models=(model,), sources=model.sources)
    return Named(name=name, note=f"{clip(name)} is no model that the catalogue knows.")


def matrix(
    catalog: Catalog, rows: Iterable[SelectionRow], today: date, region: str | None = None
) -> tuple[Selection, ...]:
    """The rows, each with what its names mean today."""
    return tuple(_selection(catalog, row, today, region) for row in rows)


def about(rows: Iterable[SelectionRow], words: str) -> tuple[SelectionRow, ...]:
    """The rows whose use begins so, or which say all the words, such as "rag", "cheap" or "Llama 8B"."""
    rows = tuple(rows)
    letters = _letters(words)
    begun = tuple(each for each in rows if letters and _letters(each.use_case).startswith(letters))
    if begun:
        return begun
    wanted = _words(words)
    return tuple(each for each in rows if wanted and wanted <= _words(*filter(None, dict(each).values())))


def hosting(catalog: Catalog, model: ModelEntry, region: str | None = None) -> tuple[Hosted, ...] | Unknown:
    """The shapes it may run on, in that region or in any; none where it cannot be hosted."""
    here = model.shapes_in(region or "")
    if isinstance(here, Unknown):
        return here
    where = model.hosting.in_region if model.hosting else {}
    shapes = here if region else tuple(dict.fromkeys((*here, *where.values())))
    units = model.hosting.units if model.hosting else 1
    return tuple(
        Hosted(
            model=model,
            shape=shape,
            regions=tuple(each for each, found in where.items() if found == shape and region in {None, each}),
            units=units,
            hour=unit_hour(catalog, shape),
            month=monthly(catalog, shape, units),
        )
        for shape in shapes
    )


def least_expensive(catalog: Catalog, kind: Kind, today: date, region: str | None = None) -> Hosted | None:
    """Of all models of that kind the one whose smallest cluster costs least, as far as prices are known."""
    priced = [
        (each.month.money.amount, each)
        for model in catalog.models.values()
        if model.kind is kind and fate(model, today) is Fate.HAD and offered_in(model, region) is not False
        for each in _hosted(catalog, model, region)
        if isinstance(each.month, Price)
    ]
    return min(priced, key=lambda each: each[0])[1] if priced else None


def offered_in(model: ModelEntry, region: str | None) -> bool | None:
    """Whether it is offered for dedicated clusters there; None where that is not known, or no region is asked for."""
    return region in model.dedicated_regions if region and model.dedicated_regions else None


def regions(catalog: Catalog) -> tuple[str, ...]:
    """Those in which some model is known to be offered for dedicated clusters."""
    every = (each for model in catalog.models.values() for each in model.dedicated_regions)
    fixed = (each for model in catalog.models.values() if model.hosting for each in model.hosting.in_region)
    return tuple(sorted({*every, *fixed}))


def region_named(catalog: Catalog, word: str) -> str:
    """A region by its name, or a part of it that only one has; `NotFound` with the nearest."""
    known, wanted = regions(catalog), word.strip().casefold()
    if wanted in known:
        return wanted
    holding = [each for each in known if wanted and wanted in each]
    if len(holding) == 1:
        return holding[0]
    near = holding or nearest(word, known)
    hint = f"Did you mean {' or '.join(near[:3])}?" if near else f"There are {', '.join(known)}."
    raise NotFound(f"The catalogue knows of no dedicated clusters in “{clip(word)}”. {hint}")


def _selection(catalog: Catalog, row: SelectionRow, today: date, region: str | None) -> Selection:
    names = tuple(named(catalog, each) for each in (row.recommended, row.alternative) if each)
    meant = [model for each in names for model in each.models]
    there = (each for each in _of_today(catalog, meant, today) if offered_in(each, region) is not False)
    found = dict.fromkeys(each.id for each in there)
    models = sorted((catalog.models[each] for each in found), key=lambda each: fate(each, today) is not Fate.HAD)
    left = any(fate(each, today) in TO_BE_HAD and offered_in(each, region) is not False for each in meant)
    kinds = [each.kind for each in meant if each.kind is not Kind.TEXT_GENERATION]
    least = None if left else least_expensive(catalog, kinds[0] if kinds else Kind.CHAT, today, region)
    return Selection(row=row, names=names, today=tuple(models), least=least)


def _of_today(catalog: Catalog, meant: Sequence[ModelEntry], today: date) -> Iterator[ModelEntry]:
    """Those meant, or who follows them; where only deprecated ones read images, all others that do as well."""
    yield from (each for each in meant if fate(each, today) in TO_BE_HAD)
    for each in meant:
        last = successors(catalog, each, today)[-1:]
        yield from (other for other in last if fate(other, today) is Fate.HAD)
    seeing = [each for each in meant if each.reads_images]
    if seeing and all(fate(each, today) is not Fate.HAD for each in seeing):
        every = catalog.models.values()
        yield from (each for each in every if each.reads_images and fate(each, today) is Fate.HAD)


def _hosted(catalog: Catalog, model: ModelEntry, region: str | None) -> tuple[Hosted, ...]:
    """The shapes it is known to run on; which of several it is in a region would be a guess."""
    found = hosting(catalog, model, region)
    return () if isinstance(found, Unknown) or (region and len(found) > 1) else found


def _words(*texts: str) -> set[str]:
    return {word for text in texts for word in WORD.findall(text.casefold())}


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
