"""/dac optimise: where the fleet, or one cluster, costs more than it needs to, with evidence and the next request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from commands._advice import linked_up, offer, seen_at
from commands._answer import Answer, Cited
from commands._blocks import actions, named
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services, Word
from commands._loads import loads
from commands._pick import clusters
from commands._words import by
from dac.advice import Advice
from dac.change import units
from dac.cluster import Cluster, ClusterType, Fleet
from dac.errors import Invalid, NotFound
from dac.figures import Unknown
from dac.history import History
from dac.naming import find_cluster
from dac.optimise import hosting, optimise
from dac.pricing import cents

SHOWN = 6
"""Pieces of advice in one message: each has its evidence, and a phone's page is short."""

MOST_CLUSTERS = 60
"""Clusters whose days are read for one answer; more would not come back in time."""


class Optimise(Arguments):
    cluster: Annotated[
        str | None, Word(), Field(max_length=300, description="One cluster: its name, or the beginning of it")
    ] = None
    page: Annotated[int, Option(), Field(ge=1, title="n", description="A further page of a long answer")] = 1


def run(args: Optimise, call: Call, services: Services) -> Reply:
    fleet = services.fleet.fleet()
    wanted = (_one(args.cluster, fleet),) if args.cluster else hosting(fleet)
    histories = loads(wanted[:MOST_CLUSTERS], services)
    found = optimise(
        fleet,
        wanted[:MOST_CLUSTERS],
        histories,
        catalog=services.catalog,
        handbook=services.handbook,
        zone=services.zone_of(call.user),
    )
    answer = Answer(_summary(found, wanted))
    answer.say(f"*{_summary(found, wanted)}*", seen_at(fleet))
    _gaps(answer, wanted, histories, fleet)
    pages = max(-(-len(found) // SHOWN), 1)
    if args.page > pages:
        raise NotFound(f"There is no page {args.page}: there {'is' if pages == 1 else 'are'} {pages}.")
    for each in found[(args.page - 1) * SHOWN : args.page * SHOWN]:
        _tell(answer, each, fleet)
    answer.small(
        "The strategies are the handbook's. What one saves another may save as well: the sums do not add up.",
        services.handbook.source,
    )
    again = f"optimise {args.cluster or ''}".strip()
    more = [(f"Next page ({len(found) - args.page * SHOWN} more)", f"{again} --page {args.page + 1}")]
    return answer.reply(*offer(*(more if args.page < pages else []), ("Handbook: strategies", "handbook strategies")))


def _one(name: str, fleet: Fleet) -> Cluster:
    cluster = find_cluster(fleet, name)
    if cluster not in hosting(fleet):
        kind = "a fine-tuning cluster" if cluster.type != ClusterType.HOSTING else cluster.lifecycle_state
        raise Invalid(f"{cluster.name} is {kind}: only a hosting cluster that is ACTIVE can be made better use of.")
    return cluster


def _summary(found: Sequence[Advice], wanted: Sequence[Cluster]) -> str:
    saving = [each for each in found if each.saves is not None]
    looked = f"{len(wanted)} hosting cluster{'' if len(wanted) == 1 else 's'} looked at"
    if not found:
        return f"{looked}: nothing found that would save"
    named_ones = {each.cluster.id for each in saving}
    return f"{looked}: {len(found)} thing{'' if len(found) == 1 else 's'} to consider at {len(named_ones) or 1} of them"


def _gaps(answer: Answer, wanted: Sequence[Cluster], histories: dict[str, History | Unknown], fleet: Fleet) -> None:
    unread = [each for each in wanted if isinstance(histories.get(each.id, Unknown(what="", settle="")), Unknown)]
    for each in unread[:3]:
        history = histories.get(each.id)
        why = history.settle if isinstance(history, Unknown) else "there are too many clusters for one answer; name it"
        answer.say(f"⚪ *{named(each.name)}*: its load is unknown. {linked_up(why)}")
    if len(unread) > len(unread[:3]):
        answer.say(f"⚪ … and {len(unread) - 3} more whose load is unknown", seen_at(fleet))


def _tell(answer: Answer, advice: Advice, fleet: Fleet) -> None:
    cluster = advice.cluster
    sources = tuple(dict.fromkeys(source for each in advice.evidence for source in each.sources))
    lines: list[tuple[str, Sequence[Cited]]] = [
        (
            f"*{named(cluster.name)}* ({cluster.region}, {units(cluster.unit_count)}) · {advice.strategy}",
            [seen_at(fleet)],
        ),
        (advice.sentence, sources),
        *_saving(advice),
        *((f"• {each.text}", each.sources) for each in advice.evidence),
    ]
    answer.lines(lines)
    if buttons := offer((advice.label, advice.line)):
        answer.block(actions(*buttons))


def _saving(advice: Advice) -> list[tuple[str, Sequence[Cited]]]:
    saves = advice.saves
    if saves is None:
        return []
    if isinstance(saves, Unknown):
        return [(f"What it saves is *unknown*: {linked_up(saves.settle)}", [])]
    return [(f"Saves *{cents(saves.money)}* a month {by(saves.basis)}", [saves])]


COMMAND = Command(
    name="optimise",
    summary="Where clusters cost more than they need to: idle, oversized, quiet at night, or on a heavier model.",
    arguments=Optimise,
    run=run,
    examples=("optimise", "optimise chat-prod"),
    aliases=("optimize",),
    menus={"cluster": clusters},
    group=Group.ADVISE,
    order=24,
)
