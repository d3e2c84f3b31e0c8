"""/dac cost: what clusters, sizes and fine-tunes cost a month, side by side, and what the same money buys on demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from commands import _what_if
from commands._advice import bought, called, figure, linked_up, offer, priced, seen_at
from commands._answer import Answer, Cited, Line
from commands._blocks import escape, named
from commands._command import Arguments, Call, Command, Group, Option, Reply, Rest, Services
from commands._cost import Reckoned, Running, per_hour, reckoned, sold, week
from dac.catalog import Catalog
from dac.change import units as in_units
from dac.choice import on_demand_month, usual
from dac.estimate import DAY, WEEK, Estimate, Job
from dac.figures import Figure, Price, Unknown, exact
from dac.on_demand import OnDemandPrice, buys
from dac.pricing import cents
from dac.sizing import DEFAULT_MIX, Load

LABEL = 150
MODELS = 2
SECONDS = 3600
BILLION = 1_000_000_000
MILLION = 1_000_000


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
    shape: Annotated[
        str | None, Option(), Field(max_length=60, title="shape", description="Another unit shape than a model's own")
    ] = None
    region: Annotated[
        str | None, Option(), Field(max_length=40, title="region", description="Where: it can decide a model's shape")
    ] = None


def run(args: Cost, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    catalog = services.catalog.in_currency(args.currency.upper()) if args.currency else services.catalog
    items = _what_if.items(args.what)
    found = [reckoned(each, args.shape, args.region, catalog, services) for each in items]
    answer = Answer("; ".join(f"{each.label}: {_plainly(each.cost)}" for each in found))
    if len(found) == 1:
        _alone(answer, found[0], catalog, services)
    else:
        _side_by_side(answer, found, catalog)
    for each in found:
        _remarks(answer, each, services)
    for each in found:
        _on_demand(answer, each, catalog, services)
    if any(isinstance(each.made, Estimate) for each in found):
        _hours(answer, services)
    return answer.reply(*offer(*_next(found, services)))


def _alone(answer: Answer, each: Reckoned, catalog: Catalog, services: Services) -> None:
    answer.lines([(f"*{_label(each)}*", _named_in(each, catalog)), *_sum(each, catalog)])
    if each.assumed:
        longest = escape(services.handbook.tuning_bands[0].text.strip())
        answer.small(
            f"How long was not said: the handbook's least band has it at the most: {longest}", services.handbook.source
        )


def _side_by_side(answer: Answer, found: Sequence[Reckoned], catalog: Catalog) -> None:
    """One under the other on a phone, in two columns where there is room; then what the difference is."""
    answer.table(
        (
            answer.marked(_label(each), _named_in(each, catalog)),
            "\n".join(answer.marked(*line) for line in _sum(each, catalog)),
            (),
        )
        for each in found
    )
    answer.lines(_compared(found))


def _label(each: Reckoned) -> str:
    return named(each.label, LABEL)


def _per(each: Reckoned) -> str:
    return ", a month" if isinstance(each.made, Estimate) else " in all"


def _named_in(each: Reckoned, catalog: Catalog) -> list[Cited]:
    """Where what is reckoned was found: the cluster, else the model, else the unit shape."""
    if each.running:
        return [seen_at(each.running.fleet)]
    return [*(each.model.sources if each.model else catalog.shapes[each.made.shape].sources)]


def _sum(each: Reckoned, catalog: Catalog) -> Iterator[Line]:
    """What it comes to and how; where the price is not known, that and the month that Oracle reckons with."""
    if isinstance(each.cost, Unknown):
        yield priced(each.cost), [_month(catalog)]
        return
    preset = each.model.fine_tuning if each.model and isinstance(each.made, Job) else None
    yield f"{priced(each.cost)}{_per(each)}", [each.cost, *(preset.sources if preset else ())]
    yield from _working(each.made, each.cost)


def _month(catalog: Catalog) -> Figure:
    least = catalog.commitments.hosting
    return Figure(value=Decimal(least.count), unit=least.measure, sources=least.sources)


def _working(made: Estimate | Job, cost: Price) -> Iterator[Line]:
    """The sum, step by step."""
    rate = f"{exact(made.rate.money)} per {made.rate.per}" if isinstance(made.rate, Price) else "unknown"
    if isinstance(made, Job):
        yield f"{figure(made.billed)} unit-hours × {rate}; {made.least} at least", [cost]
        return
    if made.minimum_bites:
        yield f"{_used(made)} would be used; Oracle bills {made.least} at least", [cost]
        yield f"{figure(made.billed)} {made.measure} × {rate}", [cost]
    else:
        yield f"{_used(made)} × {rate}", [cost]


def _used(made: Estimate) -> str:
    """Such as "10 units × 744 h × 12/24 × 5/7 = 2,657.14 unit-hours"."""
    schedule = made.schedule
    by_cluster = made.measure == "cluster-hours"
    size = "" if by_cluster else f"{in_units(made.units)} × "
    steps = f"{size}{made.hours} h"
    steps += f" × {figure(schedule.hours, 4)}/{DAY}" if schedule.hours < DAY else ""
    steps += f" × {schedule.days}/{WEEK}" if schedule.days < WEEK else ""
    if schedule.otherwise and not schedule.always:
        steps += f" + {'' if by_cluster else f'{in_units(schedule.otherwise)} × '}the rest of {made.hours} h"
    return steps if schedule.always else f"{steps} = {figure(made.used)} {made.measure}"


def _compared(found: Sequence[Reckoned]) -> Iterator[Line]:
    """By how much the rest cost more than the least of them; a fine-tune is paid once, and compares with its like."""
    known = [(each, each.cost) for each in found if isinstance(each.cost, Price)]
    if len(known) < len(found):
        yield "They cannot be compared: the price of at least one is not known.", ()
        return
    if len({(type(each.made), cost.money.currency) for each, cost in known}) > 1:
        yield "They are not of a kind, so no difference is told: a fine-tune is paid once, a cluster every month.", ()
        return
    ordered = sorted(known, key=lambda pair: pair[1].money.amount)
    least, cheapest = ordered[0]
    for other, cost in ordered[1:]:
        more = cents(cost.money - cheapest.money)
        same = not more.amount
        said = f"costs the same as {_label(other)}" if same else f"costs *{more}* less than {_label(other)}"
        yield f"*{_label(least)}* {said}", [cheapest, cost]


def _remarks(answer: Answer, each: Reckoned, services: Services) -> None:
    """What a sum does not tell."""
    if each.model and not each.running and (gone := bought(each.model, services)):
        answer.say(f"⚠️ {escape(gone)}", *each.model.sources)
    made = each.made
    if isinstance(made, Estimate) and not made.schedule.always and not made.schedule.otherwise:
        owed = Figure(value=Decimal(made.least.count), unit=made.least.measure, sources=made.least.sources)
        answer.small(
            "A cluster cannot be paused: outside those hours it would have to be deleted and made anew, and each new "
            f"one owes its own {made.least.count:,} {made.least.measure} at the least. Rather keep 1 unit meanwhile.",
            owed,
        )


def _on_demand(answer: Answer, each: Reckoned, catalog: Catalog, services: Services) -> None:
    """What the same money buys on demand, and for a cluster what its own week would have cost there."""
    compared = sold(each, catalog)
    if compared is None or isinstance(each.cost, Unknown):
        return
    name, price = compared
    if isinstance(price, Unknown):
        answer.small(f"{escape(name)} on demand: not known. {linked_up(price.settle)}")
        return
    _same_money(answer, each.cost, price, name, catalog)
    if each.running is not None:
        _own_week(answer, each.running, price, catalog, services)


def _same_money(answer: Answer, cost: Price, price: OnDemandPrice, name: str, catalog: Catalog) -> None:
    load, mix = usual(catalog, catalog.models[price.model]), catalog.mixes[DEFAULT_MIX]
    got = buys(price, cost.money, load.prompt_tokens, load.response_tokens)
    if isinstance(got, Unknown):
        answer.small(f"{escape(name)} on demand: not to be compared, {escape(got.settle)}.")
        return
    gone = "" if price.offered else ", were it still had on demand"
    month = catalog.commitments.hosting.count
    answer.say(
        f"{cents(cost.money)} a month buys *{_many(got.tokens)} tokens* of {escape(name)} on demand{gone}: "
        f"{figure(got.per_second(month), 0)} a second round the clock ({price.words}; {figure(load.prompt_tokens)} in "
        f"and {figure(load.response_tokens)} out a request)",
        cost,
        Figure(value=got.tokens, unit="tokens", sources=(*price.sources, *mix.sources)),
    )


def _own_week(answer: Answer, running: Running, price: OnDemandPrice, catalog: Catalog, services: Services) -> None:
    history = week(running.cluster, services)
    if isinstance(history, Unknown):
        answer.small(f"Its own traffic on demand: not known. {linked_up(history.settle)}")
        return
    rate = per_hour(history)
    if rate is None:
        answer.small("Its own traffic on demand: not known, for its calls or their tokens were not measured.")
        return
    load = Load(
        rate=rate / SECONDS,
        prompt_tokens=history.mean_input_tokens or Decimal(0),
        response_tokens=history.mean_output_tokens or Decimal(0),
    )
    cost = on_demand_month(catalog, price, load)
    answer.say(
        f"Its own last {len(history.hours)} hours, {figure(rate, 0)} requests each on average, as a month on demand: "
        f"{priced(cost)}",
        history.source,
        cost,
    )


def _many(tokens: Decimal) -> str:
    """Such as "2.86 billion"."""
    return f"{figure(tokens / BILLION)} billion" if tokens >= BILLION else f"{figure(tokens / MILLION)} million"


def _hours(answer: Answer, services: Services) -> None:
    formula, least = services.handbook.formula, services.catalog.commitments.hosting
    answer.small(
        f"A month is {least.count} hours, as Oracle's minimum has it; the handbook reckons with {formula.hours}. How "
        "the minimum counts for several units is not published: it is the least.",
        _month(services.catalog),
        services.handbook.source,
    )


def _next(found: Sequence[Reckoned], services: Services) -> list[tuple[str, str]]:
    buttons = [button for each in found for button in _wanted(each, services)]
    hosted = {each.model.id: each.made.shape for each in found if each.model and isinstance(each.made, Estimate)}
    for model, shape in list(hosted.items())[:MODELS]:
        label = f"On demand? {called(model.partition('.')[2])}" if len(hosted) > 1 else "Dedicated or on demand?"
        buttons.append((label, f"choose {model} --shape {shape}"))
    return [*buttons, ("Handbook: cost", "handbook cost")]


def _wanted(each: Reckoned, services: Services) -> Iterator[tuple[str, str]]:
    """The request that the sum is for, where it can be granted today."""
    made, model = each.made, each.model
    schedule = made.schedule if isinstance(made, Estimate) else None
    if schedule is None:
        yield "Ask for the fine-tune …", f"finetune --model {model.id if model else ''}"
        return
    if not schedule.always and not schedule.otherwise and made.units > 1:
        when = f"{schedule.hours.normalize():f} h a day, {schedule.days} days a week"
        yield "With 1 unit meanwhile", f"cost {each.line}, {when}, otherwise 1 unit"
    if each.running is not None:
        # A change is for good: what comes and goes with the clock is asked for day by day.
        if schedule.always and made.units != each.running.cluster.unit_count:
            yield f"Ask for {in_units(made.units)}", f"scale {each.running.word} {made.units}"
    elif model is None:
        yield "Ask for such a cluster …", f"create hosting --shape {made.shape} --units {made.units}"
    elif not bought(model, services):
        line = f"create hosting --model {model.id} --shape {made.shape} --units {made.units}"
        yield f"Ask for {model.name} …", line


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
        "cost 2 units command-a vs 3 units llama-3.3",
        "cost finetune llama-3.3 6 h",
    ),
    submit="Reckon it",
    group=Group.ADVISE,
    order=22,
)
