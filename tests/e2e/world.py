"""What the end-to-end tests hold in their hands: a local Slack, a local Oracle, and the bot as its own processes."""

from __future__ import annotations

import re
import socket
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from itertools import chain, repeat
from pathlib import Path
from typing import Any, TypeVar

from sandbox import slack as local_slack
from sandbox.clock import Clock
from sandbox.oracle import Config as OracleConfig
from sandbox.oracle import make_app as make_oracle
from sandbox.oracle.config import SCENARIO
from sandbox.oracle.keys import make_keys
from sandbox.serving import running
from sandbox.slack.config import WORKSPACE
from tests.e2e.asking import PATIENCE, Json, ask, until
from tests.e2e.processes import ROOT, Process

T = TypeVar("T")

ROSA, ADA, BEN, OLGA = "U01ROSA", "U02ADA", "U03BEN", "U04OLGA"
"""Asks; approves; approves; is an outsider."""

CHICAGO = "us-chicago-1"
CHANNELS = 120
LEASE_SECONDS = 1.0
WORK_SECONDS = {"accepted": 0.1, "update_cluster": 0.5}

POLICY = """
[[rule]]
name = "two for chat-prod"
clusters = ["chat-prod"]
approvers = { groups = ["S01APPROVERS"] }
approvals = 2
expires_after = "PT4H"

[[rule]]
name = "one for the rest"
approvers = { groups = ["S01APPROVERS"] }
approvals = 1
expires_after = "PT8H"
"""
OPEN = ("pending", "approved", "applying")
BADGES = {"Waiting", "Approved", "Being", "Done", "Failed", "Denied", "Expired", "Cancelled", "Stale"}
NUMBER = re.compile(r"\(request (\d+)\)$")


class World:
    """Both local servers, for as long as the tests run; each test gets a channel and a day of its own with `anew`.

    Without further `channels` it is the sandbox's own workspace, and the channel is #dac-ops.
    """

    def __init__(self, folder: Path, channels: int = CHANNELS) -> None:
        self.folder = folder
        self.bots: list[Process] = []
        self._channels = chain((f"C9{number:04}" for number in range(1, channels + 1)), repeat("C01OPS"))
        self._servers = ExitStack()
        self._oracle_server = self._servers.enter_context(ExitStack())
        self._slack_server = self._servers.enter_context(ExitStack())
        self._policy = folder / "policy.toml"
        self._policy.write_text(POLICY, encoding="utf-8")
        self._keys = make_keys(folder / "oci")
        self._scenario = _write_scenario(folder)
        self._workspace = _write_workspace(folder, channels)
        self._ports = {"oracle": _free_port(), "slack": _free_port()}
        self.oracle = self.slack = self.channel = ""
        self.oracle_up()
        self.slack_up()
        self.anew()

    # ------------------------------------------------------------------------------------------- servers

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

    def anew(self) -> None:
        """Another channel, Oracle's first day, no bot with anything left to do."""
        self.calm()
        if len(self.bots) != 1 or not self.bots[0].alive or not self._everything_withdrawn():
            self.clear_out()
        self.channel = next(self._channels)
        ask("POST", f"{self.oracle}/_control/reset")

    def calm(self) -> None:
        self.end_slack_faults()
        self.do("limits", enforced=False)
        self.oracle_calms()
        self.oracle_goes_on()

    def clear_out(self) -> None:
        """No bot any more, and nothing that one would remember."""
        for bot in self.bots:
            if bot.alive:
                bot.kill()
        self.bots.clear()
        until(lambda: self.sockets() == 0)
        for path in self.folder.glob("dac.sqlite3*"):
            path.unlink()

    def close(self) -> None:
        for bot in self.bots:
            if bot.alive:
                bot.kill()
        self._servers.close()

    def _everything_withdrawn(self) -> bool:
        """End what the test before has left waiting, if that is all it has left."""
        for (request,) in self._query("SELECT id FROM requests WHERE state = 'pending' AND requester = ?", ROSA):
            self.command(f"cancel {request}", ROSA)
        self.until(lambda: not self.states().get("pending"))
        return not any(self.states().get(state) for state in OPEN)

    def _query(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
        path = self.folder / "dac.sqlite3"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path)) as db:
            return db.execute(sql, values).fetchall()

    def states(self) -> dict[str, int]:
        """How many requests of each state the database holds."""
        return dict(self._query("SELECT state, count(*) FROM requests GROUP BY state"))

    # ---------------------------------------------------------------------------------------------- bots

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
            "DAC_POLICY_FILE": str(self._policy),
            "DAC_DATABASE": str(self.folder / "dac.sqlite3"),
            "DAC_POLL_SECONDS": "0.1",
            "DAC_FRESH_SECONDS": "0",
            "DAC_LEASE_SECONDS": str(LEASE_SECONDS),
        }

    def start_bot(self, *, wait: bool = True, **more: str) -> Process:
        bot = Process.start("bot", log=self.folder / "bot.log", extra=self.environment | more)
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
        return until(holds, seconds, told=self._explained)

    def _explained(self) -> str:
        log = self.folder / "bot.log"
        said = log.read_text(errors="replace") if log.exists() else ""
        said = "\n".join(line for line in said.splitlines() if "skipped: maximum" not in line)[-4000:]
        cards = [(each["ts"], each["text"]) for each in self.messages()]
        return f"in {self.channel}: {cards}\nrequests: {self.states()}\nthe bot said:\n{said}"

    # --------------------------------------------------------------------------------------- what people do

    def do(self, path: str, **body: Any) -> Json:
        return dict(ask("POST", f"{self.slack}/_control/{path}", body))

    def command(self, text: str, user: str = ROSA, channel: str | None = None) -> Json:
        """Type `/dac …`; the bot must acknowledge it in time."""
        done = self.do("command", channel=channel or self.channel, user=user, command="/dac", text=text)
        assert done["ack"] == "acked", done
        return done

    def say(self, text: str, user: str = ADA, *, thread_ts: str | None = None) -> str:
        more = {"thread_ts": thread_ts} if thread_ts else {}
        return str(self.do("message", channel=self.channel, user=user, text=text, **more)["ts"])

    def press(self, message: Json, verb: str, user: str = ADA) -> Json:
        """Press the button of a message whose value is a command line with this verb."""
        found = button(message, verb)
        assert found, f"no button {verb} in {message}"
        return self.do(
            "interact",
            channel=message["channel"],
            messageTs=message["ts"],
            user=user,
            action=found["action_id"],
            value=found["value"],
        )

    def submit(self, user: str, **values: str) -> Json:
        """Send the modal on top with these arguments."""
        return self.do("view/submit", user=user, values={f"arg:{name}": value for name, value in values.items()})

    def modal(self, user: str) -> Json:
        """The modal on top, once it is open."""
        return dict(self.until(lambda: self.stack(user))[-1])

    def stack(self, user: str) -> list[Json]:
        stack: list[Json] = ask("GET", f"{self.slack}/_control/views/{user}")["stack"]
        return stack

    # ------------------------------------------------------------------------------------------ what is there

    def messages(self, channel: str | None = None, *, user: str | None = None) -> list[Json]:
        more = f"?user={user}" if user else ""
        shown: list[Json] = ask("GET", f"{self.slack}/_control/messages/{channel or self.channel}{more}")["messages"]
        return shown

    def whispers(self, user: str) -> list[str]:
        """What only this person sees here."""
        return [each["text"] for each in self.messages() if each.get("ephemeral_user") == user]

    def cards(self) -> dict[int, list[Json]]:
        """Requests shown in this test's channel, each with its cards: there must be one."""
        found: dict[int, list[Json]] = {}
        for message in self.messages():
            named = NUMBER.search(message["text"])
            if named and not message.get("ephemeral_user") and not is_reply(message):
                found.setdefault(int(named[1]), []).append(message)
        return found

    def card(self, request: int) -> Json:
        """The one card of a request."""
        (card,) = self.cards()[request]
        return card

    def standing(self, request: int) -> str:
        """The word the card begins its badge with: Waiting, Approved, Being, Done, Failed …"""
        words = re.findall(r"\w+", str(self.card(request)["text"]).rpartition(": ")[2])
        return next(str(word) for word in words if word in BADGES)

    def thread(self, request: int) -> list[str]:
        """What is said in a request's thread."""
        ts = self.card(request)["ts"]
        return [each["text"] for each in self.messages() if each.get("thread_ts") == ts and is_reply(each)]

    def slack_state(self) -> Json:
        return dict(ask("GET", f"{self.slack}/_control/state"))

    def oracle_state(self) -> Json:
        return dict(ask("GET", f"{self.oracle}/_control/state"))

    def cluster(self, name: str, region: str = CHICAGO) -> Json:
        return next(it for it in self.oracle_state()["regions"][region]["clusters"] if it["displayName"] == name)

    def changes(self, name: str) -> list[Json]:
        """Oracle's record of the changes it has taken on for a cluster."""
        ocid = self.cluster(name)["id"]
        return [
            work
            for work in self.oracle_state()["regions"][CHICAGO]["workRequests"]
            if work["operationType"] == "UPDATE_DEDICATED_AI_CLUSTER" and work["resources"][0]["identifier"] == ocid
        ]

    def updates(self) -> list[int | None]:
        """How Oracle answered each call to change a cluster; None is not at all."""
        calls = ask("GET", f"{self.oracle}/_control/calls")
        return [each["status"] for each in calls if each["operation"] == "UpdateDedicatedAiCluster"]

    # ----------------------------------------------------------------------------------------- whole stretches

    def ask_for(self, line: str, user: str = ROSA) -> int:
        """Type `/dac scale …` and give the number of the request that shows up."""
        before = set(self.cards())
        self.command(f"scale {line}", user)
        return self.until(lambda: set(self.cards()) - before).pop()

    def approve(self, request: int, user: str = ADA) -> None:
        assert self.press(self.card(request), "approve", user)["ack"] == "acked"

    def until_standing(self, request: int, *words: str) -> str:
        def there() -> str:
            now = self.standing(request) if len(self.cards().get(request, [])) == 1 else ""
            return now if now in words else ""

        return self.until(there)

    # ------------------------------------------------------------------------------------------------ trouble

    def oracle_fault(self, kind: str, operation: str = "*", **more: Any) -> None:
        ask("POST", f"{self.oracle}/_control/faults", {"kind": kind, "operation": operation, **more})

    def until_held(self, operation: str, *, after: int = 0) -> int:
        """The number of a call that Oracle holds, newer than the one given."""

        def held() -> int:
            found = ask("GET", f"{self.oracle}/_control/held?wait=1")
            return max((it["id"] for it in found if it["operation"] == operation and it["id"] > after), default=0)

        return self.until(held)

    def release(self, *, abandon: bool = False) -> int:
        return int(ask("POST", f"{self.oracle}/_control/release", {"abandon": abandon})["released"])

    def oracle_fails_next(self, name: str, message: str) -> None:
        """Have the next work on this cluster fail."""
        ask("POST", f"{self.oracle}/_control/fail_next", {"ocid": self.cluster(name)["id"], "message": message})

    def oracle_calms(self) -> None:
        """No trouble any more; what is held now is never answered."""
        ask("DELETE", f"{self.oracle}/_control/faults")
        self.release(abandon=True)

    def oracle_waits(self) -> None:
        """Work that Oracle has taken on comes no further."""
        ask("POST", f"{self.oracle}/_control/clock", {"frozen": True})

    def oracle_goes_on(self) -> None:
        """Let Oracle's time run again, from what it is here."""
        told = ask("POST", f"{self.oracle}/_control/clock", {"frozen": False})
        behind = (datetime.now(UTC) - datetime.fromisoformat(told["now"])).total_seconds()
        if behind > 0:
            ask("POST", f"{self.oracle}/_control/clock", {"advance": behind})

    def slack_fault(self, kind: str, **more: Any) -> None:
        """Order trouble; with messages only in this test's channel, for others may still be drawn elsewhere."""
        if str(more.get("method", "")).startswith("chat."):
            more["channel"] = self.channel
        ask("POST", f"{self.slack}/_control/faults", {"kind": kind, **more})

    def until_struck(self) -> None:
        """Every fault that was ordered of Slack has met a call."""
        self.until(lambda: not self.slack_state()["faults"])

    def end_slack_faults(self) -> None:
        ask("DELETE", f"{self.slack}/_control/faults")


def button(message: Json, verb: str) -> Json | None:
    for block in message.get("blocks", []):
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if str(element.get("value", "")).split(" ", 1)[0] == verb:
                return dict(element)
    return None


def is_reply(message: Json) -> bool:
    return bool(message.get("thread_ts", message["ts"]) != message["ts"])


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
    """The sandbox's own workspace with a channel for every test: a message a second and channel is the limit."""
    people = f'["U0DACBOT", "{ROSA}", "{ADA}", "{BEN}", "{OLGA}"]'
    channels = [
        f'\n[[channel]]\nid = "C9{number:04}"\nname = "test-{number}"\nmembers = {people}\n'
        for number in range(1, count + 1)
    ]
    path = folder / "workspace.toml"
    path.write_text(WORKSPACE.read_text(encoding="utf-8") + "".join(channels), encoding="utf-8")
    return path


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
