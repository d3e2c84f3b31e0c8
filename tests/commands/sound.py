"""What must hold of everything shown: Slack takes it, nobody is called by it, no figure stands without its source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from commands._answer import ASKED
from commands._blocks import Block
from sandbox.slack.blockkit import text_length, validate
from tests.commands.room import texts
from tests.fakes import CATALOG

OURS = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!date\^\d{10}\^[^<>|]+\|[^<>|]+|https://[^<>|\s]+\|[^<>|]+)>"
)
"""The markup the bot itself writes: people, groups, channels, dates, sources."""

EVIL = ("<!channel", "<!here", "<!everyone", "<!subteam^SEVIL", "<@UEVIL", "<#CEVIL", "<https://evil")
"""What the hostile texts try."""

MONEY = re.compile(r"\$\d")
CITED = [f"{each.title}{close}, {each.as_of}" for each in CATALOG.sources.values() for close in ("", ">")]


MARKS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
FOOTNOTE = re.compile(f"([{MARKS}]+) .+, \\d{{4}}-\\d{{2}}-\\d{{2}}$")
NAMED = sorted(
    {*CATALOG.shapes, *CATALOG.prices, *(each for model in CATALOG.models.values() for each in (model.id, model.name))},
    key=len,
    reverse=True,
)
NO_FIGURE = re.compile(
    r"`[^`]*`|<[^>]*>|\b\d{4}-\d{2}-\d{2}\b|" + "|".join(re.escape(each) for each in NAMED), re.IGNORECASE
)
"""What holds digits and is no figure: commands, links and dates, names of the catalogue."""


def refused(text: str, blocks: Sequence[Block]) -> list[str]:
    """Why Slack would not take a message, or would cut it."""
    found = [f"{each.pointer}: {each.message}" for each in validate("message", list(blocks))]
    if len(blocks) > 50:
        found.append(f"{len(blocks)} blocks")
    if text_length(list(blocks)) >= 10_000:
        found.append(f"{text_length(list(blocks)):,} characters of block text")
    if not text.strip() or len(text) > 4000:
        found.append(f"a fallback text of {len(text)} characters")
    return found


def live(mrkdwn: str) -> list[str]:
    """What Slack would read as a mention, a call or a link although the bot did not write it."""
    found = [f"{each!r} in {mrkdwn[:80]!r}" for each in EVIL if each in mrkdwn]
    rest = re.sub(r"^>", "", OURS.sub("", mrkdwn), flags=re.MULTILINE)
    if "<" in rest or ">" in rest:
        found.append(f"an angle bracket that is not ours in {rest[:120]!r}")
    return found


def halved(mrkdwn: str) -> list[str]:
    """Ampersands that stand alone: never escaped, or cut in the middle of an entity."""
    return [mrkdwn[-40:]] if re.search(r"&(?!amp;|lt;|gt;)", OURS.sub("", mrkdwn)) else []


def unsourced(text: str, blocks: Sequence[Block]) -> bool:
    """Whether money is named without a source of the catalogue and its date in the same message."""
    whole = "\n".join((text, *texts(blocks)))
    return bool(MONEY.search(whole)) and not any(each in whole for each in CITED)


def bare(blocks: Sequence[Block]) -> list[str]:
    """Lines of a footnoted answer that hold a figure and no mark, and marks that no footnote explains.

    Names hold digits too: those of the catalogue, dates, addresses and whatever stands in `code` are no figures; what a
    person asked is their own.
    """
    lines = [line for text in _prose(blocks) for line in text.split("\n")]
    notes = {found[1] for line in lines if (found := FOOTNOTE.match(line))}
    wrong = []
    for line in lines:
        if line.startswith(ASKED) or FOOTNOTE.match(line):
            continue
        marks = set(re.findall(f"[{MARKS}]+", line))
        figures = re.search(r"\d", NO_FIGURE.sub("", line))
        if (figures and not marks) or not marks <= notes:
            wrong.append(line)
    return wrong


def _prose(value: Any) -> list[str]:
    """The texts people read, those of buttons and of preformatted quotations left out."""
    if isinstance(value, dict):
        if value.get("type") in {"actions", "header"}:
            return []
        own = [re.sub(r"```.*?```", "", value["text"], flags=re.DOTALL)] if value.get("type") == "mrkdwn" else []
        return own + [each for inner in value.values() for each in _prose(inner)]
    if isinstance(value, (list, tuple)):
        return [each for inner in value for each in _prose(inner)]
    return []


def markup(value: Any) -> list[str]:
    """The texts that Slack reads as mrkdwn."""
    if isinstance(value, dict):
        own = [value["text"]] if value.get("type") == "mrkdwn" else []
        return own + [each for inner in value.values() for each in markup(inner)]
    if isinstance(value, (list, tuple)):
        return [each for inner in value for each in markup(inner)]
    return []
