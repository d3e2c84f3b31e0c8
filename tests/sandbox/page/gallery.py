"""One of every kind of block a message may hold, as an app would send them."""

from __future__ import annotations

from tests.sandbox.page.pieces import Json, button, cell, number, option, plain, rich, text

REGIONS = [option("Frankfurt", "fra", "eu-frankfurt-1"), option("Chicago", "ord"), option("Osaka", "kix")]
DATE = "<!date^1795440600^{date_short_pretty} at {time}|in November>"

READING: list[Json] = [
    {"type": "header", "text": plain("Scale request REQ-42 :rocket:")},
    {
        "type": "section",
        "text": text(f"*chat-prod* goes from `2` to `4` units, asked by <@U01ROSA> {DATE}."),
        "accessory": {
            "type": "overflow",
            "action_id": "more",
            "options": [option("Show the plan", "plan"), option("Why this rule?", "why")],
        },
    },
    {
        "type": "section",
        "fields": [
            text("*Cost now*\n$ 21,948 a month"),
            text("*Cost after*\n$ 43,896 a month"),
            text("*Approvals*\n0 of 1, <!subteam^S01APPROVERS>"),
            text("*Where*\n<#C01OPS> · eu-frankfurt-1"),
        ],
    },
    {"type": "divider"},
    {
        "type": "context",
        "elements": [text(":hourglass_flowing_sand: Expires in 4 hours"), plain("Price list of 2026-11-01")],
    },
]

PRESSING: list[Json] = [
    {
        "type": "actions",
        "elements": [
            button("Approve", "approve", "REQ-42", style="primary"),
            button(
                "Deny",
                "deny",
                "REQ-42",
                style="danger",
                confirm={
                    "title": plain("Deny REQ-42?"),
                    "text": text("*chat-prod* stays at 2 units."),
                    "confirm": plain("Deny it"),
                    "deny": plain("Back"),
                    "style": "danger",
                },
            ),
            button("Details", "details"),
        ],
    },
    {
        "type": "actions",
        "elements": [
            {"type": "static_select", "action_id": "region", "placeholder": plain("Region"), "options": REGIONS},
            {"type": "users_select", "action_id": "person", "placeholder": plain("Person")},
            {"type": "channels_select", "action_id": "channel", "placeholder": plain("Channel")},
            {"type": "conversations_select", "action_id": "conversation", "placeholder": plain("Conversation")},
            {
                "type": "external_select",
                "action_id": "cluster",
                "placeholder": plain("Cluster"),
                "min_query_length": 1,
            },
            {
                "type": "multi_static_select",
                "action_id": "regions",
                "placeholder": plain("Regions"),
                "options": REGIONS,
            },
        ],
    },
    {
        "type": "actions",
        "elements": [
            {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-24"},
            {"type": "timepicker", "action_id": "hour", "initial_time": "09:30"},
            {"type": "datetimepicker", "action_id": "moment", "initial_date_time": 1795440600},
        ],
    },
    {
        "type": "section",
        "text": text("Tell whom?"),
        "accessory": {
            "type": "checkboxes",
            "action_id": "tell",
            "options": [option("FinOps", "finops", "once a day"), option("Everybody", "all")],
        },
    },
    {
        "type": "actions",
        "elements": [
            {
                "type": "radio_buttons",
                "action_id": "when",
                "options": [option("Now", "now"), option("Tonight", "night")],
            }
        ],
    },
]

WRITING: list[Json] = [
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Bold", "style": {"bold": True}},
                    {"type": "text", "text": ", "},
                    {"type": "text", "text": "italic", "style": {"italic": True}},
                    {"type": "text", "text": ", "},
                    {"type": "text", "text": "gone", "style": {"strike": True}},
                    {"type": "text", "text": ", "},
                    {"type": "text", "text": "code", "style": {"code": True}},
                    {"type": "text", "text": " for "},
                    {"type": "user", "user_id": "U02ADA"},
                    {"type": "text", "text": " in "},
                    {"type": "channel", "channel_id": "C01OPS"},
                    {"type": "text", "text": " "},
                    {"type": "usergroup", "usergroup_id": "S01APPROVERS"},
                    {"type": "text", "text": " "},
                    {"type": "emoji", "name": "tada"},
                    {"type": "text", "text": " "},
                    {"type": "link", "url": "https://example.com/runbook", "text": "runbook"},
                    {"type": "text", "text": " "},
                    {"type": "date", "timestamp": 1795440600, "format": "{date_num} {time}", "fallback": "then"},
                    {"type": "text", "text": " "},
                    {"type": "color", "value": "#0a7553"},
                    {"type": "text", "text": " "},
                    {"type": "broadcast", "range": "here"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "Read the plan"}]},
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "Approve it"}]},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "indent": 1,
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "or deny it"}]}],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "because launch week"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "unit_count = 4\netag = a1b2"}]},
        ],
    },
    {
        "type": "markdown",
        "text": "## Playbook\n\n1. Look at **latency**\n2. Then at `throughput`\n   - per model\n\n"
        "| Signal | Limit |\n|:--|--:|\n| p95 | 800 ms |\n| errors | 1 % |\n\n"
        "> Stop when in doubt.\n\n- [x] drained\n- [ ] scaled\n\n"
        "```sh\noci generative-ai dedicated-ai-cluster list\n```\n"
        "See [the docs](https://example.com/docs).",
    },
]

FIGURES: list[Json] = [
    {
        "type": "data_table",
        "caption": "Clusters by cost",
        "page_size": 3,
        "rows": [
            [cell("Cluster"), cell("Units"), cell("Month")],
            [cell("chat-prod"), number(2, "2"), number(21948, "$ 21,948")],
            [cell("embed"), number(1, "1"), number(4762, "$ 4,762")],
            [cell("tune-a"), number(8, "8"), number(35712, "$ 35,712")],
            [cell("rerank"), number(1, "1"), number(5208, "$ 5,208")],
            [cell("chat-dev"), number(1, "1"), number(10974, "$ 10,974")],
        ],
    },
    {
        "type": "data_visualization",
        "title": "Cost per month",
        "chart": {
            "type": "bar",
            "axis_config": {"categories": ["Sep", "Oct", "Nov"], "x_label": "Month", "y_label": "USD"},
            "series": [
                {
                    "name": "chat-prod",
                    "data": [
                        {"label": "Sep", "value": 18000},
                        {"label": "Oct", "value": 21948},
                        {"label": "Nov", "value": 21948},
                    ],
                },
                {
                    "name": "embed",
                    "data": [
                        {"label": "Sep", "value": 4762},
                        {"label": "Oct", "value": 4762},
                        {"label": "Nov", "value": 9524},
                    ],
                },
            ],
        },
    },
]

MORE_FIGURES: list[Json] = [
    {
        "type": "table",
        "column_settings": [{"is_wrapped": True}, {"align": "right"}],
        "rows": [
            [cell("Limit"), cell("Left")],
            [rich({"type": "text", "text": "dedicated-unit-small", "style": {"bold": True}}), cell("3")],
            [cell("dedicated-unit-large"), cell("0")],
        ],
    },
    {
        "type": "data_visualization",
        "title": "Requests a minute",
        "chart": {
            "type": "area",
            "axis_config": {"categories": ["08", "09", "10", "11", "12"], "y_label": "requests"},
            "series": [
                {
                    "name": "chat-prod",
                    "data": [
                        {"label": "08", "value": 120},
                        {"label": "09", "value": 340},
                        {"label": "10", "value": 610},
                        {"label": "11", "value": 580},
                        {"label": "12", "value": 260},
                    ],
                }
            ],
        },
    },
    {
        "type": "data_visualization",
        "title": "Who pays",
        "chart": {
            "type": "pie",
            "segments": [
                {"label": "Support", "value": 52},
                {"label": "Search", "value": 31},
                {"label": "Research", "value": 17},
            ],
        },
    },
]

LINE: list[Json] = [
    {
        "type": "data_visualization",
        "title": "p95 latency",
        "chart": {
            "type": "line",
            "axis_config": {"categories": ["Mon", "Tue", "Wed", "Thu"], "y_label": "ms"},
            "series": [
                {"name": name, "data": [{"label": day, "value": value} for day, value in values.items()]}
                for name, values in {
                    "chat-prod": {"Mon": 420, "Tue": 510, "Wed": 480, "Thu": 760},
                    "embed": {"Mon": 60, "Tue": 64, "Wed": 58, "Thu": 71},
                }.items()
            ],
        },
    },
]


def _card(title: str, body: str) -> Json:
    return {
        "type": "card",
        "title": text(title),
        "subtitle": text("eu-frankfurt-1"),
        "body": text(body),
        "actions": [button("Open", f"open-{title}", title)],
    }


FRAMES: list[Json] = [
    {"type": "carousel", "elements": [_card("chat-prod", "2 units, healthy"), _card("embed", "1 unit, idle")]},
    _card("tune-a", "8 units, *fine-tuning*"),
    {
        "type": "container",
        "title": plain("Troubleshooting"),
        "subtitle": plain("three steps"),
        "is_collapsible": True,
        "child_blocks": [
            {"type": "section", "text": text("Is the endpoint *active*?")},
            {"type": "actions", "elements": [button("Check", "check")]},
        ],
    },
    {
        "type": "layout",
        "label": "Summary",
        "is_label_visible": True,
        "grid_lines": "outer",
        "rows": [
            {
                "items": [
                    {"blocks": [{"type": "section", "text": text("*Clusters*\n5")}], "width": "narrow"},
                    {"blocks": [{"type": "section", "text": text("*Endpoints*\n12 active")}], "width": "wide"},
                ]
            }
        ],
    },
    {
        "type": "plan",
        "title": "Scaling chat-prod",
        "tasks": [
            {"type": "task_card", "task_id": "1", "title": "Check limits", "status": "complete"},
            {
                "type": "task_card",
                "task_id": "2",
                "title": "Resize the cluster",
                "status": "in_progress",
                "details": rich({"type": "text", "text": "work request wr-17"}),
                "sources": [{"type": "url", "url": "https://example.com/wr-17", "text": "wr-17"}],
            },
            {"type": "task_card", "task_id": "3", "title": "Tell the channel", "status": "pending"},
        ],
    },
    {
        "type": "task_card",
        "task_id": "4",
        "title": "Fine-tune tune-a",
        "status": "error",
        "output": rich({"type": "text", "text": "The dataset has 12 rows; it needs 32."}),
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": plain("Good answer"), "value": "good"},
                "negative_button": {"text": plain("Bad answer"), "value": "bad"},
            },
            {"type": "icon_button", "icon": "trash", "text": plain("Remove"), "action_id": "remove", "value": "it"},
        ],
    },
]

IN_MODALS: list[Json] = [
    {"type": "alert", "level": level, "text": text(f"This is *{level}*.")}
    for level in ("default", "info", "warning", "error", "success")
]

MESSAGES: dict[str, list[Json]] = {
    "reading": READING,
    "pressing": PRESSING,
    "writing": WRITING,
    "figures": FIGURES,
    "more figures": MORE_FIGURES,
    "line": LINE,
    "frames": FRAMES,
}
