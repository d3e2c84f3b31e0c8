from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.desk import Desk, Way
from bot.errands import Errands
from bot.inbox import Inbox
from bot.listeners import Reception
from bot.postings import Postings
from bot.workers import Workers
from commands._command import Attachment, Call
from tests.bot.people import OPS, Json

TRAIN: Json = {"id": "F01", "name": "train.jsonl", "size": 812, "mimetype": "text/plain", "mode": "hosted"}
SAID: Json = {"user": "U01ROSA", "channel": OPS, "ts": "1700000000.000100", "text": "<@U0DACBOT> look at this"}
DIRECT: Json = {"type": "message", "channel_type": "im", "subtype": "file_share"}


class Heard(Desk):
    """Keeps what it is handed and does nothing about it."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, Call]] = []

    async def line(self, text: str, call: Call, way: Way) -> None:
        assert way == Way()
        self.lines.append((text, call))


def heard(folder: Path, event: Json) -> list[tuple[str, Call]]:
    """What reaches the desk of an event, as it came and once more as it lay on disk."""

    async def deliver() -> list[tuple[str, Call]]:
        database, desk, errands, quick = folder / "dac.sqlite3", Heard(), Errands(), Workers("quick", 1, 10)

        async def authorize() -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="U0DACBOT", bot_id="B1")

        def now() -> datetime:
            return datetime(2026, 11, 23, 12, tzinfo=UTC)

        inbox = Inbox(database, "one", timedelta(minutes=1))
        reception = Reception(
            desk, inbox, Postings(database, "one", timedelta(minutes=1)), quick, errands, now, asyncio.sleep
        )
        app = AsyncApp(authorize=authorize, process_before_response=True)
        reception.register(app)
        body = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}
        await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        await errands.finish(10)
        await reception.finish()
        quick.close(10)
        return desk.lines

    return asyncio.run(deliver())


@pytest.mark.parametrize("kind", [{"type": "app_mention"}, DIRECT], ids=["mention", "direct"])
def test_files_come_with_what_was_said(tmp_path: Path, kind: Json) -> None:
    second = {"id": "F02", "name": "eval.jsonl", "size": 5}
    ((text, call),) = heard(tmp_path, SAID | kind | {"files": [TRAIN, second], "upload": False})
    assert text == "look at this"
    assert call.files == (Attachment("F01", "train.jsonl", 812), Attachment("F02", "eval.jsonl", 5))


@pytest.mark.parametrize("kind", [{"type": "app_mention"}, {**DIRECT, "subtype": None}], ids=["mention", "direct"])
def test_without_files_there_are_none(tmp_path: Path, kind: Json) -> None:
    ((_, call),) = heard(tmp_path, SAID | kind)
    assert call.files == ()


def test_of_a_file_from_another_workspace_no_more_than_its_id_is_known(tmp_path: Path) -> None:
    strange: Any = {"id": "F01", "file_access": "check_file_info"}
    ((_, call),) = heard(tmp_path, SAID | DIRECT | {"files": [strange]})
    assert call.files == (Attachment("F01", "", 0),)


@pytest.mark.parametrize("subtype", ["message_changed", "message_deleted", "channel_join"])
def test_what_became_of_a_message_is_nothing_that_was_said(tmp_path: Path, subtype: str) -> None:
    assert heard(tmp_path, SAID | DIRECT | {"subtype": subtype, "files": [TRAIN]}) == []
