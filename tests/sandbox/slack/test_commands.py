from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import SCOPES, App, Json, World, connected, section


def command(world: World, text: str = "", **more: Any) -> Json:
    return world.do("command", **{"channel": "dac-ops", "user": "rosa", "command": "/dac", "text": text} | more)


def test_a_command_is_sent_as_slack_sends_it(slack: World, app: App) -> None:
    answer = command(slack, "scale chat 8")
    payload = app.next()
    assert payload.pop("token")
    assert payload.pop("response_url").startswith(f"{slack.url}/response/T0SANDBOX/")
    assert payload.pop("trigger_id") == answer["trigger_id"]
    assert payload == {
        "team_id": "T0SANDBOX",
        "team_domain": "sandbox",
        "channel_id": "C01OPS",
        "channel_name": "dac-ops",
        "user_id": "U01ROSA",
        "user_name": "rosa",
        "command": "/dac",
        "text": "scale chat 8",
        "api_app_id": "A0DACBOT",
        "is_enterprise_install": "false",
    }


def test_in_the_direct_message_the_channel_is_called_directmessage(slack: World, app: App) -> None:
    command(slack, channel="app")
    payload = app.next()
    assert (payload["channel_id"], payload["channel_name"]) == ("D01ROSA", "directmessage")


@pytest.mark.parametrize(
    ("should_escape", "typed", "sent"),
    [
        (False, "a & b <c>", "a &amp; b &lt;c&gt;"),
        (False, "ask @ada in #general", "ask @ada in #general"),
        (True, "ask @ada in #general", "ask <@U02ADA|ada> in <#C02GENERAL|general>"),
        (True, "@nobody #nowhere #app", "@nobody #nowhere #app"),
        (True, "see https://x.example/1", "see <https://x.example/1>"),
        (False, "  padded  ", "padded"),
    ],
)
def test_what_is_typed_is_escaped(start: Start, should_escape: bool, typed: str, sent: str) -> None:  # noqa: FBT001
    world = start(should_escape=should_escape)
    with connected(world) as app:
        command(world, typed)
        assert app.next()["text"] == sent


@pytest.mark.parametrize(
    ("answer", "seen_by_rosa", "seen_by_ada"),
    [
        ({"text": "for you"}, ["for you"], []),
        ({"text": "for you", "response_type": "ephemeral"}, ["for you"], []),
        ({"text": "for all", "response_type": "in_channel"}, ["for all"], ["for all"]),
        ({"blocks": [section("block")], "text": "fallback"}, ["fallback"], []),
        ({}, [], []),
        ({"response_type": "in_channel"}, [], []),
        (None, [], []),
    ],
)
def test_the_ack_may_carry_a_message(
    slack: World, app: App, answer: Any, seen_by_rosa: list[str], seen_by_ada: list[str]
) -> None:
    app.answers["/dac"] = answer
    assert command(slack)["response"] == answer
    assert slack.texts(user="rosa") == seen_by_rosa
    assert slack.texts(user="ada") == seen_by_ada


def test_an_ack_with_invalid_blocks_shows_nothing(slack: World, app: App) -> None:
    app.answers["/dac"] = {"text": "t", "blocks": [section("")]}
    assert command(slack)["ack"] == "acked"
    assert slack.texts(user="rosa") == []


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"command": "/other"}, 400, "unknown_command"),
        ({"user": "nobody"}, 404, "user_not_found"),
        ({"user": "dac"}, 404, "user_not_found"),
        ({"channel": "nowhere"}, 404, "channel_not_found"),
        ({"channel": "finops"}, 400, "not_in_channel"),
        ({"channel": ""}, 400, "invalid_arguments"),
    ],
)
def test_a_command_needs_its_place(slack: World, changes: Json, status: int, error: str) -> None:
    body = {"channel": "dac-ops", "user": "rosa", "command": "/dac"} | changes
    found, answer = slack.json("/_control/command", body)
    assert (found, answer["error"]) == (status, error)


def test_commands_need_their_scope(start: Start) -> None:
    world = start(scopes=[scope for scope in SCOPES if scope != "commands"])
    assert command(world)["error"] == "unknown_command"


def test_the_slash_may_be_left_out(slack: World, app: App) -> None:
    command(slack, command="dac")
    assert app.next()["command"] == "/dac"


def test_people_and_channels_are_known_by_id_and_by_name(slack: World, app: App) -> None:
    for user, channel in (("U01ROSA", "C01OPS"), ("@rosa", "#dac-ops"), ("rosa", "U01ROSA")):
        command(slack, user=user, channel=channel)
        assert app.next()["user_id"] == "U01ROSA"
