"""Messages to be posted later: within 120 days, a few per channel and window, gone once posted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.slack.background import Background
from sandbox.slack.board import Board
from sandbox.slack.errors import ApiError
from sandbox.slack.ids import Ids
from sandbox.slack.messages import Message
from sandbox.slack.posting import Content
from sandbox.slack.workspace import Workspace

FURTHEST_SECONDS = 120 * 24 * 3600
MOST_PER_WINDOW = 30
WINDOW_SECONDS = 300


@dataclass
class Scheduled:
    id: str
    channel: str
    post_at: int
    created: int
    content: Content
    thread_ts: str | None
    task: asyncio.Task[None] | None = None


class Schedule:
    def __init__(self, clock: Clock, ids: Ids, board: Board, workspace: Workspace) -> None:
        self._clock = clock
        self._ids = ids
        self._board = board
        self._workspace = workspace
        self._tasks = Background()
        self._waiting: dict[str, Scheduled] = {}

    def clear(self) -> None:
        self._tasks.cancel()
        self._waiting.clear()

    def add(self, channel: str, post_at: int, content: Content, thread_ts: str | None) -> Scheduled:
        now = int(self._clock.now().timestamp())
        if post_at <= now:
            raise ApiError("time_in_past")
        if post_at - now > FURTHEST_SECONDS:
            raise ApiError("time_too_far")
        near = [
            each
            for each in self._waiting.values()
            if each.channel == channel and each.post_at // WINDOW_SECONDS == post_at // WINDOW_SECONDS
        ]
        if len(near) >= MOST_PER_WINDOW:
            raise ApiError("restricted_too_many")
        scheduled = Scheduled(self._ids.new("Q"), channel, post_at, now, content, thread_ts)
        self._waiting[scheduled.id] = scheduled
        scheduled.task = self._tasks.start(self._post_when_due(scheduled))
        return scheduled

    def cancel(self, channel: str, id_: str) -> None:
        scheduled = self._waiting.get(id_)
        if not scheduled or scheduled.channel != channel:
            raise ApiError("invalid_scheduled_message_id")
        del self._waiting[id_]
        if scheduled.task:
            scheduled.task.cancel()

    def all(self) -> list[Scheduled]:
        return sorted(self._waiting.values(), key=lambda each: each.post_at)

    def message(self, scheduled: Scheduled, ts: str) -> Message:
        return Message(
            ts,
            scheduled.channel,
            self._workspace.bot_user,
            scheduled.content.text,
            bot_id=self._workspace.bot_id,
            blocks=scheduled.content.blocks,
            attachments=scheduled.content.attachments,
            metadata=scheduled.content.metadata,
            thread_ts=scheduled.thread_ts,
        )

    async def _post_when_due(self, scheduled: Scheduled) -> None:
        await self._clock.sleep(scheduled.post_at - self._clock.now().timestamp())
        del self._waiting[scheduled.id]
        self._board.post(self.message(scheduled, self._ids.ts()))
