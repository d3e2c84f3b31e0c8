from __future__ import annotations

import asyncio
import functools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sandbox.clock import Clock
from tests.bot.conftest import MakeHouse
from tests.bot.house import ONE_APPROVAL, House, Time, at_once
from tests.bot.people import shown, until

COMMANDS = 30
PEOPLE = ("rosa", "ada", "ben", "olga")
NAP = 0.005


async def lags(stop: threading.Event) -> list[float]:
    """How late the loop comes back from a short nap, each time until `stop`, shortest first."""
    found = []
    while not stop.is_set():
        began = time.perf_counter()
        await asyncio.sleep(NAP)
        found.append(time.perf_counter() - began - NAP)
    return sorted(found)


def test_thirty_commands_at_once_are_acknowledged_and_answered_while_oracle_is_slow(home: House) -> None:
    home.oracle.fault("slow", seconds=5)
    bot = home.start()
    slack = home.slack
    stop, beside = threading.Event(), ThreadPoolExecutor(1)
    measured = asyncio.run_coroutine_threadsafe(lags(stop), bot.loop)
    idle = beside.submit(lambda: asyncio.run(lags(stop)))
    answers = at_once([functools.partial(slack.command, PEOPLE[each % 4], "status") for each in range(COMMANDS)])
    assert [each["ack"] for each in answers] == ["acked"] * COMMANDS
    assert max(each["ack_ms"] for each in answers) < 1000
    until(
        lambda: sum(len(slack.private(user)) for user in PEOPLE) == COMMANDS,
        lambda: f"{COMMANDS} answers instead of {sum(len(slack.private(user)) for user in PEOPLE)}",
        40,
    )
    stop.set()
    # Servers, people and bot share one interpreter here: a loop with nothing to do tells how much of it is theirs.
    late, late_anyway = ninety_nine(measured.result(5)), ninety_nine(idle.result(5))
    assert late - late_anyway < 0.05
    beside.shutdown()
    home.oracle.clear_faults()


def ninety_nine(found: list[float]) -> float:
    return found[int(len(found) * 0.99)]


def test_who_comes_when_the_bot_is_full_is_told_so_at_once(home: House) -> None:
    home.start(command_threads=1, command_queue=1, policy_file=home.policy(ONE_APPROVAL))
    slack = home.slack
    home.oracle.fault("hold_before")
    for user in ("rosa", "ada"):
        slack.command(user, "status")
    until(lambda: home.oracle.ask("GET", "held"), "a call that Oracle holds")
    assert slack.command("ben", "status")["ack"] == "acked"
    assert "I have 2 things to do already and took on nothing new" in shown(slack.told("ben", "try again"))
    assert not slack.private("rosa")
    home.oracle.clear_faults()
    home.oracle.do("release")
    for user in ("rosa", "ada"):
        slack.told(user, "10 clusters")
    slack.command("ben", "status")
    slack.told("ben", "10 clusters")


def test_six_cards_at_once_keep_to_slacks_pace(make_house: MakeHouse) -> None:
    home = make_house(limits_enforced=True, clock=Clock(frozen=True))
    slack, frozen = home.slack, home.time.now()

    class Passing(Time):
        """Time that passes only when the bot waits, for Slack and for the bot alike."""

        def now(self) -> datetime:
            return frozen + self.skipped

        async def sleep(self, seconds: float) -> None:
            await asyncio.to_thread(slack.do, "clock", advance=seconds)
            self.advance(seconds=seconds)

    home.start(time=Passing(), policy_file=home.policy(ONE_APPROVAL))
    names = ("search-embed 2", "chat-prod 3", "docs-idle 2", "tickets-prod 2", "legacy-r 2", "dev-gpt-oss 2")
    at_once([functools.partial(slack.command, "rosa", f"scale {each}") for each in names])
    for number in range(1, len(names) + 1):
        slack.reply(slack.card(request_id=number), "What will be done")
    assert {each["error"] for each in slack.calls("chat.postMessage")} == {None}
