"""However much a digest has to tell, and whatever it is called, Slack takes it and the point comes first."""

from __future__ import annotations

import csv
import html
import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands._bill import cell
from commands._digest import told
from commands._digest_message import message
from dac.cluster import Fleet
from dac.digest import Compared, Digest, Foreseen, Kind, Line, Press, Scope, Total
from dac.figures import Money, Source, Trust, Unknown
from dac.findings import Severity
from dac.marks import Mark, MarkKind
from dac.restated import Restated
from dac.usage import UsageRow
from sandbox.slack.posting import BLOCKS_JSON_LIMIT
from tests.commands.charges import DAY, sound
from tests.commands.fleets import QUIET, hostile, large, world
from tests.commands.requests import HOSTILE, HOSTILE_NAME
from tests.commands.room import Room, lines, shown, understood
from tests.commands.sound import halved, live, markup, refused
from tests.fakes import START, cluster

READ = Source(title="Oracle, ListBudgets", as_of=date(2026, 11, 23), trust=Trust.LIVE)


def line(number: int, kind: Kind = Kind.IDLE, **changes: object) -> Line:
    known = {
        "key": f"{kind}:{number}",
        "kind": kind,
        "name": f"chat-{number}",
        "text": "No calls",
        "severity": Severity.ATTENTION,
        "sources": (READ,),
    }
    return Line.model_validate(known | changes)


def digest(*lines_: Line, **changes: object) -> Digest:
    total = Total(
        key="total:yesterday",
        name="Yesterday",
        since=START.date() - DAY,
        until=START.date(),
        spent=(Money(amount=Decimal(5)),),
    )
    month = total.model_copy(update={"key": "total:month", "name": "November so far"})
    known = {"at": START, "read_at": START, "clusters": 3, "totals": (total, month), "lines": lines_}
    return Digest.model_validate(known | {"sources": (READ,)} | changes)


def test_a_few_of_each_kind_are_shown_and_the_rest_is_a_sheet() -> None:
    made = digest(*(line(number, kind) for kind in Kind for number in range(5)))
    reply = message(made, {})
    answer = sound(reply)
    assert answer.count("`idle:") == 1
    assert "*💤 Idle clusters*, and 4 more" in answer
    (file,) = reply.files
    sheet = list(csv.DictReader(io.StringIO(file.content.decode())))
    assert len([each for each in sheet if each["kind"] == "idle"]) == 5
    assert "5 idle clusters" in reply.text


def test_what_fits_needs_no_sheet() -> None:
    reply = message(digest(line(1), line(2)), {})
    assert "*💤 Idle clusters*\n*chat-1* · No calls · `idle:1`" in sound(reply)
    assert reply.files == ()


def test_a_line_that_asks_for_somebody_can_be_acknowledged_or_put_off() -> None:
    made = digest(line(1), line(2, Kind.MOVER, severity=Severity.OK))
    assert lines(message(made, {}).blocks)[:2] == ["digest acknowledge idle:1", "digest snooze idle:1"]
    mine = lines(message(made, {}, mine=True).blocks)
    assert mine[:2] == ["digest acknowledge idle:1 --mine", "digest snooze idle:1 --mine"]
    assert not any("acknowledge mover" in each or "snooze mover" in each for each in mine)


def test_what_is_a_sum_can_be_explained_from_the_message() -> None:
    ahead = Foreseen(until=date(2026, 12, 1), sums=(Money(amount=Decimal(9)),), method="a method")
    bill = (Press(label="Its bill", line="cost actual chat"),)
    moved = line(3, Kind.MOVER, severity=Severity.OK, presses=bill)
    calm = line(4, Kind.BUDGET, severity=Severity.OK)
    made = digest(line(1), line(2, Kind.LEASE), moved, calm, foreseen=ahead)
    explained = [each for each in lines(message(made, {}).blocks) if each.startswith("cost explain")]
    assert explained == [
        "cost explain idle:1",
        "cost explain mover:3",
        "cost explain total:month",
        "cost explain forecast",
    ]
    assert "cost explain idle:1 --mine" in lines(message(made, {}, mine=True).blocks)


def test_a_marked_line_is_counted_and_not_shown() -> None:
    mark = Mark(place="C1", scope="all", key="idle:1", kind=MarkKind.ACKNOWLEDGED, by="UANN", at=START)
    reply = message(digest(line(1), line(2)), {"idle:1": mark})
    answer = sound(reply)
    assert "idle:1`" not in answer
    assert "Acknowledged or put off, and so not shown: 1. `/dac digest lines` lists them." in answer
    assert "`/dac digest lines --mine` lists them." in sound(
        message(digest(line(1), line(2)), {"idle:1": mark}, mine=True)
    )
    assert "1 idle cluster" in reply.text


def test_one_that_is_late_says_so() -> None:
    assert "⏰ Late: it was due <!date^" in sound(message(digest(), {}, late_since=START))


def test_a_line_says_who_until_when_and_by_which_request() -> None:
    made = line(
        7,
        Kind.REQUEST,
        who=("UBOB", "UCAT"),
        until=START + DAY,
        request=7,
        link="https://team.slack.example/p7?a=1&b=2",
        presses=(Press(label="Details", line="request 7"), Press(label="Nothing", line="no such command")),
    )
    answer = sound(message(digest(made), {}))
    assert "(<https://team.slack.example/p7?a=1&b=2|request 7>) · expires <!date^" in answer
    assert "waits for <@UBOB> or <@UCAT>" in answer
    assert "Nothing" not in answer.replace("Nothing needs attention", "")


def test_much_that_is_not_known_is_counted() -> None:
    missing = tuple(Unknown(what=f"thing {each}", settle="look at https://oracle.example/page") for each in "abcdef")
    answer = sound(message(digest(unknown=missing), {}))
    assert "What needs attention is not known" in sound(message(digest(unknown=missing, clusters=None), {}))
    assert answer.count("⚪ Not known") == 4
    assert "⚪ … and 2 more that are not known" in answer
    assert "<https://oracle.example/page|page>" in answer


def summed(*currencies: str, **changes: object) -> Total:
    """A month that came to a thousand of each."""
    spent = [Money(amount=Decimal(1000), currency=each) for each in currencies]
    known = {"key": "total:month", "name": "November so far", "since": START.date() - 22 * DAY, "until": START.date()}
    return Total.model_validate({**known, "spent": spent, **changes})


def test_three_currencies_of_which_something_is_missing_are_the_least_each() -> None:
    month = summed("CHF", "EUR", "USD", estimated=True, missing=("odd",))
    yesterday = month.model_copy(update={"key": "total:yesterday", "name": "Yesterday", "spent": month.spent[:2]})
    answer = sound(message(digest(totals=(yesterday, month), estimated="Ask."), {}))
    assert "*CHF* · Yesterday ≥ 1,000 CHF · November so far ≥ 1,000 CHF" in answer
    assert "November estimated at least 1,000 CHF and 1,000 EUR and $1,000." in answer
    assert "⚠️ *Not in these sums*: odd." in answer


def test_whatever_oracle_calls_one_of_three_currencies_it_calls_nobody() -> None:
    month = summed("<!channel>", "*b*|", "EUR", settled=True)
    answer = sound(message(digest(totals=(month,)), {}))
    assert "November so far 1,000 <!channel>" in answer


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("1000", "*$1,000* · as much as the 22 days before"),
        ("1280", "*$1,280* · 28 % more than the 22 days before ($1,000)"),
        ("250", "*$250* · 75 % less than the 22 days before ($1,000)"),
        ("-5", "*-$5* · $1,000 the 22 days before"),
    ],
)
def test_a_sum_that_is_final_is_compared_as_a_whole(now: str, said: str) -> None:
    span = {"since": START.date() - 44 * DAY, "until": START.date() - 22 * DAY}
    before = Compared(name="the 22 days before", spent=(Money(amount=Decimal(1000)),), **span)
    month = summed(spent=(Money(amount=Decimal(now)),), settled=True, compared=(before,))
    assert said in sound(message(digest(totals=(month,)), {}))


hostile_text = st.sampled_from(
    [HOSTILE, HOSTILE_NAME, "&" * 3000, "<!channel>" * 300, "`" * 500, "x https://evil.example/<!here>|y", "a\nb", ""]
)
moneys = st.lists(
    st.builds(
        Money,
        amount=st.decimals(-(10**15), 10**15, allow_nan=False, places=3),
        currency=st.sampled_from(["USD", "EUR", "<!here>", "&&&", "AAA", "BBB"]),
    ),
    max_size=6,
    unique_by=lambda each: each.currency,
).map(tuple)
compared = st.builds(
    Compared,
    name=st.just("the day before"),
    since=st.just(START.date()),
    until=st.just(START.date() + DAY),
    spent=moneys,
)
totals = st.builds(
    Total,
    key=st.sampled_from(["total:yesterday", "total:week", "total:month"]),
    name=st.just("November so far"),
    since=st.just(START.date() - DAY * 9),
    until=st.just(START.date()),
    spent=moneys,
    provisional=moneys,
    settled=st.booleans(),
    compared=st.lists(compared, min_size=1, max_size=2).map(tuple),
)
many_lines = st.lists(
    st.builds(
        Line,
        key=st.integers(0, 999).map(lambda number: f"idle:{number}"),
        kind=st.sampled_from(list(Kind)),
        text=hostile_text,
        name=hostile_text,
        severity=st.sampled_from([Severity.ATTENTION, Severity.OK]),
        until=st.sampled_from([None, START]),
        who=st.lists(st.sampled_from([f"U{number:010}" for number in range(30)]), max_size=20).map(tuple),
        request=st.just(1),
        link=st.just("https://team.slack.example/archives/C/p1"),
        presses=st.just((Press(label="&" * 200, line="request 1"), Press(label="x", line="status"))),
        sources=st.just((READ,)),
    ),
    max_size=40,
    unique_by=lambda each: each.key,
)
unknowns = st.lists(st.builds(Unknown, what=hostile_text, settle=hostile_text), max_size=8).map(tuple)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(totals, max_size=3).map(tuple),
    many_lines,
    unknowns,
    moneys,
    st.sampled_from(["", HOSTILE, "x" * 4000]),
    st.builds(Foreseen, until=st.just(date(2026, 12, 1)), sums=moneys, method=st.just("x"), plain=moneys),
    st.builds(Scope, by=st.just("tag"), value=hostile_text.map(lambda text: text[:300])),
    st.sets(st.integers(0, 39)),
    st.booleans(),
)
def test_slack_takes_every_digest(
    told_: tuple[Total, ...],
    lines_: list[Line],
    missing: tuple[Unknown, ...],
    open_: tuple[Money, ...],
    estimated: str,
    foreseen: Foreseen,
    scope: Scope,
    away: set[int],
    mine: bool,  # noqa: FBT001 - drawn
) -> None:
    made = digest(
        *lines_,
        totals=told_,
        unknown=missing,
        unattributed=open_ if told_ else (),
        restated=tuple(Restated(day=START.date(), then=each, now=each - each, final=mine) for each in open_),
        estimated=estimated,
        foreseen=foreseen,
        scope=scope,
        zone="Europe/Berlin",
    )
    again = Digest.model_validate_json(made.model_dump_json())
    marks = {
        each.key: Mark(place="C1", scope="all", key=each.key, kind=MarkKind.ACKNOWLEDGED, by="UANN", at=START)
        for number, each in enumerate(lines_)
        if number in away
    }
    reply = message(again, marks, late_since=START, mine=mine)
    assert refused(reply.text, reply.blocks) == []
    for text in (*markup(reply.blocks), reply.text):
        assert live(text) + halved(text) == []
    answer = shown(reply)
    seen = {each.key for each in lines_ if f"`{each.key}`" in answer}
    assert not seen & marks.keys()
    assert (f"not shown: {len(marks)}." in answer) == bool(marks)
    # Nothing is lost: what the message does not show is in the sheet, whole.
    rows = [row for file in reply.files for row in csv.DictReader(io.StringIO(file.content.decode()))]
    kept = {row["line"]: row["text"] for row in rows if row["kind"] in set(Kind)}
    assert seen | marks.keys() | kept.keys() == {each.key for each in lines_}
    if rows:
        assert len(kept) == len(lines_)
        assert len([row for row in rows if row["kind"] == "not known"]) == len(missing)
        assert [row["currency"] for row in rows if row["kind"] == "total"] == [
            cell(money.currency) for each in told_ for money in each.spent
        ]
    else:
        assert all(len(html.escape(each.text, quote=False)) <= 300 for each in lines_ if each.key in seen)
        assert len(missing) <= 4


def charged(room: Room) -> None:
    days = [datetime(2026, 11, 22, tzinfo=ZoneInfo("UTC")) - DAY * back for back in range(14)]
    room.oracle.charged = [
        UsageRow(since=day, until=day + DAY, currency="USD", amount=Decimal(index + 1), resource_id=each.id)
        for index, each in enumerate(room.seen.clusters)
        for day in days[: 14 if index % 2 else 7]
    ]


@pytest.mark.parametrize(
    "seen",
    [
        large(clusters=200, endpoints=400),
        hostile(40),
        world(*((cluster(f"{HOSTILE_NAME} {number} " + "&<" * 60, units=4), QUIET) for number in range(200))),
    ],
    ids=["large", "hostile", "idle"],
)
def test_slack_takes_the_digest_of_every_fleet(tmp_path: Path, seen: Fleet) -> None:
    room = Room(tmp_path, seen)
    charged(room)
    made = told(room.services, Scope(), START, ZoneInfo("Asia/Kolkata"))
    reply = message(made, {})
    assert refused(reply.text, reply.blocks) == []
    for text in (*markup(reply.blocks), reply.text):
        assert live(text) + halved(text) == []
    for each in lines(reply.blocks):
        assert understood(each)
    assert len(json.dumps(reply.blocks, ensure_ascii=False, separators=(",", ":"))) < BLOCKS_JSON_LIMIT
    assert reply.files
    assert len(reply.text) < 600


def test_where_there_is_much_to_read_fewer_lines_are_shown() -> None:
    wordy = [
        line(number, kind, sources=(READ.model_copy(update={"title": f"{kind} {'x' * 900}"}),))
        for number, kind in enumerate(Kind)
    ]
    reply = message(digest(*wordy), {})
    sound(reply)
    assert 0 < shown(reply).count("No calls") < len(wordy)
    assert reply.files
