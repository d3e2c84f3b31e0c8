from __future__ import annotations

import json
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
    home,
    modal,
    refused,
    section,
    text_input,
)


def open_modal(world: World, app: App, view: Json | None = None, user: str = "rosa") -> Json:
    opened = world.client.views_open(trigger_id=world.trigger(app, user), view=view or modal())
    return dict(opened["view"])


def press(world: World, app: App, user: str = "rosa") -> str:
    """The trigger_id of a button pressed in the modal on top."""
    world.do("view/action", user=user, action="go")
    return str(app.next("block_actions")["trigger_id"])


# triggers


def test_a_trigger_opens_one_modal(slack: World, app: App) -> None:
    trigger = slack.trigger(app)
    slack.client.views_open(trigger_id=trigger, view=modal())
    with refused("exchanged_trigger_id"):
        slack.client.views_open(trigger_id=trigger, view=modal())


@pytest.mark.parametrize(("seconds", "error"), [(3.0, None), (3.001, "expired_trigger_id")])
def test_a_trigger_lives_three_seconds(start: Start, seconds: float, error: str | None) -> None:
    world = start(frozen=True)
    with connected(world) as app:
        trigger = world.trigger(app)
        world.advance(seconds)
        if error:
            with refused(error):
                world.client.views_open(trigger_id=trigger, view=modal())
        else:
            assert world.client.views_open(trigger_id=trigger, view=modal())["ok"]


@pytest.mark.parametrize("trigger", ["made-up", ""])
def test_a_trigger_must_come_from_slack(slack: World, trigger: str) -> None:
    with refused("invalid_trigger_id" if trigger else "invalid_arguments"):
        slack.client.views_open(trigger_id=trigger, view=modal())


def test_a_trigger_may_be_called_interactivity_pointer(slack: World, app: App) -> None:
    assert slack.client.views_open(interactivity_pointer=slack.trigger(app), view=modal())["ok"]
    with refused("invalid_trigger_id"):
        slack.client.api_call("views.open", json={"view": modal()})


def test_a_refused_view_does_not_use_up_the_trigger(slack: World, app: App) -> None:
    trigger = slack.trigger(app)
    with refused("invalid_arguments") as answer:
        slack.client.views_open(trigger_id=trigger, view=modal(section("")))
    assert any("json-pointer:/view/blocks/0" in each for each in answer["response_metadata"]["messages"])
    assert slack.client.views_open(trigger_id=trigger, view=modal())["ok"]


# the view itself


def test_an_opened_view_is_given_back_whole(slack: World, app: App) -> None:
    view = open_modal(slack, app, modal(text_input(), private_metadata="R-1", external_id="one"))
    assert view["state"]["values"] == {"reason": {"typed": {"type": "plain_text_input", "value": None}}}
    assert (view["callback_id"], view["private_metadata"], view["external_id"]) == ("ask", "R-1", "one")
    assert (view["root_view_id"], view["previous_view_id"]) == (view["id"], None)
    assert view["team_id"] == "T0SANDBOX"
    assert slack.stack() == [view]


@pytest.mark.parametrize(
    ("view", "error"),
    [
        ({"type": "modal"}, "invalid_arguments"),
        (home(), "invalid_arguments"),
        ("not json", "invalid_arguments"),
        ([], "invalid_arguments"),
        (modal(text_input(), submit={"type": "plain_text", "text": "x" * 25}), "invalid_arguments"),
        (modal(private_metadata="x" * 250_001), "view_too_large"),
    ],
)
def test_a_view_must_be_valid(slack: World, app: App, view: Any, error: str) -> None:
    with refused(error):
        slack.client.api_call("views.open", json={"trigger_id": slack.trigger(app), "view": view})


@pytest.mark.parametrize(("size", "error"), [(250_000, "invalid_arguments"), (250_001, "view_too_large")])
def test_a_view_has_two_hundred_and_fifty_kilobytes(slack: World, app: App, size: int, error: str) -> None:
    view = modal(private_metadata="")
    view["private_metadata"] = "x" * (size - len(json.dumps(view)))
    with refused(error):
        slack.client.views_open(trigger_id=slack.trigger(app), view=view)


def test_opening_from_elsewhere_begins_a_new_stack(slack: World, app: App) -> None:
    open_modal(slack, app, modal(callback_id="first"))
    open_modal(slack, app, modal(callback_id="second"))
    assert [view["callback_id"] for view in slack.stack()] == ["second"]


def test_three_views_are_stacked_and_no_more(slack: World, app: App) -> None:
    stacked = modal(actions(button()))
    root = open_modal(slack, app, stacked)
    slack.client.views_push(trigger_id=press(slack, app), view=stacked)
    third = slack.client.views_push(trigger_id=press(slack, app), view=stacked)["view"]
    assert (third["root_view_id"], third["previous_view_id"]) == (root["id"], slack.stack()[1]["id"])
    with refused("push_limit_reached"):
        slack.client.views_push(trigger_id=press(slack, app), view=stacked)
    with refused("push_limit_reached"):
        slack.client.views_open(trigger_id=press(slack, app), view=stacked)
    assert len(slack.stack()) == 3


def test_pushing_needs_something_to_push_on(slack: World, app: App) -> None:
    with refused("not_found"):
        slack.client.views_push(trigger_id=slack.trigger(app), view=modal())


def test_each_person_has_a_stack_of_their_own(slack: World, app: App) -> None:
    open_modal(slack, app, user="rosa")
    assert slack.stack("ada") == []


# updates


def test_an_update_keeps_what_was_typed_under_the_same_ids(slack: World, app: App) -> None:
    view = open_modal(slack, app, modal(text_input("a"), text_input("b"), actions(button())))
    slack.do("view/action", user="rosa", action="go", values={"a": "kept", "b": "lost"})
    updated = slack.client.views_update(view_id=view["id"], view=modal(text_input("a"), text_input("c")))["view"]
    values = updated["state"]["values"]
    assert {block: state["typed"]["value"] for block, state in values.items()} == {"a": "kept", "c": None}
    assert updated["hash"] != view["hash"]
    assert updated["id"] == view["id"]


def test_an_update_of_an_older_version_conflicts(slack: World, app: App) -> None:
    view = open_modal(slack, app)
    slack.client.views_update(view_id=view["id"], hash=view["hash"], view=modal(section("new")))
    with refused("hash_conflict"):
        slack.client.views_update(view_id=view["id"], hash=view["hash"], view=modal(section("newer")))


def test_a_view_is_found_by_its_external_id(slack: World, app: App) -> None:
    open_modal(slack, app, modal(external_id="mine"))
    slack.client.views_update(external_id="mine", view=modal(section("new"), external_id="mine"))
    assert slack.stack()[0]["blocks"][0]["text"]["text"] == "new"
    with refused("not_found"):
        slack.client.views_update(external_id="other", view=modal())
    with refused("invalid_arguments"):
        slack.client.api_call("views.update", json={"view": modal()})


def test_an_external_id_is_used_once(slack: World, app: App) -> None:
    open_modal(slack, app, modal(external_id="mine"))
    with refused("duplicate_external_id"):
        open_modal(slack, app, modal(external_id="mine"), user="ada")


def test_a_closed_view_is_gone(slack: World, app: App) -> None:
    view = open_modal(slack, app)
    slack.do("view/close", user="rosa")
    with refused("not_found"):
        slack.client.views_update(view_id=view["id"], view=modal())


# App Home


def test_home_is_published_for_one_person(slack: World) -> None:
    first = slack.client.views_publish(user_id="U01ROSA", view=home(section("one")))["view"]
    second = slack.client.views_publish(user_id="U01ROSA", view=home(section("two")))["view"]
    assert (first["type"], second["id"]) == ("home", first["id"])
    assert slack.look("views/rosa")["home"]["blocks"][0]["text"]["text"] == "two"
    assert slack.look("views/ada")["home"] is None
    with refused("hash_conflict"):
        slack.client.views_publish(user_id="U01ROSA", view=home(), hash=first["hash"])


@pytest.mark.parametrize(("user", "view"), [("U0NOBODY", home()), ("U0DACBOT", home()), ("U01ROSA", modal())])
def test_home_needs_a_person_and_a_home_view(slack: World, user: str, view: Json) -> None:
    with refused("invalid_arguments"):
        slack.client.views_publish(user_id=user, view=view)


def test_home_must_be_switched_on(start: Start) -> None:
    world = start(home=False)
    with refused("not_enabled"):
        world.client.views_publish(user_id="U01ROSA", view=home())
    assert world.do("home", user="rosa")["error"] == "not_enabled"


def test_opening_home_tells_the_app_which_view_is_there(slack: World, app: App) -> None:
    assert slack.do("home", user="rosa") == {"ok": True, "view": None}
    event = app.event("app_home_opened")
    assert (event["user"], event["tab"], event["channel"], "view" in event) == ("U01ROSA", "home", "D01ROSA", False)
    slack.client.views_publish(user_id="U01ROSA", view=home())
    slack.do("home", user="rosa")
    assert app.event("app_home_opened")["view"]["type"] == "home"


def test_what_is_pressed_at_home_carries_the_view(slack: World, app: App) -> None:
    view = slack.client.views_publish(user_id="U01ROSA", view=home(actions(button())))["view"]
    slack.do("view/action", user="rosa", view_id=view["id"], action="go")
    payload = app.next("block_actions")
    assert payload["view"]["id"] == view["id"]
    assert payload["container"] == {"type": "view", "view_id": view["id"]}
    assert slack.client.views_open(trigger_id=payload["trigger_id"], view=modal())["ok"]
    status, answer = slack.json("/_control/view/submit", {"user": "rosa", "view_id": view["id"]})
    assert (status, answer["error"]) == (404, "view_not_found")
