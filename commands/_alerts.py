"""What the watch tells of: one message for each cluster in trouble, what is said below it, and the rows of a list."""

from __future__ import annotations

from collections.abc import Iterable

from commands._blocks import Block, actions, button, clip, context, date, escape, named, phrase, quote, section
from commands._card import Message
from commands._cluster_words import MARK
from commands._words import price_name, sources
from commands.status import REQUEST_ID
from dac.alerts import Acknowledged, Alert, Incident
from dac.errors import Invalid
from dac.figures import Price
from dac.findings import Aspect

LINES = 15
"""Alerts told one by one; a message that many clusters share has the rest in the list."""


EVIDENCE = 3
ALARMS = 4
REASON = 300


SYMPTOMS: dict[str, str] = {
    Aspect.LIFECYCLE: "cluster-needs-attention",
    Aspect.LATENCY: "high-latency",
    Aspect.ERRORS: "endpoint-not-responding",
}
"""The playbook that looks into a trouble by itself; for the others all are tried."""


def message(incident: Incident) -> Message:
    """The one message, drawn anew from what is remembered and never read back."""
    shown = incident.alerts[:LINES]
    blocks = [section(f"{_mark(incident)} *{title(incident)}* · alert {incident.number}"), *_lines(incident, shown)]
    if evidence := _evidence(incident):
        blocks.append(context(evidence))
    if alarms := _alarms(incident):
        blocks.append(context(alarms))
    if source := priced(shown):
        blocks.append(context(source))
    if words := acknowledgements(incident):
        blocks.append(context(words))
    if row := buttons(incident):
        blocks.append(actions(*row))
    worst = incident.alerts[0]
    state = "" if incident.open else "cleared: "
    return Message(
        text=f"{_mark(incident)} {state}{title(incident)}: {named(worst.sentence, 200)}", blocks=tuple(blocks)
    )


def late(incident: Incident) -> Message:
    """The message of one that was over before it could be told."""
    told = message(incident)
    why = context("Told late: it came and went while I could not say anything here.")
    return Message(text=told.text, blocks=(*told.blocks, why))


def replies(incident: Incident) -> dict[str, Message]:
    """What is told below it, by the name each message keeps: what one look brought is one message."""
    said: dict[str, list[str]] = {}
    for alert in incident.alerts:
        for news in alert.news:
            where = f"*{_whose(alert)}*: " if len(incident.places) > 1 else ""
            said.setdefault(f"news:{news.at.isoformat()}", []).append(f"{where}{named(news.words, 400)}")
    return {name: _reply(words) for name, words in sorted(said.items())}


def row(incident: Incident, most: int) -> list[Block]:
    """An incident in a list, with so many of its alerts."""
    shown, rest = incident.alerts[:most], incident.alerts[most:]
    said = [
        f"{_mark(incident)} *Alert {incident.number}* · {title(incident)}",
        *(line(each, many=len(incident.places) > 1) for each in shown),
    ]
    if rest:
        said.append(f"… and {len(rest)} more")
    if words := acknowledgements(incident):
        said.append(words)
    return [section("\n".join(said), _next(incident))]


def _next(incident: Incident) -> Block | None:
    """The one thing to do about it: to see to it, and then to find out what it is."""
    if not incident.open:
        return None
    if not incident.acknowledged:
        return button("Acknowledge", f"acknowledge {incident.number}")
    first = incident.open[0]
    alone = len(incident.places) == 1 and first.cluster_id
    return button("What is wrong?", _looked_into(first)) if alone else None


def title(incident: Incident) -> str:
    """What it is about, and that it is over once it is."""
    places = incident.places
    about = f"{len(places)} clusters" if len(places) > 1 else _whose(incident.alerts[0])
    if incident.open:
        return about
    if all(each.deleted for each in incident.alerts):
        return f"{about}: deleted"
    return f"{about}: well again"


def number(word: str) -> int:
    """An alert's number as people write it: 3 or #3."""
    digits = word.strip().removeprefix("#")
    # str.isdigit() also takes digits int() does not know.
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):  # noqa: PLR2004 - below 64 bits
        raise Invalid(f"“{clip(word, 40)}” is not the number of an alert; `/dac alerts` shows them, such as 3.")
    return int(digits)


def line(alert: Alert, *, many: bool) -> str:
    """One alert, with since when and how often."""
    said = [named(alert.sentence, 300)]
    if alert.cleared_at:
        ended = "its cluster was deleted" if alert.deleted else "cleared"
        said.append(f"{date(alert.since)}, {ended} {date(alert.cleared_at)}")
    else:
        said.append(f"since {date(alert.since)}")
    if alert.times > 1:
        said.append(f"{_nth(alert.times)} time in 2 h")
    if alert.open and alert.unseen_since:
        said.append(f"cannot be seen since {date(alert.unseen_since)}")
    mark = MARK[alert.severity] if alert.cleared_at is None else "🟢"
    return f"{mark} {f'*{_whose(alert)}*: ' if many else ''}{' · '.join(said)}"


def priced(shown: Iterable[Alert]) -> str:
    """Where the sums in what is shown are read."""
    costs = [each.cost for each in shown if isinstance(each.cost, Price)]
    return clip(f"{price_name(*costs)}: {sources(costs)}", 1500) if costs else ""


def acknowledgements(incident: Incident) -> str:
    """Who has acknowledged it, each word once."""
    words = dict.fromkeys(each.acknowledged for each in incident.alerts if each.acknowledged)
    return "\n".join(_word(each) for each in words)


def buttons(incident: Incident) -> list[Block]:
    if not incident.open:
        return []
    made = []
    if not incident.acknowledged:
        made.append(button("Acknowledge", f"acknowledge {incident.number}", style="primary"))
    first = incident.open[0]
    if len(incident.places) == 1 and first.cluster_id:
        made.append(button("Status", f"status {first.cluster_id}"))
        made.append(button("What is wrong?", _looked_into(first)))
    else:
        made.append(button("Status", "status"))
    return made


def _looked_into(alert: Alert) -> str:
    """The line that looks for what is behind it. The state of an endpoint is not that of its cluster."""
    of_endpoint = alert.aspect == Aspect.LIFECYCLE and alert.about != alert.cluster_id
    symptom = "endpoint-not-responding" if of_endpoint else SYMPTOMS.get(alert.aspect)
    return f"playbook {symptom} {alert.cluster_id}" if symptom else f"doctor {alert.cluster_id}"


def _lines(incident: Incident, shown: Iterable[Alert]) -> list[Block]:
    many = len(incident.places) > 1
    said = [line(each, many=many) for each in shown]
    if len(incident.alerts) > LINES:
        said.append(f"… and {len(incident.alerts) - LINES} more: `/dac alerts` and `/dac status`")
    # A section for each few, for one holds three thousand characters.
    return [section("\n".join(said[at : at + 4])) for at in range(0, len(said), 4)]


def _evidence(incident: Incident) -> str:
    """What a single trouble was judged by."""
    if len(incident.open) != 1:
        return ""
    (alert,) = incident.open
    # What Oracle calls a try differs from one to the next; the reason is the same.
    said = [REQUEST_ID.sub("", each) for each in alert.evidence[:EVIDENCE]]
    return clip(" · ".join(named(each, 200) for each in said), 600)


def _alarms(incident: Incident) -> str:
    """Oracle's own, each by its name; many clusters may be under one."""
    said = dict.fromkeys(
        f"*{named(each.name)}* ({named(each.severity, 20)}) since {date(each.since)}" for each in incident.firing
    )
    if said:
        return f"Oracle's own alarms firing: {phrase(list(said), 'and', ALARMS)}"
    return "Oracle's own alarms could not all be read." if incident.alarms_unread else ""


def _word(said: Acknowledged) -> str:
    because = f": {quote(said.because, REASON).removeprefix('>')}" if said.because else ""
    return f"👀 <@{said.by}> acknowledged it {date(said.at)}{because}"


def _reply(words: list[str]) -> Message:
    text = "\n".join(words[:LINES])
    if len(words) > LINES:
        text += f"\n… and {len(words) - LINES} more"
    return Message(text=clip(words[0], 300), blocks=(section(text),))


def _mark(incident: Incident) -> str:
    return MARK[incident.severity]


def _whose(alert: Alert) -> str:
    if not alert.cluster_id:
        return escape(f"Region {alert.region}")
    return f"{named(alert.cluster_name)} in {escape(alert.region)}"


def _nth(count: int) -> str:
    teens = range(11, 14)
    ending = "th" if count % 100 in teens else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"
