from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_sdk import WebClient

from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import APP_TOKEN, BOT_TOKEN, SCOPES, World, refused, section

JSON, FORM = "application/json; charset=utf-8", "application/x-www-form-urlencoded"
ARGS = {"channel": "C01OPS", "text": "same", "blocks": [section("a & b")]}
AS_FORM = {**ARGS, "blocks": json.dumps(ARGS["blocks"])}
BOUNDARY = "cut-here"


def multipart(fields: dict[str, Any]) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return ("".join(parts) + f"--{BOUNDARY}--\r\n").encode()


@pytest.mark.parametrize(
    ("path", "content_type", "body"),
    [
        ("", JSON, json.dumps(ARGS).encode()),
        ("", FORM, urlencode(AS_FORM).encode()),
        ("", f"multipart/form-data; boundary={BOUNDARY}", multipart(AS_FORM)),
        ("?" + urlencode(AS_FORM), JSON, b""),
        ("?" + urlencode(AS_FORM), None, None),
        ("?" + urlencode({"channel": "C01OPS"}), JSON, json.dumps({**ARGS, "channel": "C01OPS"}).encode()),
    ],
    ids=["json", "form", "multipart", "query-and-empty-json", "get", "query-and-json"],
)
def test_arguments_are_the_same_however_they_come(
    slack: World, path: str, content_type: str | None, body: bytes | None
) -> None:
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
    headers |= {"Content-Type": content_type} if content_type else {}
    _, _, answer = slack.send(f"/api/chat.postMessage{path}", body, headers=headers)
    message = json.loads(answer)["message"]
    assert (message["text"], message["blocks"][0]["text"]["text"]) == ("same", "a & b")


@pytest.mark.parametrize(
    ("body", "error"),
    [(b"{", "invalid_json"), (b"[1]", "json_not_object"), (b'"x"', "json_not_object")],
)
def test_a_json_body_must_be_an_object(slack: World, body: bytes, error: str) -> None:
    _, _, answer = slack.send("/api/auth.test", body, headers={"Content-Type": JSON})
    assert json.loads(answer)["error"] == error


@pytest.mark.parametrize(
    ("method", "token", "error"),
    [
        ("auth.test", None, "not_authed"),
        ("auth.test", "xoxb-somebody-else", "invalid_auth"),
        ("auth.test", APP_TOKEN, "not_allowed_token_type"),
        ("apps.connections.open", BOT_TOKEN, "not_allowed_token_type"),
        ("apps.connections.open", None, "not_authed"),
        ("apps.connections.open", "xapp-somebody-else", "invalid_auth"),
        ("no.suchMethod", BOT_TOKEN, "unknown_method"),
    ],
)
def test_the_wrong_token_is_refused(slack: World, method: str, token: str | None, error: str) -> None:
    with refused(error):
        WebClient(token, base_url=f"{slack.url}/api/").api_call(method)


def test_a_bot_token_may_come_as_an_argument(slack: World) -> None:
    _, _, answer = slack.send(
        "/api/auth.test", urlencode({"token": BOT_TOKEN}).encode(), headers={"Content-Type": FORM}
    )
    assert json.loads(answer)["user_id"] == "U0DACBOT"


def test_an_app_token_is_taken_from_the_header_only(slack: World) -> None:
    _, _, answer = slack.send(
        "/api/apps.connections.open", urlencode({"token": APP_TOKEN}).encode(), headers={"Content-Type": FORM}
    )
    assert json.loads(answer)["error"] == "not_authed"


def test_api_test_and_blocks_validate_need_no_token(slack: World) -> None:
    nobody = WebClient(base_url=f"{slack.url}/api/")
    assert nobody.api_test(foo="bar")["args"] == {"foo": "bar"}
    assert nobody.blocks_validate(blocks=[section()])["ok"]
    with refused("my_error"):
        nobody.api_test(error="my_error")


@pytest.mark.parametrize("missing", ["chat:write", "users:read", "usergroups:read"])
def test_a_scope_the_manifest_does_not_ask_for_is_missing(start: Start, missing: str) -> None:
    held = [scope for scope in SCOPES if scope != missing]
    client = start(scopes=held).client
    calls = {
        "chat:write": lambda: client.chat_postMessage(channel="C01OPS", text="x"),
        "users:read": client.users_list,
        "usergroups:read": client.usergroups_list,
    }
    with refused("missing_scope") as answer:
        calls[missing]()
    assert (answer["needed"], answer["provided"].split(",")) == (missing, held)


def test_answers_name_the_scopes_held_and_accepted(slack: World) -> None:
    headers = slack.client.users_list().headers
    assert headers["x-oauth-scopes"].split(",") == SCOPES
    assert headers["x-accepted-oauth-scopes"] == "users:read"


def test_socket_mode_must_be_switched_on(start: Start) -> None:
    world = start(socket_mode=False)
    with refused("socket_mode_not_enabled"):
        WebClient(base_url=f"{world.url}/api/").apps_connections_open(app_token=APP_TOKEN)


@pytest.mark.parametrize(
    ("given", "error", "pointer"),
    [
        ({"blocks": [section("")]}, "invalid_blocks", "/0/text/text"),
        ({"view": {"type": "modal", "blocks": []}}, "invalid_view", ""),
        ({"view": {"type": "home", "blocks": [{"type": "alert"}]}}, "invalid_view", "/blocks/0"),
        ({"message": {"blocks": [section("x" * 3001)]}}, "invalid_message", "/blocks/0/text"),
        ({"message": ["words"]}, "invalid_message", ""),
    ],
)
def test_blocks_validate_says_where_it_hurts(slack: World, given: Any, error: str, pointer: str) -> None:
    with refused(error) as answer:
        slack.client.api_call("blocks.validate", json=given)
    assert any(each["pointer"].startswith(pointer) for each in answer["errors"])
    assert all(each["code"] and each["message"] for each in answer["errors"])


def test_blocks_validate_takes_exactly_one_thing(slack: World) -> None:
    with refused("invalid_arguments"):
        slack.client.api_call("blocks.validate", json={})
    with refused("invalid_arguments"):
        slack.client.api_call("blocks.validate", json={"blocks": [], "view": {}})


def test_a_missing_argument_is_named(slack: World) -> None:
    with refused("invalid_arguments") as answer:
        slack.client.api_call("chat.update", json={"channel": "C01OPS", "text": "x"})
    assert "ts" in answer["response_metadata"]["messages"][0]


@pytest.mark.parametrize(
    ("limit", "error"),
    [("many", "invalid_arguments"), ([], "invalid_arguments"), (1001, "invalid_limit"), (-1, "invalid_limit")],
)
def test_a_limit_must_be_a_sensible_number(slack: World, limit: Any, error: str) -> None:
    with refused(error):
        slack.client.api_call("users.list", json={"limit": limit})


def test_structured_text_is_refused(slack: World) -> None:
    with refused("invalid_arguments"):
        slack.client.api_call("chat.postMessage", json={"channel": "C01OPS", "text": {"a": 1}})
