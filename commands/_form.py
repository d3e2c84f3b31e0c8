"""The modal that opens when arguments are missing, made from a command's arguments, and read back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from commands._blocks import Block, clip, escape, plain, section
from commands._command import AnyCommand, Call, Choice, Kind, Offered, Option, Rest, Word, described
from commands._parse import Parsed, problems

CALLBACK = "dac:form"
BLOCK = "arg:"
ACTION = "value"
REASON_INPUT = 2000
WORD_INPUT = 300
TITLE = 24
BOXES = 10
CHANNEL = re.compile(r"\b[CG][A-Z0-9]{4,20}\b")
"""A channel's id, alone or as Slack writes a mention of it."""


LABELS = {
    "because": "Reason",
    "for": "For how long",
    "at": "When to begin",
    "subject": "Model or cluster",
    "rps": "Requests a second",
    "concurrency": "Requests at once",
    "prompt": "Tokens of a prompt",
    "response": "Tokens of an answer",
    "latency": "Latency at most",
    "speed": "Speed at least",
    "rows": "Examples",
    "what": "What to reckon",
    "dataset": "Data set",
    "preset": "Settings of the handbook",
    "batch": "Batch size",
    "rate": "Learning rate",
    "needs": "What speaks for dedicated",
    "uses": "What speaks for on demand",
}


@dataclass(frozen=True)
class Filled:
    """A form as it came back: which command, what was entered, and where its answer goes."""

    verb: str
    values: dict[str, Any]
    channel: str
    thread_ts: str | None


def form(
    command: AnyCommand,
    given: Parsed,
    call: Call,
    *,
    about: str = "",
    offered: Offered | None = None,
    called: Mapping[str, str] | None = None,
) -> Block:
    """A view for `views.open`; what was given already is filled in. `about` tells of what it is decided over.

    `offered` by argument stands in place of what an option says is `among` its values. `called` is how people know
    what was given by its OCID.
    """
    kept = {
        "verb": command.name,
        "channel": call.channel,
        "thread_ts": call.thread_ts,
        "given": {name: value for name, value in given.values.items() if not _in_form(command, name)},
    }
    blocks: list[Block] = [section(command.summary), *([section(about)] if about else [])]
    instead = any(isinstance(kind, Option) and kind.file for kind, _ in command.arguments.kinds().values())
    for name, (kind, info) in command.arguments.kinds().items():
        if _fixed(kind) and name in given.values:
            blocks.append(section(f"*{_label(name)}*: {escape(str(given.values[name]))}"))
        elif _asked(kind):
            # What a file can be picked instead of is not insisted on: the command says it when both are missing.
            needed = info.is_required() or (name in given.missing and not instead)
            element = _element(command, name, kind, given.values.get(name), offered or {}, called or {})
            blocks.append(_input(name, info, element, needed=needed))
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": json.dumps(kept),
        "title": plain(f"/dac {command.name}", TITLE),
        "submit": plain(command.submit or command.name.capitalize(), TITLE),
        "close": plain("Not now", TITLE),
        "blocks": blocks,
    }


def read(view: Mapping[str, Any]) -> Filled:
    """What a person entered, with what was given before."""
    kept = json.loads(view["private_metadata"])
    values = dict(kept["given"])
    for block_id, elements in view.get("state", {}).get("values", {}).items():
        entered = next((_entered(each) for each in elements.values()), None)
        if block_id.startswith(BLOCK) and entered:
            values[block_id.removeprefix(BLOCK)] = entered
    return Filled(verb=kept["verb"], values=values, channel=kept["channel"], thread_ts=kept.get("thread_ts"))


def errors(command: AnyCommand, filled: Filled) -> dict[str, str]:
    """What is wrong, by block, in the shape of `response_action: errors`; empty when all is well."""
    asked = [name for name, (kind, _) in command.arguments.kinds().items() if _asked(kind)]
    try:
        command.arguments.model_validate(filled.values)
    except ValidationError as error:
        wrong = dict(problems(error))
        shown = {name: why for name, why in wrong.items() if name in asked} or {asked[-1]: next(iter(wrong.values()))}
        return {f"{BLOCK}{name}": clip(why[:1].upper() + why[1:], 200) for name, why in shown.items()}
    lacking = [name for name in (command.needs(filled.values) if command.needs else ()) if not filled.values.get(name)]
    return {f"{BLOCK}{name}": "This is needed" for name in lacking if name in asked}


def options(found: list[tuple[str, str]], query: str) -> list[Block]:
    """A menu's options that fit what was typed so far: at most Slack's hundred."""
    wanted = query.casefold()
    fitting = [each for each in found if wanted in each[1].casefold() or wanted in each[0].casefold()]
    return [_option(value, label) for value, label in fitting[:100]]


def by_ocid(command: AnyCommand, given: Parsed) -> frozenset[str]:
    """What was given for a menu as an OCID, which people know by another name."""
    return frozenset(
        str(value) for name, value in given.values.items() if name in command.menus and str(value).startswith("ocid1.")
    )


def _asked(kind: Kind) -> bool:
    return kind.asked or bool(kind.file) if isinstance(kind, Option) else True


def _fixed(kind: Kind) -> bool:
    """Whether it is only shown once it was given; Slack lets no form begin with a file."""
    return kind.fixed if isinstance(kind, Word) else isinstance(kind, Option) and bool(kind.file)


def _in_form(command: AnyCommand, name: str) -> bool:
    """Whether what was given comes back as a field of the form; what is only shown, or not even that, is kept aside."""
    kind, _ = command.arguments.kinds()[name]
    return _asked(kind) and not _fixed(kind)


def _element(
    command: AnyCommand, name: str, kind: Kind, value: Any, offered: Offered, called: Mapping[str, str]
) -> Block:
    """Boxes or a menu where the values are known, else a line to type."""
    among = offered.get(name) or (kind.among if isinstance(kind, Option) else None)
    if isinstance(kind, Option) and among:
        return _choices(among, value, many=kind.many)
    element: Block
    if isinstance(kind, Option) and kind.file:
        return {"type": "file_input", "action_id": ACTION, "filetypes": list(kind.file), "max_files": 1}
    if name in command.menus:
        element = {"type": "external_select", "action_id": f"{ACTION}:{command.name}:{name}", "min_query_length": 0}
        element["placeholder"] = plain("Type to search", 150)
        if value:
            element["initial_option"] = _option(str(value), called.get(str(value), str(value)))
        return element
    if isinstance(kind, Word) and kind.channel:
        return _channels(str(value or ""))
    element = {
        "type": "plain_text_input",
        "action_id": ACTION,
        "multiline": isinstance(kind, Rest) and bool(kind.after),
    }
    element["max_length"] = REASON_INPUT if isinstance(kind, Rest) else WORD_INPUT
    if value:
        element["initial_value"] = clip(str(value), element["max_length"])
    return element


def _input(name: str, info: FieldInfo, element: Block, *, needed: bool) -> Block:
    return {
        "type": "input",
        "block_id": f"{BLOCK}{name}",
        "optional": not needed,
        "label": plain(_label(name), 75),
        "hint": plain(described(info), 300),
        "element": element,
    }


def _choices(among: Mapping[str, str | Choice], value: Any, *, many: bool) -> Block:
    """Boxes to tick, or a menu where only one can be meant; of more boxes than Slack draws a menu as well."""
    offered = [_option(each, label) for each, label in among.items()]
    given = str(value or "").replace(" ", "").split(",")
    chosen = [each for each in offered if each["value"] in given]
    boxes = "checkboxes" if len(offered) <= BOXES else "multi_static_select"
    element: Block = {"type": boxes if many else "static_select", "action_id": ACTION, "options": offered}
    if chosen:
        element |= {"initial_options": chosen} if many else {"initial_option": chosen[0]}
    return element


def _channels(value: str) -> Block:
    """A menu of the channels that this person sees; the one they are in is chosen where none was named."""
    filtered = {"include": ["public", "private"], "exclude_bot_users": True}
    element: Block = {"type": "conversations_select", "action_id": ACTION, "filter": filtered}
    if named := CHANNEL.search(value):
        return element | {"initial_conversation": named[0]}
    return element | {"default_to_current_conversation": True}


def _label(name: str) -> str:
    return LABELS.get(name, name.replace("_", " ").capitalize())


def _option(value: str, label: str | Choice) -> Block:
    choice = label if isinstance(label, Choice) else Choice(label)
    option: Block = {"text": plain(choice.label, 75), "value": clip(value, 150)}
    return option | {"description": plain(choice.more, 75)} if choice.more else option


def _entered(element: Mapping[str, Any]) -> str | None:
    """The value of whatever kind of element it was: a stand-in for Slack may draw another than we asked for."""
    chosen = element.get("selected_option")
    if isinstance(chosen, Mapping):
        return str(chosen["value"])
    ticked = element.get("selected_options")
    if isinstance(ticked, list):
        return ",".join(str(each["value"]) for each in ticked) or None
    picked = element.get("files")
    if isinstance(picked, list):
        return str(picked[0]["id"]) if picked else None
    if element.get("selected_conversation"):
        return str(element["selected_conversation"])
    value = element.get("value")
    return None if value is None else str(value).strip() or None
