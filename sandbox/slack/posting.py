"""What a message may contain: text, blocks, attachments and metadata, checked as Slack checks them."""

from __future__ import annotations

import copy
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.slack.args import Args
from sandbox.slack.blockkit import text_length, validate
from sandbox.slack.elements import fill_ids
from sandbox.slack.errors import ApiError, Json
from sandbox.slack.files import Files

TEXT_LIMIT = 40_000
UPDATE_TEXT_LIMIT = 4_000
MARKDOWN_LIMIT = 12_000
BLOCKS_TEXT_LIMIT = 12_000
BLOCKS_JSON_LIMIT = 13_200
ATTACHMENTS_LIMIT = 100
METADATA_LIMIT = 16 * 1024
OWN_LIMITS = frozenset({"table", "data_table", "data_visualization"})
"""Blocks with documented sizes of their own, which do not count into a message's."""


@dataclass(frozen=True)
class Content:
    text: str
    blocks: list[Json] | None
    attachments: list[Json] | None
    metadata: Json | None

    @property
    def empty(self) -> bool:
        return not (self.text or self.blocks or self.attachments)


def read_content(
    args: Args, files: Files, without: Collection[str], *, update: bool = False, sizes: bool = True
) -> Content:
    """Refuse what Slack would refuse; `sizes` is off where Slack was seen to accept larger blocks.

    `without` are kinds of block that this workspace does not know.
    """
    text = args.text("text")
    blocks = read_blocks(args, files, without, sizes=sizes)
    if "markdown_text" in args:
        if text or blocks:
            raise ApiError("markdown_text_conflict")
        markdown = args.text("markdown_text")
        if len(markdown) > MARKDOWN_LIMIT:
            raise ApiError("msg_too_long")
        text, blocks = markdown, [{"type": "markdown", "text": markdown}]
        fill_ids(blocks)
    if update and len(text) > UPDATE_TEXT_LIMIT:
        raise ApiError("msg_too_long")
    attachments = _attachments(args, without)
    content = Content(text[:TEXT_LIMIT], blocks, attachments, read_metadata(args))
    if content.empty:
        raise ApiError("no_text")
    return content


def read_blocks(args: Args, files: Files, without: Collection[str], *, sizes: bool = True) -> list[Json] | None:
    blocks = args.data("blocks", "invalid_blocks_format")
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if not blocks:
        return None
    check("message", blocks, "invalid_blocks", without)
    for index, block in enumerate(blocks):
        for reference in _file_references(block):
            if not files.has(reference):
                raise ApiError("invalid_blocks", **_problem(f"/{index}", "invalid slack file"))
    if sizes:
        _check_sizes(blocks)
    kept: list[Json] = copy.deepcopy(blocks)
    fill_ids(kept)
    return kept


def check(surface: Any, payload: Any, error: str, without: Collection[str] = ()) -> None:
    problems = validate(surface, payload, without)
    if problems:
        root = "blocks" if surface == "message" else "view"
        raise ApiError(
            error,
            errors=[problem.as_json() for problem in problems],
            response_metadata={
                "messages": [
                    f"[ERROR] {problem.message} [json-pointer:/{root}{problem.pointer}]" for problem in problems
                ]
            },
        )


def _check_sizes(blocks: list[Json]) -> None:
    counted = [block for block in blocks if block.get("type") not in OWN_LIMITS]
    size = len(json.dumps(counted, ensure_ascii=False, separators=(",", ":")))
    if size > BLOCKS_JSON_LIMIT or text_length(counted) > BLOCKS_TEXT_LIMIT:
        raise ApiError("msg_blocks_too_long")


def _file_references(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        if isinstance(value.get("slack_file"), dict):
            yield value["slack_file"]
        for part in value.values():
            yield from _file_references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _file_references(part)


def _attachments(args: Args, without: Collection[str]) -> list[Json] | None:
    attachments = args.data("attachments", "invalid_attachments")
    if not attachments:
        return None
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise ApiError("invalid_attachments")
    if len(attachments) > ATTACHMENTS_LIMIT:
        raise ApiError("too_many_attachments")
    kept: list[Json] = copy.deepcopy(attachments)
    for number, attachment in enumerate(kept, start=1):
        attachment["id"] = number
        if attachment.get("blocks"):
            check("message", attachment["blocks"], "invalid_blocks", without)
            fill_ids(attachment["blocks"])
    return kept


def read_metadata(args: Args) -> Json | None:
    metadata = args.data("metadata", "metadata_must_be_sent_as_json")
    if not metadata:
        return None
    if not isinstance(metadata, dict):
        raise ApiError("invalid_metadata_format")
    fits = isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    if not fits and "entities" not in metadata:
        raise ApiError("invalid_metadata_schema")
    if len(json.dumps(metadata, ensure_ascii=False).encode(errors="surrogatepass")) > METADATA_LIMIT:
        raise ApiError("metadata_too_large")
    return copy.deepcopy(metadata)


def _problem(pointer: str, message: str) -> Json:
    return {
        "errors": [{"pointer": pointer, "code": "invalid_slack_file", "message": message}],
        "response_metadata": {"messages": [f"[ERROR] {message} [json-pointer:/blocks{pointer}]"]},
    }
