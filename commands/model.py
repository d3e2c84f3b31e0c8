"""/dac model: the handbook's selection matrix with what can be bought today, or everything known of one model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from typing import Annotated

from pydantic import Field

from commands import _models
from commands._advice import linked_up, offer
from commands._answer import Answer, Line
from commands._blocks import Block, escape, named
from commands._command import Arguments, Call, Command, Group, Option, Reply, Rest, Services
from dac.catalog import Catalog
from dac.discovery import WORDS, Correction, Discovery, Ending, Offered, corrected, corrections
from dac.errors import NotFound
from dac.figures import Unknown
from dac.handbook import SelectionRow
from dac.models import ModelEntry
from dac.naming import clip, nearest
from dac.selection import (
    Fate,
    Named,
    Selection,
    about,
    fate,
    hosting,
    matrix,
    region_named,
    successors,
)
from dac.sizing import model_named

DIFFERENCES = 12
"""Differences between Oracle and the catalogue told in one answer."""


class About(Arguments):
    subject: Annotated[
        str,
        Rest(after=""),
        Field(max_length=300, title="use case|model", description="What it is for, such as embeddings; or a model"),
    ] = ""
    region: Annotated[
        str | None,
        Option(),
        Field(max_length=40, title="region", description="Where: shape and price can depend on it"),
    ] = None
    live: Annotated[bool, Option(), Field(description="Ask Oracle now when models end, and by that")] = False


def run(args: About, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    region = region_named(services.catalog, args.region) if args.region else None
    discovery = services.fleet.discover() if args.live else None
    catalog = corrected(services.catalog, discovery) if discovery else services.catalog
    seen = _Seen(args, services, catalog, discovery, region)
    words = args.subject.strip()
    exact = catalog.model(words)
    if exact:
        return _card(exact, seen)
    rows = about(services.handbook.selection, words) if words else services.handbook.selection
    if rows:
        return _rows(rows, seen)
    return _card(_model(words, seen), seen)


class _Seen:
    """What an answer is made from: the catalogue, corrected by what Oracle says where it was asked."""

    def __init__(
        self, args: About, services: Services, catalog: Catalog, discovery: Discovery | None, region: str | None
    ) -> None:
        self.services, self.catalog, self.discovery, self.region = services, catalog, discovery, region
        self.today = services.now().astimezone(UTC).date()
        self.where = f" --region {region}" if region else ""
        self.subject = args.subject.strip()


def _model(words: str, seen: _Seen) -> ModelEntry:
    try:
        return model_named(seen.catalog, words)
    except NotFound:
        uses = [row.use_case for row in seen.services.handbook.selection]
        near = nearest(words, [*uses, *(each.name for each in seen.catalog.models.values())])
        hint = f"Did you mean {' or '.join(near)}?" if near else "`/dac model` lists what there is."
        raise NotFound(f"I know no model and no use case “{clip(words)}”. {hint}") from None


def _rows(rows: Sequence[SelectionRow], seen: _Seen) -> Reply:
    """The handbook's rows, then each model of today once."""
    found = matrix(seen.catalog, rows, seen.today, seen.region)
    use = rows[0].use_case if len(rows) == 1 else "Models for each use"
    answer = Answer(f"{use}: {', '.join(each.name for each in _distinct(found)) or 'nothing left to be had'}")
    where = f" in {seen.region}" if seen.region else ""
    answer.say(
        f"*Which model for what*, by the handbook, and what can be had today{where}", seen.services.handbook.source
    )
    for each in found:
        answer.lines(_row(each, seen))
    answer.rule()
    answer.lines(_models_of_today(found, seen))
    _live(answer, seen)
    return answer.reply(*_next_of_rows(found, seen))


def _models_of_today(found: Sequence[Selection], seen: _Seen) -> Iterator[Line]:
    """Each once: in the whole matrix in a line, else with its shapes."""
    models = _distinct(found)
    if len(found) == 1:
        yield from (each for model in models for each in _models.brief(seen.catalog, model, seen.today, seen.region))
        return
    yield from (_models.glance(seen.catalog, model, seen.today, seen.region) for model in models)
    yield linked_up(f"Where a price is unknown, read Oracle, {seen.catalog.pricing_page}"), ()


def _row(selection: Selection, seen: _Seen) -> Iterator[Line]:
    row = selection.row
    told = f"Recommended: {row.recommended} · Alternative: {row.alternative or '-'} · Why: {row.why}"
    yield f"*{escape(row.use_case)}*\n{escape(told)}", [seen.services.handbook.source]
    for name in selection.names:
        yield from _name(name, seen)
    models = [_called(each, seen) for each in selection.today]
    if models:
        yield _models.line(f"→ Today: *{', '.join(models)}*", *(s for each in selection.today for s in each.sources))
    if selection.least and selection.least.model not in selection.today:
        least, kind = selection.least.model, selection.least.model.kind
        told = f"→ Least expensive {kind} model today, of those with a known price: *{escape(least.name)}*"
        yield _models.line(told, *_models.shape(selection.least, seen.catalog, brief=True)[1])
    elif not models:
        yield "→ Nothing that the catalogue knows can be had for it today.", ()


def _name(name: Named, seen: _Seen) -> Iterator[Line]:
    """What became of what the handbook names."""
    if name.note:
        yield _models.line(escape(name.note), *name.sources)
    # What can simply be had needs no story: it stands among the models of today.
    for model in name.models:
        if fate(model, seen.today) is not Fate.HAD:
            yield _models.story(seen.catalog, model, seen.today)


def _called(model: ModelEntry, seen: _Seen) -> str:
    return escape(model.name) + (" (deprecated)" if fate(model, seen.today) is Fate.DEPRECATED else "")


def _distinct(found: Iterable[Selection]) -> list[ModelEntry]:
    models = [model for each in found for model in (*each.today, *((each.least.model,) if each.least else ()))]
    return list({each.id: each for each in models}.values())


def _next_of_rows(found: Sequence[Selection], seen: _Seen) -> list[Block]:
    if len(found) > 1:
        uses = [(each.row.use_case, f"model {each.row.use_case}{seen.where}") for each in found]
        return offer(*uses, *_ask(seen.subject, seen))
    models = _distinct(found)
    first = _next(models[0], seen) if models else []
    cards = [(f"About {each.name}", f"model {each.id}{seen.where}") for each in models[:3]]
    return offer(*first, *cards, *_ask(found[0].row.use_case, seen), ("All use cases", f"model{seen.where}"))


def _ask(subject: str, seen: _Seen) -> list[tuple[str, str]]:
    words = filter(None, ["model", subject, seen.where.strip(), "--live"])
    return [("Ask Oracle", " ".join(words))] if seen.discovery is None else []


def _card(model: ModelEntry, seen: _Seen) -> Reply:
    answer = Answer(f"{model.name}: {fate(model, seen.today)}")
    answer.say(f"*{named(model.name)}* · `{named(model.id)}`")
    answer.lines([_models.story(seen.catalog, model, seen.today)])
    answer.lines(_models.facts(seen.catalog, model, seen.today, seen.region))
    _live(answer, seen, model)
    buttons = _next(model, seen)
    for each in successors(seen.catalog, model, seen.today)[-1:]:
        buttons.append((f"About {each.name}", f"model {each.id}{seen.where}"))
    return answer.reply(*offer(*buttons, *_ask(model.id, seen), ("All use cases", "model")))


def _next(model: ModelEntry, seen: _Seen) -> list[tuple[str, str]]:
    """Size, cost, dedicated or on demand; only of what can be had."""
    found = hosting(seen.catalog, model, seen.region)
    if fate(model, seen.today) not in {Fate.HAD, Fate.DEPRECATED} or isinstance(found, Unknown):
        return []
    # With several shapes, and no region to decide, the other commands ask.
    shape = f" --shape {found[0].shape}" if len(found) == 1 else ""
    return [
        ("Size hosting …", f"size hosting {model.id}{shape or seen.where}"),
        ("What it costs", f"cost {found[0].units} units {found[0].shape if shape else model.id}{seen.where}"),
        ("Dedicated or on demand?", f"choose {model.id}{seen.where}"),
    ]


def _live(answer: Answer, seen: _Seen, model: ModelEntry | None = None) -> None:
    """What Oracle says today, and where the catalogue differs."""
    discovery = seen.discovery
    if discovery is None:
        return
    answer.rule()
    differs = [
        each for each in corrections(seen.services.catalog, discovery) if model is None or each.model_id == model.id
    ]
    if not discovery.offered:
        answer.say("*Oracle was asked and named no models.* What stands above is the catalogue's.")
    elif not differs:
        of = "the catalogue" if model is None else "the catalogue of it"
        answer.say(f"*Oracle says today* nothing else than {of}.", discovery.source)
    else:
        answer.say("*Oracle says today* otherwise than the catalogue, and by that the above is told:", discovery.source)
        answer.lines(_difference(each, seen.services.catalog.models[each.model_id]) for each in differs[:DIFFERENCES])
        if len(differs) > DIFFERENCES:
            answer.small(f"… and {len(differs) - DIFFERENCES} more", discovery.source)
    if model is not None:
        answer.lines(_offers(seen, model, discovery))
    for each in discovery.gaps[:3]:
        answer.small(
            f"⚠️ {named(each.region)}: {named(each.what)} not read. {linked_up(clip(each.because, 300))}",
            discovery.source,
        )


def _difference(said: Correction, entry: ModelEntry) -> Line:
    held = said.held or "no date"
    return _models.line(
        f"• {escape(entry.name)}: {escape(str(said))}; the catalogue has {held}", said.source, *entry.sources
    )


def _offers(seen: _Seen, model: ModelEntry, discovery: Discovery) -> Iterator[Line]:
    mine = [each for each in discovery.offered if _is_of(seen.services.catalog, each, model)]
    if discovery.offered and not mine:
        yield "Oracle does not list it in any region that was read.", [discovery.source]
    for each in sorted(mine, key=lambda each: each.region):
        ways = [name for name, way in (("dedicated", each.dedicated), ("on demand", each.on_demand)) if way]
        ends = [f"{WORDS[ending]} {time.date()}" for ending in Ending if (time := each.ends(ending))]
        instead = f"; instead {', '.join(each.replacements)}" if each.replacements else ""
        told = f"• {each.region}: {', '.join([*(ways or ['no way named']), *ends])}{instead}"
        yield escape(told), [discovery.source]


def _is_of(catalog: Catalog, offered: Offered, model: ModelEntry) -> bool:
    entry = catalog.model(offered.model)
    return entry is not None and entry.id == model.id


COMMAND = Command(
    name="model",
    summary="Which model for which use, by the handbook and by what can be had today; or all about one model.",
    arguments=About,
    run=run,
    examples=("model", "model embeddings", "model command-r-plus", "model gpt-oss-20b --region us-chicago-1 --live"),
    aliases=("models",),
    group=Group.ADVISE,
    order=19,
)
