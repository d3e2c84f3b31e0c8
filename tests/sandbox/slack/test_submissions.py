from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import App, Json, World, actions, button, connected, modal, option, section, text_input


def element_input(block_id: str, **element: Any) -> Json:
    optional = element.pop("optional", True)
    return {
        "type": "input",
        "block_id": block_id,
        "optional": optional,
        "label": {"type": "plain_text", "text": block_id},
        "element": {"action_id": "it", **element},
    }


def open_modal(world: World, app: App, *blocks: Json, **more: Any) -> Json:
    view = modal(*blocks, **more)
    return dict(world.client.views_open(trigger_id=world.trigger(app), view=view)["view"])


def submit(world: World, values: Json | None = None, **more: Any) -> Json:
    return world.do("view/submit", user="rosa", values=values or {}, **more)


def test_a_submission_carries_the_state_of_every_input(slack: World, app: App) -> None:
    view = open_modal(
        slack,
        app,
        text_input("typed_into"),
        text_input("untouched", optional=True),
        text_input("prefilled", initial_value="start"),
        element_input("choice", type="static_select", options=[option("a")]),
        element_input("boxes", type="checkboxes", options=[option("a")]),
        element_input("day", type="datepicker", initial_date="2026-12-24"),
        element_input("count", type="number_input", is_decimal_allowed=False),
        element_input("who", type="multi_users_select"),
        section("s", block_id="side", accessory={"type": "users_select", "action_id": "pick"}),
        actions(button()),
        private_metadata="R-1",
    )
    assert submit(slack, {"typed_into": "because", "who": ["ada"]})["ok"]
    payload = app.next("view_submission")
    values = {block: next(iter(states.values())) for block, states in payload["view"]["state"]["values"].items()}
    assert values == {
        "typed_into": {"type": "plain_text_input", "value": "because"},
        "untouched": {"type": "plain_text_input", "value": None},
        "prefilled": {"type": "plain_text_input", "value": "start"},
        "choice": {"type": "static_select", "selected_option": None},
        "boxes": {"type": "checkboxes", "selected_options": []},
        "day": {"type": "datepicker", "selected_date": "2026-12-24"},
        "count": {"type": "number_input", "value": None},
        "who": {"type": "multi_users_select", "selected_users": ["U02ADA"]},
        "side": {"type": "users_select", "selected_user": None},
    }
    assert (payload["view"]["id"], payload["view"]["private_metadata"]) == (view["id"], "R-1")
    assert (payload["response_urls"], payload["is_enterprise_install"]) == ([], False)
    assert payload["trigger_id"]


@pytest.mark.parametrize("key", ["reason", "typed"])
def test_an_input_is_named_by_block_or_by_action(slack: World, app: App, key: str) -> None:
    open_modal(slack, app)
    submit(slack, {key: "because"})
    assert app.next("view_submission")["view"]["state"]["values"]["reason"]["typed"]["value"] == "because"


def test_a_whole_state_can_be_given(slack: World, app: App) -> None:
    open_modal(slack, app)
    submit(slack, {"reason": {"type": "plain_text_input", "value": "because"}})
    assert app.next("view_submission")["view"]["state"]["values"]["reason"]["typed"]["value"] == "because"


def test_what_a_person_types_is_not_escaped(slack: World, app: App) -> None:
    open_modal(slack, app)
    submit(slack, {"reason": "a < b & c"})
    assert app.next("view_submission")["view"]["state"]["values"]["reason"]["typed"]["value"] == "a < b & c"


def test_an_input_must_be_there(slack: World, app: App) -> None:
    open_modal(slack, app)
    status, answer = slack.json("/_control/view/submit", {"user": "rosa", "values": {"other": "x"}})
    assert (status, answer["error"], answer["input"]) == (404, "input_not_found", "other")
    status, answer = slack.json("/_control/view/submit", {"user": "rosa", "values": [1]})
    assert (status, answer["error"]) == (400, "invalid_arguments")


def test_there_must_be_a_modal_to_submit(slack: World) -> None:
    for body in ({"user": "rosa"}, {"user": "rosa", "view_id": "V0OTHER"}):
        status, answer = slack.json("/_control/view/submit", body)
        assert (status, answer["error"]) == (404, "view_not_found")


TEXT, NUMBER = {"type": "plain_text_input"}, {"type": "number_input", "is_decimal_allowed": True}


@pytest.mark.parametrize(
    ("element", "good", "bad"),
    [
        (TEXT | {"optional": False}, "x", None),
        (TEXT | {"optional": False}, "x", ""),
        (TEXT | {"min_length": 3}, "abc", "ab"),
        (TEXT | {"max_length": 3}, "abc", "abcd"),
        (TEXT, "x" * 3000, "x" * 3001),
        (NUMBER, "1.5", "one"),
        (NUMBER | {"is_decimal_allowed": False}, "1", "1.5"),
        (NUMBER | {"min_value": "2"}, "2", "1"),
        (NUMBER | {"max_value": "2"}, "2", "3"),
        ({"type": "email_text_input"}, "a@b.example", "a.example"),
        ({"type": "url_text_input"}, "https://b.example", "b.example"),
        ({"type": "multi_users_select", "max_selected_items": 1}, ["ada"], ["ada", "ben"]),
        ({"type": "radio_buttons", "options": [option("a")], "optional": False}, "a", None),
        ({"type": "rich_text_input", "optional": False}, "words", None),
    ],
)
def test_a_slack_client_refuses_by_itself_what_an_input_forbids(
    slack: World, app: App, element: Json, good: Any, bad: Any
) -> None:
    open_modal(slack, app, element_input("box", **element))
    answer = submit(slack, {"box": bad})
    assert (answer["ok"], answer["ack"], answer["response_action"]) == (False, "not_sent", "errors")
    assert list(answer["errors"]) == ["box"]
    assert submit(slack, {"box": good})["ok"]
    assert app.next()["type"] == "view_submission"


# what the answer does


def test_an_empty_answer_closes_the_view_and_shows_the_one_below(slack: World, app: App) -> None:
    open_modal(slack, app, actions(button()), callback_id="below")
    slack.do("view/action", user="rosa", action="go")
    slack.client.views_push(trigger_id=app.next("block_actions")["trigger_id"], view=modal())
    answer = submit(slack, {"reason": "x"})
    assert (answer["ok"], answer["response_action"]) == (True, None)
    assert [view["callback_id"] for view in slack.stack()] == ["below"]


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ({"response_action": "clear"}, []),
        ({"response_action": "update", "view": modal(callback_id="new")}, ["ask", "new"]),
        ({"response_action": "push", "view": modal(callback_id="new")}, ["ask", "ask", "new"]),
    ],
)
def test_the_answer_clears_updates_or_pushes(slack: World, app: App, answer: Json, left: list[str]) -> None:
    open_modal(slack, app, actions(button()))
    slack.do("view/action", user="rosa", action="go")
    slack.client.views_push(trigger_id=app.next("block_actions")["trigger_id"], view=modal())
    app.answers["view_submission"] = answer
    given = submit(slack, {"reason": "x"})
    assert (given["ok"], given["response_action"]) == (True, answer["response_action"])
    assert [view["callback_id"] for view in slack.stack()] == left


def test_errors_keep_the_view_open(slack: World, app: App) -> None:
    open_modal(slack, app)
    app.answers["view_submission"] = {"response_action": "errors", "errors": {"reason": "Say more."}}
    answer = submit(slack, {"reason": "x"})
    assert answer == {
        "ok": False,
        "ack": "acked",
        "response_action": "errors",
        "errors": {"reason": "Say more."},
    }
    assert slack.stack()[0]["state"]["values"]["reason"]["typed"]["value"] == "x"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"response_action": "errors", "errors": {"no_such_block": "x"}}, "invalid_errors"),
        ({"response_action": "errors", "errors": {}}, "invalid_errors"),
        ({"response_action": "errors", "errors": "x"}, "invalid_errors"),
        ({"response_action": "errors", "errors": {"acts": "x"}}, "invalid_errors"),
        ({"response_action": "update", "view": modal(section(""))}, "invalid_arguments"),
        ({"response_action": "update"}, "invalid_arguments"),
        ({"response_action": "dance"}, "invalid_response_action"),
    ],
)
def test_an_answer_slack_cannot_follow_leaves_the_view_with_an_error(
    slack: World, app: App, answer: Json, error: str
) -> None:
    open_modal(slack, app, text_input(), actions(button()))
    app.answers["view_submission"] = answer
    given = submit(slack, {"reason": "x"})
    assert (given["ok"], given["error"]) == (False, error)
    assert len(slack.stack()) == 1


def test_a_fourth_view_is_not_pushed_by_an_answer(slack: World, app: App) -> None:
    open_modal(slack, app)
    app.answers["view_submission"] = {"response_action": "push", "view": modal()}
    assert [submit(slack, {"reason": "x"}).get("error") for _ in range(3)] == [None, None, "push_limit_reached"]


def test_a_submission_nobody_acks_times_out_and_stays_open(start: Start) -> None:
    world = start(frozen=True)
    with connected(world) as app:
        app.silent.add("view_submission")
        open_modal(world, app)
        asked = world.at_the_same_time(submit, world, {"reason": "x"})
        app.next("view_submission")
        world.advance(3)
        assert asked.result(10)["ack"] == "operation_timeout"
        assert len(world.stack()) == 1


# conversations


def conversation(**more: Any) -> Json:
    return element_input("where", type="conversations_select", **more)


def test_a_chosen_conversation_can_be_answered(slack: World, app: App) -> None:
    open_modal(slack, app, conversation(response_url_enabled=True))
    submit(slack, {"where": "general"})
    (url,) = app.next("view_submission")["response_urls"]
    assert (url["channel_id"], url["block_id"], url["action_id"]) == ("C02GENERAL", "where", "it")
    assert slack.send(url["response_url"], b'{"text": "hi", "response_type": "in_channel"}')[0] == 200
    assert slack.texts("general") == ["hi"]


def test_no_conversation_chosen_is_none_to_answer(slack: World, app: App) -> None:
    open_modal(slack, app, conversation(response_url_enabled=True))
    submit(slack)
    assert app.next("view_submission")["response_urls"] == []


def test_a_conversation_may_default_to_where_the_modal_was_opened(slack: World, app: App) -> None:
    open_modal(slack, app, conversation(default_to_current_conversation=True))
    submit(slack)
    state = app.next("view_submission")["view"]["state"]["values"]["where"]["it"]
    assert state["selected_conversation"] == "C01OPS"


# closing


@pytest.mark.parametrize("notify", [True, False])
def test_closing_is_told_only_if_the_view_asks(slack: World, app: App, notify: bool) -> None:  # noqa: FBT001
    view = open_modal(slack, app, notify_on_close=notify)
    answer = slack.do("view/close", user="rosa")
    assert (answer["ok"], answer["ack"]) == (True, "acked" if notify else None)
    assert slack.stack() == []
    if notify:
        payload = app.next("view_closed")
        assert (payload["view"]["id"], payload["is_cleared"], "trigger_id" in payload) == (view["id"], False, False)
    else:
        assert app.hears_nothing_more(slack)


def test_the_cross_closes_the_whole_stack(slack: World, app: App) -> None:
    open_modal(slack, app, actions(button()), notify_on_close=True)
    slack.do("view/action", user="rosa", action="go")
    pushed = modal(notify_on_close=True, callback_id="top")
    slack.client.views_push(trigger_id=app.next("block_actions")["trigger_id"], view=pushed)
    slack.do("view/close", user="rosa", clear=True)
    closed = [app.next("view_closed") for _ in range(2)]
    assert [each["view"]["callback_id"] for each in closed] == ["top", "ask"]
    assert all(each["is_cleared"] for each in closed)


# pressing inside


def test_pressing_in_a_view_tells_what_has_been_typed_so_far(slack: World, app: App) -> None:
    view = open_modal(slack, app, text_input(), actions(button()))
    slack.do("view/action", user="rosa", action="go", values={"reason": "so far"})
    payload = app.next("block_actions")
    assert payload["container"] == {"type": "view", "view_id": view["id"]}
    assert payload["view"]["state"]["values"]["reason"]["typed"]["value"] == "so far"
    assert "response_url" not in payload


def test_options_are_loaded_for_a_view(slack: World, app: App) -> None:
    view = open_modal(slack, app, element_input("pick", type="external_select"))
    app.answers["block_suggestion"] = {"options": [option("a", "Letter a")]}
    assert slack.do("options", user="rosa", action_id="it", value="l")["options"] == [option("a", "Letter a")]
    payload = app.next("block_suggestion")
    assert (payload["view"]["id"], payload["value"]) == (view["id"], "l")
    submit(slack, {"pick": "a"})
    state = app.next("view_submission")["view"]["state"]["values"]["pick"]["it"]
    assert state["selected_option"]["text"]["text"] == "Letter a"
