"""What is said to the bot and is no command: where it sounds like a playbook's symptom, that is offered."""

from __future__ import annotations

from commands import COMMANDS
from commands._blocks import actions, button, context, escape, named, section
from commands._command import Reply
from commands._parse import clean, meant
from dac.cluster import Cluster, Endpoint, Fleet
from dac.errors import DacError, Invalid
from dac.handbook_topics import plain
from dac.making import quoted
from dac.naming import handle
from dac.playbooks import Playbook, Playbooks

WORDS = 40
"""Words of a text that are listened to; who says more tells a story."""


def heard(text: str, playbooks: Playbooks) -> Playbook | None:
    """The playbook whose words are said; one word is not enough where a command was meant and went wrong."""
    said = " ".join(clean(text).split()[:WORDS])
    try:
        meant(COMMANDS, text)
    except Invalid:
        return playbooks.heard(said)
    return playbooks.heard(said, least=2)


def offer(playbook: Playbook, text: str, fleet: Fleet | None, problem: DacError) -> Reply:
    """A button that opens it, at the cluster or endpoint that was named, and why it was not carried out."""
    about = _named(text, fleet) if fleet else ""
    line = f"playbook {playbook.name} {quoted(about)}" if about else f"playbook {playbook.name}"
    where = f" at {named(about)}" if about else ""
    said = f"This sounds like *{escape(playbook.title)}*{where}. I can look for each of its causes."
    small = context(f"As a command I did not understand it. {escape(str(problem))}")
    return Reply(text=said, blocks=[section(said), actions(button("Look into it", line)), small])


def _named(text: str, fleet: Fleet) -> str:
    """A word for the cluster or endpoint whose whole name is said, the longest of several."""
    said = f" {plain(text)} "
    things: list[Cluster | Endpoint] = [*fleet.clusters, *fleet.endpoints]
    found = [each for each in things if plain(each.name) and f" {plain(each.name)} " in said]
    if not found:
        return ""
    longest = max(found, key=lambda each: len(each.name))
    return handle(longest, fleet) if isinstance(longest, Cluster) else longest.name
