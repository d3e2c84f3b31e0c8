from __future__ import annotations

import asyncio
import functools
import sqlite3
import sys
import threading
from datetime import datetime

from sandbox.clock import Clock
from tests.bot.conftest import MakeHouse
from tests.bot.house import ONE_APPROVAL, House, Time, at_once
from tests.bot.people import shown, until

COMMANDS = 30
PEOPLE = ("rosa", "ada", "ben", "olga")
WAITS = {"sqlite3.connect", "time.sleep", "socket.getaddrinfo", "subprocess.Popen", "os.listdir", "shutil.copyfile"}
"""What the interpreter itself reports (PEP 578) of calls that hold up whoever makes them."""

waited: dict[int, list[str]] = {}
"""By thread that is watched; an audit hook cannot be taken away again."""


def _watch(event: str, _: object) -> None:
    if event in WAITS and (seen := waited.get(threading.get_ident())) is not None:
        seen.append(event)


sys.addaudithook(_watch)


def test_thirty_commands_are_acknowledged_while_oracle_answers_nothing_and_answered_once_it_does(home: House) -> None:
    bot = home.start()
    slack = home.slack
    home.oracle.fault("hold_before", times=None)
    watched = bot.on_loop(_thread())
    waited[watched] = []
    answers = at_once([functools.partial(slack.command, PEOPLE[each % 4], "status") for each in range(COMMANDS)])
    assert [each["ack"] for each in answers] == ["acked"] * COMMANDS
    assert not any(slack.private(user) for user in PEOPLE)
    home.oracle.clear_faults()
    home.oracle.do("release")
    until(
        lambda: sum(len(slack.private(user)) for user in PEOPLE) == COMMANDS,
        lambda: f"{COMMANDS} answers instead of {sum(len(slack.private(user)) for user in PEOPLE)}",
        40,
    )
    assert waited.pop(watched) == []


async def _thread() -> int:
    return threading.get_ident()


def test_what_would_block_the_loop_is_seen(home: House) -> None:
    bot = home.start()
    watched = bot.on_loop(_thread())
    waited[watched] = []

    async def blocks() -> None:
        sqlite3.connect(":memory:").close()

    bot.on_loop(blocks())
    assert waited.pop(watched) == ["sqlite3.connect"]


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
