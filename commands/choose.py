"""/dac choose: dedicated or on demand, by what the handbook asks and by where a dedicated unit breaks even."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from commands._advice import bought, figure, linked_up, not_known, offer, priced, typed_as
from commands._answer import Answer, Line
from commands._blocks import escape
from commands._choice import DEDICATED, ON_DEMAND, Reason, for_dedicated, for_on_demand, offers, ticked
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services, Word
from commands._words import by
from dac.catalog import Catalog
from dac.change import units as in_units
from dac.choice import BreakEven, Month, Verdict, break_even, month, usual
from dac.errors import Invalid
from dac.figures import Price, Unknown, exact
from dac.models import ModelEntry
from dac.pricing import cents
from dac.quantities import rate, tokens
from dac.sizing import DEFAULT_MIX, Load, model_named, shape_for, shape_named

LONGEST = 400


def _names(value: object) -> object:
    """Ticked in a form or typed with commas between; which there are is the handbook's to say."""
    if not isinstance(value, str):
        return value
    return tuple(dict.fromkeys(each.strip().casefold() for each in value[:LONGEST].split(",") if each.strip()))


class Choose(Arguments):
    model: Annotated[
        str | None, Word(), Field(max_length=100, description="The model, such as command-a or llama-3.3-70b")
    ] = None
    rps: Annotated[
        Decimal | None,
        typed_as(rate),
        Option(asked=True),
        Field(title="2", description="Requests a second on average, day and night; left out, the break-even alone"),
    ] = None
    prompt: Annotated[
        Decimal | None, typed_as(tokens), Option(asked=True), Field(title="480", description="Tokens of a prompt")
    ] = None
    response: Annotated[
        Decimal | None, typed_as(tokens), Option(asked=True), Field(title="300", description="Tokens of an answer")
    ] = None
    needs: Annotated[
        tuple[str, ...],
        BeforeValidator(_names),
        Option(asked=True, among=DEDICATED, many=True),
        Field(title="isolation,tuning", description="What speaks for dedicated, by the handbook"),
    ] = ()
    uses: Annotated[
        tuple[str, ...],
        BeforeValidator(_names),
        Option(asked=True, among=ON_DEMAND, many=True),
        Field(title="testing", description="What speaks for on demand, by the handbook"),
    ] = ()
    shape: Annotated[str | None, Option(), Field(max_length=60, title="shape", description="Another unit shape")] = None
    region: Annotated[
        str | None, Option(), Field(max_length=40, title="region", description="Where: it can decide the unit shape")
    ] = None
    load: Annotated[bool, Option(by_button=True, wants="rps"), Field(description="Have the form ask for a load")] = (
        False
    )


def asks(values: Mapping[str, Any]) -> tuple[str, ...]:
    return () if values.get("model") else ("model",)


def run(args: Choose, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    if args.model is None:
        raise Invalid("Name a model, such as command-a-03-2025.")
    catalog = services.catalog
    model = model_named(catalog, args.model)
    needs, uses = ticked(args.needs, for_dedicated(services)), ticked(args.uses, for_on_demand(services))
    shape = shape_named(catalog, args.shape) if args.shape else shape_for(catalog, model, args.region)
    if isinstance(shape, Unknown):
        raise Invalid(not_known(shape))
    load = _load(args, model, catalog)
    found = break_even(catalog, model, shape, load)
    answer = Answer(f"{model.name}: dedicated or on demand")
    _asked(answer, args, load)
    if gone := bought(model, services):
        answer.say(f"⚠️ {escape(gone)}", *model.sources)
    if isinstance(found, Unknown):
        answer.say(f"*Where it breaks even is not known*: {linked_up(found.settle)}")
    else:
        _price(answer, found, model, catalog)
    if load.rate is not None:
        _both(answer, month(catalog, model, shape, load))
    pays = isinstance(found, BreakEven) and found.verdict is Verdict.PAYS
    _reasons(answer, needs, uses, services, pays=pays)
    return answer.reply(*offer(*_next(args, model, shape, load)))


def _load(args: Choose, model: ModelEntry, catalog: Catalog) -> Load:
    typical = usual(catalog, model)
    return Load(
        rate=args.rps,
        prompt_tokens=args.prompt or typical.prompt_tokens,
        # An embedding answers with no tokens, whatever is asked.
        response_tokens=(args.response or typical.response_tokens) if typical.response_tokens else Decimal(0),
    )


def _asked(answer: Answer, args: Choose, load: Load) -> None:
    said = [f"{figure(args.rps, 3)} requests/s round the clock"] if args.rps else []
    if args.prompt or args.response:
        said.append(f"{figure(load.prompt_tokens)} tokens in, {figure(load.response_tokens)} out")
    if said:
        answer.asked(", ".join(said))


def _price(answer: Answer, found: BreakEven, model: ModelEntry, catalog: Catalog) -> None:
    load, other = found.load, found.on_demand
    gone = "" if other.offered else " It is not had on demand today: that is by the price on file for it."
    answer.say(
        f"*Break-even*: one unit of {found.shape} costs less from *{figure(found.requests_per_second, 3)} requests/s* "
        f"on, round the clock: *{figure(found.tokens_per_second, 1)} tokens/s* in and out, at "
        f"{figure(load.prompt_tokens)} tokens in and {figure(load.response_tokens)} out.{gone}",
        *found.sources,
        *catalog.mixes[DEFAULT_MIX].sources,
    )
    answer.small(
        f"{exact(found.unit_hour.money)} per {found.unit_hour.per} {by(found.unit_hour.basis)}; on demand "
        f"{other.words}, {by(other.basis)}",
        *found.sources,
    )
    _against_published(answer, found, model)


def _against_published(answer: Answer, found: BreakEven, model: ModelEntry) -> None:
    most = found.most
    if most is None or found.most_tokens_per_second is None or found.share is None:
        answer.say(
            f"*What a unit can carry is not known*: no benchmark of {escape(model.name)} on {found.shape} is on file. "
            "Do not count on the price before one unit has been measured."
        )
        return
    rows = most.benchmark.sources
    answer.say(
        f"One unit was published to carry {figure(most.rate, 4)} requests/s of these at the most, "
        f"{figure(found.most_tokens_per_second, 1)} tokens/s: the break-even is at {figure(found.share * 100, 1)} % "
        "of that.",
        *rows,
        *found.sources,
    )
    if most.row.total_per_second is not None:
        answer.small(f"Its page counted {figure(most.row.total_per_second)} tokens/s in and out in that row", *rows)
    if found.as_measured:
        answer.say(f"*{VERDICTS[found.verdict]}*")
    else:
        answer.say(f"*As far as published figures tell.* {VERDICTS[found.verdict]}")
        answer.small(NOT_MEASURED)


VERDICTS = {
    Verdict.NEVER: "On price, dedicated never pays for this model and shape: a unit cannot carry what it would take.",
    Verdict.SATURATED: "On price, dedicated pays only at saturation: nobody's unit is that busy day and night.",
    Verdict.PAYS: "On price, dedicated pays for whoever has that load day and night.",
}

NOT_MEASURED = (
    "Such requests were not measured: heavier ones are taken to cost as many times more, lighter ones no less than "
    "those that were. A unit may carry more of them; measure one before you decide by this."
)


def _both(answer: Answer, both: Month) -> None:
    """What the load asked for costs a month, one way and the other."""
    units = f"{in_units(both.units)}: " if both.units else "1 unit, if one is enough: "
    dedicated = priced(both.dedicated)
    answer.table(
        [
            (
                "A month, dedicated",
                f"{units}{dedicated}" if isinstance(both.dedicated, Price) else dedicated,
                [both.dedicated],
            ),
            ("A month, on demand", priced(both.on_demand), [both.on_demand]),
        ]
    )
    more = both.difference
    if not isinstance(more, Price):
        return
    gap = cents(more.money)
    if not gap.amount:
        answer.say("*Both cost the same.*")
        return
    way = "On demand" if gap.amount > 0 else "Dedicated"
    gap = gap if gap.amount > 0 else gap * -1
    if both.units is None and way == "Dedicated":
        # It may take more than the one unit that is reckoned.
        answer.say(f"*If one unit is enough*, dedicated costs *{gap}* less a month.", more)
        return
    answer.say(f"*{way} costs {gap} less a month*, the load coming evenly; units are sized for the busiest time.", more)


def _reasons(answer: Answer, needs: list[Reason], uses: list[Reason], services: Services, *, pays: bool) -> None:
    head = "What speaks for dedicated besides" if pays else "What would justify it anyway"
    if needs:
        answer.say(f"*{head}, of what you ticked*")
        answer.lines(_told(needs, services))
    if uses:
        answer.say("*What speaks for on demand, of what you ticked*")
        answer.lines(_told(uses, services))
    if not needs and not uses:
        holds = [each for each in for_dedicated(services).values() if each.justifies]
        answer.say(f"*{head}, if it is your case*")
        answer.lines(_told(holds, services))


def _told(reasons: Iterable[Reason], services: Services) -> Iterable[Line]:
    for each in reasons:
        today = f": {each.today}" if each.today else ""
        yield f"• {escape(each.line)}{today}", [services.handbook.source, *each.sources]


def _next(args: Choose, model: ModelEntry, shape: str, load: Load) -> list[tuple[str, str]]:
    size = f"size hosting {model.id} --shape {shape}"
    size += f" --rps {load.rate.normalize():f}" if load.rate is not None else " --load"
    weigh = f"choose {model.id} --shape {shape} --load"
    return [
        *([] if args.rps else [("For my load and needs …", weigh)]),
        ("How many units?" if args.rps else "How many units …", size),
        ("What a unit costs", f"cost 1 unit {shape}"),
        ("Handbook: dedicated or not", "handbook dedicated"),
    ]


COMMAND = Command(
    name="choose",
    summary="Dedicated or on demand: the handbook's questions, and from which load on a unit costs less.",
    arguments=Choose,
    run=run,
    examples=(
        "choose command-a",
        "choose llama-3.3 --rps 2 --needs isolation,tuning",
        "choose gpt-oss-20b --shape OAI_H100_X1",
    ),
    needs=asks,
    offers=offers,
    submit="Weigh it",
    group=Group.ADVISE,
    order=23,
)
