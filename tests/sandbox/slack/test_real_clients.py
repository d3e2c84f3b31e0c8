from __future__ import annotations

import asyncio
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from slack_bolt import App as BoltApp
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.serving import running
from sandbox.slack.__main__ import parser
from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import (
    APP_TOKEN,
    BOT_TOKEN,
    PATIENCE,
    SECRET,
    World,
    actions,
    button,
    modal,
    write_manifest,
)

OPS = "C01OPS"
CARD = [actions(button("approve", "R-1"))]


def sync_bot(world: World) -> BoltApp:
    app = BoltApp(client=WebClient(BOT_TOKEN, base_url=f"{world.url}/api/"))

    @app.command("/dac")
    def command(ack: Any, say: Any, respond: Any, body: Any, client: Any) -> None:
        ack("on it")
        say(text="card", blocks=CARD)
        respond("only you")
        if body["text"] == "modal":
            client.views_open(trigger_id=body["trigger_id"], view=modal())

    @app.action("approve")
    def approve(ack: Any, body: Any, client: Any) -> None:
        ack()
        client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text="approved")

    @app.view("ask")
    def submitted(ack: Any, view: Any) -> None:
        if view["state"]["values"]["reason"]["typed"]["value"] == "no":
            ack(response_action="errors", errors={"reason": "Say more."})
        else:
            ack()

    @app.event("app_mention")
    def mentioned(event: Any, say: Any) -> None:
        say(text=f"<@{event['user']}> hi", thread_ts=event["ts"])

    @app.event("message")
    def heard() -> None:
        pass

    return app


def async_bot(world: World) -> AsyncApp:
    app = AsyncApp(
        client=AsyncWebClient(BOT_TOKEN, base_url=f"{world.url}/api/"),
        signing_secret=SECRET,
        process_before_response=True,
    )

    async def acked(ack: Any) -> None:
        await ack("on it")

    async def work(say: Any, respond: Any, body: Any, client: Any) -> None:
        if body["text"] == "modal":
            await client.views_open(trigger_id=body["trigger_id"], view=modal())
        await say(text="card", blocks=CARD)
        await respond("only you")

    app.command("/dac")(ack=acked, lazy=[work])

    @app.action("approve")
    async def approve(ack: Any, body: Any, client: Any) -> None:
        await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text="approved")
        await ack()

    @app.view("ask")
    async def submitted(ack: Any, view: Any) -> None:
        if view["state"]["values"]["reason"]["typed"]["value"] == "no":
            await ack(response_action="errors", errors={"reason": "Say more."})
        else:
            await ack()

    @app.event("app_mention")
    async def mentioned(event: Any, say: Any) -> None:
        await say(text=f"<@{event['user']}> hi", thread_ts=event["ts"])

    @app.event("message")
    async def heard() -> None:
        pass

    return app


@contextmanager
def built_in_socket(world: World) -> Iterator[None]:
    handler = SocketModeHandler(sync_bot(world), APP_TOKEN, ping_interval=1)
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        handler.close()  # type: ignore[no-untyped-call]


@contextmanager
def aiohttp_socket(world: World) -> Iterator[None]:
    stops: queue.Queue[Callable[[], Any]] = queue.Queue()

    async def main() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        handler = AsyncSocketModeHandler(async_bot(world), APP_TOKEN, ping_interval=1)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        stops.put(lambda: loop.call_soon_threadsafe(stop.set))
        await stop.wait()
        await handler.close_async()  # type: ignore[no-untyped-call]
        lazy = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*lazy, return_exceptions=True)

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    try:
        yield
    finally:
        stops.get(timeout=PATIENCE)()
        thread.join()


@contextmanager
def connected(world: World, bot: Callable[[World], Any]) -> Iterator[None]:
    with bot(world):
        world.until(lambda: world.look("state")["sockets"] == 1)
        yield


SOCKETS = pytest.mark.parametrize("bot", [built_in_socket, aiohttp_socket], ids=["App, built-in", "AsyncApp, aiohttp"])


def a_day_at_work(world: World) -> None:
    """A command, its modal, a button and a mention, each with what it leaves behind."""
    answer = world.do("command", channel="dac-ops", user="rosa", command="/dac", text="modal")
    assert (answer["ack"], answer["response"]) == ("acked", {"text": "on it"})
    world.until(lambda: len(world.texts(user="rosa")) == 3 and world.stack())
    assert sorted(world.texts(user="rosa")) == ["card", "on it", "only you"]
    assert world.texts(user="ada") == ["card"]
    refusal = world.do("view/submit", user="rosa", values={"reason": "no"})
    assert (refusal["response_action"], refusal["errors"]) == ("errors", {"reason": "Say more."})
    assert world.do("view/submit", user="rosa", values={"reason": "yes"})["ok"]
    assert world.stack() == []
    (card,) = world.messages(user="ada")
    pressed = world.do("interact", channel="dac-ops", user="ada", messageTs=card["ts"], action="approve")
    assert pressed["ack"] == "acked"
    world.until(lambda: world.texts(user="ada") == ["approved"])
    ts = world.do("message", channel="dac-ops", user="ada", text="@dac hello")["ts"]
    reply = world.until(lambda: [each for each in world.messages() if each.get("thread_ts") == ts and each["ts"] != ts])
    assert reply[0]["text"] == "<@U02ADA> hi"


@SOCKETS
def test_bolt_works_a_day_over_a_socket(slack: World, bot: Callable[[World], Any]) -> None:
    with connected(slack, bot):
        a_day_at_work(slack)


@SOCKETS
def test_bolt_comes_back_when_it_is_told_to(slack: World, bot: Callable[[World], Any]) -> None:
    with connected(slack, bot):
        opened = _connections_opened(slack)
        slack.do("disconnect", reason="refresh_requested")
        slack.until(lambda: _connections_opened(slack) > opened)
        slack.until(lambda: slack.do("command", channel="dac-ops", user="rosa", command="/dac")["ack"] == "acked")


def _connections_opened(world: World) -> int:
    return sum(call["method"] == "apps.connections.open" for call in world.look("state")["calls"])


def test_bolt_comes_back_after_its_connection_broke(slack: World) -> None:
    with connected(slack, aiohttp_socket):
        slack.do("disconnect", hard=True)
        slack.until(lambda: slack.look("state")["sockets"] == 0)
        slack.until(lambda: slack.look("state")["sockets"] == 1)
        assert slack.do("command", channel="dac-ops", user="rosa", command="/dac")["ack"] == "acked"


def test_bolt_works_a_day_over_http(start: Start) -> None:
    bots: list[AsyncApp] = []

    async def events(request: web.Request) -> web.Response:
        if not bots:
            # asked to verify its URL before the bot is there
            return web.Response(status=503)
        answered = await bots[0].async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answered)

    def app() -> web.Application:
        made = web.Application()
        made.router.add_post("/slack/events", events)
        return made

    with running(app) as url:
        world = start(events_url=f"{url}/slack/events", limits=False)
        bots.append(async_bot(world))
        a_day_at_work(world)


def test_the_async_client_uploads_files_and_reads_pages(slack: World) -> None:
    async def use() -> tuple[Any, list[str]]:
        client = AsyncWebClient(BOT_TOKEN, base_url=f"{slack.url}/api/")
        file = await client.files_upload_v2(filename="a.txt", content="hello", channel=OPS)
        names = [member["name"] async for page in await client.users_list(limit=2) for member in page["members"]]
        return file["file"], names

    file, names = asyncio.run(use())
    assert (file["size"], len(names)) == (5, 6)
    assert slack.messages()[0]["files"][0]["id"] == file["id"]


# the command line


def test_the_command_line_serves_until_told_to_stop(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ["--port", str(port), "--manifest", str(write_manifest(tmp_path)), "--bot-token", BOT_TOKEN]
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.slack", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout
        world = World(process.stdout.readline().split()[-1].rstrip("/"))
        assert world.until(lambda: _bot_user(world)) == "U0DACBOT"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        if process.stdout:
            process.stdout.close()


def _bot_user(world: World) -> str | None:
    try:
        return str(world.client.auth_test()["user_id"])
    except OSError:
        # the port is not open yet
        return None


def test_every_option_has_a_default_that_works(tmp_path: Path) -> None:
    given = parser().parse_args(["--signing-secret", SECRET, "--no-limits", "--events-url", "http://app/"])
    assert (given.signing_secret, given.no_limits, given.events_url) == (SECRET, True, "http://app/")
    assert given.manifest == Path("manifest.yml")
