"""What the tests of the local Slack hold in their hands: the server from outside, and an app on a socket."""

from __future__ import annotations

import asyncio
import http.client
import json
import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest
import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

Json = dict[str, Any]
T = TypeVar("T")

BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-of-these-tests", "xapp-of-these-tests", "signing-secret-of-these-tests"
PATIENCE = 60.0

SCOPES = [
    *("app_mentions:read", "bookmarks:read", "bookmarks:write", "channels:history", "channels:join"),
    *("channels:manage", "channels:read", "chat:write", "commands", "dnd:read", "emoji:read"),
    *("files:read", "files:write", "groups:history", "groups:read", "groups:write", "im:history"),
    *("im:read", "im:write", "links:write", "mpim:history", "mpim:read", "mpim:write", "pins:read"),
    *("pins:write", "reactions:read", "reactions:write", "team:read", "usergroups:read"),
    *("usergroups:write", "users.profile:read", "users:read", "users:read.email"),
]
EVENTS = [
    *("app_home_opened", "app_mention", "channel_archive", "channel_created", "channel_left"),
    *("channel_rename", "channel_unarchive", "file_deleted", "file_shared", "group_left"),
    *("member_joined_channel", "member_left_channel", "message.channels", "message.groups"),
    *("message.im", "message.mpim", "pin_added", "pin_removed", "reaction_added", "reaction_removed"),
    *("subteam_members_changed", "subteam_updated"),
]


def manifest(**changes: Any) -> Json:
    """All there is, with what a test wants otherwise."""
    whole: Json = {
        "scopes": SCOPES,
        "events": EVENTS,
        "socket_mode": True,
        "interactivity": True,
        "home": True,
        "messages_tab": True,
        "should_escape": False,
    } | changes
    return {
        "display_information": {"name": "DAC Ops"},
        "features": {
            "app_home": {
                "home_tab_enabled": whole["home"],
                "messages_tab_enabled": whole["messages_tab"],
            },
            "bot_user": {"display_name": "dac"},
            "slash_commands": [
                {
                    "command": "/dac",
                    "description": "Clusters",
                    "usage_hint": "status",
                    "should_escape": whole["should_escape"],
                }
            ],
            "shortcuts": [
                {"name": "Ask", "callback_id": "ask", "type": "global", "description": "Ask"},
                {"name": "Explain", "callback_id": "explain", "type": "message", "description": "Explain"},
            ],
        },
        "oauth_config": {"scopes": {"bot": whole["scopes"]}},
        "settings": {
            "event_subscriptions": {"bot_events": whole["events"]},
            "interactivity": {"is_enabled": whole["interactivity"]},
            "socket_mode_enabled": whole["socket_mode"],
        },
    }


def write_manifest(folder: Path, **changes: Any) -> Path:
    path = folder / "manifest.yml"
    path.write_text(yaml.safe_dump(manifest(**changes)), encoding="utf-8")
    return path


class World:
    """A running local Slack."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = WebClient(BOT_TOKEN, base_url=f"{url}/api/")
        self._threads = ThreadPoolExecutor(20)

    def close(self) -> None:
        self._threads.shutdown()

    def at_the_same_time(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> Future[T]:
        return self._threads.submit(work, *args, **kwargs)

    def send(
        self,
        path: str,
        data: bytes | None = None,
        *,
        headers: dict[str, str] | None = None,
        verb: str | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """A request exactly as given: status, headers, body."""
        request = urllib.request.Request(  # noqa: S310 - loopback
            path if "://" in path else self.url + path, data=data, headers=headers or {}, method=verb
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:  # noqa: S310
                return response.status, dict(response.headers), response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(error.headers), error.read()

    def json(self, path: str, body: Any = None, *, verb: str | None = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        status, _, answer = self.send(path, data, headers=headers, verb=verb)
        return status, json.loads(answer)

    def do(self, path: str, **body: Any) -> Json:
        """A control call that is expected to be understood."""
        _, answer = self.json(f"/_control/{path}", body)
        return dict(answer)

    def look(self, path: str) -> Json:
        return dict(self.json(f"/_control/{path}")[1])

    def messages(self, channel: str = "dac-ops", user: str | None = None) -> list[Json]:
        shown: list[Json] = self.look(f"messages/{channel}" + (f"?user={user}" if user else ""))["messages"]
        return shown

    def texts(self, channel: str = "dac-ops", user: str | None = None) -> list[str]:
        return [message["text"] for message in self.messages(channel, user)]

    def stack(self, user: str = "rosa") -> list[Json]:
        stack: list[Json] = self.look(f"views/{user}")["stack"]
        return stack

    def advance(self, seconds: float) -> None:
        self.do("clock", advance=seconds)

    def post(self, text: str = "hello", channel: str = "C01OPS", **more: Any) -> str:
        return str(self.client.chat_postMessage(channel=channel, text=text, **more)["ts"])

    def until(self, holds: Callable[[], T]) -> T:
        """What the bot or the server does in the background, once it is done."""
        pause = threading.Event()
        for _ in range(1000):
            if result := holds():
                return result
            pause.wait(0.01)
        raise AssertionError("it never came to pass")

    def trigger(self, app: App, user: str = "rosa", channel: str = "dac-ops") -> str:
        """A fresh trigger_id, by typing a command that the app acknowledges."""
        answer = self.do("command", channel=channel, user=user, command="/dac")
        app.next("/dac")
        return str(answer["trigger_id"])


@dataclass(frozen=True)
class Delivery:
    """An envelope as it came over the socket."""

    envelope_id: str
    type: str
    payload: Json
    accepts_response_payload: bool
    retry_attempt: int | None = None
    retry_reason: str | None = None

    @property
    def name(self) -> str:
        """The command, the event's type, or the interaction's."""
        if self.type == "events_api":
            return str(self.payload["event"]["type"])
        return str(self.payload.get("command") or self.payload["type"])


class App:
    """An app on a Socket Mode connection of its own, which answers only as the test says.

    slack_sdk's own clients are tested next to it; closing one of those takes seconds.
    """

    def __init__(self, world: World) -> None:
        self.received: queue.Queue[Delivery] = queue.Queue()
        self.messages: queue.Queue[Json] = queue.Queue()
        self.answers: dict[str, Any] = {}
        """Name of a delivery -> payload of its ack; the others are acked with nothing."""
        self.silent: set[str] = set()
        """What this app never acknowledges."""
        web = WebClient(base_url=f"{world.url}/api/")
        self._url = str(web.apps_connections_open(app_token=APP_TOKEN)["url"])
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def connect(self) -> App:
        self.start()
        self.hello = self.message("hello")
        return self

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()
        self._loop.close()

    def message(self, type_: str) -> Json:
        while True:
            message = self.messages.get(timeout=PATIENCE)
            if message["type"] == type_:
                return message

    def next(self, name: str | None = None) -> Json:
        """The payload of the next delivery (of this name); an event is given as its whole callback."""
        return self.delivery(name).payload

    def delivery(self, name: str | None = None) -> Delivery:
        while True:
            delivery = self.received.get(timeout=PATIENCE)
            if name in {None, delivery.name}:
                return delivery

    def event(self, type_: str) -> Json:
        return dict(self.next(type_)["event"])

    def event_name(self) -> str:
        return str(self.next()["event"]["type"])

    def hears_nothing_more(self, world: World) -> bool:
        """Whether a later delivery is the next that arrives."""
        world.do("command", channel="dac-ops", user="rosa", command="/dac", text="marker")
        return self.next().get("text") == "marker"

    def ack(self, delivery: Delivery, payload: Any = None) -> None:
        asyncio.run_coroutine_threadsafe(self._ack(delivery, payload), self._loop).result(PATIENCE)

    def _run(self) -> None:
        self._task = self._loop.create_task(self._converse())
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)

    async def _converse(self) -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(self._url) as self._socket:
            async for frame in self._socket:
                message = frame.json()
                if "envelope_id" not in message:
                    self.messages.put(message)
                    continue
                delivery = Delivery(**message)
                if delivery.name not in self.silent:
                    await self._ack(delivery, self.answers.get(delivery.name))
                self.received.put(delivery)

    async def _ack(self, delivery: Delivery, payload: Any) -> None:
        answer = {"envelope_id": delivery.envelope_id}
        await self._socket.send_json(answer | ({} if payload is None else {"payload": payload}))


@contextmanager
def connected(world: World) -> Iterator[App]:
    app = App(world)
    try:
        yield app.connect()
    finally:
        app.close()


@contextmanager
def refused(error: str) -> Iterator[Json]:
    """The call inside must be refused with this error; gives the answer once it was."""
    answer: Json = {}
    with pytest.raises(SlackApiError) as refusal:
        yield answer
    assert refusal.value.response["error"] == error
    answer.update(refusal.value.response.data)


@contextmanager
def dropped() -> Iterator[None]:
    """The connection of the request inside must break before an answer."""
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        yield


def section(text: str = "hello", **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id: str = "go", value: str | None = "1", **more: Any) -> Json:
    shown: Json = {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": "Go"}}
    return shown | ({} if value is None else {"value": value}) | more


def actions(*elements: Json, block_id: str = "acts") -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def text_input(block_id: str = "reason", action_id: str = "typed", **more: Any) -> Json:
    optional = {"optional": more.pop("optional")} if "optional" in more else {}
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": "Reason"},
        "element": {"type": "plain_text_input", "action_id": action_id, **more},
        **optional,
    }


def option(value: str, text: str | None = None) -> Json:
    return {"text": {"type": "plain_text", "text": text or value.title()}, "value": value}


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "ask",
        "title": {"type": "plain_text", "text": "Ask"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": list(blocks) or [text_input()],
        **more,
    }


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks) or [section()], **more}
