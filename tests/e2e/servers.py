"""The two local servers and the bot's processes, each started and stopped as a test wants."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from contextlib import ExitStack
from itertools import chain, repeat
from pathlib import Path
from typing import Protocol, TypeVar

from sandbox import slack as local_slack
from sandbox.clock import Clock
from sandbox.oracle import Config as OracleConfig
from sandbox.oracle import make_app as make_oracle
from sandbox.oracle.config import SCENARIO
from sandbox.oracle.keys import QUICK_BITS, make_keys
from sandbox.serving import running
from sandbox.slack.config import WORKSPACE
from tests.e2e.asking import PATIENCE, Json, ask, until
from tests.e2e.processes import ROOT, Process

T = TypeVar("T")

CHANNELS = 120
"""One for each test: a message a second and channel is all that Slack allows."""

LEASE_SECONDS = 1.0
WORK_SECONDS = {
    "accepted": 0.1,
    "create_cluster": 0.5,
    "update_cluster": 0.5,
    "delete_cluster": 0.5,
    "create_endpoint": 0.5,
    "delete_endpoint": 0.5,
}

POLICY = """
[freezers]
groups = ["S01APPROVERS"]

[[rule]]
name = "two for chat-prod"
clusters = ["chat-prod"]
approvers = { groups = ["S01APPROVERS"] }
approvals = 2
expires_after = "PT4H"
break_glass = { users = ["U01ROSA"] }

[[rule]]
name = "one for the rest"
approvers = { groups = ["S01APPROVERS"] }
approvals = 1
expires_after = "PT8H"
"""


class Start(Protocol):
    def __call__(self, module: str, *, log: Path, extra: dict[str, str]) -> Process: ...


class Servers:
    """A local Slack, a local Oracle, and bots that know of them by their environment alone.

    Without further `channels` it is the sandbox's own workspace, and the channel is #dac-ops. `start` is how a bot is.
    """

    def __init__(self, folder: Path, channels: int = CHANNELS, start: Start = Process.start) -> None:
        self.folder = folder
        self._start = start
        self.bots: list[Process] = []
        self._channels = chain((f"C9{number:04}" for number in range(1, channels + 1)), repeat("C01OPS"))
        self._servers = ExitStack()
        self._oracle_server = self._servers.enter_context(ExitStack())
        self._slack_server = self._servers.enter_context(ExitStack())
        self.policy = folder / "policy.toml"
        self.policy.write_text(POLICY, encoding="utf-8")
        self._keys = make_keys(folder / "oci", bits=QUICK_BITS)
        self._scenario = _write_scenario(folder)
        self._workspace = _write_workspace(folder, channels)
        self._ports = {"oracle": free_port(), "slack": free_port()}
        self.oracle = self.slack = self.channel = ""
        self.oracle_up()
        self.slack_up()

    def oracle_up(self) -> None:
        state = self.folder / "oracle.json"
        self.oracle = self._oracle_server.enter_context(
            running(
                lambda: make_oracle(OracleConfig(self._keys, Clock(), self._scenario, state)),
                port=self._ports["oracle"],
            )
        )

    def oracle_down(self) -> None:
        self._oracle_server.close()

    def slack_up(self) -> None:
        config = local_slack.Config(
            manifest=ROOT / "manifest.yml", workspace=self._workspace, limits_enforced=False, clock=Clock()
        )
        self.slack = self._slack_server.enter_context(
            running(lambda: local_slack.make_app(config), port=self._ports["slack"])
        )

    def slack_down(self) -> None:
        self._slack_server.close()

    @property
    def environment(self) -> dict[str, str]:
        """All that the bot is told."""
        compartments = self.oracle_state()["compartments"]
        return {
            "SLACK_API_URL": f"{self.slack}/api/",
            "DAC_SLACK_BOT_TOKEN": "xoxb-sandbox",
            "DAC_SLACK_APP_TOKEN": "xapp-sandbox",
            "DAC_OCI_ENDPOINT": f"{self.oracle}/{{region}}",
            "DAC_OCI_REGIONS": "us-chicago-1,eu-frankfurt-1",
            "DAC_OCI_COMPARTMENTS": ",".join(compartments.values()),
            "DAC_OCI_CONFIG_FILE": str(self.folder / "oci" / "config"),
            "DAC_OCI_PROFILE": "READER",
            "DAC_OCI_EXECUTOR_PROFILE": "EXECUTOR",
            "DAC_POLICY_FILE": str(self.policy),
            "DAC_DATABASE": str(self.folder / "dac.sqlite3"),
            "DAC_POLL_SECONDS": "0.1",
            "DAC_FRESH_SECONDS": "0",
            "DAC_LEASE_SECONDS": str(LEASE_SECONDS),
        }

    def start_bot(self, *, wait: bool = True, **more: str) -> Process:
        bot = self._start("bot", log=self.folder / "bot.log", extra=self.environment | more)
        self.bots.append(bot)
        if wait:
            self.until(lambda: self.sockets() >= len(self.bots) or not bot.alive)
            assert bot.alive, bot.said()
        return bot

    def bot(self) -> Process:
        """A bot at work: the one that the test before has left, or a new one."""
        return self.bots[0] if self.bots else self.start_bot()

    def kill_bot(self, bot: Process | None = None) -> None:
        """SIGKILL; returns when Slack knows too."""
        bot = bot or self.bots[0]
        bot.kill()
        self.bots.remove(bot)
        self.until(lambda: self.sockets() <= len(self.bots))

    def stop_bot(self, bot: Process | None = None) -> int:
        """SIGTERM; its exit code."""
        bot = bot or self.bots[0]
        bot.tell()
        code = bot.ended()
        self.bots.remove(bot)
        return code

    def restart_bot(self) -> Process:
        self.kill_bot()
        return self.start_bot()

    def sockets(self) -> int:
        return int(self.slack_state()["sockets"])

    def until(self, holds: Callable[[], T], seconds: float = PATIENCE) -> T:
        return until(holds, seconds, told=self.explained)

    def slack_state(self) -> Json:
        return dict(ask("GET", f"{self.slack}/_control/state"))

    def oracle_state(self) -> Json:
        return dict(ask("GET", f"{self.oracle}/_control/state"))

    def close(self) -> None:
        for bot in self.bots:
            if bot.alive:
                bot.kill()
        self._servers.close()

    def explained(self) -> str:
        """What the bots said, for a test that has failed."""
        log = self.folder / "bot.log"
        return log.read_text(errors="replace")[-4000:] if log.exists() else ""


def _write_scenario(folder: Path) -> Path:
    """The sandbox's own scenario, only that changes take a moment instead of half a minute."""
    text = SCENARIO.read_text(encoding="utf-8")
    for name, seconds in WORK_SECONDS.items():
        text, replaced = re.subn(rf"(?m)^{name} = [\d_.]+", f"{name} = {seconds}", text)
        assert replaced == 1
    path = folder / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _write_workspace(folder: Path, count: int) -> Path:
    """The sandbox's own workspace with further channels."""
    people = '["U0DACBOT", "U01ROSA", "U02ADA", "U03BEN", "U04OLGA"]'
    channels = [
        f'\n[[channel]]\nid = "C9{number:04}"\nname = "test-{number}"\nmembers = {people}\n'
        for number in range(1, count + 1)
    ]
    path = folder / "workspace.toml"
    path.write_text(WORKSPACE.read_text(encoding="utf-8") + "".join(channels), encoding="utf-8")
    return path


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
