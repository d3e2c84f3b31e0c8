"""Where the fleet costs more than it needs to: the handbook's strategies applied to what runs and what was measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from dac.advice import Advice, Evidence, Seen, for_units, hosted, load_seen, word
from dac.carried import Carried, carried
from dac.catalog import Catalog
from dac.change import units
from dac.cluster import Cluster, ClusterType, Fleet, Lifecycle, Model
from dac.figures import Unknown
from dac.handbook import Handbook
from dac.history import Busiest, History
from dac.lighter import lighter, tuned
from dac.naming import handle
from dac.pricing import monthly
from dac.sizing import Load, Sized, Targets, size
from dac.thresholds import SHIPPED

SHORTEST_NIGHT = 4
"""Hours below which a smaller size is not worth two changes: Oracle takes its time over each."""

WORKING_DAYS = Decimal(5)
WEEK = Decimal(7)
DAY = 24


def hosting(fleet: Fleet) -> tuple[Cluster, ...]:
    """Those that advice is given on: hosting clusters that are ACTIVE."""
    return tuple(
        each for each in fleet.clusters if each.type == ClusterType.HOSTING and each.lifecycle_state == Lifecycle.ACTIVE
    )


def optimise(
    fleet: Fleet,
    clusters: Sequence[Cluster],
    histories: Mapping[str, History | Unknown],
    *,
    catalog: Catalog,
    handbook: Handbook,
    zone: ZoneInfo,
) -> tuple[Advice, ...]:
    """Everything worth a thought about these clusters, what saves most first; `zone` is whose nights are meant."""
    seen = [_seen(each, fleet, histories) for each in clusters]
    found = [
        advice
        for each in seen
        for advice in (
            *_idle(each, catalog),
            *_right_size(each, catalog),
            *_nights(each, catalog, zone),
            *lighter(each, catalog),
            *tuned(each, catalog, handbook.tuning_bands[0], handbook.source),
        )
    ]
    found += _together(seen, catalog)
    return tuple(sorted(found, key=lambda each: (*each.order, each.cluster.name, each.strategy)))


def _seen(cluster: Cluster, fleet: Fleet, histories: Mapping[str, History | Unknown]) -> Seen:
    endpoints = tuple(each for each in fleet.endpoints if each.cluster_id == cluster.id)
    models = {each.id: each for each in fleet.models if each.region == cluster.region}
    hosts = {each.model_id for each in endpoints}
    bases = {_base(each, models) for each in hosts}
    history = histories.get(cluster.id, Unknown(what="its load", settle="its last days were not read"))
    return Seen(
        cluster=cluster,
        endpoints=endpoints,
        hosts=frozenset(hosts),
        bases=frozenset(bases),
        history=history,
        measured=carried(history, cluster.unit_count) if isinstance(history, History) else None,
        handle=handle(cluster, fleet),
    )


def _idle(seen: Seen, catalog: Catalog) -> Iterator[Advice]:
    history = seen.history
    if not isinstance(history, History) or history.total_calls != 0 or history.until - history.since < SHIPPED.idle:
        return
    cost = monthly(catalog, seen.cluster.unit_shape, seen.cluster.unit_count)
    days = (history.until - history.since).days
    yield Advice(
        cluster=seen.cluster,
        strategy="Cluster right-sizing",
        sentence=f"Nobody has called it for {days} days: delete it, once it is certain that nobody will.",
        evidence=(
            Evidence(text=f"0 calls from {_day(history.since)} to {_day(history.until)}", sources=(history.source,)),
        ),
        saves=cost,
        line=f"delete {word(seen.handle)} because nobody has called it for {days} days",
        label="Ask to delete it",
    )


def _right_size(seen: Seen, catalog: Catalog) -> Iterator[Advice]:
    """Too small by its own busiest hour, or too large by published figures: its own hours cannot show the latter."""
    measured, now = seen.measured, seen.cluster.unit_count
    if measured is None:
        return
    if measured.strained:
        more = max(measured.needed(measured.busiest), now + 1)
        yield Advice(
            cluster=seen.cluster,
            strategy="Cluster right-sizing",
            sentence=f"It is too small for its busiest hour: ask for {units(more)}.",
            evidence=load_seen(measured),
            saves=None,
            line=f"scale {word(seen.handle)} {more} because its busiest hour is too much for it",
            label=f"Ask for {units(more)}",
        )
        return
    published = _published(seen, measured, catalog)
    enough = published.units + 1 if published else now
    if published and enough < now:
        yield Advice(
            cluster=seen.cluster,
            strategy="Cluster right-sizing",
            sentence=f"{units(enough)} would carry its busiest hour by published figures; it has {now}.",
            evidence=(*load_seen(measured), _row(published)),
            saves=for_units(catalog, seen.cluster.unit_shape, now - enough),
            line=f"scale {word(seen.handle)} {enough} because its busiest hour needs no more",
            label=f"Ask for {units(enough)}",
        )


def _published(seen: Seen, measured: Carried, catalog: Catalog) -> Sized | None:
    """By published figures, if a request is to take no longer than it does now; None where none says so."""
    entry, history = hosted(seen, catalog), seen.history
    if entry is None or not isinstance(history, History):
        return None
    into, out = history.mean_input_tokens, history.mean_output_tokens
    if into is None or out is None:
        return None
    load = Load(rate=measured.busiest, prompt_tokens=into, response_tokens=out)
    sized = size(catalog, entry.id, seen.cluster.unit_shape, load, Targets(latency=measured.p95_seconds))
    return sized if isinstance(sized, Sized) else None


def _row(sized: Sized) -> Evidence:
    fit = sized.fit
    return Evidence(
        text=f"Published: one unit carries {fit.rate:.2f} of such requests/s at {fit.latency:.1f} s each; one more is "
        "kept, so that one may fail",
        sources=sized.sources,
    )


def _nights(seen: Seen, catalog: Catalog, zone: ZoneInfo) -> Iterator[Advice]:
    measured, history, now = seen.measured, seen.history, seen.cluster.unit_count
    if measured is None or not isinstance(history, History) or measured.strained or now == 1:
        return
    night = _quietest([each for each in history.by_hour_of_day(zone) if not each.weekend], measured, now)
    if night is None:
        return
    start, hours, low = night
    # Told for working days alone: that weekends are as quiet is not assumed.
    share = Decimal(hours) / DAY * WORKING_DAYS / WEEK
    at = f"{start:02}:00"
    yield Advice(
        cluster=seen.cluster,
        strategy="Cluster right-sizing: time of day",
        sentence=f"On working days from {at} for {hours} hours {units(low)} would do ({zone.key}).",
        evidence=load_seen(measured),
        saves=for_units(catalog, seen.cluster.unit_shape, now - low, share),
        line=f"scale {word(seen.handle)} {low} --for {hours}h --at {at} because nights need no more",
        label=f"Lease {units(low)} for a night",
    )


def _together(seen: Sequence[Seen], catalog: Catalog) -> Iterator[Advice]:
    """Clusters of one model on one shape in one place, whose calls fewer units would carry."""
    groups: dict[tuple[str, ...], list[Seen]] = {}
    for each in seen:
        if len(each.hosts) == 1 and each.measured is not None and not each.measured.strained:
            cluster = each.cluster
            place = (cluster.region, cluster.compartment_id, cluster.unit_shape)
            groups.setdefault((*place, *each.hosts), []).append(each)
    for group in groups.values():
        if len(group) > 1:
            yield from _merged(sorted(group, key=lambda each: -each.cluster.unit_count), catalog)


def _merged(group: Sequence[Seen], catalog: Catalog) -> Iterator[Advice]:
    measured = [each.measured for each in group if each.measured is not None]
    best = max(measured, key=lambda each: each.per_unit)
    at: dict[datetime, list[Decimal]] = defaultdict(list)
    for each in group:
        for hour in each.history.hours if isinstance(each.history, History) else ():
            at[hour.since].append(hour.calls or Decimal(0))
    # Only hours that all of them know: one may be younger, or have been read before the hour struck.
    both = [sum(calls, Decimal(0)) for calls in at.values() if len(calls) == len(group)]
    if not both:
        return
    total = sum(each.cluster.unit_count for each in group)
    needed = best.needed(max(both) / 3600)
    into, emptied = group[0], group[-1]
    if needed >= total:
        return
    names = " and ".join(each.cluster.name for each in group)
    yield Advice(
        cluster=emptied.cluster,
        strategy="Endpoint consolidation",
        sentence=f"{names} host the same model; {units(needed)} together would have carried both, they have {total}.",
        evidence=tuple(line for each in measured for line in load_seen(each)),
        saves=for_units(catalog, emptied.cluster.unit_shape, total - needed),
        line=f"endpoint move {word(emptied.endpoints[0].name)} {word(into.handle)}",
        label=f"Move its endpoint to {into.cluster.name}",
    )


def _quietest(day: Sequence[Busiest], measured: Carried, now: int) -> tuple[int, int, int] | None:
    """The longest stretch of the clock in which fewer units would do: when it begins, its hours, and how many then."""
    wanted = [None if each.calls is None else measured.needed(each.calls / 3600) for each in day]
    low = [each is not None and each < now for each in wanted]
    if all(low):
        # Fewer would do at any hour: that is another size, not a night.
        return None
    best: tuple[int, int] = (0, 0)
    for start in range(len(day)):
        length = 0
        while length < len(day) and low[(start + length) % len(day)]:
            length += 1
        best = max(best, (length, -start))
    length, start = best[0], -best[1]
    if length < SHORTEST_NIGHT:
        return None
    within = [wanted[(start + step) % len(day)] or 1 for step in range(length)]
    return day[start].hour, length, max(within)


def _base(model_id: str, models: Mapping[str, Model]) -> str:
    """The name of the base model; what is not listed has none that anybody knows."""
    model = models.get(model_id)
    if model is None or model.base_model_id is None:
        return model.name if model else ""
    return models[model.base_model_id].name if model.base_model_id in models else ""


def _day(moment: object) -> str:
    return str(moment)[:10]
