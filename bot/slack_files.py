"""Files between the bot and Slack: put there, looked up, and read piece by piece by who works in a thread."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Generator
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.download import Download
from bot.pace import Sleep
from bot.slack import OK, SHORT, Slack
from bot.slack_refusals import Refusal, gist, refusal_of, retry_after
from commands._command import File
from dac.errors import Denied, Invalid, NotFound, Unavailable
from dac.naming import clip

ALT_TEXT = 1000
"""Characters of a picture's description that Slack takes."""

SEND_SECONDS = 120.0
"""How long the bytes of one file may take to Slack."""

LOOKS, LOOK_SECONDS = 10, 0.5
"""How often a file just uploaded is looked up, and how long after one another, until Slack has made it out."""


class SlackFiles:
    """Puts files into Slack and looks them up, on the event loop; as patient as `Slack`, with its errors."""

    def __init__(self, slack: Slack, client: AsyncWebClient, session: aiohttp.ClientSession, sleep: Sleep) -> None:
        self._slack = slack
        self._client = client
        self._session = session
        self._sleep = sleep

    async def upload(
        self,
        name: str,
        content: bytes,
        *,
        title: str,
        alt_text: str = "",
        channel: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """The id of a file put into Slack: shared in that thread, or ready to stand in a message's image block.

        Cut short, it begins anew. Raises `Unavailable` where it is not known whether the file has been shared.
        """

        async def whole() -> str:
            promised = await self._client.files_getUploadURLExternal(
                filename=name, length=len(content), alt_txt=clip(alt_text, ALT_TEXT) or None
            )
            file_id = str(promised["file_id"])
            await self._send(str(promised["upload_url"]), content)
            async with self._turn(channel):
                await self._complete(file_id, title, channel, thread_ts)
            return file_id

        file_id: str = await self._slack.attempt(whole)
        if channel is None:
            await self._settled(file_id)
        return file_id

    async def info(self, file_id: str) -> File:
        """What Slack knows of a file that somebody gave the bot, or that lies in a conversation it is in."""
        return _read(await self._look_up(file_id))

    async def _send(self, url: str, content: bytes) -> None:
        timeout = aiohttp.ClientTimeout(total=SEND_SECONDS)
        headers = {"Content-Type": "application/octet-stream"}
        async with self._session.post(
            url, data=content, headers=headers, allow_redirects=False, timeout=timeout
        ) as answer:
            if answer.status != OK:
                raise Refusal(answer.status, gist(await answer.text()), retry_after(answer.headers))

    def _turn(self, channel: str | None) -> contextlib.AbstractAsyncContextManager[None]:
        return contextlib.nullcontext() if channel is None else self._slack.pace.turn(channel)

    async def _complete(self, file_id: str, title: str, channel: str | None, thread_ts: str | None) -> None:
        """Once this is done the file is there, and shared: done twice, people would see it twice."""
        try:
            await self._client.files_completeUploadExternal(
                files=[{"id": file_id, "title": title}], channel_id=channel, thread_ts=thread_ts
            )
        except SlackApiError as error:
            refusal = refusal_of(error)
            if refusal.limited or not refusal.passing or not await self._is_done(file_id, channel):
                raise
        except (aiohttp.ClientError, TimeoutError):
            if not await self._is_done(file_id, channel):
                raise

    async def _is_done(self, file_id: str, channel: str | None) -> bool:
        """Whether an upload whose end was not answered has ended all the same."""
        for look in range(LOOKS):
            if look:
                await self._sleep(LOOK_SECONDS)
            try:
                found = await self._look_up(file_id)
            except NotFound:
                return False
            if channel is None or channel in _shared_in(found):
                return True
        raise Unavailable("Slack has taken a file; whether it shows it is not known.")

    async def _settled(self, file_id: str) -> None:
        """Wait until Slack knows what kind of file it is: before that it shows it in no message."""
        for look in range(LOOKS):
            if look:
                await self._sleep(LOOK_SECONDS)
            if (await self._look_up(file_id)).get("mimetype"):
                return

    async def _look_up(self, file_id: str) -> dict[str, Any]:
        try:
            answer = await self._slack.attempt(lambda: self._client.files_info(file=file_id), patience=SHORT)
        except Denied:
            raise Denied(
                "Slack does not let me read files: the app lacks the scope files:read. "
                "Whoever keeps the app can install it again from its manifest."
            ) from None
        found: dict[str, Any] = answer["file"]
        return found


class FileReader:
    """Files for who works in a thread: asked there, answered on the event loop that Slack is spoken to from."""

    def __init__(
        self,
        files: SlackFiles,
        slack: Slack,
        session: aiohttp.ClientSession,
        token: str,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._files = files
        self._slack = slack
        self._session = session
        self._token = token
        self._loop = loop

    def info(self, file_id: str) -> File:
        """Raises `NotFound` for a file that is not there or not shown to the bot, `Denied` without the scope."""
        return asyncio.run_coroutine_threadsafe(self._files.info(file_id), self._loop).result()

    def read(self, file: File) -> Generator[bytes, None, None]:
        """A file's bytes from its first to its last, in pieces of a megabyte at most; a cut is made good.

        Raises `NotFound`, `Denied` where Slack wants somebody to sign in instead, and `Unavailable`.
        """
        if not file.url:
            raise Invalid(f"“{clip(file.name)}” is only a link to a file elsewhere: attach the file itself.")
        download = Download(file.name, file.mimetype, file.url, self._session, self._token)

        async def next_piece() -> bytes:
            piece: bytes = await self._slack.attempt(download.piece)
            return piece

        try:
            while piece := asyncio.run_coroutine_threadsafe(next_piece(), self._loop).result():
                yield piece
        finally:
            # Where the loop has ended, so have all its connections.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(download.let_go)


def _read(found: dict[str, Any]) -> File:
    # What an external file says is its address is another company's, which our token is no business of.
    hosted = not found.get("is_external") and found.get("mode") != "external"
    return File(
        id=str(found["id"]),
        name=str(found.get("name") or found["id"]),
        size=int(found.get("size") or 0),
        mimetype=str(found.get("mimetype") or ""),
        user=str(found.get("user") or ""),
        url=str(found.get("url_private_download") or "") if hosted else "",
    )


def _shared_in(found: dict[str, Any]) -> set[str]:
    shares = found.get("shares") or {}
    named = [*found.get("channels", ()), *found.get("groups", ()), *found.get("ims", ())]
    return {*named, *shares.get("public", ()), *shares.get("private", ())}
