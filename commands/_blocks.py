"""Block Kit pieces with Slack's limits kept in one place, and text from people made safe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from dac.naming import in_one_line

Block = dict[str, Any]

HALF_ENTITY = re.compile(r"&[a-z]{0,3}$")

SECTION_TEXT = 3000
NAME = 80
PIECE = 500
"""Characters of a line quoted in one go: escaped they are five times as many at the most."""

FIELD_TEXT = 2000
BUTTON_TEXT = 75
ALT_TEXT = 2000
VALUE = 2000
OPTION_VALUE = 150
CONFIRM_TEXT = 300
MESSAGE_BLOCKS = 50
MESSAGE_TEXT = 9_500
"""Characters of block text in one message; Slack refuses at about 13,200 of JSON and at times from 11,300."""

PREFIX = "dac:"
"""Every action of ours begins so; its button's value is the command line that pressing it means."""

MENU = "menu"
"""What stands for the verb in the action of a menu, whose options are of several."""


def escape(text: str) -> str:
    """Text from people or from Oracle, so that it cannot mention, link or call anybody (Slack's own three)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(text: str, most: int) -> str:
    """No longer than that, and not cut within one of Slack's entities, which would show as such."""
    return text if len(text) <= most else HALF_ENTITY.sub("", text[: most - 1]) + "…"


def named(text: str, most: int = NAME) -> str:
    """A name from people or from Oracle, safe, in one line and short."""
    return clip(escape(in_one_line(text)), most)


def quote(text: str, most: int = SECTION_TEXT) -> str:
    """People's words set off as a quotation, each line of it."""
    return clip("\n".join(f">{line}" for line in escape(text).splitlines() or [""]), most)


def quotes(text: str) -> list[Block]:
    """The same in full, over as many sections as it takes."""
    sections, held = [], ""
    for piece in (quote(part) for line in text.splitlines() or [""] for part in _parts(line)):
        if len(held) + len(piece) >= SECTION_TEXT:
            sections.append(section(held))
            held = ""
        held += f"\n{piece}" if held else piece
    return [*sections, section(held)]


def date(moment: datetime) -> str:
    """A moment in the reader's own time zone; the fallback is UTC."""
    utc = moment.astimezone(UTC)
    return f"<!date^{int(utc.timestamp())}^{{date_short_pretty}} {{time}}|{utc:%Y-%m-%d %H:%M} UTC>"


def people(users: Sequence[str], joined: str = "or", most: int = 6) -> str:
    """Mentions of people as one phrase."""
    return phrase(mentions(users), joined, most)


def mentions(users: Iterable[str], groups: Iterable[str] = ()) -> list[str]:
    """What makes Slack notify these people and everybody in these user groups."""
    return [*(f"<@{user}>" for user in users), *(f"<!subteam^{group}>" for group in groups)]


def phrase(words: Sequence[str], joined: str = "or", most: int = 6) -> str:
    """Such as "one, two or 3 more"."""
    shown = list(words[:most])
    if len(words) > most:
        shown.append(f"{len(words) - most} more")
    return f" {joined} ".join(filter(None, [", ".join(shown[:-1]), shown[-1] if shown else ""]))


def _parts(line: str) -> list[str]:
    """A line whole if a section holds it, else in parts."""
    if len(escape(line)) < SECTION_TEXT - 1:
        return [line]
    return [line[at : at + PIECE] for at in range(0, len(line), PIECE)]


def mrkdwn(text: str, most: int = SECTION_TEXT) -> Block:
    return {"type": "mrkdwn", "text": clip(text, most)}


def plain(text: str, most: int) -> Block:
    return {"type": "plain_text", "text": clip(text, most), "emoji": True}


def section(text: str, accessory: Block | None = None) -> Block:
    return {"type": "section", "text": mrkdwn(text)} | ({"accessory": accessory} if accessory else {})


def fields(pairs: Iterable[tuple[str, str]]) -> Block:
    """Up to ten labelled values, two in a row."""
    return {
        "type": "section",
        "fields": [mrkdwn(f"*{label}*\n{value}", FIELD_TEXT) for label, value in list(pairs)[:10]],
    }


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, 150)}


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text, FIELD_TEXT) for text in texts[:10]]}


def divider() -> Block:
    return {"type": "divider"}


def picture(name: str, alt: str) -> Block:
    """Where an answer's picture of that name will stand, once it has been drawn and uploaded."""
    return {"type": "image", "slack_file": awaited(name), "alt_text": clip(alt, ALT_TEXT)}


def awaited(name: str) -> Block:
    """In the place of the file that a picture will be; in the form of an id, so that a message can be judged before."""
    return {"id": f"F{name.upper():0<10}"}


def button(label: str, command_line: str, *, style: str | None = None, confirm: Block | None = None) -> Block:
    """A button that means a command line, carried out as whoever presses it."""
    if len(command_line) > VALUE:
        raise ValueError(f"a button holds {VALUE} characters of command line, not {len(command_line)}")
    verb = command_line.split(" ", 1)[0]
    made: Block = {
        "type": "button",
        "text": plain(label, BUTTON_TEXT),
        "action_id": f"{PREFIX}{verb}",
        "value": command_line,
    }
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = confirm
    return made


def menu(*offers: tuple[str, str]) -> Block:
    """What can be done besides, behind three dots: labels and the command lines that they mean, five at the most."""
    if wide := [line for _, line in offers if len(line) > OPTION_VALUE]:
        raise ValueError(f"an option holds {OPTION_VALUE} characters of command line, not {len(wide[0])}")
    options = [{"text": plain(label, BUTTON_TEXT), "value": line} for label, line in offers]
    return {"type": "overflow", "action_id": f"{PREFIX}{MENU}", "options": options}


def meant_by(element: Block) -> str:
    """The command line of a button that was pressed, or of what was chosen in a menu; empty for another element."""
    return str((element.get("selected_option") or element).get("value") or "")


def confirm(title: str, text: str, yes: str, no: str = "Not now") -> Block:
    """A second look before something that costs; the buttons say what they do."""
    return {
        "title": plain(title, 100),
        "text": mrkdwn(text, CONFIRM_TEXT),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }


def actions(*buttons: Block) -> Block:
    """A row of buttons and menus; Slack wants their ids distinct within it, so the second of a verb is numbered."""
    row: list[Block] = []
    for each in buttons:
        same = sum(other["action_id"].split(":")[1] == each["action_id"].split(":")[1] for other in row)
        row.append(each | {"action_id": f"{each['action_id']}:{same + 1}"} if same else each)
    return {"type": "actions", "elements": row}


def length(blocks: Iterable[Block]) -> int:
    """Characters of text a message's blocks hold."""
    total = 0
    for block in blocks:
        for key, value in block.items():
            if key == "text" and isinstance(value, str):
                total += len(value)
            elif isinstance(value, dict):
                total += length([value])
            elif isinstance(value, list):
                total += length(each for each in value if isinstance(each, dict))
    return total
