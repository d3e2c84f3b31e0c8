"""The bot against another stand-in for Slack that shares nothing with ours: only SLACK_API_URL says where it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.serving import running
from tests.e2e.asking import Json, ask, until
from tests.e2e.other_slack import APP_TOKEN, BOT_TOKEN, CHANNEL, OtherSlack
from tests.e2e.processes import Process
from tests.e2e.world import World

ROSA, ADA, BEN, OLGA = "W1ROSA", "W2ADA", "W3BEN", "W4OLGA"
POLICY = f"""
[[rule]]
name = "by name"
approvers = {{ users = ["{ADA}", "{BEN}"] }}
approvals = 2
expires_after = "PT1H"
"""


class Other:
    """What the tests do at the other Slack."""

    def __init__(self, url: str, bot: Process) -> None:
        self._url = url
        self._bot = bot

    def state(self) -> Json:
        return dict(ask("GET", f"{self._url}/test/state"))

    def until(self, holds: Any) -> Any:
        return until(holds, told=lambda: f"{self.state()}\n{self._bot.said()[-3000:]}")

    def do(self, what: str, user: str, **more: Any) -> Json:
        answer = dict(ask("POST", f"{self._url}/test/{what}", {"user": user, **more}))
        assert answer["acked"], self._bot.said()[-3000:]
        return answer

    def told(self, user: str) -> list[str]:
        return [each["text"] for each in self.state()["messages"] if each.get("to") == user]

    def cards(self) -> list[Json]:
        return [
            each
            for each in self.state()["messages"]
            if each["channel"] == CHANNEL and "to" not in each and "thread_ts" not in each
        ]

    def card(self) -> Json:
        return dict(self.until(self.cards)[0])

    def thread(self) -> list[str]:
        ts = self.card()["ts"]
        return [each["text"] for each in self.state()["messages"] if each.get("thread_ts") == ts]

    def modal(self, user: str) -> Json:
        return dict(self.until(lambda: self.state()["views"].get(user))[-1])


@contextmanager
def bot_at(url: str, world: World, folder: Path) -> Iterator[Process]:
    policy = folder / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    told = {
        "SLACK_API_URL": f"{url}/api/",
        "DAC_SLACK_BOT_TOKEN": BOT_TOKEN,
        "DAC_SLACK_APP_TOKEN": APP_TOKEN,
        "DAC_POLICY_FILE": str(policy),
        "DAC_DATABASE": str(folder / "dac.sqlite3"),
    }
    bot = Process.start("bot", log=folder / "bot.log", extra=world.environment | told)
    try:
        until(lambda: ask("GET", f"{url}/test/state")["sockets"] or not bot.alive)
        assert bot.alive, bot.said()
        yield bot
        bot.tell()
        assert bot.ended() == 0
    finally:
        if bot.alive:
            bot.kill()


@pytest.fixture
def other(world: World, tmp_path: Path) -> Iterator[Other]:
    with running(lambda: OtherSlack().app()) as url, bot_at(url, world, tmp_path) as bot:
        yield Other(url, bot)


def test_a_change_goes_all_the_way_at_another_slack(other: Other, world: World) -> None:
    other.do("command", ROSA, text="status")
    assert "clusters in 2 regions" in other.until(lambda: other.told(ROSA))[0]

    other.do("command", ROSA, text="scale")
    other.modal(ROSA)
    other.do("submit", ROSA, values={"arg:cluster": "docs-idle", "arg:units": "+1", "arg:because": "another Slack"})
    card = other.card()
    assert "Waiting" in card["text"]
    other.do("press", OLGA, ts=card["ts"], verb="approve")
    other.until(lambda: any("not among the approvers" in each for each in other.told(OLGA)))
    for user in (ADA, BEN):
        other.do("press", user, ts=card["ts"], verb="approve")

    other.until(lambda: "Done" in other.card()["text"])
    other.until(lambda: any("done in" in each for each in other.thread()))
    assert len(other.cards()) == 1
    assert world.cluster("docs-idle")["unitCount"] == 2
    assert [each["status"] for each in world.changes("docs-idle")] == ["SUCCEEDED"]


def test_a_denial_with_its_reason_goes_all_the_way_at_another_slack(other: Other, world: World) -> None:
    other.do("command", ROSA, text="scale docs-idle 3 because we can")
    other.do("press", BEN, ts=other.card()["ts"], verb="deny")
    other.modal(BEN)

    other.do("submit", BEN, values={"arg:because": "we cannot"})

    other.until(lambda: "Denied" in other.card()["text"])
    assert "we cannot" in str(other.card()["blocks"])
    assert world.changes("docs-idle") == []
