"""A client of somebody else's making against the local Slack: slack_bolt's own App with its built-in socket client."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from tests.e2e.world import ADA, ROSA, World

MODAL = {
    "type": "modal",
    "callback_id": "ask",
    "title": {"type": "plain_text", "text": "Ask"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "arg:why",
            "label": {"type": "plain_text", "text": "Why"},
            "element": {"type": "plain_text_input", "action_id": "typed"},
        }
    ],
}
BUTTON = {"type": "button", "action_id": "go", "value": "go 1", "text": {"type": "plain_text", "text": "Go"}}

Heard = Callable[[], Any]


@pytest.fixture
def heard(world: World) -> Iterator[Heard]:
    """An app with one listener of each kind; gives what they hear, in order."""
    world.clear_out()
    told: queue.Queue[Any] = queue.Queue()
    app = App(client=WebClient("xoxb-sandbox", base_url=f"{world.slack}/api/"))

    @app.command("/dac")
    def command(ack: Any, body: Any, client: Any, respond: Any) -> None:
        ack()
        if body["text"] == "form":
            client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        else:
            respond("heard", blocks=[{"type": "actions", "elements": [BUTTON]}])

    @app.action("go")
    def go(ack: Any, body: Any, say: Any) -> None:
        ack()
        say(f"<@{body['user']['id']}> pressed")

    @app.view("ask")
    def ask(ack: Any, view: Any) -> None:
        why = view["state"]["values"]["arg:why"]["typed"]["value"]
        if why == "no":
            ack(response_action="errors", errors={"arg:why": "Say more"})
        else:
            ack()
            told.put(why)

    @app.event("app_mention")
    def mention(event: Any, say: Any) -> None:
        say(f"heard {event['user']}", thread_ts=event["ts"])

    handler = SocketModeHandler(app, "xapp-sandbox")
    handler.connect()  # type: ignore[no-untyped-call]
    yield lambda: told.get(timeout=10)
    handler.close()  # type: ignore[no-untyped-call]
    world.until(lambda: world.sockets() == 0)


def test_commands_buttons_forms_and_mentions_work_with_bolts_own_client(world: World, heard: Heard) -> None:
    world.command("hello")
    (told,) = world.until(lambda: [each for each in world.messages() if each.get("ephemeral_user") == ROSA])
    assert world.press(told, "go", ROSA)["ack"] == "acked"
    world.until(lambda: f"<@{ROSA}> pressed" in str(world.messages()))

    world.command("form")
    world.modal(ROSA)
    assert world.submit(ROSA, why="no")["errors"] == {"arg:why": "Say more"}
    assert world.submit(ROSA, why="because")["ok"]
    assert heard() == "because"

    ts = world.say("@dac hello", ADA)
    world.until(
        lambda: any(each.get("thread_ts") == ts and each["text"] == f"heard {ADA}" for each in world.messages())
    )
