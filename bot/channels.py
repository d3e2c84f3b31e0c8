"""What Slack knows of channels: which one a person means, who is in it, and whether the bot is."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import SHORT, Slack
from bot.slack_refusals import Closed
from commands._command import Channel
from dac.errors import DacError, Denied, NotFound
from dac.naming import clip, nearest

log = logging.getLogger(__name__)

KEPT = timedelta(seconds=20)
"""How long it is taken for known which channels the bot is in."""

PAGE = 1000
KINDS = "public_channel,private_channel"
ID = re.compile(r"[CG][A-Z0-9]{4,20}")
MENTION = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^<>]*)?>")
"""A channel as Slack writes it where the manifest has it escape what people type, and in what they say to the bot."""

INVITE = "`/invite @dac` there has me in"
WORDS = {
    "is_archived": "the channel is archived",
    "not_in_channel": f"I am not in the channel; {INVITE}",
    "channel_not_found": f"the channel is gone, or is private and I am not in it; {INVITE}",
}
"""By Slack's own word for it, why nothing can be said in a channel."""


class Channels:
    """On the event loop; as patient as `Slack` with somebody who waits, with its errors."""

    def __init__(self, slack: Slack, client: AsyncWebClient, now: Callable[[], datetime]) -> None:
        self._slack = slack
        self._client = client
        self._now = now
        self._joined: frozenset[str] | None = None
        self._joined_at: datetime | None = None
        self._looking = asyncio.Lock()

    async def check(self, channel: str) -> None:
        """Raise `Closed` where the bot is not in it any more, though Slack might let it speak there all the same."""
        joined = await self._where_i_am()
        if joined is None or channel in joined:
            return
        found = await self.look(channel)
        if found.archived or not found.joined:
            raise Closed(WORDS["is_archived" if found.archived else "not_in_channel"])

    async def look(self, channel: str) -> Channel:
        """Raises `Closed` for one that is not there, or is private without the bot."""
        answer = await self._ask(lambda: self._client.conversations_info(channel=channel))
        return _read(answer["channel"])

    async def find(self, word: str) -> Channel:
        """The one that a person means by an id, a mention or a name; `NotFound` offers the nearest names."""
        wanted = word.strip()
        if mention := MENTION.fullmatch(wanted):
            wanted = mention[1]
        if ID.fullmatch(wanted):
            try:
                return await self.look(wanted)
            except Closed:
                raise NotFound(f"I know no channel {clip(word)}: it is gone, or private; {INVITE}.") from None
        name, public = wanted.removeprefix("#").casefold(), list[str]()
        async for each in self._pages(self._client.conversations_list, "channels", types=KINDS):
            found = _read(each)
            if found.name.casefold() == name:
                return found
            if not found.private:
                public.append(found.name)
        near = nearest(name, public)
        meant = f" Did you mean {' or '.join(f'#{each}' for each in near)}?" if near else ""
        raise NotFound(f"I know no channel #{clip(name)}.{meant} A private one I know once I am in it: {INVITE}.")

    async def has(self, channel: str, person: str) -> bool:
        async for each in self._pages(self._client.conversations_members, "members", channel=channel):
            if each == person:
                return True
        return False

    async def _where_i_am(self) -> frozenset[str] | None:
        """The channels that the bot is in; None where Slack does not tell."""
        async with self._looking:
            if self._joined_at is None or self._now() - self._joined_at >= KEPT:
                self._joined_at = self._now()
                try:
                    pages = self._pages(self._client.users_conversations, "channels", types=KINDS)
                    self._joined = frozenset([_read(each).id async for each in pages])
                except Denied as error:
                    log.warning("Which channels I am in is not known: %s", error)
                    self._joined = None
                except DacError:
                    self._joined_at = None
                    raise
            return self._joined

    async def _pages(self, listing: Callable[..., Awaitable[Any]], what: str, **asked: Any) -> AsyncIterator[Any]:
        """Everything of a listing, archived channels left out."""
        if what == "channels":
            asked["exclude_archived"] = True
        cursor = ""
        while True:
            answer = await self._ask(partial(listing, limit=PAGE, cursor=cursor or None, **asked))
            for each in answer[what]:
                yield each
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    async def _ask(self, call: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await self._slack.attempt(call, patience=SHORT)
        except Denied:
            raise Denied(
                "Slack does not let me look at channels: the app lacks the scopes channels:read and groups:read. "
                "Whoever keeps the app can install it again from its manifest."
            ) from None


class ChannelFinder:
    """The same for who works in a thread: asked there, answered on the event loop that Slack is spoken to from."""

    def __init__(self, channels: Channels, loop: asyncio.AbstractEventLoop) -> None:
        self._channels = channels
        self._loop = loop

    def find(self, word: str) -> Channel:
        return asyncio.run_coroutine_threadsafe(self._channels.find(word), self._loop).result()

    def has(self, channel: str, person: str) -> bool:
        """Whether that person is in that channel; False where Slack does not tell."""
        try:
            return asyncio.run_coroutine_threadsafe(self._channels.has(channel, person), self._loop).result()
        except DacError as error:
            log.warning("Whether <%s> is in %s is not known: %s", person, channel, error)
            return False


def sentence(error: DacError) -> str:
    """Why a channel does not take what it is told, in words for people."""
    name = str(error).removeprefix("Slack: ").rstrip(".")
    return WORDS.get(name, name)


def _read(found: dict[str, Any]) -> Channel:
    return Channel(
        id=str(found["id"]),
        name=str(found.get("name") or found["id"]),
        private=bool(found.get("is_private")),
        archived=bool(found.get("is_archived")),
        joined=bool(found.get("is_member")),
    )
