"""Everything the bot says to Slack: one place for its rate limits and its outages."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.pace import Busy, Now, Pace, Sleep
from bot.slack_refusals import Gone, Refusal, gist, refusal_of, retry_after, translated
from dac.errors import Denied, Invalid, NotFound, Unavailable

log = logging.getLogger(__name__)

Block = dict[str, Any]

OK = 200

PATIENCE = timedelta(minutes=10)
"""How long an answer is tried to be delivered; a response_url lives for thirty."""

SHORT = timedelta(seconds=10)
"""How long somebody waits whose click has to be judged."""

BRIEF = timedelta(seconds=2)
"""How long one waits for what one can do without."""

PAGES = 20
"""Of two hundred messages each, in which one of ours is looked for."""

LONGEST_WAIT = 5.0
"""Seconds between two tries at the most, so that Slack is found again soon after an outage."""

METADATA = "dac_message"
"""Event type of the metadata our messages carry, by which one is found again."""


@dataclass(frozen=True)
class Posted:
    channel: str
    ts: str


@dataclass(frozen=True)
class Person:
    """The name of the time zone somebody lives by, empty where Slack knows none, and whether they have left."""

    zone: str
    deleted: bool


class Slack:
    """Speaks for the bot. What passes by itself is tried again; what does not becomes a `DacError`."""

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession, now: Now, sleep: Sleep) -> None:
        self._client = client
        self._session = session
        self._now = now
        self._sleep = sleep
        self.pace = Pace(now, sleep)

    async def post(
        self,
        channel: str,
        text: str,
        blocks: Sequence[Block],
        *,
        thread_ts: str | None = None,
        name: str | None = None,
        until: datetime | None = None,
    ) -> Posted:
        """Post a message. `name` is how `find` will know it; a call whose fate is unknown is not repeated here.

        No call is begun after `until`, however long the channel's turn was waited for: then `Busy` is raised, and
        nothing was posted. Without it, patience counts from that turn on.
        """
        metadata = {"event_type": METADATA, "event_payload": {"name": name}} if name else None
        async with self.pace.turn(channel, until):
            try:
                answer = await self.attempt(
                    lambda: self._client.chat_postMessage(
                        channel=channel,
                        text=text,
                        blocks=list(blocks) or None,
                        thread_ts=thread_ts,
                        metadata=metadata,
                        unfurl_links=False,
                        unfurl_media=False,
                    ),
                    repeatable=False,
                    patience=until - self._now() if until else PATIENCE,
                )
            except Busy as busy:
                # Whoever has something for that channel next need not ask to be told the same.
                self.pace.rest(channel, busy.seconds)
                raise
        return Posted(channel=str(answer["channel"]), ts=str(answer["ts"]))

    async def update(
        self, posted: Posted, text: str, blocks: Sequence[Block], *, patience: timedelta = PATIENCE
    ) -> None:
        await self.attempt(
            lambda: self._client.chat_update(
                channel=posted.channel, ts=posted.ts, text=text, blocks=list(blocks), as_user=None
            ),
            patience=patience,
        )

    async def permalink(self, posted: Posted) -> str:
        """Where a message can be opened."""
        answer = await self.attempt(
            lambda: self._client.chat_getPermalink(channel=posted.channel, message_ts=posted.ts), patience=SHORT
        )
        return str(answer["permalink"])

    async def find(
        self,
        channel: str,
        name: str,
        since: datetime,
        thread_ts: str | None,
        until: datetime | None = None,
        patience: timedelta = PATIENCE,
    ) -> Posted | None:
        """The same as `search`, but None also where it may not be looked up."""
        try:
            return await self.search(channel, name, (since, until), thread_ts, patience)
        except (Denied, Invalid, NotFound):
            return None

    async def search(
        self,
        channel: str,
        name: str,
        between: tuple[datetime, datetime | None],
        thread_ts: str | None,
        patience: timedelta,
    ) -> Posted | None:
        """A message of ours by its name, for a posting whose answer was lost; raises where it may not be looked up.

        Looked through are the newest two hundred messages since the first time, and where there are more and a second
        is given, all of what was said between the two, up to a limit that no channel should reach.
        """
        listing = self._client.conversations_replies if thread_ts else self._client.conversations_history
        since, until = between
        asked: dict[str, Any] = {"include_all_metadata": True, "limit": 200, "oldest": str(since.timestamp())}
        if thread_ts:
            asked["ts"] = thread_ts
        for page in range(1 + PAGES if until else 1):
            if page and until:
                asked["latest"] = str(until.timestamp())
            answer = await self.attempt(partial(listing, channel=channel, **asked), patience=patience)
            for message in answer.get("messages", []):
                metadata = message.get("metadata") or {}
                if (metadata.get("event_payload") or {}).get("name") == name:
                    return Posted(channel=channel, ts=str(message["ts"]))
            following = (answer.get("response_metadata") or {}).get("next_cursor")
            if not following:
                break
            # What comes before the newest is paged through from the second time on.
            asked["cursor"] = following if page else None
        return None

    async def whisper(
        self, channel: str, user: str, text: str, blocks: Sequence[Block], thread_ts: str | None = None
    ) -> None:
        """Tell one person, in the channel if they are in it, else directly."""
        try:
            await self.attempt(
                lambda: self._client.chat_postEphemeral(
                    channel=channel, user=user, text=text, blocks=list(blocks) or None, thread_ts=thread_ts
                )
            )
        except (Gone, Denied):
            await self.tell(user, text, blocks)

    async def tell(self, user: str, text: str, blocks: Sequence[Block]) -> None:
        """A direct message."""
        await self.post(await self.direct(user), text, blocks)

    async def direct(self, user: str) -> str:
        """The channel in which the bot and one person are by themselves."""
        opened = await self.attempt(lambda: self._client.conversations_open(users=user))
        return str(opened["channel"]["id"])

    async def respond(self, url: str, text: str, blocks: Sequence[Block], *, public: bool) -> None:
        """Answer a command or a click by its response_url; `Gone` when that has run out."""

        async def send() -> Mapping[str, Any]:
            hook = AsyncWebhookClient(url, session=self._session, retry_handlers=[])
            answer = await hook.send(
                text=text,
                blocks=list(blocks) or None,
                response_type="in_channel" if public else "ephemeral",
                replace_original=False,
            )
            if answer.status_code == OK:
                return {}
            raise Refusal(answer.status_code, gist(answer.body), retry_after(answer.headers))

        await self.attempt(send)

    async def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Open a modal; a trigger lives three seconds, so this is tried once."""
        try:
            await self._client.views_open(trigger_id=trigger_id, view=dict(view))
        except SlackApiError as error:
            raise translated(refusal_of(error)) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable("Slack did not open the form; try again.") from error

    async def publish_home(self, user: str, view: Mapping[str, Any]) -> None:
        await self.attempt(lambda: self._client.views_publish(user_id=user, view=dict(view)))

    async def members(self, group: str) -> frozenset[str]:
        """The people in a user group, as of now."""
        answer = await self.attempt(lambda: self._client.usergroups_users_list(usergroup=group), patience=SHORT)
        return frozenset(str(each) for each in answer["users"])

    async def person(self, user: str) -> Person:
        """Raises `NotFound` where there is nobody of that id."""
        answer = await self.attempt(lambda: self._client.users_info(user=user), patience=BRIEF)
        held = answer["user"]
        return Person(zone=str(held.get("tz") or ""), deleted=bool(held.get("deleted")))

    async def attempt(
        self,
        call: Callable[[], Awaitable[Any]],
        *,
        repeatable: bool = True,
        patience: timedelta = PATIENCE,
    ) -> Any:
        """Call until Slack answers one way or the other, or patience ends in `Unavailable`.

        Told to come back later, nothing has been done, so that is repeated even where a lost answer is not.
        """
        until, wait = self._now() + patience, 0.5
        while True:
            pause, wait = wait, min(wait * 2, LONGEST_WAIT)
            try:
                return await call()
            except (SlackApiError, Refusal) as error:
                refusal = error if isinstance(error, Refusal) else refusal_of(error)
                if refusal.limited:
                    pause = refusal.retry_after
                elif not refusal.passing:
                    raise translated(refusal) from error
                elif not repeatable:
                    raise Unavailable(f"Slack answered {refusal}; whether it did it is not known.") from error
                last: Exception = refusal
            except (aiohttp.ClientError, TimeoutError) as error:
                if not repeatable:
                    raise Unavailable("Slack did not answer; whether it did it is not known.") from error
                last = error
            if self._now() + timedelta(seconds=pause) > until:
                if isinstance(last, Refusal) and last.limited:
                    raise Busy(pause) from last
                raise Unavailable("Slack does not answer just now; try again in a moment.") from last
            log.info(
                "Slack: waiting %.1f s after %s", pause, last if isinstance(last, Refusal) else type(last).__name__
            )
            await self._sleep(pause)
