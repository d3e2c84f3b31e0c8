"""The bot as it is, at work between a local Slack and a local Oracle, and what tests do to all three."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from approvals.events import Event
from approvals.request import Request
from bot.build import Bot, running
from bot.settings import Settings
from sandbox import serving
from sandbox.clock import Clock
from sandbox.oracle import Config as OracleConfig
from sandbox.oracle import Key
from sandbox.oracle import make_app as make_oracle
from sandbox.slack import Config as SlackConfig
from sandbox.slack import make_app as make_slack
from tests.bot.people import CHICAGO, FRANKFURT, PATIENCE, Json, Oracle, Slack, until

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
MANIFEST, POLICY = ROOT / "manifest.yml", ROOT / "sandbox" / "policy.toml"
BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-of-the-bot-tests", "xapp-of-the-bot-tests", "signing-secret-of-the-bot-tests"

ONE_APPROVAL = """
[[rule]]
name = "one is enough"
approvers = { users = ["U02ADA", "U03BEN"] }
approvals = 1
expires_after = "PT1H"
"""


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


class Running:
    """The bot in a thread and event loop of its own."""

    def __init__(
        self, settings: Settings, time: Time, sleep: Callable[[float], Awaitable[None]] | None, menu_seconds: float
    ) -> None:
        self.settings = settings
        self._menu_seconds = menu_seconds
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
        newest = self.bot.services.requests.newest(1)
        return newest[0].id if newest else 0

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """Its file, as somebody else would open it."""
        with closing(sqlite3.connect(self.settings.database, timeout=10)) as db:
            yield db

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
        told = running(self.settings, now=self._time.now, sleep=self._sleep, menu_seconds=self._menu_seconds)
        async with told as self.bot:
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
        menu_seconds: float = PATIENCE,
        **changes: Any,
    ) -> Running:
        """A bot; it waits for menus as long as tests do, however busy the machine is, unless told otherwise."""
        bot = Running(self.settings(**changes), time or self.time, sleep, menu_seconds).start()
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
    told: Json = {"manifest": MANIFEST, "bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "signing_secret": SECRET}
    with ExitStack() as stack:
        config = SlackConfig(**({"limits_enforced": False} | told | slack))
        slack_url = stack.enter_context(serving.running(lambda: make_slack(config)))
        oracle_url = stack.enter_context(serving.running(lambda: make_oracle(OracleConfig(keys[1], Clock()))))
        made = House(Slack(slack_url), Oracle(oracle_url), folder, keys[0])
        made.slack.token = BOT_TOKEN
        stack.callback(made.close)
        yield made


def at_once(calls: list[Callable[[], T]]) -> list[T]:
    """All of them at the same moment, each from its own thread."""
    gate = threading.Barrier(len(calls))

    def one(call: Callable[[], T]) -> T:
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))
