"""The bot as it is, at work between a local Slack and a local Oracle, and what tests do to all three."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from approvals.request import Event, Request
from bot.build import Bot, running
from bot.settings import Settings
from sandbox import serving
from sandbox.clock import Clock
from sandbox.oracle import Config as OracleConfig
from sandbox.oracle import Key
from sandbox.oracle import make_app as make_oracle
from sandbox.slack import Config as SlackConfig
from sandbox.slack import make_app as make_slack

Json = dict[str, Any]
T = TypeVar("T")

ROOT = Path(__file__).parents[2]
MANIFEST, POLICY = ROOT / "manifest.yml", ROOT / "sandbox" / "policy.toml"
BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-of-the-bot-tests", "xapp-of-the-bot-tests", "signing-secret-of-the-bot-tests"
CHICAGO, FRANKFURT = "us-chicago-1", "eu-frankfurt-1"
OPS, GENERAL, FINOPS = "C01OPS", "C02GENERAL", "C03FINOPS"
ROSA, ADA, BEN, OLGA = "U01ROSA", "U02ADA", "U03BEN", "U04OLGA"
PATIENCE = 20.0
PAUSE = 0.02
HTTP_OK = 200

ONE_APPROVAL = """
[[rule]]
name = "one is enough"
approvers = { users = ["U02ADA", "U03BEN"] }
approvals = 1
expires_after = "PT1H"
"""


def until(found: Callable[[], T | None], what: str | Callable[[], str] = "it", seconds: float = PATIENCE) -> T:
    """What `found` gives, as soon as that is something; a test that waits in vain fails saying for what."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = found()
        if value:
            return value
        time.sleep(PAUSE)
    raise AssertionError(f"{what() if callable(what) else what} did not come within {seconds:g} s")


@dataclass
class Time:
    """The bot's clock: the machine's, moved on by hand. Waiting is cut short and on record."""

    skipped: timedelta = timedelta()
    waits: list[float] = field(default_factory=list)
    longest: float = 0.01

    def now(self) -> datetime:
        return datetime.now(UTC) + self.skipped

    def advance(self, **by: float) -> None:
        self.skipped += timedelta(**by)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(min(seconds, self.longest))


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

    def fault(self, kind: str, **more: Any) -> None:
        self.do("faults", kind=kind, **more)

    def command(self, user: str, text: str, channel: str = OPS) -> Json:
        """Type `/dac <text>`."""
        return self.do("command", channel=channel, user=user, command="/dac", text=text)

    def say(self, user: str, text: str, channel: str = OPS, thread_ts: str | None = None) -> str:
        threaded = {"thread_ts": thread_ts} if thread_ts else {}
        return str(self.do("message", channel=channel, user=user, text=text, **threaded)["ts"])

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

    def connected(self, sockets: int = 1) -> None:
        until(lambda: self.state()["sockets"] >= sockets, f"{sockets} sockets")


class Running:
    """The bot in a thread and event loop of its own."""

    def __init__(self, settings: Settings, time: Time, sleep: Callable[[float], Awaitable[None]] | None) -> None:
        self.settings = settings
        self._time = time
        self._sleep = sleep or time.sleep
        self._ready = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="the-bot", daemon=True)
        self.loop: asyncio.AbstractEventLoop
        self.bot: Bot

    def start(self) -> Self:
        self._thread.start()
        return self

    def wait(self) -> Self:
        """Until it is connected, or has failed to."""
        self._ready.wait(PATIENCE)
        if self._error:
            raise self._error
        assert self._ready.is_set(), "the bot did not start"
        return self

    def stop(self) -> None:
        """Ask it to end; while it is still starting it is cancelled."""
        if self._thread.is_alive():
            until(lambda: hasattr(self, "loop"), "the bot's loop")
            self.loop.call_soon_threadsafe(self._stop.set if self._ready.is_set() else self._task.cancel)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the bot did not stop"

    def on_loop(self, work: Awaitable[T]) -> T:
        async def awaiting() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(awaiting(), self.loop).result(PATIENCE)

    def request(self, request_id: int = 1) -> Request:
        return self.bot.store.get(request_id)

    def events(self, request_id: int = 1) -> list[Event]:
        return self.bot.store.events(request_id)

    def happened(self, request_id: int = 1) -> list[str]:
        """What is on record of a request, in order."""
        return [each.body.action.value for each in self.events(request_id)]

    def count(self) -> int:
        """How many requests there are."""
        return len(self.bot.store.changed_since(0))

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except (Exception, asyncio.CancelledError, SystemExit) as error:  # noqa: BLE001 - raised to the thread that waits
            self._error = error
        finally:
            self._ready.set()

    async def _main(self) -> None:
        task = asyncio.current_task()
        assert task
        self._task, self._stop, self.loop = task, asyncio.Event(), asyncio.get_running_loop()
        async with running(self.settings, now=self._time.now, sleep=self._sleep) as self.bot:
            self._ready.set()
            await self._stop.wait()


@dataclass
class House:
    slack: Slack
    oracle: Oracle
    folder: Path
    keys: Path
    time: Time = field(default_factory=Time)
    bots: list[Running] = field(default_factory=list)

    def settings(self, **changes: Any) -> Settings:
        return Settings(**(self.values() | changes))

    def values(self) -> Json:
        """What the bot has to be told, by setting."""
        return {
            "slack_bot_token": BOT_TOKEN,
            "slack_app_token": APP_TOKEN,
            "slack_api_url": f"{self.slack.url}/api/",
            "oci_endpoint": f"{self.oracle.url}/{{region}}",
            "oci_regions": f"{CHICAGO},{FRANKFURT}",
            "oci_compartments": ",".join(self.oracle.state()["compartments"].values()),
            "oci_config_file": self.keys / "config",
            "oci_profile": "READER",
            "oci_executor_profile": "EXECUTOR",
            "policy_file": POLICY,
            "database": self.folder / "dac.sqlite3",
            "poll_seconds": 0.05,
            "fresh_seconds": 0,
        }

    def policy(self, text: str) -> Path:
        path = self.folder / "policy.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def start(
        self,
        *,
        sleep: Callable[[float], Awaitable[None]] | None = None,
        wait: bool = True,
        time: Time | None = None,
        **changes: Any,
    ) -> Running:
        bot = Running(self.settings(**changes), time or self.time, sleep).start()
        self.bots.append(bot)
        return bot.wait() if wait else bot

    def carry_out(self, bot: Running, *requests: int) -> None:
        """Let Oracle's time pass once it has taken the changes on."""
        for each in requests or (1,):
            until(lambda each=each: "send" in bot.happened(each), f"request {each} sent to Oracle")  # type: ignore[misc]
        self.oracle.advance(60)

    def close(self) -> None:
        for bot in self.bots:
            bot.stop()


@contextmanager
def house(folder: Path, keys: tuple[Path, tuple[Key, ...]], **slack: Any) -> Iterator[House]:
    """Both servers, and whichever bots a test starts between them."""
    told = {"manifest": MANIFEST, "bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "signing_secret": SECRET}
    with ExitStack() as stack:
        config = SlackConfig(**({"limits_enforced": False} | told | slack))
        slack_url = stack.enter_context(serving.running(lambda: make_slack(config)))
        oracle_url = stack.enter_context(serving.running(lambda: make_oracle(OracleConfig(keys[1], Clock()))))
        made = House(Slack(slack_url), Oracle(oracle_url), folder, keys[0])
        stack.callback(made.close)
        yield made


def shown(message: Json) -> str:
    """Every word of a message or view that a person reads, its buttons included."""
    return "\n".join([str(message.get("text", "")), *_words(message.get("blocks", []))])


def buttons(message: Json) -> list[str]:
    return [each["text"]["text"] for each in _buttons(message.get("blocks", []))]


def button(message: Json, label: str) -> str:
    found = [each for each in _buttons(message.get("blocks", [])) if each["text"]["text"] == label]
    assert found, f"there is no button “{label}” among {buttons(message)}"
    return str(found[0]["action_id"])


def at_once(calls: list[Callable[[], T]]) -> list[T]:
    """All of them at the same moment, each from its own thread."""
    gate = threading.Barrier(len(calls))

    def one(call: Callable[[], T]) -> T:
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def request_id(text: str) -> int:
    found = re.search(r"[Rr]equest \*?(\d+)", text)
    assert found, text
    return int(found[1])


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
