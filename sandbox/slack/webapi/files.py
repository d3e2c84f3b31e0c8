"""files.*: the upload in three steps, and what becomes of the files."""

from __future__ import annotations

from sandbox.slack.errors import ApiError, Json, bad_arguments
from sandbox.slack.files import File
from sandbox.slack.posting import Content, read_blocks
from sandbox.slack.ratelimits import Tier
from sandbox.slack.webapi.chat import own_message, target, thread_of
from sandbox.slack.webapi.registry import Call, method

ALT_LIMIT = 1000
_PAGE = 100


@method("files.getUploadURLExternal", "files:write", tier=Tier.FOUR)
def get_upload_url_external(call: Call) -> Json:
    name, length = call.args.need("filename"), call.args.number("length", 0)
    alt_txt = call.args.text("alt_txt")
    if length < 1:
        raise bad_arguments("length must be a positive number of bytes")
    if len(alt_txt) > ALT_LIMIT:
        raise ApiError("alt_txt_too_large")
    file = call.slack.files.promise(name, length, alt_txt)
    return {"upload_url": f"{call.url}/upload/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write", tier=Tier.FOUR)
def complete_upload_external(call: Call) -> Json:
    files = _uploaded(call)
    destinations = call.args.names("channels") or call.args.names("channel_id")
    blocks = read_blocks(call.args, call.slack.files, call.slack.without)
    comment = call.args.text("initial_comment")
    if blocks and comment:
        raise ApiError("invalid_arguments")
    if any(block["type"] == "markdown" for block in blocks or []):
        # what the real one answers, an open defect there: python-slack-sdk issue 1756
        raise ApiError("internal_error")
    for file, title in files:
        file.completed = True
        file.title = title or file.name
    for reference in destinations:
        _share(call, reference, [file for file, _ in files], Content(comment, blocks, None, None))
    return {"files": [call.slack.files.as_json(file) for file, _ in files]}


@method("files.info", "files:read", tier=Tier.FOUR)
def files_info(call: Call) -> Json:
    file = call.slack.files.seen_by_app(call.args.optional("file"))
    return {
        "file": call.slack.files.as_json(file),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


@method("files.list", "files:read")
def files_list(call: Call) -> Json:
    channel, user = call.args.optional("channel"), call.args.optional("user")
    found = [
        file
        for file in call.slack.files.all()
        if (channel is None or channel in file.channels) and user in {None, file.user}
    ]
    count, number = call.args.number("count", _PAGE), max(1, call.args.number("page", 1))
    shown = found[(number - 1) * count : number * count]
    pages = -(-len(found) // count)
    return {
        "files": [call.slack.files.as_json(file) for file in shown],
        "paging": {"count": count, "total": len(found), "page": number, "pages": pages},
    }


@method("files.delete", "files:write")
def files_delete(call: Call) -> Json:
    file = call.slack.files.find(call.args.optional("file"))
    for message in call.slack.messages.everywhere():
        if file.id in message.files:
            message.files.remove(file.id)
            call.slack.board.redraw(message)
    call.slack.files.delete(file)
    call.slack.events.emit({"type": "file_deleted", "file_id": file.id})
    return {}


def _uploaded(call: Call) -> list[tuple[File, str]]:
    given = call.args.data("files")
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        raise bad_arguments("files must be a list of {id, title}")
    files = [(call.slack.files.promised(each.get("id")), str(each.get("title") or "")) for each in given]
    for file, _ in files:
        if file.completed or file.path is None:
            raise ApiError("file_update_failed" if file.completed else "file_not_found")
    return files


def _share(call: Call, reference: str, files: list[File], content: Content) -> None:
    channel = target(call, reference)
    message = own_message(call, channel, content, thread_of(call, channel))
    message.files = [file.id for file in files]
    for file in files:
        file.channels.append(channel.id)
    call.slack.board.post(message)
