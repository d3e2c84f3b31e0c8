"""A digest as a message: the point first, then what needs somebody, within Slack's limits however much there is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from commands._advice import linked_up, offer
from commands._answer import Answer, Cited
from commands._bill import LATE, row, usage_api
from commands._blocks import (
    MESSAGE_BLOCKS,
    MESSAGE_TEXT,
    Block,
    actions,
    context,
    escape,
    length,
    menu,
    named,
    people,
    picture,
)
from commands._blocks import date as moment
from commands._chart import SpendDays
from commands._command import Reply
from commands._digest_file import sheet
from commands._digest_marks import SUMS, explaining, typed
from commands._digest_totals import MOST_CURRENCIES, MOST_RESTATED, cautions, summed, tabled, told, verdict, whole
from commands._spend_chart import spend_chart
from dac.digest import Digest, Kind, Line
from dac.figures import Unknown
from dac.marks import Mark
from dac.naming import in_one_line

Marks = Mapping[str, Mark]
"""By key the lines that somebody has acknowledged or put off, as `dac.marks.hidden` finds them: counted, not shown."""

Note = tuple[str, Sequence[Cited]]

ESTIMATED = (
    "These sums are units × hours × the price on file. Not in them: what was changed or deleted without a request of "
    "ours, Oracle's minimum, credits. So they are compared with nothing."
)
NEW = "It is dedicated by its name, and I do not know its part number: `/dac cost actual` tells which."
GONE = "of resources that are gone it is not known whether they were here."

MESSAGE_JSON = 12_500
"""Characters of a message's blocks as they are sent: Slack has been seen to refuse from 13,200."""

MOST_LINES = 12
MOST_OF_A_KIND = 3
MOST_CHARTS = 2
"""One for each currency; Slack takes so many of its own kind in a message."""

MOST_ROWS = 12
"""Currencies that have a line each."""

MOST_UNKNOWN = 4
NAME = 60
"""Characters of a cluster's name."""

SENTENCE = 300
UNKNOWN = "is not known"

UNLIKE_A_LINK = set(" <>|&")
ONE_DAY = timedelta(days=1)

TITLES = {
    Kind.BUDGET: "💰 Budgets",
    Kind.ANOMALY: "📈 Cost anomalies that Oracle sees",
    Kind.REQUEST: "🗳️ Requests waiting",
    Kind.REVIEW: "🔎 Emergencies (break-glass) to review",
    Kind.EMERGENCY: "🚨 Emergencies (break-glass), reviewed",
    Kind.LEASE: "🔁 Leases ending",
    Kind.RETIREMENT: "🪦 Models retiring",
    Kind.IDLE: "💤 Idle clusters",
    Kind.OVERSIZED: "📐 Oversized clusters",
    Kind.COMMITMENT: "🔓 Minimum commitments met soon",
    Kind.MOVER: "↕️ Largest changes in cost, the last final week against the one before",
}
COUNTED = {
    Kind.BUDGET: ("budget at risk", "budgets at risk"),
    Kind.ANOMALY: ("cost anomaly", "cost anomalies"),
    Kind.REQUEST: ("request waiting", "requests waiting"),
    Kind.REVIEW: ("emergency to review", "emergencies to review"),
    Kind.EMERGENCY: ("emergency", "emergencies"),
    Kind.LEASE: ("lease ending", "leases ending"),
    Kind.RETIREMENT: ("model retiring", "models retiring"),
    Kind.IDLE: ("idle cluster", "idle clusters"),
    Kind.OVERSIZED: ("oversized cluster", "oversized clusters"),
    Kind.COMMITMENT: ("minimum commitment", "minimum commitments"),
    Kind.MOVER: ("change in cost", "changes in cost"),
}
"""How many of a kind need somebody, as part of a sentence."""

UNTIL = {
    Kind.REQUEST: "expires",
    Kind.REVIEW: "due",
    Kind.LEASE: "ends",
}
WHO = {Kind.REQUEST: "waits for", Kind.REVIEW: "owed by", Kind.EMERGENCY: "by"}
"""Of lines on people's requests, whose texts name the cluster themselves."""


def message(digest: Digest, marks: Marks, *, late_since: datetime | None = None, mine: bool = False) -> Reply:
    """The digest as it is to be shown now. `late_since` is when it was due, where that is to be said.

    `mine`: its marks are those of a person's own digests, not of a channel's.
    What does not fit is in a file, which is part of the reply; where there is none, everything is shown.
    """
    lines = [each for each in digest.lines if each.key not in marks]
    most = MOST_LINES
    shown = _chosen(lines, most)
    made = _drawn(digest, lines, shown, late_since, mine=mine)
    while not _fits(made.blocks) and most:
        most -= 1
        shown = _chosen(lines, most)
        made = _drawn(digest, lines, shown, late_since, mine=mine)
    files = (sheet(digest),) if len(shown) < len(lines) or _shortened(digest, shown) else ()
    return replace(made, files=files, pictures=_charts(digest))


def _shortened(digest: Digest, shown: Sequence[Line]) -> bool:
    """Whether anything else is not shown whole."""
    texts = [(each.text, SENTENCE) for each in shown] + [(each.name, NAME) for each in shown]
    texts += [(text, SENTENCE) for each in digest.unknown for text in (each.what, each.settle)]
    sums = [each for total in digest.totals for each in (total.spent, *(before.spent for before in total.compared))]
    ahead = digest.foreseen.sums if digest.foreseen else ()
    sums += [digest.uncounted, digest.unattributed, () if isinstance(ahead, Unknown) else ahead]
    return (
        len(digest.unknown) > MOST_UNKNOWN
        or len(digest.restated) > MOST_RESTATED
        or any(len({money.currency for money in each}) > MOST_CURRENCIES for each in sums)
        or any(len(escape(in_one_line(text))) > most for text, most in texts)
    )


def _charts(digest: Digest) -> dict[str, SpendDays]:
    """By the names that their places in the message have."""
    return {f"spend{number}": spend_chart(each) for number, each in enumerate(digest.daily[:MOST_CHARTS])}


def _fits(blocks: Sequence[Block]) -> bool:
    size = len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))
    return length(blocks) <= MESSAGE_TEXT and len(blocks) < MESSAGE_BLOCKS and size <= MESSAGE_JSON


def _chosen(lines: Sequence[Line], most: int) -> list[Line]:
    """The first of each kind before the second of any; a few of a kind at the most."""
    places, seen = list[tuple[int, int]](), Counter[Kind]()
    for at, each in enumerate(lines):
        places.append((seen[each.kind], at))
        seen[each.kind] += 1
    chosen = sorted(place for place in places if place[0] < MOST_OF_A_KIND)[:most]
    return [lines[at] for at in sorted(at for _, at in chosen)]


def _drawn(
    digest: Digest, lines: Sequence[Line], shown: Sequence[Line], late_since: datetime | None, *, mine: bool
) -> Reply:
    summary = _summary(digest, lines)
    answer = Answer(summary)
    answer.header(f"Cost digest, {digest.at.astimezone(ZoneInfo(digest.zone)):%a %-d %b %Y}")
    if late_since:
        answer.block(context(f"⏰ Late: it was due {moment(late_since)}; its days are those of then."))
    answer.say(f"*{escape(summary)}*", *_read(digest))
    _totals(answer, digest)
    ahead = [*_foreseen(answer, digest)]
    for name, chart in _charts(digest).items():
        answer.block(picture(name, escape(chart.alt)))
    answer.asides([*ahead, *_notes(digest)])
    for kind in Kind:
        _kind(answer, kind, [each for each in shown if each.kind is kind], lines, mine=mine)
    hidden = len(digest.lines) - len(lines)
    if hidden:
        listing = "/dac digest lines --mine" if mine else "/dac digest lines"
        said = f"Acknowledged or put off, and so not shown: {hidden}. `{listing}` lists them."
        answer.small(said, *digest.sources)
    if sums := [each.key for each in shown if each.kind in SUMS and each.figure is not None]:
        answer.small(f"For the sum behind a line, type what stands at its end: `/dac cost explain {escape(sums[0])}`")
    # By date, for a digest is read on other days, too.
    yesterday = digest.at.astimezone(UTC).date() - ONE_DAY
    # A bill knows no scope.
    which = "by cluster" if digest.scope.by == "all" else "of all clusters"
    nexts = [
        (f"Yesterday {which}", f"cost actual {yesterday}"),
        (f"{yesterday:%B} {which}", f"cost actual {yesterday:%Y-%m}"),
    ]
    if digest.totals:
        nexts.append(("Explain the month", explaining("total:month", mine=mine)))
    if digest.foreseen:
        nexts.append(("Explain the forecast", explaining("forecast", mine=mine)))
    return answer.reply(*offer(*nexts))


def _summary(digest: Digest, lines: Sequence[Line]) -> str:
    """One sentence that is worth a look at a phone: what it came to, and what needs somebody."""
    said = _headline(digest) if digest.scope.by == "all" else f"{_headline(digest)} for {digest.scope.words}"
    needs = Counter(each.kind for each in lines if each.asks)
    told = [f"{needs[kind]} {COUNTED[kind][needs[kind] != 1]}" for kind in Kind if needs[kind]]
    if told:
        return f"{said}. Needs attention: {', '.join(told)}"
    # Without the clusters nothing has been looked at that might.
    unseen = digest.clusters is None and digest.unknown
    return f"{said}. What needs attention {UNKNOWN}" if unseen else f"{said}. Nothing needs attention"


def _headline(digest: Digest) -> str:
    yesterday, month = digest.total("total:yesterday"), digest.total("total:month")
    if yesterday is None or month is None:
        return f"What was spent {UNKNOWN}"
    if not digest.clusters and not yesterday.spent and not month.spent:
        return f"No clusters, and what was spent {UNKNOWN}" if digest.estimated else "No clusters and no charges"
    if digest.estimated and not month.spent:
        return f"What was spent {UNKNOWN}"
    about = "" if not digest.estimated else "estimated " if yesterday.missing or month.missing else "an estimated "
    name = month.name.removesuffix(" so far")
    moved = f" ({said})" if (said := verdict(month)) else ""
    return f"Yesterday {about}{whole(yesterday)}, {name} {about}{whole(month)}{moved}"


def _totals(answer: Answer, digest: Digest) -> None:
    read = _read(digest)
    if rows := tabled(digest.totals):
        titles, cells_of = rows[0][1:], rows[1 : MOST_ROWS + 1]
        answer.lines((_of_currency(name, titles, cells), read) for name, *cells in cells_of)
        more = f"{len(rows) - 1 - MOST_ROWS} more currencies and what" if len(rows) > MOST_ROWS + 1 else "What"
        answer.small(f"{more} was before: `/dac digest --file`.", *read)
    else:
        answer.lines((text, read) for text in told(digest.totals))
    for text in cautions(digest):
        answer.say(text, *read)


def _of_currency(name: str, titles: Sequence[str], cells: Sequence[str]) -> str:
    return row(name, *(f"{title} {escape(cell)}" for title, cell in zip(titles, cells, strict=True)))


def _foreseen(answer: Answer, digest: Digest) -> Iterator[Note]:
    """What the month will have cost; by which method, as a note."""
    ahead = digest.foreseen
    if ahead is None or not (digest.totals or digest.clusters):
        return
    read = (*digest.sources, *_read(digest))
    month = f"{ahead.until - ONE_DAY:%B}"
    if isinstance(ahead.sums, Unknown):
        yield f"⚪ Not known: what {month} will have cost. {_settled_by(ahead.sums.settle)}", read
        return
    other = f"; by {ahead.plain_method}: *{escape(summed(ahead.plain))}*" if ahead.plain else ""
    answer.say(f"*By the end of {month}*: about *{escape(summed(ahead.sums))}*{other}", *read)
    yield f"Foreseen by: {ahead.method}.", read


def _notes(digest: Digest) -> Iterator[Note]:
    """What the sums are and are not."""
    read = _read(digest)
    if digest.estimated:
        yield f"Estimated: what Oracle charged is not known. {ESTIMATED} {_settled_by(digest.estimated)}", read
    elif any(not each.settled for each in digest.totals):
        yield (
            "⏳ provisional: Oracle adds to the last 48 h, so weeks and months go by their final days.",
            (*read, LATE),
        )
    if digest.unattributed:
        since = digest.totals[-1].compared[0].since
        yield f"{escape(summed(digest.unattributed))} since {since} are not attributable: {GONE}", read
    if digest.uncounted:
        month = f"{digest.totals[-1].since:%B}"
        yield f"⚠️ *Not in the sums*: {escape(summed(digest.uncounted))} of {month}. {NEW}", read
    for each in digest.unknown[:MOST_UNKNOWN]:
        yield f"⚪ Not known: {named(each.what, SENTENCE)}. {_settled_by(each.settle)}", read
    if len(digest.unknown) > MOST_UNKNOWN:
        yield f"⚪ … and {len(digest.unknown) - MOST_UNKNOWN} more that are not known", read
    ends = datetime.combine(digest.at.astimezone(UTC).date(), time(), UTC).astimezone(ZoneInfo(digest.zone))
    if ends.utcoffset():
        yield f"Days are Oracle's, in UTC: one ends at {ends:%H:%M} in {digest.zone}.", read


def _settled_by(text: str) -> str:
    """With the link that it ends with, where that is one and is shown whole."""
    text, address = f"{text[:1].upper()}{text[1:]}", text.rpartition("https://")[2]
    return linked_up(text) if len(text) <= SENTENCE and not UNLIKE_A_LINK & set(address) else named(text, SENTENCE)


def _kind(answer: Answer, kind: Kind, shown: Sequence[Line], lines: Sequence[Line], *, mine: bool) -> None:
    """Under one title; a line with buttons has a block to itself, with them below it or a menu alone beside it."""
    if not shown:
        return
    left = sum(each.kind is kind for each in lines) - len(shown)
    more = f", and {left} more" if left else ""
    told: list[tuple[str, Sequence[Cited]]] = [(f"*{TITLES[kind]}*{more}", shown[0].sources if more else ())]
    for each in shown:
        told.append((_line(each), each.sources))
        besides = _besides(each, mine=mine)
        if each.presses:
            answer.lines(told)
            answer.block(actions(*_buttons(each), *besides))
            told = []
        elif besides:
            answer.lines(told, *besides)
            told = []
    answer.lines(told)


def _line(line: Line) -> str:
    name = f"*{named(line.name, NAME)}* · " if line.name and line.kind not in WHO else ""
    text = named(line.text, SENTENCE)
    if line.link and line.request is not None:
        text += f" (<{escape(line.link)}|request {line.request}>)"
    if line.until and line.kind in UNTIL:
        text += f" · {UNTIL[line.kind]} {moment(line.until)}"
    if line.who and line.kind in WHO:
        text += f" · {WHO[line.kind]} {people(line.who)}"
    return f"{name}{text} · `{escape(line.key)}`"


def _buttons(line: Line) -> list[Block]:
    """What would settle it."""
    return offer(*((each.label, each.line) for each in line.presses))


def _besides(line: Line, *, mine: bool) -> list[Block]:
    """Behind three dots, so that a line is one row on a phone: that somebody has seen it or will later, and its sum."""
    wanted = []
    if line.asks:
        wanted.append(("Acknowledge", typed("acknowledge", line.key, mine=mine)))
        wanted.append(("Snooze", typed("snooze", line.key, mine=mine)))
    # What asks for nothing and leads nowhere stays a line: it can be explained by typing.
    if (wanted or line.presses) and line.kind in SUMS:
        wanted.append(("Explain the sum", explaining(line.key, mine=mine)))
    return [menu(*wanted)] if wanted else []


def _read(digest: Digest) -> tuple[Cited, ...]:
    """What the sums rest on; where Oracle did not tell what it charged, that it was asked."""
    api = usage_api((digest.read_at or digest.at).astimezone(UTC).date())
    return (api,) if digest.read_at else (*digest.sources, api)
