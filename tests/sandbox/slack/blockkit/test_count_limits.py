"""How many items an array may hold, and between which bounds a number must lie."""

import pytest

from tests.sandbox.slack.blockkit.limit import (
    Limit,
    assert_limit,
    carded,
    contained,
    floor,
    icon,
    items,
    listed,
    menu,
    top,
    typed,
)
from tests.sandbox.slack.blockkit.sample_blocks import BLOCKS
from tests.sandbox.slack.blockkit.samples import (
    ELEMENTS,
    actions,
    asked,
    bars,
    button,
    card,
    data_table,
    home,
    layout,
    modal,
    options,
    pie,
    plain,
    section,
    table,
    task,
)

COUNTS = [
    Limit("blocks of a message", 50, lambda n: [section()] * n, "", "no more than 50 items allowed"),
    Limit(
        "blocks of a message, those in a layout counted",
        50,
        lambda n: [layout(*[section()] * 20), *[section()] * (n - 21)],
        "",
        "no more than 50 items allowed",
    ),
    Limit(
        "blocks of a modal",
        100,
        lambda n: modal(*[section()] * n),
        "/blocks",
        "no more than 100 items allowed",
        "modal",
    ),
    Limit(
        "blocks of a home", 100, lambda n: home(*[section()] * n), "/blocks", "no more than 100 items allowed", "home"
    ),
    items("section fields", 10, lambda n: section(fields=[plain()] * n), "/fields"),
    items("context elements", 10, lambda n: {"type": "context", "elements": [plain()] * n}, "/elements"),
    items("actions elements", 25, lambda n: actions(*[button(str(i)) for i in range(n)]), "/elements"),
    items(
        "context_actions elements",
        5,
        lambda n: {
            "type": "context_actions",
            "elements": [{**ELEMENTS["icon_button"], "action_id": str(i)} for i in range(n)],
        },
        "/elements",
    ),
    items("select options", 100, lambda n: menu("static_select", n), "/elements/0/options"),
    items(
        "option groups",
        100,
        lambda n: actions(
            {
                "type": "multi_static_select",
                "option_groups": [{"label": plain(), "options": options(1)}] * n,
            }
        ),
        "/elements/0/option_groups",
    ),
    items(
        "options of a group",
        100,
        lambda n: actions({"type": "static_select", "option_groups": [{"label": plain(), "options": options(n)}]}),
        "/elements/0/option_groups/0/options",
    ),
    items("overflow options", 5, lambda n: menu("overflow", n), "/elements/0/options"),
    items("checkboxes options", 10, lambda n: menu("checkboxes", n), "/elements/0/options"),
    items("radio_buttons options", 10, lambda n: menu("radio_buttons", n), "/elements/0/options"),
    items("visible_to_user_ids", 10, lambda n: icon(visible_to_user_ids=["U1"] * n), "/elements/0/visible_to_user_ids"),
    items(
        "trigger_actions_on",
        2,
        lambda n: typed("url_text_input", dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"] * n}),
        "/element/dispatch_action_config/trigger_actions_on",
    ),
    items("card actions", 3, lambda n: carded(actions=[button(str(i)) for i in range(n)]), "/actions"),
    items("carousel cards", 10, lambda n: {"type": "carousel", "elements": [card()] * n}, "/elements"),
    items("container children", 10, lambda n: contained(child_blocks=[section()] * n), "/child_blocks"),
    items("layout rows", 5, lambda n: {**layout(), "rows": layout(section())["rows"] * n}, "/rows"),
    items(
        "plan tasks",
        50,
        lambda n: {"type": "plan", "title": "p", "tasks": [task(str(i)) for i in range(n)]},
        "/tasks",
    ),
    items("table rows", 100, table, "/rows"),
    items("table columns", 20, lambda n: table(1, n), "/rows/0"),
    items("column_settings", 20, lambda n: {**table(1), "column_settings": [{}] * n}, "/column_settings"),
    items("data_table rows", 201, data_table, "/rows"),
    items("chart series", 12, bars, "/chart/series"),
    items("chart points", 20, lambda n: bars(1, n), "/chart/series/0/data"),
    items("chart categories", 20, lambda n: bars(1, n), "/chart/axis_config/categories"),
    items("pie segments", 12, pie, "/chart/segments"),
]
NUMBERS = [
    top("header level", 4, lambda n: {**BLOCKS["header"], "level": n}, "/level"),
    floor("header level", 1, lambda n: {**BLOCKS["header"], "level": n}, "/level"),
    top("min_length", 3000, lambda n: asked({"type": "plain_text_input", "min_length": n}), "/element/min_length"),
    floor("min_length", 0, lambda n: asked({"type": "plain_text_input", "min_length": n}), "/element/min_length"),
    top("max_length", 3000, lambda n: asked({"type": "plain_text_input", "max_length": n}), "/element/max_length"),
    floor("max_length", 1, lambda n: asked({"type": "plain_text_input", "max_length": n}), "/element/max_length"),
    top("max_files", 10, lambda n: asked({"type": "file_input", "max_files": n}), "/element/max_files"),
    floor("max_files", 1, lambda n: asked({"type": "file_input", "max_files": n}), "/element/max_files"),
    top("max_lines", 100, lambda n: asked({"type": "rich_text_input", "max_lines": n}), "/element/max_lines"),
    floor("min_lines", 1, lambda n: asked({"type": "rich_text_input", "min_lines": n}), "/element/min_lines"),
    floor(
        "max_selected_items",
        1,
        lambda n: actions({"type": "multi_users_select", "max_selected_items": n}),
        "/elements/0/max_selected_items",
    ),
    top("list indent", 8, lambda n: listed(indent=n), "/elements/0/indent"),
    floor("list indent", 0, lambda n: listed(indent=n), "/elements/0/indent"),
    floor("list offset", 0, lambda n: listed(offset=n), "/elements/0/offset"),
    top("list border", 1, lambda n: listed(border=n), "/elements/0/border"),
    top("page_size", 100, lambda n: {**data_table(), "page_size": n}, "/page_size"),
    floor("page_size", 1, lambda n: {**data_table(), "page_size": n}, "/page_size"),
    top(
        "row_header_column_index",
        2,
        lambda n: {**data_table(2, 3), "row_header_column_index": n},
        "/row_header_column_index",
    ),
    floor(
        "row_header_column_index",
        0,
        lambda n: {**data_table(), "row_header_column_index": n},
        "/row_header_column_index",
    ),
    Limit(
        "initial_date_time",
        9_999_999_999,
        lambda n: [actions({"type": "datetimepicker", "initial_date_time": n})],
        "/0/elements/0/initial_date_time",
        "must be less than or equal to 9999999999",
    ),
]
FEWEST = [
    Limit(name, 1, make, place, "must provide at least 1 items", step=-1)
    for name, make, place in [
        ("fields", lambda n: [section(fields=[plain()] * n)], "/0/fields"),
        ("actions elements", lambda n: [actions(*[button()] * n)], "/0/elements"),
        ("context elements", lambda n: [{"type": "context", "elements": [plain()] * n}], "/0/elements"),
        ("select options", lambda n: [menu("static_select", n)], "/0/elements/0/options"),
        ("overflow options", lambda n: [menu("overflow", n)], "/0/elements/0/options"),
        ("checkboxes options", lambda n: [menu("checkboxes", n)], "/0/elements/0/options"),
        ("radio_buttons options", lambda n: [menu("radio_buttons", n)], "/0/elements/0/options"),
        (
            "filter include",
            lambda n: [actions({"type": "conversations_select", "filter": {"include": ["im"] * n}})],
            "/0/elements/0/filter/include",
        ),
        ("carousel cards", lambda n: [{"type": "carousel", "elements": [card()] * n}], "/0/elements"),
        ("container children", lambda n: [contained(child_blocks=[section()] * n)], "/0/child_blocks"),
        ("layout rows", lambda n: [{**layout(), "rows": layout(section())["rows"] * n}], "/0/rows"),
        ("data_table columns", lambda n: [data_table(2, n)], "/0/rows/0"),
        ("pie segments", lambda n: [pie(n)], "/0/chart/segments"),
        ("chart series", lambda n: [bars(n)], "/0/chart/series"),
        ("chart points", lambda n: [bars(1, n)], "/0/chart/series/0/data"),
        ("chart categories", lambda n: [bars(1, n)], "/0/chart/axis_config/categories"),
    ]
]
TWO_ROWS = Limit("data_table rows", 2, lambda n: [data_table(n)], "/0/rows", "must provide at least 2 items", step=-1)
LIMITS = [*COUNTS, *NUMBERS, *FEWEST, TWO_ROWS]


@pytest.mark.parametrize("limit", LIMITS, ids=[f"{limit.name}: {limit.at}" for limit in LIMITS])
def test_the_bound_itself_is_accepted_and_what_lies_beyond_it_refused(limit: Limit) -> None:
    assert_limit(limit)
