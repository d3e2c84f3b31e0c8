"""Every block element: what a person can press, pick from or type into, and the picture."""

from collections.abc import Mapping

from sandbox.slack.blockkit import limits
from sandbox.slack.blockkit.objects import (
    ACTION_ID,
    ALT_TEXT,
    CHOICE_OPTION,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_CONFIG,
    OPTION_GROUPS,
    OPTIONS,
    OVERFLOW_OPTION,
    PLACEHOLDER,
    RICH_TEXT,
    SELECT_OPTION,
    SLACK_FILE,
    STYLE,
    URL,
    WORD,
    WORKFLOW,
)
from sandbox.slack.blockkit.rules import chosen_among_options, decimals_only_if, exactly_one, ordered
from sandbox.slack.blockkit.spec import FLAG, Items, Number, Record, Shape, String, plain

LABEL = String(max=limits.ACCESSIBILITY_LABEL)
VALUE = String(max=limits.BUTTON_VALUE)
MAX_SELECTED = Number(1, whole=True)
ACTION: Mapping[str, Shape] = {"action_id": ACTION_ID}
CONFIRMED: Mapping[str, Shape] = {**ACTION, "confirm": CONFIRM}
FOCUSED: Mapping[str, Shape] = {**CONFIRMED, "focus_on_load": FLAG}
MENU: Mapping[str, Shape] = {**FOCUSED, "placeholder": PLACEHOLDER}
TYPED: Mapping[str, Shape] = {
    **ACTION,
    "focus_on_load": FLAG,
    "placeholder": PLACEHOLDER,
    "dispatch_action_config": DISPATCH_CONFIG,
}
ONE_SOURCE = exactly_one("options", "option_groups")
NUMERAL = String(1, format="number")


def _one_of_many(field: str, **more: Shape) -> Record:
    return Record(optional={**MENU, field: WORD, **more})


def _several(field: str, **more: Shape) -> Record:
    return Record(optional={**MENU, field: Items(WORD), "max_selected_items": MAX_SELECTED, **more})


_FEEDBACK_BUTTON = Record({"text": plain(limits.BUTTON_TEXT), "value": VALUE}, {"accessibility_label": LABEL})

BUTTONS: Mapping[str, Record] = {
    "button": Record(
        {"text": plain(limits.BUTTON_TEXT)},
        {
            **CONFIRMED,
            "url": URL,
            "value": VALUE,
            "style": STYLE,
            "accessibility_label": LABEL,
            "agent_prompt": String(max=limits.AGENT_PROMPT),
        },
    ),
    "feedback_buttons": Record({"positive_button": _FEEDBACK_BUTTON, "negative_button": _FEEDBACK_BUTTON}, ACTION),
    "icon_button": Record(
        {"icon": String(choices=("trash",)), "text": plain(limits.BUTTON_TEXT)},
        {
            **CONFIRMED,
            "value": VALUE,
            "accessibility_label": LABEL,
            "visible_to_user_ids": Items(WORD, max=limits.VISIBLE_TO_USERS),
        },
    ),
    "workflow_button": Record(
        {"text": plain(limits.BUTTON_TEXT), "workflow": WORKFLOW, "action_id": ACTION_ID},
        {"confirm": CONFIRM, "style": STYLE, "accessibility_label": LABEL},
    ),
    "overflow": Record({"options": Items(OVERFLOW_OPTION, 1, limits.OVERFLOW_OPTIONS)}, CONFIRMED),
}

CHOICES: Mapping[str, Record] = {
    "checkboxes": Record(
        {"options": Items(CHOICE_OPTION, 1, limits.CHOICE_OPTIONS)},
        {**FOCUSED, "initial_options": Items(CHOICE_OPTION, 1)},
        (chosen_among_options("initial_options"),),
    ),
    "radio_buttons": Record(
        {"options": Items(CHOICE_OPTION, 1, limits.CHOICE_OPTIONS)},
        {**FOCUSED, "initial_option": CHOICE_OPTION},
        (chosen_among_options("initial_option"),),
    ),
}

SELECTS: Mapping[str, Record] = {
    "static_select": Record(
        optional={**MENU, "options": OPTIONS, "option_groups": OPTION_GROUPS, "initial_option": SELECT_OPTION},
        rules=(ONE_SOURCE, chosen_among_options("initial_option")),
    ),
    "external_select": Record(
        optional={**MENU, "initial_option": SELECT_OPTION, "min_query_length": Number(0, whole=True)}
    ),
    "users_select": _one_of_many("initial_user"),
    "conversations_select": _one_of_many(
        "initial_conversation",
        default_to_current_conversation=FLAG,
        response_url_enabled=FLAG,
        filter=CONVERSATION_FILTER,
    ),
    "channels_select": _one_of_many("initial_channel", response_url_enabled=FLAG),
}

MULTI_SELECTS: Mapping[str, Record] = {
    "multi_static_select": Record(
        optional={
            **MENU,
            "options": OPTIONS,
            "option_groups": OPTION_GROUPS,
            "initial_options": Items(SELECT_OPTION, 1),
            "max_selected_items": MAX_SELECTED,
        },
        rules=(ONE_SOURCE, chosen_among_options("initial_options")),
    ),
    "multi_external_select": Record(
        optional={
            **MENU,
            "initial_options": Items(SELECT_OPTION, 1),
            "min_query_length": Number(0, whole=True),
            "max_selected_items": MAX_SELECTED,
        }
    ),
    "multi_users_select": _several("initial_users"),
    "multi_conversations_select": _several(
        "initial_conversations", default_to_current_conversation=FLAG, filter=CONVERSATION_FILTER
    ),
    "multi_channels_select": _several("initial_channels"),
}

PICKERS: Mapping[str, Record] = {
    "datepicker": Record(optional={**MENU, "initial_date": String(1, format="date")}),
    "timepicker": Record(optional={**MENU, "initial_time": String(1, format="time"), "timezone": WORD}),
    "datetimepicker": Record(
        optional={
            **FOCUSED,
            "initial_date_time": Number(limits.UNIX_SECONDS_MIN, limits.UNIX_SECONDS_MAX, whole=True),
        }
    ),
}

TYPED_INPUTS: Mapping[str, Record] = {
    "plain_text_input": Record(
        optional={
            **TYPED,
            "initial_value": String(),
            "multiline": FLAG,
            "min_length": Number(0, limits.INPUT_LENGTH, whole=True),
            "max_length": Number(1, limits.INPUT_LENGTH, whole=True),
        },
        rules=(ordered("min_length", "max_length"),),
    ),
    "number_input": Record(
        {"is_decimal_allowed": FLAG},
        {**TYPED, "min_value": NUMERAL, "initial_value": NUMERAL, "max_value": NUMERAL},
        (
            ordered("min_value", "initial_value", "max_value"),
            decimals_only_if("is_decimal_allowed", "min_value", "initial_value", "max_value"),
        ),
    ),
    "email_text_input": Record(optional={**TYPED, "initial_value": String()}),
    "url_text_input": Record(optional={**TYPED, "initial_value": String()}),
    "rich_text_input": Record(
        optional={
            **TYPED,
            "initial_value": RICH_TEXT,
            "min_lines": Number(1, limits.INPUT_LINES, whole=True),
            "max_lines": Number(1, limits.INPUT_LINES, whole=True),
        },
        rules=(ordered("min_lines", "max_lines"),),
    ),
    "file_input": Record(
        optional={
            **ACTION,
            "filetypes": Items(WORD, 1),
            "max_files": Number(1, limits.INPUT_FILES, whole=True),
        }
    ),
}

NOT_PRESSED: Mapping[str, Record] = {
    "image": Record(
        {"alt_text": ALT_TEXT},
        {"image_url": URL, "slack_file": SLACK_FILE},
        (exactly_one("image_url", "slack_file"),),
    ),
    "url": Record({"url": URL, "text": WORD}),
}

ELEMENTS: Mapping[str, Record] = {
    **BUTTONS,
    **CHOICES,
    **SELECTS,
    **MULTI_SELECTS,
    **PICKERS,
    **TYPED_INPUTS,
    **NOT_PRESSED,
}

IN_ACTIONS = (
    *("button", "workflow_button", "overflow"),
    *CHOICES,
    *SELECTS,
    *MULTI_SELECTS,
    *PICKERS,
    "rich_text_input",
)
IN_SECTION = (
    *("button", "workflow_button", "overflow", "image"),
    *CHOICES,
    *SELECTS,
    *MULTI_SELECTS,
    *("datepicker", "timepicker"),
)
IN_INPUT = (*TYPED_INPUTS, *CHOICES, *SELECTS, *MULTI_SELECTS, *PICKERS)
