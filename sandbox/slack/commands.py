"""A person types a slash command: what the app is sent, and what its answer puts on the screen."""

from __future__ import annotations

from typing import Any

from sandbox.slack import notices
from sandbox.slack.args import Args
from sandbox.slack.core import Slack
from sandbox.slack.delivery import VERIFICATION_TOKEN
from sandbox.slack.errors import ApiError, Json
from sandbox.slack.people import escaped, inside, with_ids
from sandbox.slack.posting import read_content
from sandbox.slack.workspace import Channel, User


async def run_command(slack: Slack, channel: Channel, user: User, command: str, text: str) -> Json:
    inside(channel, user)
    name = command if command.startswith("/") else f"/{command}"
    declared = slack.manifest.command(name)
    if not declared or "commands" not in slack.manifest.scopes:
        notices.tell(slack, user, channel, "rejected", f"{name} is not a valid command.")
        raise ApiError("unknown_command")
    text = text.strip()
    trigger = slack.triggers.issue(user.id, channel=channel.id)
    team = slack.workspace.team
    payload: Json = {
        "token": VERIFICATION_TOKEN,
        "team_id": team["id"],
        "team_domain": team["domain"],
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.is_im else channel.name,
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": with_ids(slack.workspace, text) if declared.should_escape else escaped(text),
        "api_app_id": slack.workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": slack.responses.issue(user.id, channel.id),
        "trigger_id": trigger,
    }
    receipt = await slack.deliveries.once("slash_commands", payload, user.id)
    if receipt.ack == "acked":
        _show_answer(slack, channel, user, name, receipt.payload)
    else:
        notices.failed_command(slack, user, channel, name, receipt.ack)
    return {
        "ok": receipt.ack == "acked",
        "trigger_id": trigger,
        "ack": receipt.ack,
        "ack_ms": receipt.ack_ms,
        "response": receipt.payload,
    }


def _show_answer(slack: Slack, channel: Channel, user: User, name: str, payload: Any) -> None:
    if not isinstance(payload, dict) or not payload:
        return
    args = Args(payload)
    try:
        content = read_content(args, slack.files, slack.without, sizes=False)
    except ApiError as error:
        if error.error == "no_text":
            return
        notices.refused(slack, f"{name} (ack)", error)
        notices.tell(slack, user, channel, "rejected", f'{name} failed with the error "{error.error}"')
        return
    slack.responses.say(args, content, user.id, channel.id)
