"""How long a text may be: on its own, in a view, and together with others."""

import json
from collections.abc import Callable

import pytest

from sandbox.slack.blockkit import validate
from tests.sandbox.slack.blockkit.limit import (
    Limit,
    assert_limit,
    auth,
    carded,
    chars,
    charted,
    contained,
    feedback,
    icon,
    in_confirm,
    labelled,
    pressed,
    selected,
    typed,
    url,
    video,
)
from tests.sandbox.slack.blockkit.sample_blocks import BLOCKS
from tests.sandbox.slack.blockkit.samples import (
    Json,
    actions,
    asked,
    bars,
    button,
    changed,
    data_table,
    home,
    image,
    layout,
    modal,
    mrkdwn,
    option,
    options,
    pie,
    plain,
    section,
    table,
    task,
)

OPTION = "/element/options/0"
TEXTS = [
    chars("section text", 3000, lambda t: section(text=mrkdwn(t)), "/text/text"),
    chars("section field", 2000, lambda t: section(fields=[plain(t)]), "/fields/0/text"),
    chars("header", 150, lambda t: {"type": "header", "text": plain(t)}, "/text/text"),
    chars("context text", 3000, lambda t: {"type": "context", "elements": [mrkdwn(t)]}, "/elements/0/text"),
    chars("block_id", 255, lambda t: section(block_id=t), "/block_id"),
    chars("action_id", 255, lambda t: actions(button(t)), "/elements/0/action_id"),
    chars("button text", 75, lambda t: pressed(text=plain(t)), "/elements/0/text/text"),
    chars("button value", 2000, lambda t: pressed(value=t), "/elements/0/value"),
    chars("button label", 75, lambda t: pressed(accessibility_label=t), "/elements/0/accessibility_label"),
    chars("button agent_prompt", 4000, lambda t: pressed(agent_prompt=t), "/elements/0/agent_prompt"),
    chars("confirm title", 100, lambda t: in_confirm("title", plain(t)), "/elements/0/confirm/title/text"),
    chars("confirm text", 300, lambda t: in_confirm("text", mrkdwn(t)), "/elements/0/confirm/text/text"),
    chars("confirm confirm", 30, lambda t: in_confirm("confirm", plain(t)), "/elements/0/confirm/confirm/text"),
    chars("confirm deny", 30, lambda t: in_confirm("deny", plain(t)), "/elements/0/confirm/deny/text"),
    chars("option text", 75, lambda t: selected(options=[option("v", t)]), f"{OPTION}/text/text"),
    chars("option value", 150, lambda t: selected(options=[option(t)]), f"{OPTION}/value"),
    chars(
        "option description",
        75,
        lambda t: selected(options=[{**option(), "description": plain(t)}]),
        f"{OPTION}/description/text",
    ),
    chars(
        "option group label",
        75,
        lambda t: asked({"type": "static_select", "option_groups": [{"label": plain(t), "options": options(1)}]}),
        "/element/option_groups/0/label/text",
    ),
    chars("placeholder", 150, lambda t: selected(placeholder=plain(t)), "/element/placeholder/text"),
    chars(
        "placeholder of a typed input",
        150,
        lambda t: typed("email_text_input", placeholder=plain(t)),
        "/element/placeholder/text",
    ),
    chars("input label", 2000, lambda t: {**BLOCKS["input"], "label": plain(t)}, "/label/text"),
    chars("input hint", 2000, lambda t: {**BLOCKS["input"], "hint": plain(t)}, "/hint/text"),
    chars("image alt_text", 2000, lambda t: {**image(), "alt_text": t}, "/alt_text"),
    chars("image title", 2000, lambda t: {**image(), "title": plain(t)}, "/title/text"),
    chars("markdown", 12_000, lambda t: {"type": "markdown", "text": t}, "/text"),
    chars("video title", 200, lambda t: video(title=plain(t)), "/title/text"),
    chars("video description", 200, lambda t: video(description=plain(t)), "/description/text"),
    chars("video author", 50, lambda t: video(author_name=t), "/author_name"),
    chars("video provider", 50, lambda t: video(provider_name=t), "/provider_name"),
    chars("video alt_text", 2000, lambda t: video(alt_text=t), "/alt_text"),
    chars("feedback text", 75, lambda t: feedback(text=plain(t), value="v"), "/elements/0/positive_button/text/text"),
    chars("feedback value", 2000, lambda t: feedback(text=plain(), value=t), "/elements/0/positive_button/value"),
    chars("icon button value", 2000, lambda t: icon(value=t), "/elements/0/value"),
    chars("icon button label", 75, lambda t: icon(accessibility_label=t), "/elements/0/accessibility_label"),
    chars("card title", 150, lambda t: carded(title=mrkdwn(t)), "/title/text"),
    chars("card subtitle", 150, lambda t: carded(subtitle=mrkdwn(t)), "/subtitle/text"),
    chars("card body", 200, lambda t: carded(body=mrkdwn(t)), "/body/text"),
    chars("card subtext", 200, lambda t: carded(subtext=mrkdwn(t)), "/subtext/text"),
    chars("container title", 150, lambda t: contained(title=plain(t)), "/title/text"),
    chars("container subtitle", 150, lambda t: contained(subtitle=plain(t)), "/subtitle/text"),
    chars("layout label", 150, lambda t: {**layout(section()), "label": t}, "/label"),
    chars("provider value", 150, lambda t: auth(value=t), "/value"),
    chars("provider name", 75, lambda t: auth(name=plain(t)), "/name/text"),
    chars("provider description", 150, lambda t: auth(description=plain(t)), "/description/text"),
    chars("chart title", 50, lambda t: {**bars(), "title": t}, "/title"),
    chars("chart x_label", 50, lambda t: charted("chart/axis_config/x_label", t), "/chart/axis_config/x_label"),
    chars("chart y_label", 50, lambda t: charted("chart/axis_config/y_label", t), "/chart/axis_config/y_label"),
    chars("series name", 20, lambda t: charted("chart/series/0/name", t), "/chart/series/0/name"),
    chars("point label", 20, labelled, "/chart/series/0/data/0/label"),
    chars("category", 20, labelled, "/chart/axis_config/categories/0"),
    chars(
        "segment label",
        20,
        lambda t: changed(pie(), "chart/segments/0/label", t),
        "/chart/segments/0/label",
    ),
]
LINKS = [
    Limit(name, limit, make, place, f"must be less than {limit + 1} characters")
    for name, limit, make, place in [
        ("button url", 3000, lambda n: [pressed(url=url(n))], "/0/elements/0/url"),
        ("image_url", 3000, lambda n: [{**image(), "image_url": url(n)}], "/0/image_url"),
        (
            "image element image_url",
            3000,
            lambda n: [section(accessory={**image(), "image_url": url(n)})],
            "/0/accessory/image_url",
        ),
        (
            "overflow option url",
            3000,
            lambda n: [actions({"type": "overflow", "options": [{**option(), "url": url(n)}]})],
            "/0/elements/0/options/0/url",
        ),
        ("video thumbnail_url", 3000, lambda n: [video(thumbnail_url=url(n))], "/0/thumbnail_url"),
        ("video video_url", 3000, lambda n: [video(video_url=url(n))], "/0/video_url"),
        ("video title_url", 2000, lambda n: [video(title_url=url(n))], "/0/title_url"),
        ("video provider_icon_url", 2000, lambda n: [video(provider_icon_url=url(n))], "/0/provider_icon_url"),
        (
            "source url",
            3000,
            lambda n: [{**task(), "sources": [{"type": "url", "url": url(n), "text": "a"}]}],
            "/0/sources/0/url",
        ),
        ("auth_url", 3000, lambda n: [auth(auth_url=url(n))], "/0/auth_url"),
    ]
]


def in_modal(name: str, limit: int, make: Callable[[str], Json], place: str) -> Limit:
    message = f"must be less than {limit + 1} characters"
    return Limit(name, limit, lambda n: make("x" * n), place, message, "modal")


VIEWS = [
    in_modal("title", 24, lambda t: modal(title=plain(t)), "/title/text"),
    in_modal("submit", 24, lambda t: modal(submit=plain(t)), "/submit/text"),
    in_modal("close", 24, lambda t: modal(close=plain(t)), "/close/text"),
    in_modal("private_metadata", 3000, lambda t: modal(private_metadata=t), "/private_metadata"),
    in_modal("callback_id", 255, lambda t: modal(callback_id=t), "/callback_id"),
    in_modal("external_id", 255, lambda t: modal(external_id=t), "/external_id"),
    in_modal("alert", 200, lambda t: modal({"type": "alert", "text": plain(t)}), "/blocks/0/text/text"),
    Limit(
        "private_metadata of a home",
        3000,
        lambda n: home(private_metadata="x" * n),
        "/private_metadata",
        "must be less than 3001 characters",
        "home",
    ),
]
SHARED = [
    Limit(
        "markdown of a message together",
        12_000,
        lambda n: [{"type": "markdown", "text": "x" * 7000}, {"type": "markdown", "text": "x" * (n - 7000)}],
        "/1/text",
        "must be less than 12001 characters",
    ),
    Limit(
        "cells of a data_table",
        20_000,
        lambda n: [changed(data_table(), "rows/1/0/text", "x" * (n - 1))],
        "/0/rows",
        "must be less than 20001 characters",
    ),
    Limit(
        "cells of all data_tables",
        20_000,
        lambda n: [data_table(2, 1, "x" * 5000), changed(data_table(), "rows/1/0/text", "x" * (n - 10_001))],
        "/1/rows",
        "must be less than 20001 characters",
    ),
    Limit("tables of a message", 1, lambda n: [table(1)] * n, "/1/type", "only_one_table_allowed"),
    Limit("charts of a message", 2, lambda n: [pie()] * n, "/2/type", "no more than 2 data_visualization blocks"),
]
LIMITS = [*TEXTS, *LINKS, *VIEWS, *SHARED]


@pytest.mark.parametrize("limit", LIMITS, ids=[f"{limit.name}: {limit.at}" for limit in LIMITS])
def test_a_text_as_long_as_allowed_is_accepted_and_a_longer_one_refused(limit: Limit) -> None:
    assert_limit(limit)


def test_a_view_may_be_as_large_as_250_kb_in_utf_8() -> None:
    def view(filling: int) -> Json:
        return modal(*[section(text=plain("é" * 1480)) for _ in range(82)], private_metadata="x" * filling)

    room = 250_000 - len(json.dumps(view(0), ensure_ascii=False, separators=(",", ":")).encode())
    assert 0 < room < 3000
    assert validate("modal", view(room)) == []
    (problem,) = validate("modal", view(room + 1))
    assert problem.pointer == ""
    assert problem.constraint == {"type": "max_length", "expected": 250_000, "got": 250_001}
