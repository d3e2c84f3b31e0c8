"""/dac size hosting: how many units a load needs, by what was published and by what a cluster itself has carried."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Any

from pydantic import Field

from commands._advice import (
    band_said,
    bought,
    called,
    figure,
    hosted,
    meant,
    not_known,
    offer,
    priced,
    seen_at,
    typed_as,
    word,
)
from commands._answer import Answer, Cited
from commands._blocks import escape
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services, Word
from dac.carried import Carried, carried
from dac.change import units as in_units
from dac.cluster import Cluster, ClusterType, Fleet
from dac.errors import DacError, Invalid
from dac.figures import Unknown
from dac.health import SLOW
from dac.history import History, calls_per_second
from dac.models import ModelEntry
from dac.pricing import monthly
from dac.quantities import rate, seconds, tokens
from dac.sizing import DEFAULT_MIX, Fit, Load, Sized, Targets, band, shape_for, shape_named, size


class Size(Arguments):
    subject: Annotated[
        str | None,
        Word(),
        Field(max_length=300, title="model|cluster", description="A model such as command-r, or a cluster of yours"),
    ] = None
    rps: Annotated[
        Decimal | None,
        typed_as(rate),
        Option(asked=True),
        Field(title="12", description="Requests a second at the busiest time; or give --concurrency"),
    ] = None
    concurrency: Annotated[
        Decimal | None,
        typed_as(lambda text: rate(text, "requests at once")),
        Option(asked=True),
        Field(title="64", description="Requests under way at the same time, instead of --rps"),
    ] = None
    prompt: Annotated[
        Decimal | None,
        typed_as(tokens),
        Option(asked=True),
        Field(title="480", description="Tokens of a prompt; left out, as in Oracle's benchmarks"),
    ] = None
    response: Annotated[
        Decimal | None,
        typed_as(tokens),
        Option(asked=True),
        Field(title="300", description="Tokens of an answer; left out, as in Oracle's benchmarks"),
    ] = None
    latency: Annotated[
        Decimal | None,
        typed_as(seconds),
        Option(asked=True),
        Field(title="10s", description="How long a whole request may take at most"),
    ] = None
    speed: Annotated[
        Decimal | None,
        typed_as(lambda text: rate(text, "tokens a second")),
        Option(asked=True),
        Field(title="15", description="Tokens a second that one request gets at least: 5 reads along, 15 for dialogue"),
    ] = None
    shape: Annotated[
        str | None, Option(), Field(max_length=60, title="shape", description="Another unit shape than the model's own")
    ] = None
    region: Annotated[
        str | None, Option(), Field(max_length=40, title="region", description="Where: it can decide the unit shape")
    ] = None
    spare: Annotated[int, Option(), Field(ge=0, le=10, title="1", description="Units that may be lost")] = 1
    load: Annotated[bool, Option(by_button=True, wants="rps"), Field(description="Have the form ask for a load")] = (
        False
    )


def needs(values: Mapping[str, Any]) -> tuple[str, ...]:
    return () if values.get("subject") else ("subject",)


def run(args: Size, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    if args.subject is None:
        raise Invalid("Name a model such as command-r, or one of your clusters.")
    if args.rps is not None and args.concurrency is not None:
        raise Invalid("Give requests a second or requests at once, not both: one follows from the other.")
    found = meant(args.subject, services)
    if isinstance(found, ModelEntry):
        return _of_model(args, found, services)
    return _of_cluster(args, *found, services)


def _of_model(args: Size, model: ModelEntry, services: Services) -> Reply:
    shape = _shape(args, model, args.region, services)
    if isinstance(shape, Unknown):
        raise Invalid(not_known(shape))
    load = _load(args, services)
    if args.rps is None and args.concurrency is None:
        return _one_unit(model, shape, load, services)
    answer = Answer(f"Units for {model.name}")
    sized = size(services.catalog, model.id, shape, load, Targets(latency=args.latency, speed=args.speed))
    _asked(answer, load, args)
    _published(answer, sized, model, shape, args, services)
    _handbook(answer, sized, load, services)
    return _end(answer, sized, model, shape, args, services, None)


def _of_cluster(args: Size, cluster: Cluster, fleet: Fleet, services: Services) -> Reply:
    if cluster.type != ClusterType.HOSTING:
        raise Invalid(f"{cluster.name} is a fine-tuning cluster: Oracle presets its units. Try `/dac size finetune`.")
    history = _history(cluster, services)
    answer = Answer(f"Units for {cluster.name}")
    measured = None
    if isinstance(history, History):
        measured = carried(history, cluster.unit_count, args.latency or SLOW)
    load, model = _measured_load(args, history, services), hosted(cluster, fleet, services)
    if args.rps or args.concurrency or args.latency or args.speed:
        _asked(answer, load or _load(args, services), args)
    answer.say(f"*{called(cluster.name)}* has {in_units(cluster.unit_count)} {cluster.unit_shape} ", seen_at(fleet))
    _own(answer, cluster, history, measured, args, load)
    sized: Sized | Unknown
    if load is None or model is None:
        why = "which model it hosts is not known" if model is None else "its load was not measured; give --rps"
        sized = Unknown(what="units by published figures", settle=why)
    else:
        targets = Targets(latency=args.latency, speed=args.speed)
        sized = size(services.catalog, model.id, cluster.unit_shape, load, targets)
    shape = cluster.unit_shape
    _published(answer, sized, model, shape, args, services)
    if load is not None:
        _handbook(answer, sized, load, services)
    return _end(answer, sized, model, shape, args, services, (cluster, fleet, measured, load))


def _shape(args: Size, model: ModelEntry, region: str | None, services: Services) -> str | Unknown:
    if args.shape:
        return shape_named(services.catalog, args.shape)
    return shape_for(services.catalog, model, region)


def _load(args: Size, services: Services) -> Load:
    usual = services.catalog.mixes[DEFAULT_MIX]
    return Load(
        rate=args.rps,
        concurrency=args.concurrency,
        prompt_tokens=args.prompt or usual.prompt_tokens,
        response_tokens=args.response or usual.response_tokens,
    )


def _history(cluster: Cluster, services: Services) -> History | Unknown:
    try:
        return services.fleet.history(cluster)
    except DacError as error:
        return Unknown(what="its last 7 days", settle=str(error))


def _measured_load(args: Size, history: History | Unknown, services: Services) -> Load | None:
    """As asked; what was not asked, as measured: the rate of the busiest hour, tokens as they were on average."""
    typical = _load(args, services)
    if isinstance(history, History):
        means = {
            name: mean.to_integral_value(ROUND_CEILING)
            for name, given, mean in (
                ("prompt_tokens", args.prompt, history.mean_input_tokens),
                ("response_tokens", args.response, history.mean_output_tokens),
            )
            if given is None and mean
        }
        typical = typical.model_copy(update=means)
    if typical.rate is not None or typical.concurrency is not None:
        return typical
    peak = history.peak if isinstance(history, History) else None
    return typical.model_copy(update={"rate": calls_per_second(peak)}) if peak and peak.calls else None


def _asked(answer: Answer, load: Load, args: Size) -> None:
    said = []
    if load.rate is not None:
        said.append(f"{figure(load.rate)} requests/s")
    if load.concurrency is not None:
        said.append(f"{figure(load.concurrency)} requests at once")
    if args.prompt or args.response:
        said.append(f"{figure(load.prompt_tokens)} tokens in, {figure(load.response_tokens)} out")
    if args.latency:
        said.append(f"at most {figure(args.latency)} s")
    if args.speed:
        said.append(f"at least {figure(args.speed)} tokens/s each")
    answer.asked(", ".join(said))


def _published(
    answer: Answer, sized: Sized | Unknown, model: ModelEntry | None, shape: str, args: Size, services: Services
) -> None:
    if model is not None and (gone := bought(model, services)):
        answer.say(f"⚠️ {gone}", *model.sources)
    if isinstance(sized, Unknown):
        answer.say(
            f"*By published figures: unknown.* {sized.settle[:1].upper()}{sized.settle[1:]}.", *_tables(model, services)
        )
        return
    fit = sized.fit
    spare = f"; *{in_units(sized.units + args.spare)}* so that {in_units(args.spare)} may fail" if args.spare else ""
    answer.say(f"*{in_units(sized.units)}* of {shape} by published figures{spare}.", *sized.sources)
    mix = services.catalog.mixes[fit.benchmark.mix]
    answer.lines(
        [
            (
                (
                    f"One unit, {fit.row.concurrency} requests at once: {figure(fit.row.requests_per_second, 4)} "
                    f"requests/s, {figure(fit.row.latency)} s each, {figure(fit.row.tokens_per_second)} tokens/s each"
                ),
                sized.sources,
            ),
            (f"Measured with {mix.words}", mix.sources),
            *_scaling(fit, sized),
            (
                (
                    f"By Little's law {figure(sized.rate)} requests/s of {figure(fit.latency)} s are "
                    f"{figure(sized.concurrency, 1)} at once"
                ),
                sized.sources,
            ),
        ]
    )
    answer.small(
        "Of the published rows that meet the targets the one with the most requests/s counts; nothing between rows is "
        "assumed. That units add up is assumed: Oracle has not published it."
    )


def _scaling(fit: Fit, sized: Sized) -> list[tuple[str, tuple[Cited, ...]]]:
    if fit.factor == 1:
        return []
    return [
        (
            (
                f"Your requests are heavier: each is taken to cost {figure(fit.factor)} times as much, so a unit does "
                f"{figure(fit.rate)} requests/s of {figure(fit.latency)} s; a cautious rule, not a measurement"
            ),
            sized.sources,
        )
    ]


def _own(
    answer: Answer,
    cluster: Cluster,
    history: History | Unknown,
    measured: Carried | None,
    args: Size,
    load: Load | None,
) -> None:
    if isinstance(history, Unknown):
        answer.say(f"*By its own last days: unknown.* {called(history.settle)}")
        return
    if measured is None:
        answer.say(f"*By its own last days: unknown.* {_unmeasured(history, args)}", history.source)
        return
    lines: list[tuple[str, tuple[Cited, ...]]] = [(text, (history.source,)) for text in measured.words]
    tokens_in, out = history.mean_input_tokens, history.mean_output_tokens
    if tokens_in is not None and out is not None:
        lines.append((f"A request brings {figure(tokens_in, 0)} tokens and takes {figure(out, 0)}", (history.source,)))
    answer.lines(lines)
    if load is None or load.rate is None or args.speed is not None:
        return
    needed = measured.needed(load.rate)
    more = "; it did not go well in its busiest hour" if measured.strained else ""
    answer.say(
        f"*{in_units(needed)}* for {figure(load.rate)} requests/s at what a unit of it has carried{more}. "
        f"That it had {in_units(cluster.unit_count)} all along is assumed.",
        history.source,
    )


def _unmeasured(history: History, args: Size) -> str:
    days = (history.until - history.since).days
    if history.total_calls == 0:
        return f"Nobody has called it for {days} days."
    within = f" within {figure(args.latency)} s" if args.latency else ""
    return f"In none of its last {days} days was there an hour that is known to have gone well{within}."


def _handbook(answer: Answer, sized: Sized | Unknown, load: Load, services: Services) -> None:
    asked = sized.rate if isinstance(sized, Sized) else load.rate
    if asked is None:
        return
    rule = band(services.handbook, asked)
    answer.say(f"Rule of thumb: {escape(' '.join(rule.text.split()))}", services.handbook.source)
    if isinstance(sized, Sized):
        within = rule.units_least <= sized.units <= rule.units_most
        verdict = "agrees" if within else "differs"
        answer.small(
            f"The rule of thumb {verdict}: it knows no model, says {band_said(rule)}, and a unit here carries "
            f"{figure(sized.fit.rate)} requests/s",
            services.handbook.source,
            *sized.sources,
        )


def _one_unit(model: ModelEntry, shape: str, load: Load, services: Services) -> Reply:
    """No load was given: what one unit carries."""
    answer = Answer(f"What one unit of {model.name} carries")
    tables = services.catalog.benchmarked(model.id, shape)
    if gone := bought(model, services):
        answer.say(f"⚠️ {gone}", *model.sources)
    if not tables:
        unknown = size(services.catalog, model.id, shape, load, Targets())
        answer.say(f"*{model.name} on {shape}: unknown.* {unknown.settle}." if isinstance(unknown, Unknown) else "")
    else:
        answer.say(f"*{model.name}*: at the most, one unit of {shape} was published to carry")
    for table in tables:
        mix, best = services.catalog.mixes[table.mix], table.most
        answer.say(
            f"• {figure(best.requests_per_second, 4)} requests/s at {best.concurrency} at once, "
            f"{figure(best.latency)} s each: {mix.words}",
            *table.sources,
        )
    line = f"size hosting {model.id} --shape {shape} --load"
    return answer.reply(*offer(("For my load …", line), ("Cost of a unit", f"cost 1 unit {shape}")))


def _end(
    answer: Answer,
    sized: Sized | Unknown,
    model: ModelEntry | None,
    shape: str,
    args: Size,
    services: Services,
    of: tuple[Cluster, Fleet, Carried | None, Load | None] | None,
) -> Reply:
    wanted = sized.units + args.spare if isinstance(sized, Sized) else None
    if wanted is None and args.speed is None and of and of[2] and of[3] and of[3].rate:
        wanted = of[2].needed(of[3].rate)
    if wanted is None:
        return answer.reply(*offer(("Handbook: sizing", "handbook sizing"), ("What it costs …", "cost")))
    cost = monthly(services.catalog, shape, wanted)
    hours = services.catalog.commitments.hosting
    answer.say(f"{in_units(wanted)} a month of {hours.count} hours: {priced(cost)}", cost, *hours.sources)
    limit = services.catalog.shapes[shape].limit if shape in services.catalog.shapes else None
    if limit and limit.units:
        answer.say(f"They take {limit.units * wanted} of the service limit `{limit.name}`", *limit.sources)
    answer.small("How many units one cluster may have is not documented; the service limit is the real ceiling.")
    buttons = [("What it costs", f"cost {wanted} units {shape}")]
    if of and of[0].unit_count != wanted:
        buttons.append(
            (f"Ask for {in_units(wanted)}", f"scale {word(of[0], of[1])} {wanted} because its load needs it")
        )
    elif of is None and model is not None:
        buttons.append(("Ask for such a cluster …", f"create hosting --model {model.id} --units {wanted}"))
    return answer.reply(*offer(*buttons, ("Handbook: sizing", "handbook sizing")))


def _tables(model: ModelEntry | None, services: Services) -> list[Cited]:
    if model is None:
        return []
    return [source for table in services.catalog.benchmarked(model.id) for source in table.sources]


COMMAND = Command(
    name="size hosting",
    summary="How many units a load needs: by Oracle's benchmarks, by a cluster's own week, and by the handbook.",
    arguments=Size,
    run=run,
    examples=(
        "size hosting command-r-08-2024 --rps 12 --latency 10s",
        "size hosting llama-3.3-70b-instruct --concurrency 64",
        "size hosting chat-prod",
    ),
    needs=needs,
    submit="Size it",
    group=Group.ADVISE,
    order=20,
)
