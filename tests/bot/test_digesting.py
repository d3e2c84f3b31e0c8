"""Scheduled digests: each is told once, near its time or marked late, whatever happens to Slack or the process."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.occurrences import Occurrences
from dac.digest import Scope
from dac.marks import Mark, MarkKind
from dac.schedules import Pause, State
from sandbox import serving
from sandbox.slack import Config, make_app
from tests.bot.digests import EU, IDLE, NINE, SHEET, Newsroom
from tests.bot.house import BOT_TOKEN, MANIFEST
from tests.bot.people import ADA, GENERAL, OPS, Slack, shown


def test_nothing_is_told_before_it_is_due_and_each_once(room: Newsroom) -> None:
    room.schedule()
    room.until(NINE - timedelta(seconds=1))
    room.round()
    assert room.digests() == []
    room.until(NINE)
    room.round()
    room.round(minutes=1)
    (told,) = room.digests()
    assert "chat is idle" in shown(told)
    assert "late" not in shown(told)
    room.round(hours=24)
    assert len(room.digests()) == 2
    assert room.told == [("all", NINE), ("all", NINE + timedelta(days=1))]
    assert room.since == [None, NINE]


def test_what_has_happened_is_told_since_the_digest_before_five_weeks_at_the_most(room: Newsroom) -> None:
    made = room.schedule("monthly 24 09:00 UTC")
    room.until(NINE)
    room.round()
    room.book.pause(made.id, Pause(by=ADA, at=room.clock.now()))
    for days in (20, 110):
        room.until(NINE + timedelta(days=days))
        room.book.run(made.id, ADA, at=room.clock.now(), delivery=f"run-{days}")
        room.round()
    assert room.since == [None, NINE, NINE + timedelta(days=75)]


def test_two_processes_tell_it_once(room: Newsroom) -> None:
    for _ in range(5):
        room.schedule()
    room.until(NINE)
    for _ in range(3):
        room.round("one", "two")
    assert len(room.digests()) == 5


def test_what_was_due_while_nobody_was_at_work_is_told_late_each_once_and_says_why(room: Newsroom) -> None:
    room.schedule()
    room.until(NINE + timedelta(days=2, hours=1))
    room.round()
    room.round(minutes=1)
    messages = room.digests()
    assert len(messages) == 3
    assert all("I was not at work then." in shown(each) for each in messages)
    assert [at for _, at in room.told] == [NINE + timedelta(days=each) for each in range(3)]


def test_a_long_backlog_is_told_in_turns_and_nothing_of_it_is_lost(room: Newsroom) -> None:
    room.schedule()
    room.schedule(channel=GENERAL)
    room.until(NINE + timedelta(days=11))
    room.round()
    assert len(room.digests()) == 12
    assert len(room.digests(GENERAL)) == 12


@pytest.mark.parametrize("kind", ["drop_after", "http_500"])
def test_one_whose_posting_was_not_answered_is_looked_for_before_it_is_posted_again(room: Newsroom, kind: str) -> None:
    room.schedule()
    room.until(NINE)
    room.slack.fault(kind, method="chat.postMessage")
    room.round()
    room.round(minutes=1)
    (told,) = room.digests()
    assert "late" not in shown(told)


def test_one_is_found_again_in_a_channel_in_which_much_has_been_said_since(room: Newsroom) -> None:
    made = room.schedule()
    room.book.pause(made.id, Pause(by=ADA, at=room.clock.now()))
    room.until(datetime.now(UTC))  # Slack's clock, by which messages are found
    room.book.run(made.id, ADA, at=room.clock.now(), delivery="run-1")
    room.slack.fault("drop_after", method="chat.postMessage")
    room.round()
    room.slack.do("clock", advance=600)
    for number in range(200):
        room.slack.web("chat.postMessage", channel=OPS, text=f"talk {number}")
    room.round(minutes=10)
    said = [each["text"] for each in room.slack.messages(OPS) if "talk" not in each["text"]]
    assert len(said) == 1
    assert room.book.last(made.id)


def test_one_that_an_outage_made_late_says_so(room: Newsroom) -> None:
    room.schedule()
    room.until(NINE)
    room.slack.fault("outage")
    room.round()
    room.slack.clear_faults()
    room.round(hours=1)
    assert "Slack" in shown(room.digests()[0])
    assert "Why it is late" in shown(room.digests()[0])


def test_a_round_ends_though_channels_fail_in_turn(room: Newsroom) -> None:
    room.schedule()
    room.schedule("daily 08:59 UTC", channel=GENERAL)
    room.until(NINE)
    room.slack.fault("outage")
    room.round("one", "two")
    room.slack.clear_faults()
    room.round("one", "two", hours=1)
    assert [len(room.digests(channel)) for channel in (OPS, GENERAL)] == [1, 1]


def test_one_that_another_process_died_over_is_taken_over_once_its_claim_has_ended(room: Newsroom) -> None:
    made = room.schedule()
    room.until(NINE)
    dead = Occurrences(room.path, "dead", timedelta(seconds=30))
    dead.come_round(NINE)
    claim = dead.claim((made.id, NINE), NINE)
    assert claim
    room.round()
    assert room.digests() == []
    room.round(minutes=1)
    assert len(room.digests()) == 1
    assert dead.begin(claim.occurrence, room.clock.now()) is None
    dead.put_off((made.id, NINE), "too late", room.clock.now())
    assert room.book.last(made.id)


def test_what_is_due_together_is_gathered_once_for_all_who_are_told_the_same(room: Newsroom) -> None:
    for channel in (OPS, GENERAL, OPS):
        room.schedule(channel=channel)
    room.schedule(scope=EU)
    room.until(NINE)
    room.round()
    assert sorted(room.told) == [("all", NINE), (str(EU), NINE)]
    assert len(room.digests()) == 3


def test_files_go_into_the_thread_once(room: Newsroom) -> None:
    made = room.schedule()
    room.files = (SHEET,)
    room.until(NINE)
    room.round()
    room.round(minutes=1)
    (told,) = room.digests()
    (reply,) = room.slack.thread(told)
    assert reply["files"][0]["name"] == SHEET.name
    last = room.book.last(made.id)
    assert last
    assert last.state is State.SENT


def test_files_left_over_by_a_crash_are_given_by_the_next_process(room: Newsroom) -> None:
    made = room.schedule()
    room.files = (SHEET,)
    room.until(NINE)
    dead = Occurrences(room.path, "dead", timedelta(seconds=30))
    dead.come_round(NINE)
    claim = dead.claim((made.id, NINE), NINE)
    assert claim
    said = claim.occurrence.model_copy(update={"digest": room.gather(Scope(), NINE, ZoneInfo("UTC"))})
    assert dead.begin(said, NINE)
    ts = room.slack.web("chat.postMessage", channel=OPS, text="the digest, posted by a process that died")["ts"]
    assert dead.sent((made.id, NINE), ts=ts, drawn="", now=NINE, files=True)
    room.round(minutes=1)
    (reply,) = room.slack.thread({"channel": OPS, "ts": ts})
    assert reply["files"][0]["name"] == SHEET.name


def test_a_message_follows_what_people_say_of_its_lines(room: Newsroom) -> None:
    room.schedule()
    room.until(NINE)
    room.round()
    (before,) = room.digests()
    room.marks.mark(Mark(place=OPS, key=IDLE.key, scope="all", kind=MarkKind.ACKNOWLEDGED, by=ADA, at=room.clock.now()))
    room.round(minutes=1)
    (after,) = room.digests()
    assert after["ts"] == before["ts"]
    assert "chat is idle" not in shown(after)
    assert room.told == [("all", NINE)]


def test_a_message_that_cannot_be_drawn_anew_is_not_tried_in_every_round(room: Newsroom) -> None:
    room.schedule()
    room.until(NINE)
    room.round()
    room.times = 100
    room.marks.mark(Mark(place=OPS, key=IDLE.key, scope="all", kind=MarkKind.ACKNOWLEDGED, by=ADA, at=room.clock.now()))
    for _ in range(3):
        room.round(minutes=1)
    assert len(room.slack.calls("chat.update")) == 1
    assert "chat is idle" in shown(room.digests()[0])


def test_one_deleted_meanwhile_stays_away(room: Newsroom) -> None:
    room.schedule()
    room.until(NINE)
    room.round()
    room.slack.do("delete_message", channel=OPS, ts=room.digests()[0]["ts"])
    room.marks.mark(Mark(place=OPS, key=IDLE.key, scope="all", kind=MarkKind.ACKNOWLEDGED, by=ADA, at=room.clock.now()))
    room.round(minutes=1)
    assert room.digests() == []


def of_another_version(room: Newsroom) -> None:
    """What is kept of the digests has something in it that this version of the bot does not know."""
    with closing(sqlite3.connect(room.path)) as db, db:
        db.execute("UPDATE occurrences SET body = json_set(body, '$.digest.novelty', 1)")


def test_a_digest_that_another_version_has_made_is_gathered_anew_and_keeps_nobody_waiting(room: Newsroom) -> None:
    room.schedule()
    room.until(NINE)
    room.slack.fault("http_500", method="chat.postMessage")
    room.round()
    of_another_version(room)
    room.schedule(channel=GENERAL)
    room.round(minutes=1)
    assert len(room.digests()) == 1
    of_another_version(room)
    room.round(hours=24)
    assert len(room.digests()) == 2
    assert len(room.digests(GENERAL)) == 1


def test_files_of_another_version_s_digest_are_let_be(room: Newsroom) -> None:
    made = room.schedule()
    room.until(NINE)
    dead = Occurrences(room.path, "dead", timedelta(seconds=30))
    dead.come_round(NINE)
    claim = dead.claim((made.id, NINE), NINE)
    assert claim
    assert dead.begin(claim.occurrence, NINE)
    assert dead.sent((made.id, NINE), ts="1.1", drawn="", now=NINE, files=True)
    of_another_version(room)
    room.round(minutes=1)
    last = room.book.last(made.id)
    assert last
    assert last.state is State.SENT


def test_a_hundred_at_once_are_out_within_three_minutes_in_spite_of_limits_and_an_outage(tmp_path: Path) -> None:
    with serving.running(lambda: make_app(Config(manifest=MANIFEST, bot_token=BOT_TOKEN))) as url:
        room = Newsroom(Slack(url), tmp_path / "dac.sqlite3", in_step=True)
        room.slack.do("clock", frozen=True)
        for _ in range(100):
            room.schedule()
        room.until(NINE)
        room.slack.fault("ratelimited", method="chat.postMessage", times=10, retry_after=2)
        room.slack.fault("outage", seconds=20)
        while len(room.digests()) < 100 and room.clock.now() < NINE + timedelta(minutes=5):
            # One process: where two wait at the same time, this clock would go twice as fast.
            room.round()
            asyncio.run(room.sleep(3))
        assert room.clock.now() - NINE < timedelta(minutes=3)
        assert len(room.digests()) == 100
        assert len(room.told) <= 2  # each round here is a process of its own
        assert not [each for each in room.digests() if "Why it is late" in shown(each)]
