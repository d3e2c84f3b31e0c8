"""The people in the local Slack and the Oracle they talk about, by the control APIs of both."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

Json = dict[str, Any]
T = TypeVar("T")

OPS, GENERAL, FINOPS = "C01OPS", "C02GENERAL", "C03FINOPS"
ROSA, ADA, BEN, OLGA = "U01ROSA", "U02ADA", "U03BEN", "U04OLGA"
CHICAGO, FRANKFURT = "us-chicago-1", "eu-frankfurt-1"
PATIENCE = 60.0
PAUSE = 0.02


def until(found: Callable[[], T | None], what: str | Callable[[], str] = "it", seconds: float = PATIENCE) -> T:
    """What `found` gives, as soon as that is something; a test that waits in vain fails saying for what."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = found()
        if value:
            return value
        time.sleep(PAUSE)
    raise AssertionError(f"{what() if callable(what) else what} did not come within {seconds:g} s")


class Server:
    """One of the two local servers by its control API."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, verb: str, path: str, body: Any = None) -> Any:
        """Understood or not: the answer as JSON."""
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.url}/_control/{path}",
            method=verb,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{verb} {path}: {error.code} {error.read().decode()}") from None

    def do(self, path: str, **body: Any) -> Json:
        answer: Json = self.ask("POST", path, body)
        return answer

    def state(self) -> Json:
        answer: Json = self.ask("GET", "state")
        return answer

    def clear_faults(self) -> None:
        self.ask("DELETE", "faults")


class Oracle(Server):
    def fault(self, kind: str, *, times: int | None = None, **more: Any) -> None:
        self.ask("POST", "faults", {"kind": kind, "times": times, **more})

    def advance(self, seconds: float) -> None:
        self.do("clock", advance=seconds)

    def cluster(self, name: str) -> Json:
        """A cluster as it stands in the world now."""
        regions = self.state()["regions"].values()
        found: Json = next(each for region in regions for each in region["clusters"] if each["displayName"] == name)
        return found

    def calls(self, operation: str) -> list[Json]:
        return [each for each in self.ask("GET", "calls") if each["operation"] == operation]

    def changes(self) -> int:
        """How many changes of clusters were asked of Oracle, granted or not."""
        return len(self.calls("UpdateDedicatedAiCluster"))


class Slack(Server):
    """People at work in the local Slack."""

    token = ""
    """The bot's own, for calling the Web API as if it were the bot."""

    def fault(self, kind: str, **more: Any) -> None:
        self.do("faults", kind=kind, **more)

    def command(self, user: str, text: str, channel: str = OPS) -> Json:
        """Type `/dac <text>`."""
        return self.do("command", channel=channel, user=user, command="/dac", text=text)

    def say(
        self,
        user: str,
        text: str,
        channel: str = OPS,
        thread_ts: str | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> str:
        """Say something, with files by their names."""
        more: Json = {"thread_ts": thread_ts} if thread_ts else {}
        more |= {"files": [self.bring(user, name, content) for name, content in files.items()]} if files else {}
        return str(self.do("message", channel=channel, user=user, text=text, **more)["ts"])

    def options(self, user: str, menu: str, typed: str) -> Json:
        """Open a menu of the form on top and type so: what is offered. Slack's three seconds stand still meanwhile."""
        self.do("clock", frozen=True)
        offered = self.do("options", user=user, action_id=menu, value=typed)
        self.do("clock", frozen=False)
        return offered

    def bring(self, user: str, name: str, content: bytes) -> str:
        """Upload a file from this person's machine, to be sent with a message or a form: its id."""
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.url}/_control/upload?user={user}&name={urllib.parse.quote(name)}", content, method="POST"
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return str(json.load(answer)["file"]["id"])

    def press(self, user: str, message: Json, label: str) -> Json:
        """Press the button of a message that reads so."""
        return self.do(
            "interact", channel=message["channel"], messageTs=message["ts"], user=user, action=button(message, label)
        )

    def submit(self, user: str, **values: Any) -> Json:
        """Fill in the fields of the form on top by argument name, and submit it."""
        return self.do("view/submit", user=user, values={f"arg:{name}": value for name, value in values.items()})

    def messages(self, channel: str = OPS, user: str | None = None) -> list[Json]:
        seen: list[Json] = self.ask("GET", f"messages/{channel}" + (f"?user={user}" if user else ""))["messages"]
        return seen

    def private(self, user: str, channel: str = OPS) -> list[Json]:
        """What only this person was shown in a channel."""
        return [each for each in self.messages(channel, user) if each.get("is_ephemeral")]

    def direct(self, user: str) -> list[Json]:
        """The bot's direct messages to somebody."""
        return [each for each in self.messages("app", user) if each.get("bot_id")]

    def told(self, user: str, words: str, channel: str = OPS) -> Json:
        """Wait until this person alone is shown such words."""
        return until(
            lambda: next((each for each in self.private(user, channel) if words in shown(each)), None),
            lambda: f"“{words}” for {user}, who was shown {[*map(shown, self.private(user, channel))]},",
        )

    def cards(self, request_id: int = 1, channel: str = OPS) -> list[Json]:
        ending = f"(request {request_id})"
        return [each for each in self.messages(channel) if each["text"].endswith(ending) and each.get("bot_id")]

    def card(self, words: str = "", request_id: int = 1, channel: str = OPS) -> Json:
        """Wait for a request's card to say that."""
        return until(
            lambda: next((each for each in self.cards(request_id, channel) if words in shown(each)), None),
            f"a card of request {request_id} with “{words}”",
        )

    def thread(self, card: Json) -> list[Json]:
        ts = card["ts"]
        replies = self.ask("GET", f"messages/{card['channel']}?thread_ts={ts}")["messages"]
        return [each for each in replies if each["ts"] != ts]

    def reply(self, card: Json, words: str) -> Json:
        """Wait for the bot to say that in a card's thread."""
        return until(
            lambda: next(
                (each for each in self.thread(card) if each.get("bot_id") and words in shown(each)),
                None,
            ),
            f"“{words}” in the thread",
        )

    def view(self, user: str) -> Json | None:
        """The form this person has before them."""
        stack = self.ask("GET", f"views/{user}")["stack"]
        return stack[-1] if stack else None

    def form(self, user: str) -> Json:
        return until(lambda: self.view(user), f"a form for {user}")

    def calls(self, method: str) -> list[Json]:
        return [each for each in self.state()["calls"] if each["method"] == method]

    def web(self, method: str, **arguments: Any) -> Json:
        """Call the Web API as the bot's own app."""
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.url}/api/{method}",
            data=json.dumps(arguments).encode(),
            headers={"content-type": "application/json; charset=utf-8", "authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            told: Json = json.load(answer)
        assert told["ok"], told
        return told

    def connected(self, sockets: int = 1) -> None:
        until(lambda: self.state()["sockets"] >= sockets, f"{sockets} sockets")


def shown(message: Json) -> str:
    """Every word of a message or view that a person reads, its buttons included."""
    return "\n".join([str(message.get("text", "")), *_words(message.get("blocks", []))])


def buttons(message: Json) -> list[str]:
    return [each["text"]["text"] for each in _buttons(message.get("blocks", []))]


def button(message: Json, label: str) -> str:
    found = [each for each in _buttons(message.get("blocks", [])) if each["text"]["text"] == label]
    assert found, f"there is no button “{label}” among {buttons(message)}"
    return str(found[0]["action_id"])


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _words(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key == "text" and isinstance(each, str):
                yield each
            else:
                yield from _words(each)


def _buttons(value: Any) -> Iterator[Json]:
    if isinstance(value, list):
        for each in value:
            yield from _buttons(each)
    elif isinstance(value, dict):
        if value.get("type") == "button":
            yield value
        else:
            for each in value.values():
                yield from _buttons(each)
