from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import (
    App,
    Json,
    World,
    actions,
    button,
    connected,
    option,
    refused,
    section,
    text_input,
)

OPS = "C01OPS"


def press(world: World, ts: str, action: str = "go", user: str = "rosa", **more: Any) -> Json:
    return world.do("interact", channel="dac-ops", user=user, messageTs=ts, action=action, **more)


def test_a_button_in_a_message(slack: World, app: App) -> None:
    ts = slack.post("card", blocks=[section("what"), actions(button(style="primary", value="R-1"))])
    assert press(slack, ts)["ack"] == "acked"
    payload = app.next("block_actions")
    (action,) = payload["actions"]
    assert float(action.pop("action_ts")) > float(ts)
    assert action == {
        "type": "button",
        "action_id": "go",
        "block_id": "acts",
        "text": {"type": "plain_text", "text": "Go"},
        "value": "R-1",
        "style": "primary",
    }
    assert payload["user"] == {"id": "U01ROSA", "username": "rosa", "name": "rosa", "team_id": "T0SANDBOX"}
    assert payload["team"] == {"id": "T0SANDBOX", "domain": "sandbox"}
    assert payload["channel"] == {"id": OPS, "name": "dac-ops"}
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": OPS,
        "is_ephemeral": False,
    }
    assert (payload["message"]["ts"], payload["message"]["bot_id"]) == (ts, "B0DACBOT")
    assert (payload["api_app_id"], payload["state"]) == ("A0DACBOT", {"values": {}})
    assert payload["response_url"]
    assert payload["trigger_id"]


def test_a_button_in_a_thread_says_so(slack: World, app: App) -> None:
    parent = slack.post()
    press(slack, slack.post("card", thread_ts=parent, blocks=[actions(button())]))
    assert app.next("block_actions")["container"]["thread_ts"] == parent


@pytest.mark.parametrize(
    ("block", "block_id"),
    [
        (section(block_id="it", accessory=button()), "it"),
        (actions(button(), block_id="it"), "it"),
        (
            {
                "type": "card",
                "block_id": "it",
                "title": {"type": "mrkdwn", "text": "t"},
                "actions": [button()],
            },
            "it",
        ),
        (
            {
                "type": "container",
                "title": {"type": "plain_text", "text": "t"},
                "child_blocks": [actions(button(), block_id="it")],
            },
            "it",
        ),
    ],
    ids=["accessory", "actions", "card", "container"],
)
def test_a_button_is_found_wherever_a_block_holds_it(slack: World, app: App, block: Json, block_id: str) -> None:
    press(slack, slack.post("card", blocks=[block]))
    assert app.next("block_actions")["actions"][0]["block_id"] == block_id


def test_a_button_in_an_attachment_is_found(slack: World, app: App) -> None:
    press(slack, slack.post("card", attachments=[{"blocks": [actions(button())]}]))
    assert app.next("block_actions")["actions"][0]["action_id"] == "go"


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ({"action": "go"}, "1"),
        ({"action": "go", "value": "2"}, "2"),
        ({"action": "3"}, "3"),
        ({"action": "go", "value": "9"}, "1"),
    ],
)
def test_buttons_are_told_apart_by_their_value(slack: World, app: App, asked: Json, value: str) -> None:
    row = [actions(button("go", str(number)), block_id=f"b{number}") for number in (1, 2, 3)]
    press(slack, slack.post("cards", blocks=row), **asked)
    assert app.next("block_actions")["actions"][0]["value"] == value


def test_an_ephemeral_button_is_pressed_by_its_user_alone(slack: World, app: App) -> None:
    ts = slack.client.chat_postEphemeral(channel=OPS, user="U01ROSA", text="t", blocks=[actions(button())])
    assert press(slack, ts["message_ts"])["ok"]
    assert app.next("block_actions")["container"]["is_ephemeral"] is True
    assert press(slack, ts["message_ts"], user="ada")["error"] == "message_not_found"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"messageTs": "1.000001"}, 404, "message_not_found"),
        ({"action": "other"}, 404, "action_not_found"),
        ({"user": "gus"}, 400, "not_in_channel"),
        ({"user": "nobody"}, 404, "user_not_found"),
    ],
)
def test_only_what_is_there_can_be_pressed(slack: World, changes: Json, status: int, error: str) -> None:
    ts = slack.post("card", blocks=[actions(button())])
    body = {"channel": "dac-ops", "user": "rosa", "messageTs": ts, "action": "go"} | changes
    found, answer = slack.json("/_control/interact", body)
    assert (found, answer["error"]) == (status, error)


def test_of_menus_with_one_action_the_one_is_opened_that_offers_the_choice(slack: World, app: App) -> None:
    menus = [{"type": "overflow", "action_id": "more", "options": [each]} for each in (ONE, TWO)]
    ts = slack.post("card", blocks=[actions(menus[0]), section("what") | {"accessory": menus[1]}])
    assert press(slack, ts, "more", value="two")["ack"] == "acked"
    (action,) = app.next("block_actions")["actions"]
    assert action["selected_option"] == TWO


def test_interactivity_must_be_switched_on(start: Start) -> None:
    world = start(interactivity=False)
    ts = world.post("card", blocks=[actions(button())])
    assert press(world, ts)["error"] == "interactivity_not_enabled"


def test_a_press_that_nobody_acks_times_out(start: Start) -> None:
    world = start(frozen=True)
    with connected(world) as app:
        app.silent.add("block_actions")
        ts = world.post("card", blocks=[actions(button())])
        asked = world.at_the_same_time(press, world, ts)
        app.next("block_actions")
        world.advance(3)
        assert asked.result(10) | {"ack_ms": 0} == {"ok": False, "ack": "operation_timeout", "ack_ms": 0}


ONE, TWO = option("one"), option("two")
GROUPS = [{"label": {"type": "plain_text", "text": "g"}, "options": [ONE, TWO]}]


@pytest.mark.parametrize(
    ("element", "given", "state"),
    [
        ({"type": "static_select", "options": [ONE, TWO]}, "two", {"selected_option": TWO}),
        ({"type": "static_select", "options": [ONE, TWO]}, "Two", {"selected_option": TWO}),
        ({"type": "static_select", "option_groups": GROUPS}, "one", {"selected_option": ONE}),
        ({"type": "multi_static_select", "options": [ONE, TWO]}, ["one", "two"], {"selected_options": [ONE, TWO]}),
        ({"type": "multi_static_select", "options": [ONE, TWO]}, [], {"selected_options": []}),
        ({"type": "checkboxes", "options": [ONE, TWO]}, "one", {"selected_options": [ONE]}),
        ({"type": "radio_buttons", "options": [ONE, TWO]}, ["two"], {"selected_option": TWO}),
        ({"type": "radio_buttons", "options": [ONE, TWO]}, {"value": "two"}, {"selected_option": TWO}),
        ({"type": "overflow", "options": [ONE, TWO]}, "two", {"selected_option": TWO}),
        ({"type": "users_select"}, "ada", {"selected_user": "U02ADA"}),
        ({"type": "multi_users_select"}, ["ada", "U03BEN"], {"selected_users": ["U02ADA", "U03BEN"]}),
        ({"type": "conversations_select"}, "general", {"selected_conversation": "C02GENERAL"}),
        ({"type": "channels_select"}, "#general", {"selected_channel": "C02GENERAL"}),
        ({"type": "multi_channels_select"}, ["general"], {"selected_channels": ["C02GENERAL"]}),
        ({"type": "datepicker"}, "2026-12-24", {"selected_date": "2026-12-24"}),
        ({"type": "timepicker"}, "18:00", {"selected_time": "18:00"}),
        ({"type": "datetimepicker"}, "1795446741", {"selected_date_time": 1795446741}),
    ],
)
def test_a_choice_is_reported_in_the_action_and_kept_in_the_state(
    slack: World, app: App, element: Json, given: Any, state: Json
) -> None:
    ts = slack.post("card", blocks=[actions({"action_id": "pick", **element})])
    press(slack, ts, "pick", selected=given)
    payload = app.next("block_actions")
    assert payload["actions"][0].items() >= ({"type": element["type"]} | state).items()
    kept = payload["state"]["values"].get("acts", {}).get("pick")
    assert kept == (None if element["type"] == "overflow" else {"type": element["type"]} | state)


def test_what_was_chosen_before_is_still_in_the_state(slack: World, app: App) -> None:
    pick = {"type": "static_select", "action_id": "pick", "options": [ONE, TWO], "initial_option": ONE}
    ts = slack.post("card", blocks=[actions(pick, button())])
    press(slack, ts)
    assert app.next("block_actions")["state"]["values"]["acts"]["pick"]["selected_option"] == ONE
    press(slack, ts, "pick", selected="two")
    press(slack, ts, user="ada")
    press(slack, ts)
    seen = [app.next("block_actions")["state"]["values"]["acts"]["pick"] for _ in range(3)]
    assert [each["selected_option"]["value"] for each in seen] == ["two", "one", "two"]


def test_an_option_must_be_offered(slack: World) -> None:
    ts = slack.post("card", blocks=[actions({"type": "static_select", "action_id": "pick", "options": [ONE]})])
    assert press(slack, ts, "pick", selected="three")["error"] == "option_not_found"


def test_the_page_tells_of_the_inputs_around_a_button(slack: World, app: App) -> None:
    ts = slack.post("form", blocks=[text_input(), actions(button())])
    state = {"values": {"reason": {"typed": {"value": "because"}}, "other": {"x": {}}}}
    slack.json(
        "/_page/interact",
        {"channel": OPS, "user": "rosa", "messageTs": ts, "action": "go", "state": state},
    )
    values = app.next("block_actions")["state"]["values"]
    assert values == {"reason": {"typed": {"type": "plain_text_input", "value": "because"}}}


@pytest.mark.parametrize(("given", "value"), [("up", "up"), ("down", "down")])
def test_feedback_buttons_report_the_side_that_was_pressed(slack: World, app: App, given: str, value: str) -> None:
    sides = {
        f"{name}_button": {"text": {"type": "plain_text", "text": side}, "value": side}
        for name, side in (("positive", "up"), ("negative", "down"))
    }
    element = {"type": "feedback_buttons", "action_id": "rate", **sides}
    ts = slack.post("answer", blocks=[{"type": "context_actions", "elements": [element]}])
    press(slack, ts, "rate", selected=given)
    action = app.next("block_actions")["actions"][0]
    assert (action["type"], action["value"]) == ("feedback_buttons", value)


# options loaded from the app


EXTERNAL = {"type": "external_select", "action_id": "pick", "min_query_length": 0}


def test_options_are_loaded_from_the_app(slack: World, app: App) -> None:
    ts = slack.post("card", blocks=[actions(EXTERNAL)])
    app.answers["block_suggestion"] = {"options": [option("one", "Number one")]}
    answer = slack.do("options", user="rosa", channel="dac-ops", messageTs=ts, action_id="pick", value="on")
    assert (answer["ok"], answer["options"], answer["option_groups"]) == (True, [option("one", "Number one")], [])
    payload = app.next("block_suggestion")
    assert (payload["action_id"], payload["block_id"], payload["value"]) == ("pick", "acts", "on")
    assert (payload["container"]["message_ts"], "trigger_id" in payload) == (ts, False)
    press(slack, ts, "pick", selected="one")
    chosen = app.next("block_actions")["actions"][0]["selected_option"]
    assert chosen["text"]["text"] == "Number one"


def test_options_may_come_in_groups_or_not_at_all(slack: World, app: App) -> None:
    ts = slack.post("card", blocks=[actions(EXTERNAL)])
    ask: Json = {"user": "rosa", "channel": "dac-ops", "messageTs": ts, "action_id": "pick", "value": ""}
    app.answers["block_suggestion"] = {"option_groups": GROUPS}
    assert slack.do("options", **ask)["option_groups"] == GROUPS
    app.answers["block_suggestion"] = None
    assert slack.do("options", **ask)["options"] == []
    press(slack, ts, "pick", selected="free")
    assert app.next("block_actions")["actions"][0]["selected_option"]["value"] == "free"


# shortcuts


def test_a_global_shortcut(slack: World, app: App) -> None:
    assert slack.do("shortcut", user="rosa", callback_id="ask")["ack"] == "acked"
    payload = app.next("shortcut")
    assert (payload["callback_id"], payload["user"]["id"]) == ("ask", "U01ROSA")
    assert payload["trigger_id"]


def test_a_message_shortcut_carries_the_message(slack: World, app: App) -> None:
    ts = slack.post("look")
    slack.do("shortcut", user="rosa", callback_id="explain", channel="dac-ops", messageTs=ts)
    payload = app.next("message_action")
    assert (payload["message"]["text"], payload["message_ts"], payload["channel"]["id"]) == ("look", ts, OPS)


@pytest.mark.parametrize("callback_id", ["explain", "unknown"])
def test_a_shortcut_must_be_declared_as_global(slack: World, callback_id: str) -> None:
    status, answer = slack.json("/_control/shortcut", {"user": "rosa", "callback_id": callback_id})
    assert (status, answer["error"]) == (404, "shortcut_not_found")


def test_a_message_may_not_be_changed_by_pressing_it(slack: World, app: App) -> None:
    ts = slack.post("card", blocks=[actions(button())])
    before = slack.messages()
    press(slack, ts)
    app.next("block_actions")
    assert slack.messages() == before
    with refused("message_not_found"):
        slack.client.chat_update(channel=OPS, ts="1.000001", text="x")
