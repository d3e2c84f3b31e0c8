"""chat.schedule*: messages that are posted later."""

from __future__ import annotations

from sandbox.slack.args import page
from sandbox.slack.errors import ApiError, Json
from sandbox.slack.posting import read_content
from sandbox.slack.webapi.chat import target, thread_of
from sandbox.slack.webapi.registry import Call, method


@method("chat.scheduleMessage", "chat:write")
def schedule_message(call: Call) -> Json:
    channel = target(call)
    content = read_content(call.args, call.slack.files, call.slack.without)
    if not call.args.text("post_at").isdigit():
        raise ApiError("invalid_time")
    post_at = call.args.number("post_at", 0)
    scheduled = call.slack.schedule.add(channel.id, post_at, content, thread_of(call, channel))
    message = call.slack.schedule.message(scheduled, "")
    return {
        "channel": channel.id,
        "scheduled_message_id": scheduled.id,
        "post_at": post_at,
        "message": call.slack.messages.as_json(message) | {"type": "delayed_message"},
    }


@method("chat.deleteScheduledMessage", "chat:write")
def delete_scheduled_message(call: Call) -> Json:
    channel = call.channel()
    call.slack.schedule.cancel(channel.id, call.args.need("scheduled_message_id"))
    return {}


@method("chat.scheduledMessages.list")
def scheduled_messages_list(call: Call) -> Json:
    wanted = call.args.optional("channel")
    oldest, latest = call.args.number("oldest", 0), call.args.number("latest", 2**40)
    waiting = [
        each
        for each in call.slack.schedule.all()
        if wanted in {None, each.channel} and oldest <= each.post_at <= latest
    ]
    shown, metadata = page(waiting, call.args, default=100, most=1000)
    return {
        "scheduled_messages": [
            {
                "id": each.id,
                "channel_id": each.channel,
                "post_at": each.post_at,
                "date_created": each.created,
                "text": each.content.text,
            }
            for each in shown
        ],
        "response_metadata": metadata,
    }
