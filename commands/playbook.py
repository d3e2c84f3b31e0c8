"""/dac playbook: for what people complain of each possible cause looked for, the likely ones first with what helps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, NamedTuple

from pydantic import Field

from commands._blocks import Block, actions, button, context, escape, named, section
from commands._command import Arguments, Call, Command, Group, Reply, Rest, Services, Word
from commands._examine import WHOLE_FLEET, Subject, examined, find, recent
from dac.cluster import Cluster, Fleet
from dac.errors import DacError
from dac.handbook_topics import plain
from dac.health import survey
from dac.making import quoted
from dac.naming import handle
from dac.playbooks import Playbook, Playbooks

OFFERED = 10
"""Clusters that are offered to be looked into; more would not be read."""


class Complaint(Arguments):
    symptom: Annotated[
        str, Word(), Field(max_length=100, description="What is wrong: a playbook's name, or words such as slow or 429")
    ] = ""
    subject: Annotated[
        str,
        Word(),
        Field(max_length=300, title="cluster|endpoint", description="What it is wrong with; left out, I ask which"),
    ] = ""
    words: Annotated[
        str,
        Rest(after=""),
        Field(max_length=300, description="More words of the symptom, then the cluster or endpoint"),
    ] = ""


class _Meant(NamedTuple):
    playbook: Playbook
    about: str


def run(args: Complaint, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    said = list(filter(None, [args.symptom, args.subject, *args.words.split()]))
    if not said:
        return _contents(services.playbooks)
    meant = _meant(said, services)
    playbook, about = meant.playbook, meant.about
    if about:
        return _look(playbook, lambda fleet: find(about, fleet), about, services)
    if playbook.about == "fleet":
        return _look(playbook, Subject, WHOLE_FLEET, services)
    fleet = recent(services) or services.fleet.fleet(soon=True)
    fitting = [each for each in fleet.clusters if playbook.fits(each.type)]
    if len(fitting) == 1 and not fleet.gaps:
        only = fitting[0].id
        return _look(playbook, lambda fleet: find(only, fleet), fitting[0].name, services)
    return _which(playbook, fitting, fleet, services)


def _meant(said: Sequence[str], services: Services) -> _Meant:
    """The longest beginning that is a playbook's own word, and what follows; else what it is about may come last."""
    known = {name: each for each in services.playbooks.playbooks for name in each.called}
    for cut in range(len(said), 0, -1):
        if found := known.get(plain(" ".join(said[:cut]))):
            return _Meant(found, " ".join(said[cut:]))
    if len(said) > 1 and _exists(said[-1], services):
        return _Meant(services.playbooks.find(" ".join(said[:-1])), said[-1])
    return _Meant(services.playbooks.find(" ".join(said)), "")


def _exists(word: str, services: Services) -> bool:
    try:
        find(word, recent(services) or services.fleet.fleet(soon=True))
    except DacError:
        return False
    return True


def _look(playbook: Playbook, what: Callable[[Fleet], Subject], word: str, services: Services) -> Reply:
    return examined(lambda _: [playbook], playbook.title, f"playbook {playbook.name}", what, word, services)


def _contents(playbooks: Playbooks) -> Reply:
    """All of them with a button each: what hurts is seen at a glance."""
    blocks: list[Block] = [section("*What is wrong?* I look for each of its causes, and tell what helps.")]
    blocks += [
        section(f"*{escape(each.title)}*\n{escape(each.gist)}") | {"accessory": _open(each)}
        for each in playbooks.playbooks[:40]
    ]
    blocks.append(context("Or in words: `/dac playbook slow chat-prod` · all at once: `/dac doctor chat-prod`"))
    return Reply(text="Playbooks: what is wrong?", blocks=blocks)


def _open(playbook: Playbook) -> Block:
    return button("Open", f"playbook {playbook.name}")


def _which(playbook: Playbook, clusters: Sequence[Cluster], fleet: Fleet, services: Services) -> Reply:
    """The clusters it may be about, those that need attention first."""
    if not clusters:
        text = f"There is no cluster that {playbook.title} could be about."
        return Reply(text=text, blocks=[section(escape(text))])
    ours = {each.id for each in clusters}
    worst = [each.cluster for each in survey(fleet, services.now(), services.catalog) if each.cluster.id in ours]
    buttons = [
        button(named(each.name, 60), f"playbook {playbook.name} {quoted(handle(each, fleet))}")
        for each in worst[:OFFERED]
    ]
    text = f"{playbook.title}: at which cluster?"
    blocks: list[Block] = [section(f"*{escape(playbook.title)}*: {escape(playbook.gist)}.\nAt which cluster?")]
    blocks += [actions(*buttons[at : at + 5]) for at in range(0, len(buttons), 5)]
    if len(worst) > OFFERED:
        more = escape(f"{len(worst) - OFFERED} more: `/dac playbook {playbook.name} <its name>`")
        blocks.append(context(more))
    return Reply(text=text, blocks=blocks)


COMMAND = Command(
    name="playbook",
    summary="What is wrong and what helps: each cause of a symptom is looked for and shown with its evidence.",
    arguments=Complaint,
    run=run,
    examples=("playbook", "playbook high-latency chat-prod", "playbook endpoint not responding chat-prod-web"),
    aliases=("playbooks", "troubleshoot"),
    submit="Look into it",
    group=Group.LOOK,
    order=13,
)
