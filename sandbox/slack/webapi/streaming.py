"""chat.*Stream: a message that grows while people watch."""

from __future__ import annotations

from typing import Any

from sandbox.slack.elements import fill_ids
from sandbox.slack.errors import ApiError, Json, bad_arguments
from sandbox.slack.messages import Message
from sandbox.slack.posting import MARKDOWN_LIMIT, Content, check, read_blocks, read_metadata
from sandbox.slack.ratelimits import Tier
from sandbox.slack.webapi.chat import own_message, posted, target, thread_of
from sandbox.slack.webapi.registry import Call, method

MODES = frozenset({"timeline", "plan"})


@method("chat.startStream", "chat:write", tier=Tier.TWO)
def start_stream(call: Call) -> Json:
    channel = target(call)
    if "thread_ts" not in call.args:
        raise bad_arguments("missing required field: thread_ts")
    if not channel.is_im:
        for name in ("recipient_user_id", "recipient_team_id"):
            if name not in call.args:
                raise ApiError(f"missing_{name}")
    mode = call.args.text("task_display_mode", "timeline")
    if mode not in MODES:
        raise bad_arguments("must be timeline or plan [json-pointer:/task_display_mode]")
    call.slack.limits.post(channel.id)
    message = own_message(call, channel, Content("", [], None, None), thread_of(call, channel))
    message.streaming = True
    _grow(call, message, _chunks(call, required=False), mode)
    call.slack.board.post(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.appendStream", "chat:write", tier=Tier.FOUR)
def append_stream(call: Call) -> Json:
    message = _streaming(call)
    _grow(call, message, _chunks(call, required=True), "")
    call.slack.board.redraw(message)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.stopStream", "chat:write", tier=Tier.TWO)
def stop_stream(call: Call) -> Json:
    message = _streaming(call)
    chunks = _chunks(call, required=False)
    blocks = read_blocks(call.args, call.slack.files, call.slack.without)
    metadata = read_metadata(call.args)
    before = call.slack.messages.as_json(message)
    _grow(call, message, chunks, "")
    message.metadata = metadata or message.metadata
    message.blocks = [*(message.blocks or []), *(blocks or [])]
    message.streaming = False
    call.slack.board.changed(message, before)
    return posted(call, message)


def _streaming(call: Call) -> Message:
    channel = call.channel()
    message = call.slack.messages.find(channel.id, call.args.need("ts"))
    if message.user != call.bot:
        raise ApiError("message_not_owned_by_app")
    if not message.streaming:
        raise ApiError("message_not_in_streaming_state")
    return message


def _chunks(call: Call, *, required: bool) -> list[Json]:
    chunks: Any = call.args.data("chunks") or []
    if not isinstance(chunks, list) or not all(isinstance(each, dict) for each in chunks):
        raise bad_arguments("must be a list of objects [json-pointer:/chunks]")
    markdown = call.args.text("markdown_text")
    if markdown:
        chunks = [*chunks, {"type": "markdown_text", "text": markdown}]
    if required and not chunks:
        raise ApiError("no_text")
    return list(chunks)


def _grow(call: Call, message: Message, chunks: list[Json], mode: str) -> None:
    """Work the chunks in on a copy, so that a refused one changes nothing."""
    blocks = [dict(block) for block in message.blocks or []]
    text = message.text
    if mode == "plan":
        blocks.append({"type": "plan", "title": "", "tasks": []})
    for chunk in chunks:
        kind = chunk.get("type")
        if kind == "markdown_text":
            text += str(chunk.get("text", ""))
            if blocks and blocks[-1]["type"] == "markdown":
                blocks[-1]["text"] += str(chunk.get("text", ""))
            else:
                blocks.append({"type": "markdown", "text": str(chunk.get("text", ""))})
        elif kind == "plan_update":
            _plan(blocks)["title"] = chunk.get("title", "")
        elif kind == "task_update":
            _task(blocks, chunk)
        elif kind == "blocks":
            check("message", chunk.get("blocks"), "invalid_blocks", call.slack.without)
            blocks += chunk["blocks"]
        else:
            raise bad_arguments("unknown chunk type [json-pointer:/chunks]")
    if len(text) > MARKDOWN_LIMIT:
        raise ApiError("msg_too_long")
    fill_ids(blocks)
    message.text, message.blocks = text, blocks


def _plan(blocks: list[Json]) -> Json:
    for block in blocks:
        if block["type"] == "plan":
            return block
    plan: Json = {"type": "plan", "title": "", "tasks": []}
    blocks.append(plan)
    return plan


def _task(blocks: list[Json], chunk: Json) -> None:
    """A new task, or the next state of one named before."""
    card = {key: value for key, value in chunk.items() if key not in {"type", "id"}}
    card |= {"type": "task_card", "task_id": chunk.get("id")}
    card |= {key: _rich(card[key]) for key in ("details", "output") if isinstance(card.get(key), str)}
    plan = next((block for block in blocks if block["type"] == "plan"), None)
    siblings: list[Json] = plan["tasks"] if plan else blocks
    for index, sibling in enumerate(siblings):
        if sibling.get("task_id") == card["task_id"]:
            siblings[index] = sibling | card
            return
    siblings.append(card)


def _rich(text: str) -> Json:
    """Chunks say it in plain words, blocks in rich text."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}
