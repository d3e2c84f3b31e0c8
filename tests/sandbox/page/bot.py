"""A small app on the real Slack SDKs for the page to talk to: it answers, asks, refuses and dawdles."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.page.gallery import IN_MODALS
from tests.sandbox.page.pieces import Json, button, option, plain, text

CLUSTERS = ("chat-prod", "chat-dev", "embed", "tune-a")
MODAL: Json = {
    "type": "modal",
    "callback_id": "scale",
    "notify_on_close": True,
    "title": plain("Scale a cluster"),
    "submit": plain("Ask"),
    "close": plain("Cancel"),
    "blocks": [
        *IN_MODALS,
        {
            "type": "input",
            "block_id": "cluster",
            "label": plain("Cluster"),
            "element": {"type": "external_select", "action_id": "cluster", "min_query_length": 0},
        },
        {
            "type": "input",
            "block_id": "units",
            "label": plain("Units"),
            "hint": plain("At most 50"),
            "element": {"type": "number_input", "action_id": "units", "is_decimal_allowed": False},
        },
        {
            "type": "input",
            "block_id": "why",
            "label": plain("Why"),
            "element": {"type": "plain_text_input", "action_id": "why", "multiline": True},
        },
        {
            "type": "input",
            "block_id": "tell",
            "label": plain("Tell"),
            "optional": True,
            "element": {
                "type": "checkboxes",
                "action_id": "tell",
                "options": [option("FinOps", "finops"), option("All", "all")],
            },
        },
        {"type": "actions", "block_id": "more", "elements": [button("Preview", "preview")]},
    ],
}

FILE_MODAL: Json = {
    "type": "modal",
    "callback_id": "check",
    "title": plain("Check a data set"),
    "submit": plain("Check"),
    "blocks": [
        {
            "type": "input",
            "block_id": "set",
            "label": plain("Data set"),
            "hint": plain("JSON lines, 10 MB at the most"),
            "element": {"type": "file_input", "action_id": "set", "filetypes": ["jsonl", "txt"], "max_files": 1},
        }
    ],
}


@dataclass
class Bot:
    url: str
    web: WebClient
    heard: list[Json] = field(default_factory=list)
    """The payloads of every interaction, as they came."""

    def posts(self, channel: str = "C01OPS", **message: Any) -> str:
        return str(self.web.chat_postMessage(channel=channel, **({"text": "posted"} | message))["ts"])


def build(url: str, bot: Bot) -> AsyncApp:
    app = AsyncApp(client=AsyncWebClient(token="xoxb-sandbox", base_url=f"{url}/api/"))
    _commands_and_events(app)
    _actions(app, bot)
    _scale_modal(app)
    return app


def _commands_and_events(app: AsyncApp) -> None:
    @app.command("/dac")
    async def command(ack: Any, command: Json, client: Any, respond: Any) -> None:
        if command["text"] == "dawdle":
            return
        await ack()
        if command["text"] == "modal":
            await client.views_open(trigger_id=command["trigger_id"], view=MODAL)
        elif command["text"] == "file":
            await client.views_open(trigger_id=command["trigger_id"], view=FILE_MODAL)
        elif command["text"] == "status":
            await respond("2 clusters, all healthy")
        else:
            await client.chat_postMessage(channel=command["channel_id"], text=f"You said: {command['text']}")

    @app.event("app_home_opened")
    async def home(event: Json, client: Any) -> None:
        blocks = [
            {"type": "header", "text": plain("Your clusters")},
            {"type": "actions", "elements": [button("Go", "go")]},
        ]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @app.event(re.compile(".*"))
    async def event() -> None:
        pass


def _actions(app: AsyncApp, bot: Bot) -> None:
    @app.action(re.compile(".*"))
    async def action(ack: Any, body: Json, client: Any) -> None:
        bot.heard.append(body)
        pressed = body["actions"][0]
        if pressed["action_id"] == "dawdle":
            return
        await ack()
        if pressed["action_id"] == "preview":
            cost = {"type": "section", "text": text("About *$ 43,896*")}
            view = {"type": "modal", "title": plain("Cost"), "close": plain("Back"), "blocks": [cost]}
            await client.views_push(trigger_id=body["trigger_id"], view=view)
        elif "message" in body and pressed["type"] == "button" and not body["container"]["is_ephemeral"]:
            said = f"{pressed['action_id']} by <@{body['user']['id']}>"
            blocks = [{"type": "section", "text": text(said)}]
            await client.chat_update(channel="C01OPS", ts=body["message"]["ts"], text=said, blocks=blocks)


def _scale_modal(app: AsyncApp) -> None:
    @app.options("cluster")
    async def offer(ack: Any, payload: Json) -> None:
        await ack(options=[option(name, name) for name in CLUSTERS if payload["value"] in name])

    @app.view("scale")
    async def submitted(ack: Any, view: Json, client: Any) -> None:
        entered = view["state"]["values"]
        if entered["why"]["why"]["value"] == "dawdle":
            return
        if int(entered["units"]["units"]["value"]) > 50:
            await ack(response_action="errors", errors={"units": "At most 50 units fit."})
            return
        await ack()
        cluster = entered["cluster"]["cluster"]["selected_option"]["value"]
        tell = [each["value"] for each in entered["tell"]["tell"]["selected_options"]]
        await client.chat_postMessage(
            channel="C01OPS", text=f"{cluster} to {entered['units']['units']['value']}, {tell}"
        )

    @app.view("check")
    async def given(ack: Any, view: Json, client: Any) -> None:
        await ack()
        files = view["state"]["values"]["set"]["set"]["files"]
        await client.chat_postMessage(
            channel="C01OPS", text=f"checking {', '.join(each['name'] for each in files)} of {files[0]['size']} bytes"
        )

    @app.view_closed("scale")
    async def closed(ack: Any, client: Any) -> None:
        await ack()
        await client.chat_postMessage(channel="C01OPS", text="thought better of it")


@contextmanager
def running_bot(url: str) -> Iterator[Bot]:
    """The app, connected by Socket Mode from a thread and event loop of its own."""
    bot = Bot(url, WebClient(token="xoxb-sandbox", base_url=f"{url}/api/"))
    ready, stop = threading.Event(), list[Any]()

    async def main() -> None:
        ended = asyncio.Event()
        stop.extend([asyncio.get_running_loop(), ended])
        handler = AsyncSocketModeHandler(build(url, bot), "xapp-sandbox")
        await handler.connect_async()  # type: ignore[no-untyped-call]
        ready.set()
        await ended.wait()
        await handler.close_async()  # type: ignore[no-untyped-call]

    thread = threading.Thread(target=asyncio.run, args=(main(),), name="test-bot")
    thread.start()
    ready.wait()
    try:
        yield bot
    finally:
        loop, ended = stop
        loop.call_soon_threadsafe(ended.set)
        thread.join()
