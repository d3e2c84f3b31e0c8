from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from approvals.audit import Link
from approvals.events import BOT
from approvals.policy import People
from approvals.records import Latency, Records, Stats, export
from approvals.requests import OPEN, Requests
from approvals.states import State
from dac.errors import DacError, Denied
from tests.approvals.conftest import House
from tests.fakes import ANN, BOB, CAT, DAN, EVE, START, plan, policy, rule

DAY = timedelta(days=1)
Form = Literal["jsonl", "csv"]
TWO = policy(rule(name="two of us", approvals=2, denials=2, break_glass=People(users=frozenset({DAN}))))


def lines(house: House, form: Form, **which: Any) -> list[dict[str, Any]]:
    out = io.StringIO()
    count = export(house.records.links(**which), out, form, house.records.rule_of)
    out.seek(0)
    read = list(csv.DictReader(out)) if form == "csv" else [json.loads(line) for line in out]
    assert len(read) == count
    return read


# What an auditor gets


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_every_line_says_who_did_what_from_which_state_to_which_under_which_rule_and_why(
    house: House, form: Form
) -> None:
    approvals = house.approvals(TWO)
    request = house.asked(rules=TWO, reason="launch week")
    with suppress(Denied):
        approvals.approve(request.id, EVE)
    approvals.approve(request.id, BOB, comment="looks right")
    approvals.approve(request.id, CAT)
    house.settle(house.executor(), request)
    found = [
        tuple(str(each[name]) for name in ("actor", "action", "before", "after", "rule", "comment", "change"))
        for each in lines(house, form, request_id=request.id)
    ]
    refusal = "You are not among the approvers of the rule “two of us”, so you cannot approve request 1."
    assert found[:2] == [
        (ANN, "submit", "", "pending", "two of us", "launch week", "chat: 2 -> 4 units"),
        (EVE, "refuse", "pending", "pending", "two of us", found[1][5], "approve"),
    ]
    assert found[1][5].startswith(refusal[:-1])
    assert found[2:5] == [
        (BOB, "vote", "pending", "pending", "two of us", "looks right", ""),
        (CAT, "approve", "pending", "approved", "two of us", "", ""),
        (BOT, "start", "approved", "applying", "two of us", "", ""),
    ]
    assert found[-1] == (
        BOT, "succeed", "applying", "applied", "two of us", "chat is ACTIVE with 4 units (work request wr-1).", ""
    )  # fmt: skip


def test_a_line_has_the_whole_event_with_its_hash(house: House) -> None:
    house.asked()
    (line,) = lines(house, "jsonl")
    (link,) = house.records.links()
    assert (line["seq"], line["request"], line["at"], line["hash"]) == (1, "1", link.at, link.hash)
    assert line["body"] == json.loads(link.body)


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_of_one_request_only_its_own_events_are_written(house: House, form: Form) -> None:
    first, second = house.asked("chat"), house.asked("embed")
    house.approvals().approve(first.id, BOB)
    assert [each["action"] for each in lines(house, form, request_id=first.id)] == ["submit", "approve"]
    assert [each["action"] for each in lines(house, form, request_id=second.id)] == ["submit"]
    assert lines(house, form, request_id=99) == []


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_since_a_moment_all_events_are_written_and_a_request_begun_before_still_has_its_rule(
    house: House, form: Form
) -> None:
    request = house.asked(rules=TWO)
    house.clock.advance(hours=2)
    moment = house.clock.now()
    house.freezer(policy().model_copy(update={"freezers": People(users=frozenset({CAT}))})).freeze(CAT, because="calm")
    house.approvals(TWO).approve(request.id, BOB)
    found = [
        (each["action"], each["request"], each["rule"], each["comment"]) for each in lines(house, form, since=moment)
    ]
    assert found == [("freeze", "", "", "calm"), ("vote", "1", "two of us", "")]
    both = lines(house, form, since=moment, request_id=request.id)
    assert [each["action"] for each in both] == ["vote"]


def test_after_an_edit_the_rule_is_the_one_that_covers_the_new_plan(house: House) -> None:
    rules = policy(rule(name="small", units_change={"max": 3}), rule(name="big"))
    request = house.asked(to_units=4, rules=rules)
    house.approvals(rules).edit(request.id, ANN, plan(house.oracle.held(request.plan.subject.id), 8))
    house.clock.advance(minutes=2)
    house.approvals(rules).approve(request.id, BOB)
    assert [each["rule"] for each in lines(house, "jsonl", request_id=request.id)] == ["small", "big", "big"]
    out = io.StringIO()
    export(list(house.records.links())[2:], out, "jsonl", house.records.rule_of)
    assert json.loads(out.getvalue())["rule"] == "big"


def test_who_asked_what_nobody_allows_is_written_too(house: House) -> None:
    with pytest.raises(Denied):
        house.asked(rules=policy(rule(clusters={"other"})))
    (line,) = lines(house, "csv")
    assert (line["actor"], line["action"], line["request"]) == (ANN, "refuse", "")
    assert line["change"] == "Scale chat from 2 to 4 units"
    assert "No rule of the approval policy covers" in line["comment"]


def test_an_extension_says_which_lease_and_for_how_long(house: House) -> None:
    extension = house.extension(house.leased())
    first, *_ = lines(house, "csv", request_id=extension.id)
    assert first["change"] == "chat: lease of request 1 PT4H longer"


def test_without_anybody_to_ask_the_rule_of_what_began_before_stays_empty(house: House) -> None:
    request = house.asked()
    house.approvals().approve(request.id, BOB)
    out = io.StringIO()
    export(list(house.records.links())[1:], out, "jsonl")
    assert json.loads(out.getvalue())["rule"] == ""


@pytest.mark.parametrize(
    "words",
    [
        '=HYPERLINK("http://example.com","click")',
        "+1-1",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "  =1+1",
        "＝1+1",  # noqa: RUF001 - as a spreadsheet in Japanese reads it
    ],
)
def test_what_people_wrote_is_no_formula_in_a_spreadsheet(words: str) -> None:
    vote = Link(1, "1", "", BOB, "vote", "pending", "pending", words, json.dumps({"comment": words}), "")
    table, plain = io.StringIO(newline=""), io.StringIO()
    assert export([vote], table, "csv") == export([vote], plain, "jsonl") == 1
    assert next(csv.DictReader(io.StringIO(table.getvalue(), newline="")))["comment"] == f"'{words}"
    assert json.loads(plain.getvalue())["comment"] == words


@pytest.mark.parametrize("words", ["a,b", 'say "yes"', "two\nlines", "5 − 3 = 2", "naïve 🙂"])
def test_what_people_wrote_comes_out_as_they_wrote_it(house: House, words: str) -> None:
    house.approvals().approve(house.asked().id, BOB, comment=words)
    assert [lines(house, form)[-1]["comment"] for form in ("csv", "jsonl")] == [words, words]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        "[" * 100_000,
        '{"plan": 7}',
        '{"plan": {"action": "scale", "cluster": []}}',
        '{"rule": "none", "comment": "\\ud83d"}',
    ],
    ids=["empty", "cut", "list", "number", "null", "deep", "no plan", "no cluster", "half a character"],
)
def test_an_event_that_has_been_tampered_with_is_written_as_it_lies_there(house: House, form: Form, body: str) -> None:
    house.approvals().approve(house.asked().id, BOB)
    with closing(sqlite3.connect(house.path)) as connection, connection:
        triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        kept = connection.execute(triggers).fetchall()
        for name, _ in kept:
            connection.execute(f"DROP TRIGGER {name}")
        whole = connection.execute("SELECT seq, body FROM events").fetchall()
        connection.execute("UPDATE events SET body = ?", [body])
        connection.commit()
        read = lines(house, form)
        assert len(read) == 2
        assert all(each["actor"] in {ANN, BOB} for each in read)
        json.dumps(read).encode()
        connection.executemany("UPDATE events SET body = ? WHERE seq = ?", [(text, seq) for seq, text in whole])


# Figures


def test_without_requests_there_is_nothing_to_tell(house: House) -> None:
    since = START - 7 * DAY
    assert house.records.stats(START, 7 * DAY) == Stats(since=since, decided=None, ended={}, waiting=0, oldest=None)


def decided(house: House, name: str, minutes: float, *, by: str = "approve") -> None:
    request = house.asked(name)
    house.clock.advance(minutes=minutes)
    if by == "approve":
        house.approvals().approve(request.id, BOB)
    elif by == "deny":
        house.approvals().deny(request.id, BOB, because="no")
    else:
        house.approvals().cancel(request.id, ANN)


@pytest.mark.parametrize(
    ("took", "median", "nine_tenths"),
    [([5], 5, 5), ([1, 3], 2, 3), ([9, 1, 2], 2, 9), (list(range(1, 11)), 5.5, 9), (list(range(1, 21)), 10.5, 18)],
)
def test_how_long_decisions_took(house: House, took: list[int], median: float, nine_tenths: float) -> None:
    for turn, minutes in enumerate(took):
        decided(house, f"c{turn}", minutes, by=("approve", "deny")[turn % 2])
    stats = house.records.stats(house.clock.now(), DAY)
    minute = timedelta(minutes=1)
    assert stats.decided == Latency(count=len(took), median=median * minute, nine_tenths=nine_tenths * minute)


def test_only_what_people_decided_counts_as_a_decision(house: House) -> None:
    """Not what time or the asker ended, what somebody did alone, or what was agreed to with a lease."""
    decided(house, "a", 7)
    decided(house, "b", 60, by="cancel")
    house.asked("c")
    emergency = house.asked("d", rules=TWO)
    house.approvals(TWO).break_glass(emergency.id, DAN, because="down", confirmed="d")
    house.clock.advance(hours=24)
    house.clockwork.tick()
    house.leased("e", lease=timedelta(hours=1))
    house.lives(120)
    stats = house.records.stats(house.clock.now(), 7 * DAY)
    assert stats.decided
    assert stats.decided.count == 2, "a, agreed to and not begun in time, and e"
    assert stats.ended == {State.APPLIED: 2, State.EXPIRED: 3, State.CANCELLED: 1}
    assert (stats.emergencies, stats.waiting, stats.under_way) == (1, 0, 0)


def test_what_waits_and_since_when(house: House) -> None:
    house.asked("a")
    house.clock.advance(hours=1)
    house.asked("b")
    house.approved("c")
    house.executor().advance(house.approved("d").id)
    stats = house.records.stats(house.clock.now(), DAY)
    assert (stats.waiting, stats.oldest, stats.under_way) == (2, START, 2)


def test_what_happened_before_the_while_is_left_out(house: House) -> None:
    emergency = house.asked("a", rules=TWO)
    house.approvals(TWO).break_glass(emergency.id, DAN, because="down", confirmed="a")
    decided(house, "b", 5, by="deny")
    house.clock.advance(hours=49)
    stats = house.records.stats(house.clock.now(), DAY)
    assert (stats.decided, stats.ended, stats.emergencies) == (None, {}, 0)
    assert house.records.stats(house.clock.now(), 3 * DAY).ended == {State.DENIED: 1}


# Looking


def looked(house: House) -> Requests:
    return Requests(house.store, house.records, house.clock.now)


def test_requests_are_found_by_what_is_to_be_done_with_them(house: House) -> None:
    waiting, agreed, begun = house.asked("a"), house.approved("b"), house.approved("c")
    house.executor().advance(begun.id)
    ended = house.asked("d", by=EVE)
    house.approvals().deny(ended.id, BOB, because="no")
    found = looked(house)
    assert [each.id for each in found.waiting()] == [waiting.id]
    assert [each.id for each in found.open()] == [waiting.id, agreed.id, begun.id]
    assert [each.id for each in found.holding()] == [begun.id]
    assert [each.id for each in found.of(ANN, 2)] == [begun.id, agreed.id]
    assert [each.id for each in found.of(EVE, 9)] == [ended.id]
    assert [each.id for each in found.newest(2)] == [ended.id, begun.id]
    assert found.get(ended.id).state is State.DENIED
    assert [each.body.action for each in found.events(ended.id)] == ["submit", "deny"]
    assert set(OPEN) == {State.PENDING, State.APPROVED, State.APPLYING}
    with pytest.raises(DacError):
        found.get(99)


def test_leases_reviews_and_freezes_are_found(house: House) -> None:
    freezers = policy().model_copy(update={"freezers": People(users=frozenset({CAT}))})
    later, sooner = house.leased("a", lease=timedelta(hours=9)), house.leased("b", lease=timedelta(hours=3))
    emergency = house.asked("c", rules=TWO)
    house.approvals(TWO).break_glass(emergency.id, DAN, because="down", confirmed="c")
    found = looked(house)
    assert [each.id for each in found.leased()] == [sooner.id, later.id]
    assert [each.id for each in found.review_owed()] == [emergency.id]
    assert found.freeze() is None
    house.freezer(freezers).freeze(CAT)
    freeze = found.freeze()
    assert freeze
    assert freeze.by == CAT
    assert found.stats(DAY).emergencies == 1


def test_a_copy_at_rest_is_read_and_nothing_is_written_beside_it(house: House, tmp_path: Path) -> None:
    house.approved()
    with closing(sqlite3.connect(house.path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copied = tmp_path / "shelf" / "dac.sqlite3"
    copied.parent.mkdir()
    copied.write_bytes(house.path.read_bytes())
    records = Records(copied, at_rest=True)
    assert records.first_break() == house.records.first_break()
    assert list(records.unlike()) == []
    assert list(copied.parent.iterdir()) == [copied]


def test_a_file_without_events_holds_no_record(house: House, tmp_path: Path) -> None:
    assert house.records.are_there()
    other = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE notes (words TEXT)")
    assert not Records(other).are_there()
