"""/dac size hosting: how many units a load needs, by what was published and by what a cluster itself has carried."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Any

from pydantic import Field

from commands import _sizing
from commands._advice import called, hosted, meant, not_known, offer, priced, reads, seen_at, typed_as, word
from commands._answer import Answer
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services, Word
from dac.carried import Carried, carried
from dac.change import units as in_units
from dac.cluster import Cluster, ClusterType, Fleet
from dac.errors import DacError, Invalid
from dac.figures import Unknown
from dac.history import History, calls_per_second
from dac.models import ModelEntry
from dac.pricing import monthly
from dac.quantities import rate, seconds, tokens
from dac.selection import offered_in, region_named, successors
from dac.sizing import DEFAULT_MIX, DIALOGUE, Load, Sized, Targets, shape_for, shape_named, size
from dac.thresholds import SHIPPED

MOST_SPARE = 50


def _at_once(text: str) -> Decimal:
    return rate(text, "requests at once")


def _speed(text: str) -> Decimal:
    return rate(text, "tokens a second")


def _spare(text: str) -> int:
    """Of units that may be lost; none is a choice."""
    if not (text.strip().isascii() and text.strip().isdigit() and int(text) <= MOST_SPARE):
        raise Invalid(f"give how many units may fail, from 0 to {MOST_SPARE}")
    return int(text)


class Size(Arguments):
    subject: Annotated[
        str | None,
        Word(),
        Field(max_length=300, title="model|cluster", description="A model such as command-r, or a cluster of yours"),
    ] = None
    rps: Annotated[
        Decimal | None,
        typed_as(rate),
        Option(asked=True, reads=reads(rate)),
        Field(title="12", description="Requests a second at the busiest time; or give --concurrency"),
    ] = None
    concurrency: Annotated[
        Decimal | None,
        typed_as(_at_once),
        Option(asked=True, reads=reads(_at_once)),
        Field(title="64", description="Requests under way at the same time, instead of --rps"),
    ] = None
    prompt: Annotated[
        Decimal | None,
        typed_as(tokens),
        Option(asked=True, reads=reads(tokens)),
        Field(title="480", description="Tokens of a prompt; left out, as in Oracle's benchmarks"),
    ] = None
    response: Annotated[
        Decimal | None,
        typed_as(tokens),
        Option(asked=True, reads=reads(tokens)),
        Field(title="300", description="Tokens of an answer; left out, as in Oracle's benchmarks"),
    ] = None
    latency: Annotated[
        Decimal | None,
        typed_as(seconds),
        Option(asked=True, reads=reads(seconds)),
        Field(title="10s", description="How long a whole request may take at most"),
    ] = None
    speed: Annotated[
        Decimal | None,
        typed_as(_speed),
        Option(asked=True, reads=reads(_speed)),
        Field(title="15", description="Tokens a second that one request gets at least: 5 reads along, 15 for dialogue"),
    ] = None
    shape: Annotated[
        str | None, Option(), Field(max_length=60, title="shape", description="Another unit shape than the model's own")
    ] = None
    region: Annotated[
        str | None, Option(), Field(max_length=40, title="region", description="Where: it can decide the unit shape")
    ] = None
    spare: Annotated[
        int, typed_as(_spare), Option(reads=reads(_spare)), Field(title="1", description="Units that may fail")
    ] = 1
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
    catalog = services.catalog
    region = region_named(catalog, args.region) if args.region else None
    shape = shape_named(catalog, args.shape) if args.shape else shape_for(catalog, model, region)
    if isinstance(shape, Unknown):
        raise Invalid(not_known(shape))
    load, targets = _load(args, services), _targets(args)
    loaded = load.rate is not None or load.concurrency is not None
    answer = Answer(f"Units for {model.name}" if loaded else f"What one unit of {model.name} carries")
    given = args.prompt is not None or args.response is not None
    if loaded or given or targets != Targets():
        _sizing.asked(answer, load, targets, tokens=given)
    here = offered_in(model, region) is not False
    if not here:
        answer.say(f"⚠️ {model.name} is not offered on dedicated clusters in {region}.", *model.sources)
    if not loaded:
        _sizing.one_unit(answer, model, shape, load, targets, services, tokens=given)
        line = f"{_line(args, model)} --shape {shape} --load"
        return answer.reply(*offer(("For my load …", line), ("Cost of a unit", f"cost 1 unit {shape}")))
    sized = size(catalog, model.id, shape, load, targets)
    _sizing.published(answer, sized, model, args.spare, services)
    _sizing.rule_of_thumb(answer, sized, load, services)
    units = sized.units + args.spare if isinstance(sized, Sized) else None
    if units is not None:
        _tell_cost(answer, units, shape, services)
    return answer.reply(*offer(*_next(args, model, shape, sized, services, region if here else None)))


def _of_cluster(args: Size, cluster: Cluster, fleet: Fleet, services: Services) -> Reply:
    if cluster.type != ClusterType.HOSTING:
        raise Invalid(f"{cluster.name} is a fine-tuning cluster: Oracle presets its units. Try `/dac size finetune`.")
    history, targets, shape = _history(cluster, services), _targets(args), cluster.unit_shape
    answer = Answer(f"Units for {cluster.name}")
    measured = None
    if isinstance(history, History):
        asked = SHIPPED.slow_seconds if args.latency is None else args.latency
        measured = carried(history, cluster.unit_count, asked)
    load, model = _measured_load(args, history, services), hosted(cluster, fleet, services)
    given = args.prompt is not None or args.response is not None
    if given or targets != Targets() or args.rps is not None or args.concurrency is not None:
        _sizing.asked(answer, load or _load(args, services), targets, tokens=given)
    answer.say(f"*{called(cluster.name)}* has {in_units(cluster.unit_count)} {shape}", seen_at(fleet))
    _sizing.own(answer, cluster, history, measured, targets, load)
    sized: Sized | Unknown
    if load is None or model is None:
        why = "which model it hosts is not known" if model is None else "its load was not measured; give --rps"
        sized = Unknown(what="units by published figures", settle=why)
    else:
        sized = size(services.catalog, model.id, shape, load, targets)
    _sizing.published(answer, sized, model, args.spare, services)
    if load is not None:
        _sizing.rule_of_thumb(answer, sized, load, services)
    units = _wanted(answer, sized, measured, load, args)
    buttons = [("Handbook: sizing", "handbook sizing")]
    if units is not None:
        _tell_cost(answer, units, shape, services)
        buttons.insert(0, ("What it costs", f"cost {units} units {shape}"))
    if units is not None and units != cluster.unit_count:
        line = f"scale {word(cluster, fleet)} {units} because {_reason(cluster, sized, units, args.spare)}"
        buttons.insert(1, (f"Ask for {in_units(units)}", line))
    return answer.reply(*offer(*buttons))


def _wanted(
    answer: Answer, sized: Sized | Unknown, measured: Carried | None, load: Load | None, args: Size
) -> int | None:
    """As published, with some to spare; as its own hours show where nothing is, or where these went worse than that."""
    by_own = None
    if measured and load and load.rate is not None and args.speed is None:
        by_own = measured.needed(load.rate)
    if isinstance(sized, Unknown):
        return by_own
    by_tables = sized.units + args.spare
    if measured and measured.strained and by_own is not None and by_own > by_tables:
        answer.small(
            f"Its own hours went worse than the published figures promise, so they count: {in_units(by_own)}.",
            measured.source,
            *sized.sources,
        )
        return by_own
    return by_tables


def _reason(cluster: Cluster, sized: Sized | Unknown, units: int, spare: int) -> str:
    if units < cluster.unit_count:
        return "its load needs no more"
    only_to_spare = isinstance(sized, Sized) and units == sized.units + spare and sized.units <= cluster.unit_count
    return f"{in_units(spare)} may fail" if only_to_spare else "its load needs it"


def _targets(args: Size) -> Targets:
    return Targets(latency=args.latency, speed=args.speed)


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


def _tell_cost(answer: Answer, units: int, shape: str, services: Services) -> None:
    cost, hours = monthly(services.catalog, shape, units), services.catalog.commitments.hosting
    answer.say(f"{in_units(units)} a month of {hours.count} hours: {priced(cost)}", cost, *hours.sources)
    known = services.catalog.shape(shape)
    limit = known.limit if known else None
    if limit and limit.units:
        answer.say(f"They take {limit.units * units} of the service limit `{limit.name}`", *limit.sources)
    answer.small("How many units one cluster may have is not documented; the service limit is the real ceiling.")


def _next(
    args: Size, model: ModelEntry, shape: str, sized: Sized | Unknown, services: Services, region: str | None
) -> list[tuple[str, str]]:
    """From the size to its cost and to the request for it; for a model of the past, to the one that followed."""
    units = sized.units + args.spare if isinstance(sized, Sized) else None
    buttons = [("What it costs", f"cost {in_units(units or 1)} {shape}")]
    after = successors(services.catalog, model, services.now().astimezone(UTC).date())
    if model.dedicated is False and after:
        buttons.append((f"The same for {after[-1].name}", _line(args, after[-1])))
    elif units is not None and model.dedicated is not False:
        where = f" --region {region}" if region else ""
        buttons.append(("Ask for such a cluster …", f"create hosting --model {model.id} --units {units}{where}"))
    if isinstance(sized, Sized) and args.speed is None and sized.fit.row.tokens_per_second < DIALOGUE:
        quick = args.model_copy(update={"speed": DIALOGUE})
        buttons.append((f"At {DIALOGUE} tokens/s each", _line(quick, model, args.shape)))
    return [*buttons, ("Handbook: sizing", "handbook sizing")]


def _line(args: Size, model: ModelEntry, shape: str | None = None) -> str:
    """The same question of that model, as a person would type it."""
    numbers = {
        "rps": args.rps,
        "concurrency": args.concurrency,
        "prompt": args.prompt,
        "response": args.response,
        "latency": args.latency,
        "speed": args.speed,
    }
    said = [f"--{name} {value.normalize():f}" for name, value in numbers.items() if value is not None]
    said += [f"--shape {shape}"] if shape else []
    said += [f"--region {args.region}"] if args.region else []
    said += [f"--spare {args.spare}"] if args.spare != 1 else []
    return " ".join(["size hosting", model.id, *said])


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
