"""/dac cost: what clusters, sizes and fine-tunes cost a month, side by side, and what the same money buys on demand."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import Field

from commands import _what_if
from commands._advice import figure, hosted, linked_up, not_known, offer, priced, word
from commands._answer import Answer
from commands._command import Arguments, Call, Command, Group, Option, Reply, Rest, Services
from commands._words import by
from dac.catalog import Catalog
from dac.change import units as in_units
from dac.cluster import Cluster, Fleet
from dac.errors import DacError, Invalid, NotFound
from dac.estimate import Estimate, Job, estimate, job, said
from dac.figures import Figure, Frozen, Money, Price, Unknown
from dac.models import ModelEntry
from dac.naming import find_cluster
from dac.on_demand import on_demand
from dac.pricing import cents
from dac.sizing import DEFAULT_MIX, model_named, shape_for

DEFAULT_HOURS = Decimal(4)
"""Of a fine-tune whose length was not said: the longest of the handbook's smallest band."""


class Cost(Arguments):
    what: Annotated[
        str,
        Rest(after=""),
        Field(
            min_length=1,
            max_length=500,
            title="what",
            description="A cluster, or such as: 10 units LARGE_COHERE_V3, 12 h a day, weekdays; vs between several",
        ),
    ]
    currency: Annotated[
        str | None,
        Option(),
        Field(max_length=3, min_length=3, title="EUR", description="Another currency that prices are on file in"),
    ] = None
    region: Annotated[
        str | None, Option(), Field(max_length=40, title="region", description="Where: it can decide a model's shape")
    ] = None


class Reckoned(Frozen):
    """One item with what it comes to; `model` is what it hosts, where that is known."""

    label: str
    cost: Price | Unknown
    estimate: Estimate | None = None
    job: Job | None = None
    model: ModelEntry | None = None
    cluster: Cluster | None = None
    line: str


def run(args: Cost, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    catalog = services.catalog.in_currency(args.currency.upper()) if args.currency else services.catalog
    found = [_reckoned(each, args, catalog, services) for each in _what_if.items(args.what)]
    answer = Answer("; ".join(f"{each.label}: {_plainly(each.cost)}" for each in found))
    for each in found:
        _tell(answer, each, catalog)
    if len(found) > 1:
        _compare(answer, found)
    for each in found:
        _on_demand(answer, each, catalog, services)
    if any(each.estimate for each in found):
        _hours(answer, services)
    return answer.reply(*offer(*_next(found)))


def _reckoned(item: _what_if.Item, args: Cost, catalog: Catalog, services: Services) -> Reckoned:
    if item.tuning:
        return _tuning(item, catalog)
    if shape := catalog.shape(item.name):
        return _hosting(item, shape.name, _units(item, 1), catalog, None, None)
    model = catalog.model(item.name)
    if model is None:
        fleet = services.fleet.fleet()
        try:
            cluster = find_cluster(fleet, item.name)
        except NotFound as no_cluster:
            model = _model(item.name, catalog, no_cluster)
        else:
            size = _units(item, cluster.unit_count)
            return _hosting(item, cluster.unit_shape, size, catalog, hosted(cluster, fleet, services), (cluster, fleet))
    on = shape_for(catalog, model, args.region)
    if isinstance(on, Unknown):
        raise Invalid(not_known(on))
    return _hosting(item, on, _units(item, 1), catalog, model, None)


def _units(item: _what_if.Item, usual: int) -> int:
    return usual if item.units is None else item.units


def _model(name: str, catalog: Catalog, no_cluster: NotFound) -> ModelEntry:
    try:
        return model_named(catalog, name)
    except NotFound as no_model:
        raise NotFound(f"{no_model} {no_cluster}") from None


def _hosting(
    item: _what_if.Item,
    shape: str,
    units: int,
    catalog: Catalog,
    model: ModelEntry | None,
    of: tuple[Cluster, Fleet] | None,
) -> Reckoned:
    made = estimate(catalog, shape, units, item.schedule)
    name = f"{of[0].name}, " if of else f"{model.name} on " if model else ""
    line = f"cost {units} units {shape}" if of is None else f"scale {word(*of)} {units}"
    return Reckoned(
        label=f"{name}{said(made)}",
        cost=made.cost,
        estimate=made,
        model=model,
        cluster=of[0] if of else None,
        line=line,
    )


def _tuning(item: _what_if.Item, catalog: Catalog) -> Reckoned:
    model = model_named(catalog, item.name)
    preset = model.fine_tuning
    if preset is None or not model.fine_tunable:
        raise Invalid(f"{model.name} cannot be fine-tuned today; `/dac model` says what can.")
    hours = DEFAULT_HOURS if item.hours is None else item.hours
    made = job(catalog, preset.shape, preset.units, hours)
    label = f"Fine-tuning {model.name}: {in_units(preset.units)} {preset.shape} for {figure(hours)} h"
    return Reckoned(label=label, cost=made.cost, job=made, model=model, line="size finetune 600")


def _tell(answer: Answer, each: Reckoned, catalog: Catalog) -> None:
    answer.say(f"*{each.label}*: {priced(each.cost)}", *_sources(each, catalog))
    if isinstance(each.cost, Unknown):
        return
    made = each.estimate
    if made is not None and isinstance(made.rate, Price):
        rate = f"{made.rate.money} per {made.rate.per}"
        answer.lines(
            [
                (f"{_working(made)} × {rate} = {cents(each.cost.money)} a month", [each.cost]),
                *(
                    [(f"Used would be {figure(made.used)}: Oracle bills {made.least} at least", [each.cost])]
                    if made.minimum_bites
                    else []
                ),
            ]
        )
        if not made.schedule.always and not made.schedule.otherwise:
            answer.small("A cluster cannot be paused: outside those hours it would have to be deleted and made anew.")
    elif each.job is not None and isinstance(each.job.rate, Price):
        rate = f"{each.job.rate.money} per {each.job.rate.per}"
        answer.say(f"{figure(each.job.billed)} unit-hours × {rate}, at least {each.job.least}", each.cost)


def _sources(each: Reckoned, catalog: Catalog) -> Sequence[Price | Figure]:
    """What the line rests on; where the price is not known, the month that Oracle reckons with."""
    if isinstance(each.cost, Price):
        return [each.cost]
    least = catalog.commitments.hosting
    return [Figure(value=Decimal(least.count), unit=least.measure, sources=least.sources)]


def _working(made: Estimate) -> str:
    schedule = made.schedule
    size = "" if made.measure == "cluster-hours" else f"{in_units(made.units)} × "
    if made.minimum_bites:
        return f"{figure(made.billed)} {made.measure}"
    if schedule.always:
        return f"{size}{made.hours} h"
    share = f"{made.hours} h × {figure(schedule.hours)}/24 × {schedule.days}/7"
    rest = f" + {in_units(schedule.otherwise)} for the rest" if schedule.otherwise else ""
    return f"{size}{share}{rest} = {figure(made.used)} {made.measure}"


def _compare(answer: Answer, found: Sequence[Reckoned]) -> None:
    known = [(each, each.cost) for each in found if isinstance(each.cost, Price)]
    if len(known) < len(found):
        answer.say("They cannot be compared: the price of at least one is not known.")
        return
    ordered = sorted(known, key=lambda each: each[1].money.amount)
    (least, cheapest), others = ordered[0], ordered[1:]
    for other, cost in others:
        more = cents(cost.money - cheapest.money)
        answer.say(f"*{least.label}* costs *{more}* less than {other.label}", cheapest, cost)


def _on_demand(answer: Answer, each: Reckoned, catalog: Catalog, services: Services) -> None:
    """What the same money buys on demand, and for a cluster what its own week would have cost there."""
    if each.model is None or each.estimate is None or isinstance(each.cost, Unknown):
        return
    price = on_demand(catalog, each.model)
    if isinstance(price, Unknown):
        answer.small(f"On demand: not known. {linked_up(price.settle)}")
        return
    mix = catalog.mixes[DEFAULT_MIX]
    request = price.request(mix.prompt_tokens, mix.response_tokens).amount
    requests = each.cost.money.amount / request
    tokens = (requests * mix.tokens / 1_000_000).quantize(Decimal(1), ROUND_HALF_UP)
    rate = requests * mix.tokens / (each.estimate.hours * 3600)
    gone = "" if price.offered else ", when it was still had on demand"
    answer.say(
        f"The same money buys {tokens:,} million tokens of {each.model.name} on demand{gone}, {figure(rate, 0)} a "
        f"second round the clock ({price.words}; {figure(mix.prompt_tokens)} in, {figure(mix.response_tokens)} out)",
        each.cost,
        Figure(value=tokens, unit="tokens", sources=(*price.sources, *mix.sources)),
    )
    if each.cluster is not None:
        _own_week(answer, each.cluster, each.model, catalog, services)


def _own_week(answer: Answer, cluster: Cluster, model: ModelEntry, catalog: Catalog, services: Services) -> None:
    price = on_demand(catalog, model)
    try:
        history = services.fleet.history(cluster)
    except DacError as error:
        answer.small(f"Its own traffic on demand: not known. {linked_up(str(error))}")
        return
    calls, into, out = history.total_calls, history.mean_input_tokens, history.mean_output_tokens
    hours = len(history.hours)
    if isinstance(price, Unknown) or calls is None or (calls and (into is None or out is None)):
        answer.small("Its own traffic on demand: not known, for its calls or their tokens were not measured.")
        return
    month = catalog.commitments.hosting.count
    request = price.request(into or Decimal(0), out or Decimal(0)).amount
    money = Money(amount=request * calls * month / hours if hours else Decimal(0), currency=price.currency)
    answer.say(
        f"Its own last {hours} hours, as a month on demand: *{cents(money)}* {by(price.basis)}",
        history.source,
        Figure(value=calls, unit="calls", sources=price.sources),
    )


def _hours(answer: Answer, services: Services) -> None:
    formula, least = services.handbook.formula, services.catalog.commitments.hosting
    answer.small(
        f"A month is {least.count} hours, as Oracle's minimum has it; the handbook reckons with {formula.hours}. How "
        "the minimum counts for several units is not published: it is the least.",
        Figure(value=Decimal(least.count), unit=least.measure, sources=least.sources),
        services.handbook.source,
    )


def _next(found: Sequence[Reckoned]) -> list[tuple[str, str]]:
    buttons = []
    for each in found:
        if each.cluster is not None and each.estimate and each.estimate.units != each.cluster.unit_count:
            buttons.append((f"Ask for {in_units(each.estimate.units)}", each.line))
        elif each.cluster is None and each.model is not None and each.estimate:
            line = f"create hosting --model {each.model.id} --units {each.estimate.units}"
            buttons.append((f"Ask for {each.model.name} …", line))
        elif each.job is not None and each.model is not None:
            buttons.append(("Ask for the fine-tune …", f"finetune --model {each.model.id}"))
    if found[0].model is not None:
        buttons.append(("Dedicated or on demand?", f"choose {found[0].model.id}"))
    return [*buttons, ("Handbook: cost", "handbook cost")]


def _plainly(cost: Price | Unknown) -> str:
    return str(cents(cost.money)) if isinstance(cost, Price) else "unknown"


COMMAND = Command(
    name="cost",
    summary="What clusters and fine-tunes cost a month, side by side, with the minimum that Oracle bills.",
    arguments=Cost,
    run=run,
    examples=(
        "cost chat-prod",
        "cost 10 units LARGE_COHERE_V3, 12 h a day, weekdays",
        "cost 2 units command-a-03-2025 vs 3 units llama-3.3-70b-instruct",
        "cost finetune llama-3.3-70b-instruct 6 h",
    ),
    submit="Reckon it",
    group=Group.ADVISE,
    order=22,
)
