"""chat.*: posting, changing and deleting messages."""

from __future__ import annotations

from sandbox.slack.errors import ApiError, Json, bad_arguments
from sandbox.slack.messages import Message
from sandbox.slack.posting import Content, read_content, read_metadata
from sandbox.slack.ratelimits import Tier
from sandbox.slack.webapi.registry import Call, method
from sandbox.slack.workspace import Channel

_SAYING = ("text", "blocks", "attachments", "markdown_text")
_LOOK = ("username", "icon_url", "icon_emoji")


@method("chat.postMessage", "chat:write", tier=Tier.SPECIAL)
def post_message(call: Call) -> Json:
    channel = target(call)
    content = read_content(call.args, call.slack.files, call.slack.without)
    thread = thread_of(call, channel)
    call.slack.limits.post(channel.id)
    message = own_message(call, channel, content, thread)
    message.reply_broadcast = bool(thread) and call.args.flag("reply_broadcast")
    if "chat:write.customize" in call.slack.manifest.scopes:
        message.look = {key: call.args.text(key) for key in _LOOK if key in call.args}
    call.slack.board.post(message)
    return posted(call, message)


@method("chat.meMessage", "chat:write")
def me_message(call: Call) -> Json:
    channel = target(call)
    text = call.args.text("text")
    if not text:
        raise ApiError("no_text")
    call.slack.limits.post(channel.id)
    message = own_message(call, channel, Content(text, None, None, None), None)
    message.subtype = "me_message"
    call.slack.board.post(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.postEphemeral", "chat:write", tier=Tier.FOUR)
def post_ephemeral(call: Call) -> Json:
    channel = target(call)
    user = call.slack.workspace.users.get(call.args.need("user"))
    if not user or user.id not in channel.members:
        raise ApiError("user_not_in_channel")
    content = read_content(call.args, call.slack.files, call.slack.without)
    message = own_message(call, channel, content, thread_of(call, channel))
    message.ephemeral_user = user.id
    call.slack.board.post(message)
    return {"message_ts": message.ts}


@method("chat.update", "chat:write")
def update(call: Call) -> Json:
    channel = call.channel()
    message = call.slack.messages.find(channel.id, call.args.need("ts"))
    _check_editable(call, channel, message)
    before = call.slack.messages.as_json(message)
    if not any(name in call.args for name in _SAYING) and "metadata" in call.args:
        message.metadata = read_metadata(call.args)
        call.slack.board.changed(message, before)
        return posted(call, message) | {"text": message.text}
    content = read_content(call.args, call.slack.files, call.slack.without, update=True)
    if "text" in call.args and content.text != message.text:
        message.edited = {"user": call.bot, "ts": call.slack.ids.ts()}
    if "text" in call.args or "markdown_text" in call.args:
        message.text, message.blocks = content.text, content.blocks
    else:
        message.blocks = content.blocks or message.blocks
    if "attachments" in call.args:
        message.attachments = content.attachments
    if "metadata" in call.args:
        message.metadata = content.metadata
    if call.args.flag("reply_broadcast") and message.is_reply:
        message.reply_broadcast = True
    message.inputs.clear()
    call.slack.board.changed(message, before)
    return posted(call, message) | {"text": message.text}


def _check_editable(call: Call, channel: Channel, message: Message) -> None:
    if message.user != call.bot:
        raise ApiError("cant_update_message")
    if channel.archived:
        raise ApiError("is_archived")
    if message.streaming:
        raise ApiError("streaming_state_conflict")
    window = call.slack.workspace.edit_window
    if window is not None and call.slack.clock.now().timestamp() - float(message.ts) > window:
        raise ApiError("edit_window_closed")


@method("chat.delete", "chat:write")
def delete(call: Call) -> Json:
    channel = call.channel()
    message = call.slack.messages.find(channel.id, call.args.need("ts"))
    if message.user != call.bot:
        raise ApiError("cant_delete_message")
    call.slack.board.delete(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink", tier=Tier.SPECIAL)
def get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.slack.messages.find(channel.id, call.args.need("message_ts"))
    return {"channel": channel.id, "permalink": permalink(call, message)}


@method("chat.unfurl", "links:write")
def unfurl(call: Call) -> Json:
    channel = call.channel()
    message = call.slack.messages.find(channel.id, call.args.need("ts"), "cannot_find_message")
    unfurls = call.args.data("unfurls", "cannot_parse_attachment")
    if not isinstance(unfurls, dict) or not unfurls:
        raise ApiError("missing_unfurls")
    before = call.slack.messages.as_json(message)
    message.unfurls |= unfurls
    call.slack.board.changed(message, before)
    return {}


def target(call: Call, reference: str = "") -> Channel:
    """Where a message goes: a channel by id or name, or a person, whose direct message with the app it is."""
    reference = reference or call.args.text("channel")
    if not reference:
        raise ApiError("channel_not_found")
    channel = call.slack.workspace.channel(reference)
    if not call.visible(channel):
        raise ApiError("channel_not_found")
    if channel.is_im and not call.slack.manifest.messages_enabled:
        raise ApiError("messages_tab_disabled")
    if channel.archived:
        raise ApiError("is_archived")
    may_anywhere = "chat:write.public" in call.slack.manifest.scopes
    if not call.slack.workspace.has_bot(channel) and not may_anywhere:
        raise ApiError("not_in_channel")
    return channel


def thread_of(call: Call, channel: Channel) -> str | None:
    thread = call.args.optional("thread_ts")
    if not thread:
        return None
    if thread.count(".") != 1:
        raise bad_arguments("must be a message timestamp [json-pointer:/thread_ts]")
    return call.slack.messages.root(channel.id, thread)


def own_message(call: Call, channel: Channel, content: Content, thread: str | None) -> Message:
    return Message(
        call.slack.ids.ts(),
        channel.id,
        call.bot,
        content.text,
        bot_id=call.slack.workspace.bot_id,
        blocks=content.blocks,
        attachments=content.attachments,
        metadata=content.metadata,
        thread_ts=thread,
    )


def posted(call: Call, message: Message) -> Json:
    return {
        "channel": message.channel,
        "ts": message.ts,
        "message": call.slack.messages.as_json(message),
    }


def permalink(call: Call, message: Message) -> str:
    domain = call.slack.workspace.team["domain"]
    link = f"https://{domain}.slack.com/archives/{message.channel}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={message.channel}"
    return link
