"""Every block: its fields, their limits and what may stand inside."""

from collections.abc import Mapping

from sandbox.slack.blockkit import limits
from sandbox.slack.blockkit.elements import IN_ACTIONS, IN_INPUT, IN_SECTION
from sandbox.slack.blockkit.figures import FIGURES
from sandbox.slack.blockkit.objects import ALT_TEXT, BLOCK_ID, IMAGE, RICH_TEXT, SLACK_FILE, SLACK_ICON, URL, WORD
from sandbox.slack.blockkit.rich_text import RICH_TEXT as RICH_TEXT_ELEMENTS
from sandbox.slack.blockkit.rules import at_least_one, at_most_one, exactly_one, needs, not_both_true, unique
from sandbox.slack.blockkit.spec import (
    FLAG,
    Anything,
    Items,
    Kind,
    Number,
    Record,
    Rule,
    Shape,
    String,
    Text,
    plain,
)


def _block(
    required: Mapping[str, Shape] | None = None,
    optional: Mapping[str, Shape] | None = None,
    *rules: Rule,
) -> Record:
    return Record(required or {}, {"block_id": BLOCK_ID, **(optional or {})}, rules)


def _elements(kinds: tuple[str, ...], limit: int) -> Items:
    return Items(Kind("elements", kinds), 1, limit)


HTTPS = String(1, limits.URL, format="https")

BASIC: Mapping[str, Record] = {
    "section": _block(
        None,
        {
            "text": Text(limits.SECTION_TEXT),
            "fields": Items(Text(limits.SECTION_FIELD), 1, limits.SECTION_FIELDS),
            "accessory": Kind("elements", IN_SECTION),
            "expand": FLAG,
        },
        at_least_one("text", "fields"),
    ),
    "header": _block({"text": plain(limits.HEADER_TEXT)}, {"level": Number(1, limits.HEADER_LEVEL, whole=True)}),
    "divider": _block(),
    "image": _block(
        {"alt_text": ALT_TEXT},
        {"image_url": URL, "slack_file": SLACK_FILE, "title": plain(limits.IMAGE_TITLE)},
        exactly_one("image_url", "slack_file"),
    ),
    "context": _block(
        {"elements": Items(Kind("context_elements", ("image", "plain_text", "mrkdwn")), 1, limits.CONTEXT_ELEMENTS)}
    ),
    "actions": _block({"elements": _elements(IN_ACTIONS, limits.ACTIONS_ELEMENTS)}),
    "context_actions": _block(
        {"elements": _elements(("feedback_buttons", "icon_button"), limits.CONTEXT_ACTIONS_ELEMENTS)}
    ),
    "input": _block(
        {"label": plain(limits.INPUT_LABEL), "element": Kind("elements", IN_INPUT)},
        {"hint": plain(limits.INPUT_HINT), "optional": FLAG, "dispatch_action": FLAG},
    ),
    "markdown": _block({"text": String(1, limits.MARKDOWN_TEXT)}),
    "rich_text": _block({"elements": Items(Kind("rich_text", tuple(RICH_TEXT_ELEMENTS)))}),
    "file": _block({"external_id": WORD, "source": String(choices=("remote",))}),
    "call": _block({"call_id": WORD}, {"api_decoration_available": FLAG, "call": Anything()}),
    "video": _block(
        {
            "alt_text": ALT_TEXT,
            "title": plain(limits.VIDEO_TITLE),
            "thumbnail_url": URL,
            "video_url": HTTPS,
        },
        {
            "title_url": String(1, limits.VIDEO_LINK, format="https"),
            "description": plain(limits.VIDEO_DESCRIPTION),
            "author_name": String(max=limits.VIDEO_AUTHOR),
            "provider_name": String(max=limits.VIDEO_PROVIDER),
            "provider_icon_url": String(1, limits.VIDEO_LINK, format="uri"),
        },
    ),
}

# What a container accepts is the union of its page and of what blocks.validate was seen to name.
IN_CONTAINER = (
    *("actions", "context", "divider", "file", "header", "image", "input", "layout"),
    *("rich_text", "section", "table", "video"),
)
# The layout page speaks of "other blocks"; those that wrap others, or fill the width by design, are left out.
IN_LAYOUT = (
    *("actions", "alert", "card", "context", "data_table", "data_visualization", "divider", "header", "image"),
    *("input", "markdown", "rich_text", "section", "table", "video"),
)
# Its rows' items are known by their blocks and their width hint only, so other fields pass.
_LAYOUT_ITEM = Record(
    optional={
        "blocks": Items(Kind("blocks", IN_LAYOUT), 1),
        "width": String(choices=("narrow", "standard", "wide")),
    },
    open=True,
)
_TASK_STATUS = ("pending", "in_progress", "complete", "error")


_TASK: Mapping[str, Shape] = {"task_id": WORD, "title": WORD}
_TASK_MORE: Mapping[str, Shape] = {
    "details": RICH_TEXT,
    "output": RICH_TEXT,
    "sources": Items(Kind("elements", ("url",))),
    "icon": Anything(),
    "hide_title": FLAG,
}
# Within a plan a task may leave out its type, and may be one that has not begun.
_PLANNED_TASK = _block(
    {**_TASK, "status": String(choices=_TASK_STATUS)}, {**_TASK_MORE, "type": String(choices=("task_card",))}
)


COMPOSED: Mapping[str, Record] = {
    "alert": _block(
        {"text": Text(limits.ALERT_TEXT)},
        {"level": String(choices=("default", "info", "warning", "error", "success"))},
    ),
    "card": _block(
        None,
        {
            "hero_image": IMAGE,
            "icon": IMAGE,
            "slack_icon": SLACK_ICON,
            "title": Text(limits.CARD_TITLE),
            "subtitle": Text(limits.CARD_SUBTITLE),
            "body": Text(limits.CARD_BODY),
            "subtext": Text(limits.CARD_SUBTEXT),
            "actions": Items(Kind("elements", ("button",)), 1, limits.CARD_ACTIONS),
        },
        at_least_one("title", "body", "hero_image", "actions"),
        at_most_one("icon", "slack_icon"),
    ),
    "carousel": _block({"elements": Items(Kind("blocks", ("card",)), 1, limits.CAROUSEL_CARDS)}),
    "container": _block(
        {"child_blocks": Items(Kind("blocks", IN_CONTAINER), 1, limits.CONTAINER_CHILDREN)},
        {
            "title": plain(limits.CONTAINER_TITLE),
            "rich_text_title": RICH_TEXT,
            "subtitle": Text(limits.CONTAINER_SUBTITLE),
            "icon": IMAGE,
            "width": String(choices=("narrow", "standard", "wide", "full")),
            "is_collapsible": FLAG,
            "default_collapsed": FLAG,
            "has_header_divider": FLAG,
        },
        at_least_one("title", "rich_text_title"),
        needs("default_collapsed", "is_collapsible"),
        not_both_true("has_header_divider", "is_collapsible"),
    ),
    "layout": _block(
        {
            "label": String(1, limits.LAYOUT_LABEL),
            "rows": Items(Record({"items": Items(_LAYOUT_ITEM, 1)}), 1, limits.LAYOUT_ROWS),
        },
        {
            "is_label_visible": FLAG,
            "grid_lines": String(choices=("none", "rows", "outer")),
            "fallback": Items(Kind("blocks", (*BASIC, *FIGURES, "card", "container"))),
        },
    ),
    "plan": _block(
        {"title": WORD, "tasks": Items(_PLANNED_TASK, max=limits.PLAN_TASKS)},
        None,
        unique("tasks", "task_id"),
    ),
    "task_card": _block({**_TASK, "status": String(choices=_TASK_STATUS[1:])}, _TASK_MORE),
    "auth_provider": _block(
        {
            "value": String(1, limits.PROVIDER_VALUE),
            "name": plain(limits.PROVIDER_NAME),
            "is_connected": FLAG,
        },
        {
            "description": plain(limits.PROVIDER_DESCRIPTION),
            "icon_url": HTTPS,
            "auth_url": HTTPS,
            "disconnect_url": HTTPS,
            "connected_identity": plain(limits.PROVIDER_NAME),
            "connected_context": plain(limits.PROVIDER_NAME),
            "accessory": Kind("elements", ("overflow",)),
            "fallback": Items(Kind("blocks", (*BASIC, "card", "container"))),
        },
    ),
}

BLOCKS: Mapping[str, Record] = {**BASIC, **FIGURES, **COMPOSED}
