from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_sdk.webhook import WebhookClient

from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import App, World, actions, button, connected, dropped, section


@pytest.fixture
def url(slack: World, app: App) -> str:
    """Of a command that rosa typed."""
    slack.do("command", channel="dac-ops", user="rosa", command="/dac")
    return str(app.next()["response_url"])


def pressed(world: World, app: App, ts: str, user: str = "rosa") -> str:
    world.do("interact", channel="dac-ops", user=user, messageTs=ts, action="go")
    return str(app.next("block_actions")["response_url"])


def respond(url: str, **body: Any) -> tuple[int, str]:
    answer = WebhookClient(url).send_dict(body)
    return answer.status_code, answer.body


def test_five_posts_and_no_more(slack: World, url: str) -> None:
    for number in range(5):
        assert respond(url, text=str(number)) == (200, "ok")
    status, body = respond(url, text="too much")
    assert (status, json.loads(body)) == (404, {"ok": False, "error": "used_url"})
    assert slack.texts(user="rosa") == ["0", "1", "2", "3", "4"]


def test_thirty_minutes_and_no_longer(start: Start) -> None:
    world = start(frozen=True)
    with connected(world) as app:
        world.do("command", channel="dac-ops", user="rosa", command="/dac")
        url = app.next()["response_url"]
        world.advance(30 * 60)
        assert respond(url, text="just in time")[0] == 200
        world.advance(1)
        status, body = respond(url, text="too late")
    assert (status, json.loads(body)["error"]) == (404, "expired_url")


def test_the_url_cannot_be_guessed(slack: World, url: str) -> None:
    status, body = respond(url[:-1] + "x", text="hm")
    assert (status, json.loads(body)["error"]) == (404, "invalid_url")


def test_an_answer_is_for_the_user_unless_it_asks_for_the_channel(slack: World, url: str) -> None:
    respond(url, text="for you")
    respond(url, text="for all", response_type="in_channel")
    assert slack.texts(user="ada") == ["for all"]
    assert slack.texts(user="rosa") == ["for you", "for all"]


def test_an_answer_can_go_into_a_thread(slack: World, url: str) -> None:
    parent = slack.post("parent")
    respond(url, text="reply", response_type="in_channel", thread_ts=parent)
    assert slack.messages()[-1]["thread_ts"] == parent
    assert respond(url, text="reply", thread_ts="1.000001")[0] == 400


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"response_type": "ephemeral"}, "no_text"),
        ({"blocks": [section("")]}, "invalid_blocks"),
        ({"blocks": "x"}, "invalid_blocks_format"),
    ],
)
def test_a_refused_answer_is_not_counted(slack: World, url: str, body: Any, error: str) -> None:
    for _ in range(6):
        status, answer = respond(url, **body)
        assert (status, json.loads(answer)["error"]) == (400, error)
    assert respond(url, text="fine")[0] == 200


def test_blocks_may_be_larger_than_in_a_message(slack: World, url: str) -> None:
    assert respond(url, text="t", blocks=[section("x" * 3000)] * 5)[0] == 200


def test_a_form_with_a_payload_is_understood(slack: World, url: str) -> None:
    form = urlencode({"payload": json.dumps({"text": "from a form"})}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert slack.send(url, form, headers=headers)[0] == 200
    assert slack.texts(user="rosa") == ["from a form"]
    assert slack.send(url, b"payload=[]", headers=headers)[0] == 400
    assert slack.send(url, b"{broken", headers=headers)[0] == 400


def test_the_message_it_was_pressed_in_can_be_replaced_and_deleted(slack: World, app: App) -> None:
    ts = slack.post("choose", blocks=[actions(button())])
    url = pressed(slack, app, ts)
    respond(url, text="chosen", replace_original=True)
    shown = slack.messages()[0]
    assert (shown["ts"], shown["text"], "blocks" in shown) == (ts, "chosen", False)
    respond(url, text="beside", replace_original=False)
    assert slack.texts(user="rosa") == ["chosen", "beside"]
    respond(url, delete_original=True)
    assert slack.texts(user="rosa") == ["beside"]


def test_what_is_gone_is_neither_replaced_nor_deleted_twice(slack: World, app: App) -> None:
    ts = slack.post("choose", blocks=[actions(button())])
    url = pressed(slack, app, ts)
    slack.do("delete_message", channel="dac-ops", ts=ts)
    assert respond(url, delete_original=True)[0] == 200
    respond(url, text="chosen", replace_original=True)
    assert slack.texts(user="rosa") == ["chosen"]


def test_an_ephemeral_message_can_be_replaced_and_deleted_by_its_user(slack: World, app: App) -> None:
    ts = slack.client.chat_postEphemeral(channel="C01OPS", user="U01ROSA", text="sure?", blocks=[actions(button())])[
        "message_ts"
    ]
    url = pressed(slack, app, ts)
    respond(url, text="sure!", replace_original=True)
    assert slack.texts(user="rosa") == ["sure!"]
    respond(url, delete_original=True)
    assert slack.texts(user="rosa") == []


def test_a_command_has_no_original_to_replace(slack: World, url: str) -> None:
    respond(url, text="new", replace_original=True)
    assert slack.texts(user="rosa") == ["new"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "http_500"}, 500),
        ({"kind": "ratelimited", "retry_after": 7}, 429),
        ({"kind": "outage"}, 503),
    ],
)
def test_it_meets_the_troubles_that_were_ordered(slack: World, url: str, fault: Any, status: int) -> None:
    slack.do("faults", method="response_url", **fault)
    assert respond(url, text="x")[0] == status
    slack.json("/_control/faults", verb="DELETE")
    assert respond(url, text="x")[0] == 200


def test_a_dropped_answer_may_have_been_posted(slack: World, url: str) -> None:
    slack.do("faults", kind="drop", method="response_url")
    with dropped():
        slack.send(url, b'{"text": "lost"}')
    slack.do("faults", kind="drop_after", method="response_url")
    with dropped():
        slack.send(url, b'{"text": "kept"}')
    assert slack.texts(user="rosa") == ["kept"]
