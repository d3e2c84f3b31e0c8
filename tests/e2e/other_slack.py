"""Another stand-in for Slack, made from the written facts only and deliberately plain."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from collections.abc import Mapping
from typing import Any

from aiohttp import web

Json = dict[str, Any]

BOT_TOKEN, APP_TOKEN = "xoxb-other", "xapp-other"
TEAM, BOT_USER, BOT_ID = "T0OTHER", "W0BOT", "B0BOT"
CHANNEL = "C0OTHER"
ACK_SECONDS = 3.0
METHODS = {
    "auth.test",
    "apps.connections.open",
    "chat.postMessage",
    "chat.update",
    "chat.postEphemeral",
    "views.open",
    "users.info",
    "conversations.open",
}


class NoError(Exception):
    """A Web API call is answered with this error."""


class OtherSlack:
    """No rate limits, no scopes, no metadata, no history, no user groups: people, one channel, buttons, modals."""

    def __init__(self) -> None:
        self.messages: list[Json] = []
        self.views: dict[str, list[Json]] = {}
        self.unknown: list[str] = []
        self._sockets: list[web.WebSocketResponse] = []
        self._acks: dict[str, asyncio.Future[Any]] = {}
        self._triggers: dict[str, str] = {}
        self._urls: dict[str, tuple[str, str]] = {}
        self._numbers = itertools.count(1)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/{method}", self.api)
        app.router.add_get("/socket", self.socket)
        app.router.add_post("/hook/{id}", self.hook)
        app.router.add_post("/test/command", self.command)
        app.router.add_post("/test/press", self.press)
        app.router.add_post("/test/submit", self.submit)
        app.router.add_get("/test/state", self.state)
        return app

    # -------------------------------------------------------------------------------------- the Web API

    async def api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        try:
            return web.json_response({"ok": True, **self._answer(method, await _arguments(request), request)})
        except NoError as error:
            return web.json_response({"ok": False, "error": str(error)})

    def _answer(self, method: str, given: Json, request: web.Request) -> Json:
        if method not in METHODS:
            self.unknown.append(method)
            raise NoError("unknown_method")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != (APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN):
            raise NoError("invalid_auth")
        match method:
            case "auth.test":
                return {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT_ID, "url": "https://other/", "user": "dac"}
            case "apps.connections.open":
                return {"url": f"ws://{request.host}/socket"}
            case "chat.postMessage":
                return self._post(given)
            case "chat.postEphemeral":
                return {"message_ts": self._post(given | {"to": given["user"]})["ts"]}
            case "chat.update":
                return self._update(given)
            case "views.open":
                return self._open(given)
            case "users.info":
                return {"user": {"id": given["user"], "name": "somebody", "tz": "Europe/Berlin"}}
            case _:
                return {"channel": {"id": f"D{given['users']}"}}

    def _post(self, given: Json) -> Json:
        if not given.get("text") and not given.get("blocks"):
            raise NoError("no_text")
        message = {"ts": f"{next(self._numbers)}.000000", "channel": given["channel"]}
        message |= {key: given[key] for key in ("text", "blocks", "thread_ts", "to") if given.get(key)}
        self.messages.append(message)
        return {"ts": message["ts"], "channel": given["channel"], "message": message}

    def _update(self, given: Json) -> Json:
        message = self._message(given["ts"])
        message["text"], message["blocks"] = given.get("text", ""), given.get("blocks", [])
        return {"ts": given["ts"], "channel": message["channel"], "text": message["text"]}

    def _open(self, given: Json) -> Json:
        user = self._triggers.pop(given["trigger_id"], None)
        if user is None:
            raise NoError("expired_trigger_id")
        view = {"id": f"V{next(self._numbers)}", "state": {"values": {}}, **given["view"]}
        self.views.setdefault(user, []).append(view)
        return {"view": view}

    def _message(self, ts: str) -> Json:
        found = next((each for each in self.messages if each["ts"] == ts), None)
        if found is None:
            raise NoError("message_not_found")
        return found

    async def hook(self, request: web.Request) -> web.Response:
        """A response_url: five answers, to the one who got it or to the channel."""
        if request.match_info["id"] not in self._urls:
            return web.Response(status=404, text="expired_url")
        user, channel = self._urls[request.match_info["id"]]
        given = await request.json()
        private = {} if given.get("response_type") == "in_channel" else {"to": user}
        self._post(given | {"channel": channel} | private)
        return web.Response(text="ok")

    # ----------------------------------------------------------------------------------- Socket Mode

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await connection.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0OTHER"}})
        self._sockets.append(connection)
        try:
            async for message in connection:
                told = json.loads(message.data)
                acked = self._acks.get(told.get("envelope_id", ""))
                if acked and not acked.done():
                    acked.set_result(told.get("payload"))
        finally:
            self._sockets.remove(connection)
        return connection

    async def _deliver(self, kind: str, payload: Json) -> Json:
        envelope_id = secrets.token_hex(8)
        acked = self._acks[envelope_id] = asyncio.get_running_loop().create_future()
        frame = {"envelope_id": envelope_id, "type": kind, "payload": payload, "accepts_response_payload": True}
        await self._sockets[-1].send_json(frame)
        try:
            return {"acked": True, "payload": await asyncio.wait_for(acked, ACK_SECONDS)}
        except TimeoutError:
            return {"acked": False, "payload": None}

    # ----------------------------------------------------------------------------------- what people do

    async def command(self, request: web.Request) -> web.Response:
        given = await request.json()
        payload = {
            "command": "/dac",
            "text": given["text"],
            "user_id": given["user"],
            "channel_id": CHANNEL,
            "team_id": TEAM,
            **self._back(given["user"], request),
        }
        return web.json_response(await self._deliver("slash_commands", payload))

    async def press(self, request: web.Request) -> web.Response:
        given = await request.json()
        message = self._message(given["ts"])
        button = next(each for each in _buttons(message) if each["value"].startswith(given["verb"]))
        container = {"type": "message", "message_ts": given["ts"], "channel_id": message["channel"]}
        payload = self._interaction("block_actions", given["user"]) | {
            "container": container,
            "channel": {"id": message["channel"]},
            "message": message,
            "actions": [button],
            **self._back(given["user"], request),
        }
        return web.json_response(await self._deliver("interactive", payload))

    async def submit(self, request: web.Request) -> web.Response:
        """Send the modal on top; `values` by block."""
        given = await request.json()
        view = self.views[given["user"]][-1]
        inputs = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
        view["state"] = {
            "values": {
                block_id: {inputs[block_id]["action_id"]: _entered(inputs[block_id], value)}
                for block_id, value in given["values"].items()
            }
        }
        answer = await self._deliver(
            "interactive", self._interaction("view_submission", given["user"]) | {"view": view}
        )
        if answer["acked"] and not answer["payload"]:
            self.views[given["user"]].pop()
        return web.json_response(answer)

    async def state(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "messages": self.messages,
                "views": self.views,
                "unknown": self.unknown,
                "sockets": len(self._sockets),
            }
        )

    def _interaction(self, kind: str, user: str) -> Json:
        return {"type": kind, "user": {"id": user}, "team": {"id": TEAM}, "trigger_id": self._trigger(user)}

    def _trigger(self, user: str) -> str:
        trigger_id = secrets.token_hex(8)
        self._triggers[trigger_id] = user
        return trigger_id

    def _back(self, user: str, request: web.Request) -> Json:
        """How the bot gets back to the person: a response_url and a trigger."""
        hook = secrets.token_hex(8)
        self._urls[hook] = (user, CHANNEL)
        url = f"{request.scheme}://{request.host}/hook/{hook}"
        return {"response_url": url, "trigger_id": self._trigger(user)}


async def _arguments(request: web.Request) -> Json:
    """JSON or a form; an empty body is no arguments."""
    body = await request.text()
    if not body:
        return {}
    if request.content_type == "application/json":
        return dict(json.loads(body))
    return {key: _unpacked(value) for key, value in (await request.post()).items() if isinstance(value, str)}


def _unpacked(value: str) -> Any:
    return json.loads(value) if value[:1] in {"[", "{"} else value


def _entered(element: Mapping[str, Any], value: str) -> Json:
    if element["type"] == "plain_text_input":
        return {"type": element["type"], "value": value}
    option = {"text": {"type": "plain_text", "text": value}, "value": value}
    return {"type": element["type"], "selected_option": option}


def _buttons(message: Json) -> list[Json]:
    return [
        element
        for block in message.get("blocks", [])
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    ]
