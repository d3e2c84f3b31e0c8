"""What Oracle itself says of when its models end and where, and what that changes in the catalogue."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime

from dac.catalog import Catalog
from dac.cluster import Gap
from dac.figures import Frozen, Source, Trust
from dac.models import ModelEntry, Status


class Listing(StrEnum):
    """Oracle's two lists. Only the first tells how a model can be had; the second shows retired ones as ACTIVE."""

    DISCOVERY = "ListModelDiscovery"
    MODELS = "ListModels"


class Ending(StrEnum):
    """The dates of a model's end, by their names in the catalogue."""

    DEPRECATED = "deprecated"
    ON_DEMAND = "on_demand_retired"
    DEDICATED = "dedicated_retired"


WORDS = {
    Ending.DEPRECATED: "deprecated",
    Ending.ON_DEMAND: "retired on demand",
    Ending.DEDICATED: "retired for dedicated use",
}


class Offered(Frozen):
    """A base model in one region; None is not told.

    `model` is its name with the vendor's, such as "cohere.command-a-03-2025", and so are `replacements`. `dedicated`
    and `on_demand` say whether Oracle lists that way of having it there: it goes on doing so after the retirement.
    """

    model: str
    region: str
    dedicated: bool | None = None
    on_demand: bool | None = None
    time_deprecated: AwareDatetime | None = None
    time_on_demand_retired: AwareDatetime | None = None
    time_dedicated_retired: AwareDatetime | None = None
    replacements: tuple[str, ...] = ()
    listing: Listing = Listing.DISCOVERY

    def ends(self, ending: Ending) -> datetime | None:
        times = {
            Ending.DEPRECATED: self.time_deprecated,
            Ending.ON_DEMAND: self.time_on_demand_retired,
            Ending.DEDICATED: self.time_dedicated_retired,
        }
        return times[ending]

    def goes_on(self, ending: Ending) -> bool:
        """Whether it is offered in a way of which no end is named."""
        ways = {Ending.ON_DEMAND: self.on_demand, Ending.DEDICATED: self.dedicated}
        return bool(ways.get(ending)) and self.ends(ending) is None

    def tells(self, ending: Ending) -> bool:
        """Whether that date, or that there is none, says something of the model.

        What never was to be had some way does not end that way. And where a model is only to be had on dedicated
        clusters, Oracle may set the two other dates for that alone: they count where its dedicated use ends as well.
        """
        only_dedicated = self.dedicated is not False and not self.on_demand
        if ending is not Ending.DEDICATED and only_dedicated and self.time_dedicated_retired is None:
            return False
        ways = {Ending.ON_DEMAND: self.on_demand, Ending.DEDICATED: self.dedicated}
        return ways.get(ending) is not False or self.ends(ending) is not None


class Discovery(Frozen):
    """Everything offered in all configured regions at `read_at`, and what could not be read of it.

    `bare` are regions whose lists hold no model. `told` are the regions of which the list of one that answers tells:
    it is asked for where another refuses, and empty where it tells of itself alone.
    """

    read_at: AwareDatetime
    offered: tuple[Offered, ...] = ()
    bare: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def source(self) -> Source:
        read = {each.listing for each in self.offered} or {Listing.DISCOVERY}
        title = f"Oracle, {' and '.join(each for each in Listing if each in read)}"
        return Source(title=title, as_of=self.read_at.date(), trust=Trust.LIVE)

    @property
    def unread(self) -> tuple[str, ...]:
        """The regions of which nothing could be read."""
        return tuple(sorted({each.region for each in self.gaps} - {each.region for each in self.offered}))


class Correction(Frozen):
    """What Oracle says differently of one of a model's dates, and in which regions.

    `live` is None where it offers, without naming an end, what has ended by the catalogue. `everywhere` is whether all
    configured regions that say anything of it say this.
    """

    model_id: str
    field: Ending
    held: date | None
    live: date | None
    regions: tuple[str, ...]
    everywhere: bool
    source: Source

    def __str__(self) -> str:
        return _sentence(self.field, self.live, self.regions)


def corrections(catalog: Catalog, discovery: Discovery) -> tuple[Correction, ...]:
    """What Oracle says differently from the catalogue, by model and in the order of a model's life.

    Not that it names no date where the catalogue has one to come: an announcement may not be in the list yet. Models
    that the catalogue does not hold are left out.
    """
    return tuple(
        Correction(
            model_id=entry.id,
            field=said.ending,
            held=said.held,
            live=live,
            regions=regions,
            everywhere=said.whole and set(regions) == said.times.keys(),
            source=discovery.source,
        )
        for entry, offers in _by_entry(catalog, discovery)
        for said in (_Said(entry, ending, offers, discovery) for ending in Ending)
        for live, regions in said.differently().items()
    )


def corrected(catalog: Catalog, discovery: Discovery) -> Catalog:
    """The catalogue with Oracle's own dates where they hold for a model as a whole, and a note where for regions only.

    A model has ended when it has in the last of the regions, all of which must have been read; until then those where
    it has are taken out of its `dedicated_regions`.
    """
    models = dict(catalog.models)
    for entry, offers in _by_entry(catalog, discovery):
        models[entry.id] = _corrected(entry, offers, discovery)
    # Made anew: a copy would go on finding models by the names that were looked up before.
    return Catalog(**{name: getattr(catalog, name) for name in Catalog.model_fields} | {"models": models})


class _Said:
    """What the regions say of one of a model's dates, by region; None is that there is no such date."""

    def __init__(self, entry: ModelEntry, ending: Ending, offers: list[Offered], discovery: Discovery) -> None:
        self.ending = ending
        self.held: date | None = getattr(entry, ending)
        self.whole = not discovery.unread
        self.times: dict[str, datetime | None] = {}
        over = self.held is not None and self.held <= discovery.read_at.astimezone(UTC).date()
        self._goes_on = {each.region for each in offers if over and each.goes_on(ending)}
        for each in sorted(offers, key=lambda each: each.region):
            if each.tells(ending):
                # One name may stand for several editions: it has ended when the last of them has.
                time, other = each.ends(ending), self.times.get(each.region, each.ends(ending))
                self.times[each.region] = None if time is None or other is None else max(time, other)

    def by_date(self) -> dict[date | None, tuple[str, ...]]:
        found: dict[date | None, tuple[str, ...]] = {}
        for region, time in self.times.items():
            found[_day(time)] = (*found.get(_day(time), ()), region)
        return found

    def differently(self) -> dict[date | None, tuple[str, ...]]:
        found = self.by_date()
        found.pop(self.held, None)
        silent = found.pop(None, ())
        going_on = tuple(each for each in silent if each in self._goes_on)
        return found | ({None: going_on} if going_on else {})

    def differs_as_a_whole(self) -> bool:
        if not self.whole or not self.times:
            return False
        return bool(self._goes_on) if self.ends() is None else _day(self.ends()) != self.held

    def ends(self) -> datetime | None:
        """When it does so in the last of the regions."""
        times = [each for each in self.times.values() if each is not None]
        return max(times, default=None) if len(times) == len(self.times) else None


def _by_entry(catalog: Catalog, discovery: Discovery) -> list[tuple[ModelEntry, list[Offered]]]:
    found: dict[str, list[Offered]] = {}
    for each in discovery.offered:
        entry = catalog.model(each.model)
        if entry is not None:
            found.setdefault(entry.id, []).append(each)
    return [(catalog.models[model_id], offers) for model_id, offers in sorted(found.items())]


def _corrected(entry: ModelEntry, offers: list[Offered], discovery: Discovery) -> ModelEntry:
    changes: dict[str, Any] = {}
    notes = []
    for ending in Ending:
        said = _Said(entry, ending, offers, discovery)
        if said.differs_as_a_whole():
            changes |= {ending.value: _day(said.ends()), **_ways(entry, ending, said.ends(), discovery.read_at)}
        holds = changes.get(ending, said.held)
        notes += [_sentence(ending, day, where) for day, where in said.by_date().items() if day not in {None, holds}]
        if ending is Ending.DEDICATED and changes.get("dedicated", entry.dedicated):
            changes |= _regions_left(entry, said, discovery.read_at)
    if notes:
        changes["note"] = " ".join(filter(None, (entry.note, *(f"{each}." for each in notes))))
    if not changes:
        return entry
    changes["sources"] = tuple(dict.fromkeys((*entry.sources, discovery.source)))
    made = ModelEntry.model_validate({**dict(entry), **changes})
    return made.model_copy(update={"status": _status(made, discovery.read_at)})


def _ways(entry: ModelEntry, ending: Ending, ends: datetime | None, at: datetime) -> dict[str, bool]:
    """Whether it can be had that way; on dedicated clusters only where something is known of its shape."""
    can = ends is None or ends > at
    if ending is Ending.ON_DEMAND:
        return {"on_demand": can}
    if ending is Ending.DEDICATED and not (can and entry.hosting is None and entry.hosting_unknown is None):
        return {"dedicated": can}
    return {}


def _regions_left(entry: ModelEntry, dedicated: _Said, at: datetime) -> dict[str, tuple[str, ...]]:
    ended = {region for region, time in dedicated.times.items() if time is not None and time <= at}
    left = tuple(each for each in entry.dedicated_regions if each not in ended)
    return {} if left == entry.dedicated_regions else {"dedicated_regions": left}


def _status(entry: ModelEntry, at: datetime) -> Status | None:
    """Retired is what can be had no more, deprecated what Oracle calls so or what ends in each way it can be had."""
    today = at.astimezone(UTC).date()
    ways = ((entry.dedicated, entry.dedicated_retired), (entry.on_demand, entry.on_demand_retired))
    ends = [end for _, end in ways if end is not None]
    if min(ends, default=date.max) <= today and not entry.dedicated and not entry.on_demand:
        return Status.RETIRED
    called = entry.deprecated is not None and entry.deprecated <= today
    if called or (ends and all(end is not None for can, end in ways if can)):
        return Status.DEPRECATED
    return Status.ACTIVE if entry.status is Status.RETIRED else entry.status


def _sentence(ending: Ending, day: date | None, regions: tuple[str, ...]) -> str:
    words = f"{WORDS[ending]} as of {day.isoformat()}" if day else f"not {WORDS[ending]} so far"
    return f"{words[0].upper()}{words[1:]} in {' and '.join(filter(None, (', '.join(regions[:-1]), regions[-1])))}"


def _day(time: datetime | None) -> date | None:
    return None if time is None else time.astimezone(UTC).date()
