"""What Slack refuses a call with, as errors that the bot knows how to take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError

from dac.errors import DacError, Denied, Invalid, NotFound, Unavailable

TROUBLES = {
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "accesslimited",
    "team_added_to_org",
}
"""Errors of Slack's that pass by themselves."""

RATE_LIMITED = 429
SERVER_ERROR = 500


class Refusal(Exception):
    """Slack's answer where it is not a yes, whichever way it came."""

    def __init__(self, status: int, name: str, retry_after: str | None) -> None:
        super().__init__(name)
        self.name = name
        self.limited = status == RATE_LIMITED or name == "ratelimited"
        self.passing = status >= SERVER_ERROR or name in TROUBLES
        self.retry_after = float(retry_after) if retry_after and retry_after.isdigit() else 1.0


class Gone(NotFound):
    """The message, channel or membership that a call needs is not there any more; trying again does not help."""


class Closed(Gone):
    """Nothing can be said in that channel: it is archived, or the bot is not in it, or there is no such."""


class Barred(Denied):
    """The workspace lets an app like this one say nothing in that channel."""


class LockedOut(Unavailable):
    """Slack does not know this app's token any more: nothing gets through until somebody has installed it again."""


class BadBlocks(Invalid):
    """Slack does not take a block of the message, and says of each why: `invalid_blocks`."""


class Sealed(Gone):
    """The message is there, but the workspace lets nobody edit one of that age."""


def refusal_of(error: SlackApiError) -> Refusal:
    answer = error.response
    # A proxy's or an edge's answer is no JSON, and then there is no name in it.
    held = answer.data if isinstance(answer.data, dict) else {}
    return Refusal(answer.status_code, str(held.get("error") or "an error"), retry_after(answer.headers))


def retry_after(headers: Mapping[str, Any]) -> str | None:
    return next((str(value) for key, value in headers.items() if key.lower() == "retry-after"), None)


CLOSED = {"channel_not_found", "is_archived", "not_in_channel"}
GONE = {
    "cant_update_message",
    "expired_url",
    "message_not_found",
    "thread_not_found",
    "used_url",
    "user_not_in_channel",
}
AWAY: dict[type[NotFound], set[str]] = {
    Closed: CLOSED,
    Sealed: {"edit_window_closed"},
    Gone: GONE,
    NotFound: {"user_not_found"},
}
NO_SUCH_FILE = {"file_deleted", "file_not_found"}
TOO_LATE = {"exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"}
NOT_ALLOWED = {"access_denied", "missing_scope", "not_allowed_token_type"}
BARRED = {
    "channel_is_limited_access",
    "restricted_action",
    "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
}
LOCKED_OUT = {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}


def translated(refusal: Refusal) -> DacError:
    """What one that does not pass by itself means to who called."""
    if away := next((kind for kind, names in AWAY.items() if refusal.name in names), None):
        return away(f"Slack: {refusal.name}.")
    if refusal.name in NO_SUCH_FILE:
        return NotFound("Slack has no such file, or does not show it to me: attach it to what you say to me.")
    if refusal.name in TOO_LATE:
        return Invalid("The form could not be opened within Slack's three seconds; try again.")
    if refusal.name in LOCKED_OUT:
        return LockedOut(f"Slack does not know this app's token ({refusal.name}): it has to be installed again.")
    if refusal.name in NOT_ALLOWED | BARRED:
        kind = Barred if refusal.name in BARRED else Denied
        return kind(f"Slack does not let this app do that ({refusal.name}).")
    if refusal.name == "invalid_blocks":
        return BadBlocks(f"Slack refused this ({refusal.name}).")
    return Invalid(f"Slack refused this ({refusal.name}).")


def gist(body: str) -> str:
    """The error's name in what a response_url answered, which is JSON at times and a bare word at others."""
    try:
        held = json.loads(body)
    except ValueError:
        return body.strip()[:80] or "an error"
    return str(held.get("error", "an error")) if isinstance(held, dict) else str(held)[:80]
