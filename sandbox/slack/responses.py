"""response_url: five posts within thirty minutes, to whoever the URL was made for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.clock import Clock
from sandbox.slack.args import Args
from sandbox.slack.board import Board
from sandbox.slack.errors import ApiError
from sandbox.slack.files import Files
from sandbox.slack.ids import Ids, secret
from sandbox.slack.messages import Message, Messages
from sandbox.slack.posting import Content, read_content
from sandbox.slack.workspace import Workspace

USES = 5
LIFETIME = timedelta(minutes=30)


@dataclass
class ResponseUrl:
    id: str
    secret: str
    user: str
    channel: str
    original: str | None
    """The ts of the message it was pressed in."""
    at: datetime
    used: int = 0


class Responses:
    def __init__(
        self,
        workspace: Workspace,
        messages: Messages,
        board: Board,
        files: Files,
        clock: Clock,
        ids: Ids,
        without: Collection[str],
    ) -> None:
        self._workspace = workspace
        self._messages = messages
        self._board = board
        self._files = files
        self._clock = clock
        self._ids = ids
        self._without = without
        self._urls: dict[str, ResponseUrl] = {}

    def clear(self) -> None:
        self._urls.clear()

    def issue(self, user: str, channel: str, original: str | None = None) -> str:
        url = ResponseUrl(self._ids.new("R"), secret(), user, channel, original, self._clock.now())
        self._urls[url.id] = url
        return f"{self._files.base_url}/response/{self._workspace.team['id']}/{url.id}/{url.secret}"

    def find(self, id_: str, given: str) -> ResponseUrl:
        url = self._urls.get(id_)
        if not url or url.secret != given:
            raise ApiError("invalid_url")
        if self._clock.now() - url.at > LIFETIME:
            raise ApiError("expired_url")
        if url.used >= USES:
            raise ApiError("used_url")
        return url

    def respond(self, url: ResponseUrl, args: Args) -> None:
        """What was posted to the URL: a new message, or the original replaced or deleted."""
        if args.flag("delete_original"):
            original = self._original(url)
            url.used += 1
            if original:
                self._board.delete(original)
            return
        content = read_content(args, self._files, self._without, sizes=False)
        original = self._original(url) if args.flag("replace_original") else None
        url.used += 1
        if original:
            self._replace(original, content)
        else:
            self.say(args, content, url.user, url.channel)

    def say(self, args: Args, content: Content, user: str, channel: str) -> Message:
        """A message of the app: to this user alone unless it asks for the channel."""
        public = args.text("response_type") == "in_channel"
        thread = args.optional("thread_ts")
        return self._board.post(
            Message(
                self._ids.ts(),
                channel,
                self._workspace.bot_user,
                content.text,
                bot_id=self._workspace.bot_id,
                blocks=content.blocks,
                attachments=content.attachments,
                metadata=content.metadata,
                thread_ts=self._messages.root(channel, thread) if thread else None,
                ephemeral_user=None if public else user,
            )
        )

    def _original(self, url: ResponseUrl) -> Message | None:
        if not url.original:
            return None
        try:
            return self._messages.seen(url.channel, url.original, url.user)
        except ApiError:
            return None

    def _replace(self, original: Message, content: Content) -> None:
        before = self._messages.as_json(original)
        if content.text != original.text:
            original.edited = {"user": self._workspace.bot_user, "ts": self._ids.ts()}
        original.text, original.blocks = content.text, content.blocks
        original.attachments = content.attachments
        original.inputs.clear()
        self._board.changed(original, before)
