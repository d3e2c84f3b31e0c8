"""The small objects elements are made of: texts, options, confirm dialogs, filters, files, icons."""

import functools
from collections.abc import Mapping

from sandbox.slack.blockkit import limits
from sandbox.slack.blockkit.rules import at_least_one, exactly_one
from sandbox.slack.blockkit.spec import FLAG, Anything, Items, Kind, Record, String, Text, plain


@functools.cache
def texts(limit: int) -> Mapping[str, Record]:
    """Both kinds of text object, up to a length."""
    return {
        "plain_text": Record({"text": String(1, limit)}, {"emoji": FLAG}),
        "mrkdwn": Record({"text": String(1, limit)}, {"verbatim": FLAG}),
    }


ACTION_ID = BLOCK_ID = String(max=limits.ID)
URL = String(1, limits.URL, format="uri")
STYLE = String(choices=("primary", "danger"))
ALT_TEXT = String(max=limits.ALT_TEXT)
PLACEHOLDER = plain(limits.PLACEHOLDER)
WORD = String(1)

CONFIRM = Record(
    {
        "title": plain(limits.CONFIRM_TITLE),
        "text": Text(limits.CONFIRM_TEXT),
        "confirm": plain(limits.CONFIRM_BUTTON),
        "deny": plain(limits.CONFIRM_BUTTON),
    },
    {"style": STYLE},
)

_OPTION_VALUE = String(max=limits.OPTION_VALUE)
SELECT_OPTION = Record(
    {"text": plain(limits.OPTION_TEXT), "value": _OPTION_VALUE}, {"description": plain(limits.OPTION_DESCRIPTION)}
)
OVERFLOW_OPTION = Record(SELECT_OPTION.required, {**SELECT_OPTION.optional, "url": URL})
CHOICE_OPTION = Record(  # checkboxes and radio buttons may format their texts
    {"text": Text(limits.OPTION_TEXT), "value": _OPTION_VALUE}, {"description": Text(limits.OPTION_DESCRIPTION)}
)
OPTIONS = Items(SELECT_OPTION, 1, limits.OPTIONS)
OPTION_GROUPS = Items(Record({"label": plain(limits.OPTION_GROUP_LABEL), "options": OPTIONS}), 1, limits.OPTION_GROUPS)

CONVERSATION_FILTER = Record(
    optional={
        "include": Items(String(choices=("im", "mpim", "private", "public")), 1),
        "exclude_external_shared_channels": FLAG,
        "exclude_bot_users": FLAG,
    },
    rules=(at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),),
)
DISPATCH_CONFIG = Record(
    {"trigger_actions_on": Items(String(choices=("on_enter_pressed", "on_character_entered")), 1, limits.TRIGGERS)}
)
SLACK_FILE = Record(optional={"id": String(1, format="file"), "url": URL}, rules=(exactly_one("id", "url"),))
ICON_NAMES = (
    *("archive", "book", "bookmark", "bot", "bug", "calendar", "call", "caret-left"),
    *("caret-right", "check", "clipboard", "code", "comment", "compass", "copy"),
    *("cube", "download", "edit", "email", "eye-closed", "eye-open", "file"),
    *("flag", "folder", "gear", "globe", "heart", "help", "image", "info", "key"),
    *("lightbulb", "link", "map", "mobile", "new-window", "pin", "plus", "refine"),
    *("refresh", "rocket", "save", "screen", "share", "sparkle", "star"),
    *("star-filled", "tag", "thumbs-down", "thumbs-up", "trash", "upload"),
    *("user", "warning"),
)
SLACK_ICON = Record({"type": String(choices=("icon",)), "name": String(choices=ICON_NAMES)})
WORKFLOW = Record(
    {
        "trigger": Record(
            {"url": URL},
            {"customizable_input_parameters": Items(Record({"name": WORD, "value": Anything()}))},
        )
    }
)

RICH_TEXT = Kind("blocks", ("rich_text",))
IMAGE = Kind("elements", ("image",))
