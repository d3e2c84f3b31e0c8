"""One download from Slack: from its first byte, taken up again where it was cut, its token shown to nobody else."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import aiohttp

from bot.slack_refusals import SERVER_ERROR, Refusal, retry_after
from dac.errors import Denied, Invalid, NotFound
from dac.naming import clip

PIECE = 1 << 20
"""Bytes that are held at once, at the most."""

TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=30)
"""A large file may take long, as long as something comes."""

HOPS = 3
"""How often Slack may send us on within one host."""

REDIRECTS = {301, 302, 303, 307, 308}
NOT_ALLOWED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
NOT_THERE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
HTML = "text/html"
RANGE = re.compile(r"bytes (\d+)-")


class Download:
    """`piece` after `piece`, each of which may fail and be asked for again, until an empty one; then `let_go`."""

    def __init__(self, name: str, mimetype: str, url: str, session: aiohttp.ClientSession, token: str) -> None:
        self._name = name
        self._mimetype = mimetype
        self._url = url
        self._session = session
        self._token = token
        self._offset = 0
        self._answer: aiohttp.ClientResponse | None = None

    async def piece(self) -> bytes:
        """The next bytes, a megabyte at most; none at the end.

        Raises `Refusal` and aiohttp's errors for what may pass by itself, and else a `DacError`.
        """
        gathered = bytearray()
        try:
            answer = self._answer = self._answer or await self._opened()
            if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                # The cut was behind the last byte.
                return b""
            while len(gathered) < PIECE and (more := await answer.content.read(PIECE - len(gathered))):
                gathered += more
        except (aiohttp.ClientError, TimeoutError):
            self.let_go()
            if not gathered:
                raise
        self._offset += len(gathered)
        return bytes(gathered)

    def let_go(self) -> None:
        """Close the connection, for good or until the next piece."""
        if self._answer:
            self._answer.close()
        self._answer = None

    async def _opened(self) -> aiohttp.ClientResponse:
        """An answer whose next byte is the one that is wanted."""
        answer = await self._asked()
        try:
            self._check(answer)
            if answer.status != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                await self._skip_to_offset(answer)
        except BaseException:
            answer.close()
            raise
        return answer

    async def _asked(self) -> aiohttp.ClientResponse:
        # Compressed, the bytes that come would not be those that are counted.
        headers = {"Authorization": f"Bearer {self._token}", "Accept-Encoding": "identity"}
        if self._offset:
            headers["Range"] = f"bytes={self._offset}-"
        url = self._url
        for _ in range(HOPS):
            answer = await self._session.get(url, headers=headers, allow_redirects=False, timeout=TIMEOUT)
            if answer.status not in REDIRECTS:
                return answer
            answer.close()
            onwards = urljoin(url, answer.headers.get("Location", ""))
            if urlsplit(onwards)[:2] != urlsplit(url)[:2]:
                # The token is for the host that Slack named, and for no other.
                raise self._sign_in()
            url = onwards
        raise self._sign_in()

    def _check(self, answer: aiohttp.ClientResponse) -> None:
        status = answer.status
        if status in NOT_ALLOWED or (answer.content_type == HTML != self._mimetype and answer.ok):
            raise self._sign_in()
        if status in NOT_THERE:
            raise NotFound(f"Slack does not have the file “{clip(self._name)}” any more.")
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= SERVER_ERROR:
            raise Refusal(status, f"{status} for a file", retry_after(answer.headers))
        if not answer.ok and not (self._offset and status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE):
            raise Invalid(f"Slack does not hand out the file “{clip(self._name)}” (it answers {status}).")

    async def _skip_to_offset(self, answer: aiohttp.ClientResponse) -> None:
        """A server may answer from its first byte, or from another, whatever it was asked for."""
        found = (
            RANGE.match(answer.headers.get("Content-Range", ""))
            if answer.status == HTTPStatus.PARTIAL_CONTENT
            else None
        )
        left = self._offset - (int(found[1]) if found else 0)
        while left > 0:
            skipped = await answer.content.read(min(left, PIECE))
            if not skipped:
                break
            left -= len(skipped)
        if left:
            raise Refusal(SERVER_ERROR, "another part of a file than the one asked for", None)

    def _sign_in(self) -> Denied:
        return Denied(
            f"Slack wants somebody to sign in before it hands out “{clip(self._name)}”. It does so where the app lacks "
            "the scope files:read (then install it again from its manifest) or may not see the file."
        )
