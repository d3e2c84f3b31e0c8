"""Delivery over HTTP: signed requests to the app's request URL, and what its answers mean."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import aiohttp

from sandbox.clock import Clock
from sandbox.slack.background import Background, within
from sandbox.slack.delivery import ACK_SECONDS, VERIFICATION_TOKEN, Answer, Envelope
from sandbox.slack.errors import Json
from sandbox.slack.faults import Faults
from sandbox.slack.ids import secret

MOST_REDIRECTS = 2
_OK = 200


class HttpDelivery:
    def __init__(self, url: str, signing_secret: str, clock: Clock, faults: Faults, background: Background) -> None:
        self._url = url
        self._secret = signing_secret
        self._clock = clock
        self._faults = faults
        self._background = background
        self._session: aiohttp.ClientSession | None = None
        self.verified: bool | None = None
        """Whether the app answered the last url_verification; None before the first."""

    @property
    def connected(self) -> bool:
        return True

    async def deliver(self, envelope: Envelope, *, copies: int) -> Answer:
        body, content_type = _body(envelope)
        headers = self._headers(body, content_type, envelope)
        for _ in range(copies - 1):
            self._background.start(self._post(body, headers))
        posted = self._background.start(self._post(body, headers))
        if not await within(self._clock, ACK_SECONDS, posted):
            posted.cancel()
            return Answer("operation_timeout", reason="http_timeout")
        if self._faults.of_delivery("lost_ack"):
            await self._clock.sleep(ACK_SECONDS)
            return Answer("operation_timeout", reason="http_timeout")
        answer: Answer = posted.result()
        return answer

    async def verify_url(self) -> bool:
        """Whether the request URL answers the challenge, as Slack asks when the URL is saved."""
        challenge = secret()
        body = json.dumps(
            {
                "token": VERIFICATION_TOKEN,
                "challenge": challenge,
                "type": "url_verification",
            }
        ).encode()
        answer = await self._post(body, self._headers(body, "application/json", None))
        given = answer.payload if isinstance(answer.payload, dict) else {}
        # the challenge may come back as JSON or as plain text
        self.verified = challenge in {given.get("challenge"), given.get("text")}
        return self.verified

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def _post(self, body: bytes, headers: dict[str, str]) -> Answer:
        if not self._session:
            self._session = aiohttp.ClientSession()
        try:
            async with self._session.post(
                self._url, data=body, headers=headers, max_redirects=MOST_REDIRECTS
            ) as response:
                text = await response.text()
                if response.status == _OK:
                    return Answer("acked", _payload(response.content_type, text))
                return Answer(
                    "dispatch_failed",
                    reason="http_error",
                    give_up=response.headers.get("X-Slack-No-Retry") == "1",
                )
        except aiohttp.TooManyRedirects:
            return Answer("dispatch_failed", reason="too_many_redirects")
        except aiohttp.ClientConnectorError as error:
            ssl = isinstance(error, aiohttp.ClientSSLError)
            return Answer("dispatch_failed", reason="ssl_error" if ssl else "connection_failed")
        except (TimeoutError, aiohttp.ClientError, OSError):
            return Answer("dispatch_failed", reason="unknown_error")

    def _headers(self, body: bytes, content_type: str, envelope: Envelope | None) -> dict[str, str]:
        stamp = str(int(self._clock.now().timestamp()))
        digest = hmac.new(self._secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest.hexdigest()}",
        }
        if envelope and envelope.retry_attempt:
            headers["X-Slack-Retry-Num"] = str(envelope.retry_attempt)
            headers["X-Slack-Retry-Reason"] = envelope.retry_reason
        return headers


def _body(envelope: Envelope) -> tuple[bytes, str]:
    form = "application/x-www-form-urlencoded"
    if envelope.type == "slash_commands":
        return urlencode(envelope.payload, errors="replace").encode(), form
    if envelope.type == "interactive":
        return urlencode({"payload": json.dumps(envelope.payload)}).encode(), form
    return json.dumps(envelope.payload).encode(), "application/json"


def _payload(content_type: str, text: str) -> Any:
    """What an app answered with: JSON, plain words, or nothing."""
    if not text:
        return None
    if content_type == "application/json":
        try:
            parsed: Json = json.loads(text)
        except ValueError:
            return {"text": text}
        return parsed
    return {"text": text}
