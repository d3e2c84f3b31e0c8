"""What Slack tells one person when the app let them down, and what the inspector tells its developer."""

from __future__ import annotations

from sandbox.slack.core import Slack
from sandbox.slack.delivery import Ack
from sandbox.slack.errors import ApiError
from sandbox.slack.workspace import Channel, User

_COMMAND: dict[Ack, str] = {
    "operation_timeout": '{name} failed with the error "operation_timeout"',
    "dispatch_failed": '{name} failed with the error "dispatch_failed"',
    "no_app": "{name} failed because the app did not respond: it is not connected",
}
_INTERACTION: dict[Ack, str] = {
    "operation_timeout": "The app took too long to respond.",
    "dispatch_failed": "The app responded with an error.",
    "no_app": "The app is not connected.",
}


def tell(slack: Slack, user: User, channel: Channel | None, kind: str, text: str) -> None:
    slack.stream.publish(
        {"type": "notice", "channel": channel.id if channel else None, "text": text, "kind": kind},
        {user.id},
    )


def failed_command(slack: Slack, user: User, channel: Channel, name: str, ack: Ack) -> None:
    tell(slack, user, channel, ack, _COMMAND[ack].format(name=name))


def failed_interaction(slack: Slack, user: User, channel: Channel | None, ack: Ack) -> None:
    tell(slack, user, channel, ack, _INTERACTION[ack])


def refused(slack: Slack, method: str, error: ApiError) -> None:
    slack.stream.publish(
        {
            "type": "rejected",
            "method": method,
            "error": error.error,
            "errors": error.details.get("errors", []),
        }
    )
