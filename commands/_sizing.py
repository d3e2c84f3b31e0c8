"""How many units a load needs, in lines: by what was published, by a cluster's own hours, and by the rule of thumb."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from commands._advice import band_said, bought, called, figure
from commands._answer import Answer, Cited, Line
from commands._blocks import escape
from commands._command import Services
from commands._words import rate as seldom
from dac.carried import Carried
from dac.change import units as in_units
from dac.cluster import Cluster
from dac.figures import Unknown
from dac.history import History
from dac.models import ModelEntry
from dac.sizing import DEFAULT_MIX, DIALOGUE, READING, Load, Sized, Targets, band, best, factor, size

OFTEN = Decimal("0.1")


def a_second(value: Decimal) -> str:
    """A rate that is never nothing: a small one is told by the hour."""
    if value < OFTEN:
        return seldom(value, "requests")
    return f"{figure(value)} request{'' if value == 1 else 's'}/s"


def _few(value: Decimal) -> str:
    return figure(value, 1) if value >= OFTEN else f"{value:.1g}"


def asked(answer: Answer, load: Load, targets: Targets, *, tokens: bool) -> None:
    """What the person gave; `tokens` where those of a request are theirs too."""
    said = []
    if load.rate is not None:
        said.append(a_second(load.rate))
    if load.concurrency is not None:
        said.append(f"{figure(load.concurrency)} requests at once")
    if tokens:
        said.append(f"{figure(load.prompt_tokens)} tokens in, {figure(load.response_tokens)} out")
    if targets.latency is not None:
        said.append(f"at most {figure(targets.latency, 3)} s")
    if targets.speed is not None:
        said.append(f"at least {figure(targets.speed)} tokens/s each")
    answer.asked(", ".join(said))


def published(answer: Answer, sized: Sized | Unknown, model: ModelEntry | None, spare: int, services: Services) -> None:
    if model is not None:
        retired(answer, model, services)
    if isinstance(sized, Unknown):
        sources = services.catalog.benchmarked(model.id) if model else ()
        answer.say(
            f"*By published figures: unknown.* {sized.settle[:1].upper()}{sized.settle[1:]}.",
            *(source for table in sources for source in table.sources),
        )
        return
    more = f"; *{in_units(sized.units + spare)}* so that {in_units(spare)} may fail" if spare else ""
    answer.say(f"*{in_units(sized.units)}* of {sized.shape} by published figures{more}.", *sized.sources)
    answer.lines(_row(sized, services))
    answer.small(
        "Of the published rows that meet the targets the one with the most requests/s counts; nothing between rows is "
        "assumed. That units add up is assumed: Oracle has not published it."
    )


def _row(sized: Sized, services: Services) -> list[Line]:
    fit, sources = sized.fit, sized.sources
    row, mix = fit.row, services.catalog.mixes[fit.benchmark.mix]
    together = "One unit" if fit.benchmark.units == 1 else f"{in_units(fit.benchmark.units)} together"
    lines: list[Line] = [
        (
            (
                f"{together}, {row.concurrency} requests at once: {figure(row.requests_per_second, 4)} requests/s, "
                f"{figure(row.latency)} s each, {figure(row.tokens_per_second)} tokens/s each"
            ),
            sources,
        ),
        (f"Measured with {mix.words}", mix.sources),
    ]
    if sized.capped:
        lines.append(("Yours are heavier, and are promised no more than was measured of those", sources))
    elif fit.cost > 1:
        heavier = (
            f"Your requests are heavier: each is taken to cost {figure(fit.factor)} times as much, so a unit does "
            f"{a_second(fit.rate)} of {figure(fit.latency)} s; a cautious rule, not a measurement"
        )
        lines.append((heavier, sources))
    law = f"By Little's law {a_second(sized.rate)} of {figure(fit.latency)} s are {_few(sized.concurrency)} at once"
    lines.append((law, sources))
    if row.tokens_per_second < DIALOGUE:
        rule = f"{figure(READING)} tokens/s keep up with a reader, about {figure(DIALOGUE)} with a dialogue"
        slow = f"⚠️ {figure(row.tokens_per_second)} tokens/s each is slow: by Oracle's rule {rule}"
        lines.append((slow, (*sources, *services.catalog.mixes[DEFAULT_MIX].sources)))
    return lines


def retired(answer: Answer, model: ModelEntry, services: Services) -> None:
    if gone := bought(model, services):
        answer.say(f"⚠️ {gone}", *model.sources)


def own(
    answer: Answer,
    cluster: Cluster,
    history: History | Unknown,
    measured: Carried | None,
    targets: Targets,
    load: Load | None,
) -> None:
    if isinstance(history, Unknown):
        answer.say(f"*By its own last days: unknown.* {called(history.settle)}")
        return
    if measured is None:
        answer.say(f"*By its own last days: unknown.* {_unmeasured(history, targets)}", history.source)
        return
    lines: list[tuple[str, tuple[Cited, ...]]] = [(text, (history.source,)) for text in measured.words]
    tokens_in, out = history.mean_input_tokens, history.mean_output_tokens
    if tokens_in is not None and out is not None:
        lines.append((f"A request brings {figure(tokens_in, 0)} tokens and takes {figure(out, 0)}", (history.source,)))
    answer.lines(lines)
    if load is None or load.rate is None or targets.speed is not None:
        what = "how fast a request's tokens come" if targets.speed is not None else "requests under way at once"
        answer.small(f"Units by its own hours are not known for that: Oracle does not measure {what}.")
        return
    more = "; it did not go well in its busiest hour" if measured.strained else ""
    answer.say(
        f"*{in_units(measured.needed(load.rate))}* for {a_second(load.rate)} at what a unit of it has carried{more}. "
        f"That it had {in_units(cluster.unit_count)} all along is assumed.",
        history.source,
    )


def _unmeasured(history: History, targets: Targets) -> str:
    days = (history.until - history.since).days
    if history.total_calls == 0:
        return f"Nobody has called it for {days} days."
    within = f" within {figure(targets.latency, 3)} s" if targets.latency is not None else ""
    return f"In none of its last {days} days was there an hour that is known to have gone well{within}."


def rule_of_thumb(answer: Answer, sized: Sized | Unknown, load: Load, services: Services) -> None:
    """The handbook's band, to the letter, and whether it agrees."""
    wanted = sized.rate if isinstance(sized, Sized) else load.rate
    if wanted is None:
        return
    rule, source = band(services.handbook, wanted), services.handbook.source
    answer.say(f"Rule of thumb: {escape(' '.join(rule.text.split()))}", source)
    if isinstance(sized, Sized):
        verdict = "agrees" if rule.units_least <= sized.units <= rule.units_most else "differs"
        answer.small(
            f"The rule of thumb {verdict}: it knows no model, says {band_said(rule)}, and a unit here carries "
            f"{a_second(sized.fit.rate)}",
            source,
            *sized.sources,
        )


def one_unit(
    answer: Answer, model: ModelEntry, shape: str, load: Load, targets: Targets, services: Services, *, tokens: bool
) -> None:
    """What a unit carries, by every table there is; `tokens` where a person said how heavy their requests are."""
    catalog = services.catalog
    retired(answer, model, services)
    unknown = size(catalog, model.id, shape, load, Targets())
    if isinstance(unknown, Unknown):
        answer.say(f"*{model.name} on {shape}: unknown.* {unknown.settle[:1].upper()}{unknown.settle[1:]}.")
        return
    answer.say(f"*{model.name}*: at the most, one unit of {shape} was published to carry")
    for table in catalog.benchmarked(model.id, shape):
        mix = catalog.mixes[table.mix]
        fit = best(table, factor(mix, load) if tokens else Fraction(1), targets)
        if fit is None:
            answer.say(f"• nothing within that: {mix.words}", *table.sources)
            continue
        heavier = f", yours taken to cost {figure(fit.factor)} times as much" if fit.cost > 1 else ""
        answer.say(
            f"• {figure(fit.rate, 4)} requests/s at {fit.row.concurrency} at once, {figure(fit.latency)} s and "
            f"{figure(fit.row.tokens_per_second)} tokens/s each: {mix.words}{heavier}",
            *table.sources,
        )
