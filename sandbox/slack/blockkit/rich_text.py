"""The rich_text block's inside: sections, lists, quotes, preformatted text and the parts they hold."""

from collections.abc import Mapping

from sandbox.slack.blockkit import limits
from sandbox.slack.blockkit.objects import URL, WORD
from sandbox.slack.blockkit.spec import FLAG, Items, Kind, Number, Record, Shape, String

_STYLES = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
STYLE = Record(optional=dict.fromkeys(_STYLES, FLAG))
STYLED: Mapping[str, Shape] = {"style": STYLE}

PARTS: Mapping[str, Record] = {
    "text": Record({"text": WORD}, STYLED),
    "link": Record({"url": URL}, {**STYLED, "text": String(), "unsafe": FLAG}),
    "emoji": Record(
        {"name": WORD}, {**STYLED, "unicode": WORD, "skin_tone": Number(1, 6, whole=True), "url": String()}
    ),
    "user": Record({"user_id": WORD}, STYLED),
    "usergroup": Record({"usergroup_id": WORD}, STYLED),
    "channel": Record({"channel_id": WORD}, STYLED),
    "team": Record({"team_id": WORD}, STYLED),
    "broadcast": Record({"range": String(choices=("here", "channel", "everyone"))}, STYLED),
    "color": Record({"value": WORD}, STYLED),
    "date": Record({"timestamp": Number(whole=True), "format": WORD}, {**STYLED, "url": URL, "fallback": String()}),
}

_INLINE = Items(Kind("rich_text_parts", tuple(PARTS)))
_BORDER = Number(0, 1, whole=True)

RICH_TEXT: Mapping[str, Record] = {
    "rich_text_section": Record({"elements": _INLINE}),
    "rich_text_preformatted": Record(
        {"elements": Items(Kind("rich_text_parts", ("text", "link")))}, {"border": _BORDER, "language": WORD}
    ),
    "rich_text_quote": Record({"elements": _INLINE}, {"border": _BORDER}),
    "rich_text_list": Record(
        {
            "style": String(choices=("bullet", "ordered")),
            "elements": Items(Kind("rich_text", ("rich_text_section",))),
        },
        {
            "indent": Number(0, limits.RICH_TEXT_INDENT, whole=True),
            "offset": Number(0, whole=True),
            "border": _BORDER,
        },
    ),
}
