"""What has been acknowledged is carried out, whichever process is left to do it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.inbox import Delivery, Inbox

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEASE = timedelta(seconds=20)
AFTER = NOON + LEASE
PRESS = Delivery("action:1:ab", "action", {"user": {"id": "UANN"}, "token": "verification", "actions": []})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dac.sqlite3"


def test_what_a_process_left_behind_is_taken_over_once(path: Path) -> None:
    Inbox(path, "gone", LEASE).write([PRESS], [], NOON)
    found = Inbox(path, "next", LEASE).left_behind(AFTER)
    assert [(each.name, each.kind, each.body["user"]) for each in found] == [("action:1:ab", "action", {"id": "UANN"})]
    assert Inbox(path, "third", LEASE).left_behind(AFTER) == []


def test_what_has_been_carried_out_is_not_there_any_more(path: Path) -> None:
    inbox = Inbox(path, "gone", LEASE)
    inbox.write([PRESS], [], NOON)
    inbox.write([], [PRESS.name], NOON)
    assert Inbox(path, "next", LEASE).left_behind(AFTER) == []


def test_what_another_process_may_still_be_at_is_left_to_it(path: Path) -> None:
    Inbox(path, "busy", LEASE).write([PRESS], [], NOON)
    assert Inbox(path, "next", LEASE).left_behind(AFTER - timedelta(seconds=1)) == []


def test_what_a_process_holds_itself_it_does_not_take_over(path: Path) -> None:
    inbox = Inbox(path, "busy", LEASE)
    inbox.write([PRESS], [], NOON)
    assert inbox.left_behind(AFTER - timedelta(seconds=1)) == []
    # Having asked is a sign of life, and so it is still its own.
    assert Inbox(path, "next", LEASE).left_behind(AFTER) == []


def test_a_copy_changes_nothing(path: Path) -> None:
    inbox = Inbox(path, "gone", LEASE)
    inbox.write([PRESS, PRESS], [], NOON)
    inbox.write([PRESS], [], AFTER)
    assert len(Inbox(path, "next", LEASE).left_behind(AFTER)) == 1


def test_it_is_told_when_it_came_however_long_ago(path: Path) -> None:
    Inbox(path, "gone", LEASE).write([PRESS], [], NOON)
    (found,) = Inbox(path, "next", LEASE).left_behind(NOON + timedelta(days=3))
    assert found.since == NOON


def test_what_a_process_works_at_for_long_stays_its_own(path: Path) -> None:
    busy, other = Inbox(path, "busy", LEASE), Inbox(path, "other", LEASE)
    busy.write([PRESS], [], NOON)
    for minutes in range(120):
        assert busy.left_behind(NOON + timedelta(minutes=minutes)) == []
        assert other.left_behind(NOON + timedelta(minutes=minutes, seconds=10)) == []
    assert [each.name for each in other.left_behind(NOON + timedelta(minutes=121))] == [PRESS.name]


def test_slacks_verification_token_is_not_kept(path: Path) -> None:
    Inbox(path, "gone", LEASE).write([PRESS], [], NOON)
    (found,) = Inbox(path, "next", LEASE).left_behind(AFTER)
    assert "token" not in found.body
    assert b"verification" not in path.read_bytes()
