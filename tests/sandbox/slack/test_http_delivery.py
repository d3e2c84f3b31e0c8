from __future__ import annotations

import asyncio
import json
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from sandbox.serving import running
from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import PATIENCE, SECRET, Json, World, actions, button


@dataclass
class Receiver:
    """An app behind a request URL."""

    url: str = ""
    requests: queue.Queue[tuple[dict[str, str], bytes]] = field(default_factory=queue.Queue)
    answers: queue.Queue[web.Response] = field(default_factory=queue.Queue)
    """Given in order; without any, 200 with nothing."""
    hold: bool = False
    """Whether requests are left without an answer."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if b"url_verification" in body:
            return web.json_response({"challenge": json.loads(body)["challenge"]})
        self.requests.put(({**request.headers}, body))
        if self.hold:
            await asyncio.Event().wait()
        return self.answers.get_nowait() if self.answers.qsize() else web.Response()

    def next(self) -> tuple[dict[str, str], bytes]:
        return self.requests.get(timeout=PATIENCE)


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    def app() -> web.Application:
        made = web.Application(handler_args={"handler_cancellation": True})
        made.router.add_post("/slack/events", receiver.handle)
        made.router.add_post("/round", _round)
        return made

    with running(app) as url:
        receiver.url = f"{url}/slack/events"
        yield receiver


async def _round(request: web.Request) -> web.StreamResponse:
    raise web.HTTPTemporaryRedirect(str(request.url))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def world(start: Start, receiver: Receiver) -> World:
    return start(events_url=receiver.url, socket_mode=False)


def command(world: World) -> Json:
    return world.do("command", channel="dac-ops", user="rosa", command="/dac", text="a & b")


def test_a_command_is_a_signed_form(world: World, receiver: Receiver) -> None:
    assert command(world)["ack"] == "acked"
    headers, body = receiver.next()
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body.decode())["text"] == ["a &amp; b"]
    assert SignatureVerifier(SECRET).is_valid_request(body, headers)
    assert not SignatureVerifier("another").is_valid_request(body, headers)


def test_an_interaction_is_a_form_with_a_payload(world: World, receiver: Receiver) -> None:
    ts = world.post("card", blocks=[actions(button())])
    receiver.next()
    world.do("interact", channel="dac-ops", user="rosa", messageTs=ts, action="go")
    _, body = receiver.next()
    payload = json.loads(parse_qs(body.decode())["payload"][0])
    assert (payload["type"], payload["actions"][0]["action_id"]) == ("block_actions", "go")


def test_an_event_is_signed_json(world: World, receiver: Receiver) -> None:
    world.post("hello")
    headers, body = receiver.next()
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body)["event"]["text"] == "hello"
    assert SignatureVerifier(SECRET).is_valid_request(body, headers)
    assert "X-Slack-Retry-Num" not in headers


def test_the_page_counts_the_app_as_connected(world: World) -> None:
    assert world.json("/_page/state?user=rosa")[1]["connected"] is True


def test_the_request_url_is_verified_on_start_and_on_demand(world: World) -> None:
    assert world.until(lambda: world.look("state")["url_verified"])
    assert world.do("verify_url") == {"ok": True}


def test_without_a_request_url_there_is_nothing_to_verify(slack: World) -> None:
    assert slack.do("verify_url") == {"ok": False}


def test_a_url_that_nobody_answers_is_not_verified(start: Start) -> None:
    world = start(events_url="http://127.0.0.1:9/slack/events")
    assert world.do("verify_url") == {"ok": False}
    assert command(world)["ack"] == "dispatch_failed"


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        ({"json": {"text": "json"}}, ["json"]),
        ({"text": "plain"}, ["plain"]),
        ({"text": "{broken", "content_type": "application/json"}, ["{broken"]),
        ({"text": ""}, []),
    ],
)
def test_the_answer_may_carry_a_message(world: World, receiver: Receiver, answer: Any, seen: list[str]) -> None:
    made = web.json_response(answer["json"]) if "json" in answer else web.Response(**answer)
    receiver.answers.put(made)
    command(world)
    assert world.texts(user="rosa") == seen


def test_an_answer_other_than_200_failed(world: World, receiver: Receiver) -> None:
    receiver.answers.put(web.Response(status=500))
    assert command(world)["ack"] == "dispatch_failed"
    ts = world.post("card", blocks=[actions(button())])
    receiver.next(), receiver.next()
    receiver.answers.put(web.Response(status=404))
    pressed = world.do("interact", channel="dac-ops", user="rosa", messageTs=ts, action="go")
    assert pressed["ack"] == "dispatch_failed"


@pytest.fixture
def frozen(start: Start, receiver: Receiver) -> World:
    return start(events_url=receiver.url, frozen=True, events=["message.channels"])


def test_no_answer_within_three_seconds_is_a_timeout(frozen: World, receiver: Receiver) -> None:
    receiver.hold = True
    asked = frozen.at_the_same_time(command, frozen)
    receiver.next()
    frozen.advance(3)
    assert asked.result(PATIENCE)["ack"] == "operation_timeout"


def test_an_event_is_tried_again_at_once_after_a_minute_and_after_five(frozen: World, receiver: Receiver) -> None:
    for _ in range(4):
        receiver.answers.put(web.Response(status=500))
    frozen.post("hello")
    tries = [receiver.next(), receiver.next()]
    for number, wait in ((2, 60), (3, 300)):
        _until_failed(frozen, number)
        frozen.advance(wait - 1)
        assert receiver.requests.empty()
        frozen.advance(1)
        tries.append(receiver.next())
    assert [headers.get("X-Slack-Retry-Num") for headers, _ in tries] == [None, "1", "2", "3"]
    assert {headers.get("X-Slack-Retry-Reason") for headers, _ in tries[1:]} == {"http_error"}
    assert len({json.loads(body)["event_id"] for _, body in tries}) == 1


def _until_failed(world: World, times: int) -> None:
    def failed() -> bool:
        records = world.look("state")["deliveries"]
        return [each["ack"] for each in records].count("dispatch_failed") == times

    world.until(failed)


def test_an_app_can_ask_not_to_be_tried_again(frozen: World, receiver: Receiver) -> None:
    receiver.answers.put(web.Response(status=500, headers={"X-Slack-No-Retry": "1"}))
    frozen.post("hello")
    receiver.next()
    _until_failed(frozen, 1)
    frozen.advance(3600)
    frozen.post("marker")
    assert json.loads(receiver.next()[1])["event"]["text"] == "marker"


def test_a_timed_out_event_says_so_when_it_comes_again(frozen: World, receiver: Receiver) -> None:
    receiver.hold = True
    frozen.post("hello")
    receiver.next()
    receiver.hold = False
    frozen.advance(3)
    assert receiver.next()[0]["X-Slack-Retry-Reason"] == "http_timeout"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("http://127.0.0.1:9/", "connection_failed"),
        ("https://{host}/slack/events", "ssl_error"),
        ("http://{host}/round", "too_many_redirects"),
    ],
)
def test_a_failure_has_its_reason(start: Start, receiver: Receiver, path: str, reason: str) -> None:
    host = receiver.url.removeprefix("http://").split("/")[0]
    world = start(events_url=path.format(host=host), events=["message.channels"])
    world.post("hello")
    entries = world.until(
        lambda: [
            each
            for each in world.json("/_page/traffic")[1]["entries"]
            if each["kind"] == "events_api" and each.get("reason")
        ]
    )
    assert entries[0]["reason"] == reason


def test_a_connection_cut_in_the_middle_is_an_unknown_error(frozen: World, receiver: Receiver) -> None:
    class Cut(web.Response):
        async def prepare(self, request: Any) -> Any:
            request.transport.abort()
            return await super().prepare(request)

    receiver.answers.put(Cut())
    assert command(frozen)["ack"] == "dispatch_failed"


def test_troubles_of_delivery_come_over_http_too(frozen: World, receiver: Receiver) -> None:
    frozen.do("faults", kind="duplicate")
    command(frozen)
    assert receiver.next()[1] == receiver.next()[1]
    frozen.do("faults", kind="lost_ack")
    asked = frozen.at_the_same_time(command, frozen)
    receiver.next()
    frozen.until(lambda: not frozen.look("state")["faults"])
    frozen.advance(3)
    assert asked.result(PATIENCE)["ack"] == "operation_timeout"
