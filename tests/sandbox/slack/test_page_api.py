from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.serving import running
from sandbox.slack import Config, make_app
from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import (
    APP_TOKEN,
    BOT_TOKEN,
    PATIENCE,
    SECRET,
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
    write_manifest,
)

OPS = "C01OPS"
Next = Callable[[str], Json]


@contextmanager
def page(world: World, user: str) -> Iterator[Next]:
    """A page that listens; gives the next event of a type."""
    url = f"{world.url}/_page/events?user={user}"
    with urllib.request.urlopen(url, timeout=PATIENCE) as stream:  # noqa: S310 - loopback

        def following(type_: str) -> Json:
            for line in stream:
                if line.startswith(b"data: "):
                    event: Json = json.loads(line.removeprefix(b"data: "))
                    if event["type"] == type_:
                        return event
            raise AssertionError("the stream ended")

        yield following


def test_the_state_is_what_one_person_sees(slack: World, app: App) -> None:
    slack.client.chat_postEphemeral(channel=OPS, user="U01ROSA", text="psst")
    slack.client.views_publish(user_id="U01ROSA", view=home())
    state = slack.json("/_page/state?user=rosa")[1]
    assert state["me"]["id"] == "U01ROSA"
    channels = {channel["name"]: channel for channel in state["channels"]}
    assert list(channels) == ["dac-ops", "general", "app"]
    assert [message["text"] for message in channels["dac-ops"]["messages"]] == ["psst"]
    assert (channels["app"]["is_im"], channels["app"]["id"]) == (True, "D01ROSA")
    assert state["commands"] == [{"command": "/dac", "description": "Clusters", "usage_hint": "status"}]
    assert state["app"] == {"id": "A0DACBOT", "name": "DAC Ops", "bot_user": "U0DACBOT", "home_enabled": True}
    assert (state["home"]["type"], state["views"], state["connected"]) == ("home", [], True)


def test_a_guest_sees_only_their_channel(slack: World) -> None:
    state = slack.json("/_page/state?user=gus")[1]
    assert [channel["name"] for channel in state["channels"]] == ["general", "app"]
    assert state["connected"] is False


@pytest.mark.parametrize("path", ["/_page/state?user=nobody", "/_page/events?user=nobody"])
def test_a_page_belongs_to_somebody(slack: World, path: str) -> None:
    status, answer = slack.json(path)
    assert (status, answer["error"]) == (404, "user_not_found")


def test_messages_appear_change_and_go(slack: World) -> None:
    with page(slack, "rosa") as following:
        ts = slack.post("one")
        shown = following("message")
        assert (shown["channel"], shown["message"]["text"], shown["message"]["ts"]) == (OPS, "one", ts)
        slack.client.chat_update(channel=OPS, ts=ts, text="two")
        assert following("message_changed")["message"]["text"] == "two"
        slack.client.reactions_add(channel=OPS, timestamp=ts, name="eyes")
        assert following("message_changed")["message"]["reactions"][0]["name"] == "eyes"
        slack.post("reply", thread_ts=ts)
        assert following("message_changed")["message"]["reply_count"] == 1
        slack.client.chat_delete(channel=OPS, ts=ts)
        assert following("message_changed")["message"]["subtype"] == "tombstone"
        slack.client.chat_delete(channel=OPS, ts=slack.post("three"))
        assert following("message_deleted")["channel"] == OPS


def test_an_ephemeral_message_appears_to_its_user_alone(slack: World) -> None:
    with page(slack, "rosa") as rosas, page(slack, "ada") as adas:
        slack.client.chat_postEphemeral(channel=OPS, user="U01ROSA", text="psst")
        slack.post("all")
        assert [rosas("message")["message"]["text"] for _ in range(2)] == ["psst", "all"]
        assert adas("message")["message"]["text"] == "all"


def test_where_a_person_is_not_nothing_appears(slack: World) -> None:
    with page(slack, "gus") as following:
        slack.post("ops")
        slack.post("general", channel="C02GENERAL")
        assert following("message")["message"]["text"] == "general"


def test_modals_and_home_appear(slack: World, app: App) -> None:
    with page(slack, "rosa") as following:
        slack.client.views_open(trigger_id=slack.trigger(app), view=modal())
        assert [view["callback_id"] for view in following("views")["stack"]] == ["ask"]
        slack.json("/_page/view/close", {"user": "rosa"})
        assert following("views")["stack"] == []
        slack.client.views_publish(user_id="U01ROSA", view=home())
        assert following("home")["view"]["type"] == "home"


def test_channels_appear_and_go(slack: World) -> None:
    with page(slack, "gus") as following:
        slack.do("membership", channel="dac-ops", user="gus", joined=True)
        assert [each["name"] for each in following("channels")["channels"]] == ["dac-ops", "general", "app"]
        slack.do("archive", channel="general", archived=True)
        assert following("channels")["channels"][1]["archived"] is True


def test_the_app_comes_and_goes(slack: World) -> None:
    with page(slack, "rosa") as following:
        assert following("connected")["connected"] is False
        with connected(slack):
            assert following("connected")["connected"] is True
        assert following("connected")["connected"] is False


def test_a_reset_is_told(slack: World) -> None:
    with page(slack, "rosa") as following:
        slack.do("reset")
        assert following("reset") == {"type": "reset"}


def test_a_command_that_fails_is_told_to_who_typed_it(start: Start) -> None:
    world = start(frozen=True)
    with page(world, "rosa") as following, connected(world) as app:
        app.silent.add("/dac")
        body = {"channel": "dac-ops", "user": "rosa", "command": "/dac", "text": ""}
        asked = world.at_the_same_time(world.json, "/_page/command", body)
        app.next("/dac")
        world.advance(3)
        notice = following("notice")
        assert (notice["kind"], notice["channel"]) == ("operation_timeout", OPS)
        assert notice["text"] == '/dac failed with the error "operation_timeout"'
        assert asked.result(PATIENCE)[1]["ack"] == "operation_timeout"


def test_without_an_app_the_person_is_told(slack: World) -> None:
    with page(slack, "rosa") as following:
        slack.do("command", channel="dac-ops", user="rosa", command="/dac")
        assert following("notice")["kind"] == "no_app"
        ts = slack.post("card", blocks=[actions(button())])
        slack.json("/_page/interact", {"channel": OPS, "user": "rosa", "messageTs": ts, "action": "go"})
        assert following("notice")["kind"] == "no_app"
        slack.do("command", channel="dac-ops", user="rosa", command="/other")
        assert following("notice")["text"] == "/other is not a valid command."


def test_an_answer_slack_refuses_is_told_to_the_person_and_the_developer(slack: World, app: App) -> None:
    app.answers["/dac"] = {"text": "t", "blocks": [section("")]}
    with page(slack, "rosa") as following:
        slack.do("command", channel="dac-ops", user="rosa", command="/dac")
        refusal = following("rejected")
        assert (refusal["method"], refusal["error"]) == ("/dac (ack)", "invalid_blocks")
        assert refusal["errors"][0]["pointer"].startswith("/0/text")
        assert following("notice")["kind"] == "rejected"


def test_a_refused_call_is_shown_to_the_developer(slack: World) -> None:
    with page(slack, "rosa") as following:
        with refused("invalid_blocks"):
            slack.post(blocks=[section("x" * 3001)])
        refusal = following("rejected")
        assert (refusal["method"], refusal["error"]) == ("chat.postMessage", "invalid_blocks")
        assert {"pointer", "code", "message"} <= set(refusal["errors"][0])


def test_errors_of_unknown_blocks_are_told_to_the_person(slack: World, app: App) -> None:
    slack.client.views_open(trigger_id=slack.trigger(app), view=modal())
    app.answers["view_submission"] = {"response_action": "errors", "errors": {"other": "x"}}
    with page(slack, "rosa") as following:
        slack.json("/_page/view/submit", {"user": "rosa", "values": {"reason": "x"}})
        assert following("rejected")["errors"][0]["pointer"] == "/errors/other"
        assert following("notice")["text"] == "We had some trouble connecting. Try again?"


def test_raw_traffic_is_shown_without_anything_that_opens_a_door(slack: World, app: App) -> None:
    with page(slack, "rosa") as following:
        slack.client.api_call("chat.postMessage", json={"channel": OPS, "text": f"my token is {BOT_TOKEN}"})
        call = following("traffic")["entry"]
        assert (call["direction"], call["name"], call["ok"]) == ("to_slack", "chat.postMessage", True)
        assert call["request"]["channel"] == OPS
        slack.do("command", channel="dac-ops", user="rosa", command="/dac")
        sent = next(entry for entry in iter(lambda: following("traffic")["entry"], None) if entry["name"] == "/dac")
        assert (sent["direction"], sent["request"]["command"], sent["request"]["token"]) == (
            "to_app",
            "/dac",
            "(hidden)",
        )
        acked = next(entry for entry in iter(lambda: following("traffic")["entry"], None) if entry["id"] == sent["id"])
        assert acked["ack"] == "acked"
    connection = App(slack)
    connection.start()
    connection.message("hello")
    connection.close()
    everything = json.dumps(slack.json("/_page/traffic")[1])
    assert "chat.postMessage" in everything
    assert not any(secret in everything for secret in (BOT_TOKEN, APP_TOKEN, SECRET))
    opened = [each for each in slack.json("/_page/traffic")[1]["entries"] if each["name"] == "apps.connections.open"]
    assert "ticket=(hidden)" in opened[0]["response"]["url"]


def test_the_page_does_what_the_control_api_does(slack: World, app: App) -> None:
    posted = slack.json("/_page/message", {"channel": OPS, "user": "rosa", "text": "@dac hi"})[1]
    assert slack.messages()[0]["ts"] == posted["ts"]
    assert slack.json("/_page/home", {"user": "rosa"})[1]["ok"]
    assert slack.json("/_page/command", {"channel": OPS, "user": "rosa", "command": "/dac"})[1]["ok"]


def test_a_page_that_closed_is_forgotten(slack: World) -> None:
    with page(slack, "rosa") as following:
        following("connected")
    for _ in range(3):
        slack.post()
    with page(slack, "rosa") as following:
        slack.post("still served")
        assert following("message")["message"]["text"] == "still served"


# the page's own files


@pytest.fixture
def with_page(tmp_path: Path) -> Iterator[Callable[[Path], World]]:
    contexts: list[Any] = []

    def serve(folder: Path) -> World:
        config = Config(manifest=write_manifest(tmp_path), page=folder, clock=Clock())
        context = running(lambda: make_app(config))
        contexts.append(context)
        return World(context.__enter__())

    yield serve
    for context in contexts:
        context.__exit__(None, None, None)


def test_the_pages_files_are_served_fresh(with_page: Callable[[Path], World], tmp_path: Path) -> None:
    folder = tmp_path / "page"
    (folder / "style").mkdir(parents=True)
    (folder / "index.html").write_text("<title>Page</title>", encoding="utf-8")
    (folder / "style" / "base.css").write_text("body {}", encoding="utf-8")
    world = with_page(folder)
    status, headers, body = world.send("/")
    assert (status, body, headers["Cache-Control"]) == (200, b"<title>Page</title>", "no-cache")
    assert world.send("/page/style/base.css")[2] == b"body {}"
    for path in ("/page/missing.js", "/page/style", "/page/%2e%2e/manifest.yml"):
        assert world.send(path)[0] == 404


def test_without_a_page_there_is_a_hint(with_page: Callable[[Path], World], tmp_path: Path) -> None:
    status, _, body = with_page(tmp_path / "nothing").send("/")
    assert status == 200
    assert b"/_control/state" in body
