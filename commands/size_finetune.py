"""/dac size finetune: what fine-tuning on so many examples takes today, beside what the handbook says."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from commands._advice import figure, offer, typed_as
from commands._answer import Answer
from commands._blocks import escape
from commands._command import Arguments, Call, Choice, Command, Group, Option, Reply, Services, Word
from commands._words import by
from dac.change import units as in_units
from dac.errors import Invalid
from dac.figures import Price, Unknown
from dac.handbook import Preset
from dac.naming import clip
from dac.pricing import cents, together
from dac.quantities import count
from dac.sizing import model_named
from dac.tuning import BATCH, EPOCHS, NAMES, Setting, Tuned, choose, of_preset, plan_tuning, tunable

MOST_ROWS = 1_000_000_000
PRESETS = {
    "conservative": "Conservative (start here)",
    "aggressive": "Aggressive (if underfitting)",
    "careful": "Careful (if overfitting)",
}


class Tune(Arguments):
    rows: Annotated[
        int,
        typed_as(lambda text: count(text, "examples", MOST_ROWS)),
        Word(),
        Field(title="examples", description="How many pairs of prompt and completion, such as 600 or 10k"),
    ]
    model: Annotated[
        str | None, Option(asked=True), Field(max_length=100, description="The base model; left out, what can be today")
    ] = None
    preset: Annotated[
        str | None,
        Option(asked=True, among=PRESETS),
        Field(title="preset", description="The handbook's hyperparameters: conservative, aggressive or careful"),
    ] = None
    epochs: Annotated[
        int | None,
        typed_as(lambda text: count(text, "epochs", 1000)),
        Option(),
        Field(title="3", description="Times that all examples are gone through"),
    ] = None
    batch: Annotated[
        int | None,
        typed_as(lambda text: count(text, "examples of a batch", 100_000)),
        Option(),
        Field(title="8", description="Examples of one step"),
    ] = None
    method: Annotated[str | None, Option(), Field(max_length=20, title="LORA", description="How it is fine-tuned")] = (
        None
    )


def run(args: Tune, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    catalog, handbook = services.catalog, services.handbook
    usual = tunable(catalog)
    if args.model is None and not usual:
        raise Invalid("No managed model can be fine-tuned today, as far as the catalogue knows.")
    model = model_named(catalog, args.model) if args.model else usual[0]
    preset = preset_named(args.preset, services) if args.preset else None
    wanted = of_preset(preset) if preset else {}
    wanted |= {name: Decimal(value) for name, value in ((EPOCHS, args.epochs), (BATCH, args.batch)) if value}
    tuned = plan_tuning(catalog, handbook, model, args.rows, wanted, args.method)
    answer = Answer(f"Fine-tuning {model.name} on {args.rows:,} examples")
    answer.asked(f"{args.rows:,} examples" + (f", preset {preset.name}" if preset else ""))
    answer.say(
        f"*{model.name}*: {in_units(tuned.preset.units)} of {tuned.preset.shape}, preset by Oracle; how many examples "
        "there are plays no part, and the units cannot be changed.",
        *tuned.sources,
    )
    _duration(answer, tuned, services)
    _settings(answer, tuned, preset, services)
    _examples(answer, args.rows, services)
    line = f"cost finetune {model.id} {figure(tuned.band.hours_most)} h" if tuned.band else "cost"
    ask = f"finetune --model {model.id}" + (f" --preset {preset.name}" if preset else "")
    return answer.reply(
        *offer(
            ("What it costs", line), ("Ask for a fine-tune …", ask), ("Handbook: fine-tuning", "handbook fine-tuning")
        )
    )


def preset_named(word: str, services: Services) -> Preset:
    """The handbook's preset of which that is the name, or its beginning; `Invalid` names those there are."""
    wanted = word.strip().casefold()
    found = [each for each in services.handbook.presets if each.name.casefold().startswith(wanted)]
    if len(found) != 1:
        names = ", ".join(each.name for each in services.handbook.presets)
        raise Invalid(f"The handbook has no preset “{clip(word)}”; it has {names}.")
    return found[0]


def presets(services: Services) -> dict[str, Choice]:
    """The handbook's, with what each says, and where Oracle wants another value."""
    catalog, base = services.catalog, next(iter(tunable(services.catalog)), None)
    found = {}
    for each in services.handbook.presets:
        wanted = of_preset(each)
        taken = {one.name: one.taken for one in choose(catalog, base, wanted).settings} if base else wanted
        said = [
            f"{NAMES[name]} {figure(value, 6)}"
            + (f" (Oracle: {figure(taken[name], 6)})" if taken[name] != value else "")
            for name, value in wanted.items()
        ]
        told = ", ".join(said)
        label = f"{each.name[:1].upper()}{each.name[1:]} ({each.when})"
        found[each.name] = Choice(label, f"{told[:1].upper()}{told[1:]}")
    return found


def offers(services: Services) -> dict[str, dict[str, Choice]]:
    return {"preset": presets(services)}


def _duration(answer: Answer, tuned: Tuned, services: Services) -> None:
    handbook = services.handbook.source
    if tuned.band is None:
        answer.say("How long it takes is *unknown*: the handbook's bands end below that many; a first run tells.")
        return
    text = escape(" ".join(tuned.band.text.split()))
    answer.say(f"Rule of thumb: {text}", handbook)
    if isinstance(tuned.least, Price) and isinstance(tuned.most, Price):
        least, most = cents(tuned.least.money), cents(tuned.most.money)
        answer.say(
            f"On Oracle's units {figure(tuned.band.hours_least)} to {figure(tuned.band.hours_most)} hours cost "
            f"*{least} to {most}* {by(tuned.most.basis)}; at least {services.catalog.commitments.fine_tuning}",
            tuned.most,
            handbook,
        )
    elif isinstance(tuned.most, Unknown):
        answer.say(f"What it costs is *unknown*: {tuned.most.settle}")
    if tuned.band.units != tuned.preset.units:
        answer.small(
            f"The handbook's {in_units(tuned.band.units)} are not what Oracle presets today: {tuned.preset.units}. Its "
            "hours are for those, and may not hold",
            handbook,
            *tuned.sources,
        )


def _settings(answer: Answer, tuned: Tuned, preset: Preset | None, services: Services) -> None:
    sources = together(tuned.method.sources, (services.handbook.source,) if preset else ())
    said = ", ".join(f"{NAMES[each.name]} {figure(each.taken, 6)}" for each in tuned.settings)
    lines = [(f"{tuned.method.name} with {said}", sources)]
    lines += [(_clamp(each, preset), sources) for each in tuned.settings if each.clamped]
    epochs, batch = tuned.setting(EPOCHS).taken, tuned.setting(BATCH).taken
    exact = Decimal(tuned.exact_steps.numerator) / tuned.exact_steps.denominator
    whole = "" if exact == tuned.steps else f"{figure(exact, 4)}, so "
    reckoned = f"{figure(epochs)} epochs × {tuned.rows:,} rows / {figure(batch)} a batch"
    lines.append((f"Steps: {reckoned} = {whole}*{tuned.steps:,}*", tuned.method.sources))
    answer.lines(lines)


def _clamp(setting: Setting, preset: Preset | None) -> str:
    """Whose value it is, where it is the preset's and not the person's own."""
    name = NAMES[setting.name].capitalize()
    theirs = preset and of_preset(preset)[setting.name] == setting.wanted
    whose = f" of the handbook's preset {escape(preset.name)}" if preset and theirs else ""
    return f"{name} {figure(setting.wanted, 6)}{whose} is not taken: Oracle's range is {setting.range}"


def _examples(answer: Answer, rows: int, services: Services) -> None:
    quality, rules = services.handbook.quality, services.catalog.fine_tuning
    if rules is None:
        return
    if rows < quality.minimum:
        advice = f"the handbook wants {quality.minimum} at least"
    elif rows < quality.recommended_least:
        advice = f"the handbook recommends {quality.recommended_least} to {quality.recommended_most:,}"
    elif rows > quality.recommended_most:
        advice = f"the handbook recommends up to {quality.recommended_most:,}, quality before quantity"
    else:
        advice = "that is what the handbook recommends"
    trained = rules.train_share * 100
    answer.say(
        f"Oracle takes {rules.min_examples} examples or more; {advice}. It trains on {figure(trained)} % and holds the "
        f"rest out itself; the handbook's {quality.hold_out_least} to {quality.hold_out_most} % for "
        "testing are besides that.",
        *rules.sources,
        services.handbook.source,
    )


COMMAND = Command(
    name="size finetune",
    summary="What fine-tuning on so many examples takes: Oracle's preset, hours, cost and steps.",
    arguments=Tune,
    run=run,
    examples=("size finetune 600", "size finetune 10k --preset careful", "size finetune 5000 --epochs 3 --batch 8"),
    aliases=("size fine-tune", "size fine-tuning", "size finetuning"),
    offers=offers,
    submit="Size it",
    group=Group.ADVISE,
    order=21,
)
