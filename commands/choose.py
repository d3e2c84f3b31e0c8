"""/dac choose: dedicated or on demand, by what the handbook asks and by where a dedicated unit breaks even."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from commands._advice import bought, figure, linked_up, not_known, offer, priced, typed_as
from commands._answer import Answer
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services, Word, ticked
from commands._words import by
from dac.catalog import Catalog
from dac.change import units as in_units
from dac.choice import BreakEven, Verdict, break_even, on_demand_month
from dac.errors import Invalid
from dac.figures import Figure, Price, Unknown
from dac.models import Kind, ModelEntry
from dac.pricing import cents, monthly
from dac.quantities import rate, tokens
from dac.sizing import DEFAULT_MIX, Load, Sized, Targets, model_named, shape_for, shape_named, size

DEDICATED = {
    "isolation": "Data isolation required (private GPUs)",
    "volume": "Predictable, high-volume workloads",
    "tuning": "Fine-tuning with proprietary data",
    "sla": "SLA requirements (guaranteed performance)",
    "models": "Multi-model deployment (up to 50 endpoints)",
    "compliance": "Regulatory compliance needs",
}
"""The handbook's list "Use Dedicated AI Clusters when", in its order; a test holds it against the handbook."""

ON_DEMAND = {
    "development": "Development and experimentation",
    "unpredictable": "Low-volume, unpredictable usage",
    "testing": "Testing before production commitment",
    "prototyping": "Quick prototyping",
}
"""The handbook's list "Use On-Demand when"."""

TODAY: Mapping[str, str] = {
    "isolation": "a dedicated cluster's GPUs serve nobody else",
    "volume": "only price decides here, and that is the sum above",
    "tuning": "a custom model can be hosted on a dedicated cluster only",
    "sla": "no page of Oracle's that promises more on dedicated clusters is on file: ask Oracle",
    "models": "no reason today: all endpoints of a cluster serve one model, and add no capacity",
    "compliance": "whether isolation is what your rules ask for is for your auditors to say",
}
"""What becomes of each reason as Oracle's service is today (facts: clusters and endpoints, fine-tuning)."""


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
        ticked(DEDICATED),
        Option(asked=True, among=DEDICATED, many=True),
        Field(title="isolation,tuning", description="What speaks for dedicated, by the handbook"),
    ] = ()
    uses: Annotated[
        tuple[str, ...],
        ticked(ON_DEMAND),
        Option(asked=True, among=ON_DEMAND, many=True),
        Field(title="testing", description="What speaks for on demand, by the handbook"),
    ] = ()
    shape: Annotated[str | None, Option(), Field(max_length=60, title="shape", description="Another unit shape")] = None
    region: Annotated[
        str | None, Option(), Field(max_length=40, title="region", description="Where: it can decide the unit shape")
    ] = None


def asks(values: Mapping[str, Any]) -> tuple[str, ...]:
    return () if values.get("model") else ("model",)


def run(args: Choose, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    if args.model is None:
        raise Invalid("Name a model, such as command-a-03-2025.")
    catalog = services.catalog
    model = model_named(catalog, args.model)
    shape = shape_named(catalog, args.shape) if args.shape else shape_for(catalog, model, args.region)
    if isinstance(shape, Unknown):
        raise Invalid(not_known(shape))
    load = _load(args, model, catalog)
    found = break_even(catalog, model, shape, load)
    answer = Answer(f"{model.name}: dedicated or on demand")
    _asked(answer, args, load)
    if gone := bought(model, services):
        answer.say(f"⚠️ {gone}", *model.sources)
    if isinstance(found, Unknown):
        answer.say(f"*Where it breaks even is not known*: {linked_up(found.settle)}")
    else:
        _price(answer, found, model, catalog)
        if load.rate is not None:
            _both(answer, found, model, load, catalog)
    _reasons(answer, args, services, priced_out=isinstance(found, BreakEven) and found.verdict is not Verdict.PAYS)
    line = f"size hosting {model.id} --shape {shape}"
    line += f" --rps {load.rate.normalize():f}" if load.rate is not None else ""
    return answer.reply(
        *offer(
            ("How many units?", line),
            ("What a unit costs", f"cost 1 unit {shape}"),
            ("Handbook: dedicated or not", "handbook dedicated"),
        )
    )


def _load(args: Choose, model: ModelEntry, catalog: Catalog) -> Load:
    usual = catalog.mixes[DEFAULT_MIX]
    # An embedding answers with no tokens, and none are billed.
    answers = Decimal(0) if model.kind is Kind.EMBED else usual.response_tokens
    return Load(
        rate=args.rps,
        prompt_tokens=args.prompt or usual.prompt_tokens,
        response_tokens=args.response or answers,
    )


def _asked(answer: Answer, args: Choose, load: Load) -> None:
    said = [f"{figure(args.rps)} requests/s round the clock"] if args.rps else []
    if args.prompt or args.response:
        said.append(f"{figure(load.prompt_tokens)} tokens in, {figure(load.response_tokens)} out")
    if said:
        answer.asked(", ".join(said))


def _price(answer: Answer, found: BreakEven, model: ModelEntry, catalog: Catalog) -> None:
    load, most = found.load, found.most
    mix = catalog.mixes[DEFAULT_MIX]
    gone = "" if found.on_demand.offered else " It is not had on demand any more: that is by its last price."
    answer.say(
        f"*Break-even*: one unit of {found.shape} costs less from *{figure(found.requests_per_second, 3)} requests/s* "
        f"on, round the clock: *{figure(found.tokens_per_second, 1)} tokens/s* in and out, at "
        f"{figure(load.prompt_tokens)} tokens in and {figure(load.response_tokens)} out.{gone}",
        *found.sources,
        *mix.sources,
    )
    answer.small(
        f"{found.unit_hour.money} per {found.unit_hour.per} {by(found.unit_hour.basis)}; on demand "
        f"{found.on_demand.words}",
        *found.sources,
    )
    if most is None or found.most_tokens_per_second is None or found.share is None:
        answer.say(
            f"*What a unit can carry is not known*: no benchmark of {model.name} on {found.shape} is on file. Do not "
            "count on the price before one unit has been measured."
        )
        return
    rows = most.benchmark.sources
    answer.say(
        f"One unit was published to carry {figure(most.rate, 4)} requests/s of these at the most, "
        f"{figure(found.most_tokens_per_second, 1)} tokens/s: the break-even is at {figure(found.share * 100, 1)} %.",
        *rows,
        *found.sources,
    )
    if most.row.total_per_second is not None:
        answer.small(f"Its page measured {figure(most.row.total_per_second)} tokens/s in and out in that row", *rows)
    answer.say(f"*{VERDICTS[found.verdict]}*")


VERDICTS = {
    Verdict.NEVER: "On price, dedicated never pays for this model and shape: a unit cannot carry what it would take.",
    Verdict.SATURATED: "On price, dedicated pays only at saturation: nobody's unit is that busy day and night.",
    Verdict.PAYS: "On price, dedicated pays for whoever has that load day and night.",
}


def _both(answer: Answer, found: BreakEven, model: ModelEntry, load: Load, catalog: Catalog) -> None:
    sized = size(catalog, model.id, found.shape, load, Targets())
    other = on_demand_month(catalog, found.on_demand, load)
    units = sized.units if isinstance(sized, Sized) else 1
    dedicated = monthly(catalog, found.shape, units)
    least = "" if isinstance(sized, Sized) else " at the least"
    answer.say(f"Your load a month, dedicated: {in_units(units)}{least}, {priced(dedicated)}", dedicated)
    answer.say(f"Your load a month, on demand: {priced(other)}", other)
    if isinstance(dedicated, Price) and isinstance(other, Price):
        more = dedicated.money - other.money
        way = "On demand" if more.amount > 0 else "Dedicated"
        gap = cents(more if more.amount > 0 else more * -1)
        answer.say(f"*{way} costs {gap} less a month.*", dedicated, other)


def _reasons(answer: Answer, args: Choose, services: Services, *, priced_out: bool) -> None:
    handbook = services.handbook.source
    if args.needs:
        head = "What would justify it anyway" if priced_out else "What speaks for dedicated besides"
        answer.say(f"*{head}, by the handbook*")
        answer.lines(_reason(each, services) for each in args.needs)
    if args.uses:
        answer.say("*What speaks for on demand, by the handbook*")
        answer.lines((f"• {ON_DEMAND[each]}", [handbook]) for each in args.uses)
    if not args.needs and not args.uses:
        wanted = ", ".join(f"“{each}”" for each in services.handbook.dedicated_when)
        answer.say(
            f"The handbook takes dedicated clusters for: {wanted}. None of it was said to be the case.", handbook
        )


def _reason(name: str, services: Services) -> tuple[str, Sequence[Figure]]:
    book = services.handbook.source
    sources = (book, services.catalog.sources["command-a"]) if name == "models" else (book,)
    return f"• {DEDICATED[name]}: {TODAY[name]}", [Figure(value=Decimal(0), unit="", sources=sources)]


COMMAND = Command(
    name="choose",
    summary="Dedicated or on demand: the handbook's questions, and from which load on a unit costs less.",
    arguments=Choose,
    run=run,
    examples=(
        "choose command-a-03-2025",
        "choose llama-3.3-70b-instruct --rps 2 --needs isolation,tuning",
        "choose gpt-oss-20b --region us-chicago-1",
    ),
    needs=asks,
    submit="Weigh it",
    group=Group.ADVISE,
    order=23,
)
