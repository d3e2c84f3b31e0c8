"""What people do at the local Slack, what stands there and at Oracle, and trouble to order."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.e2e.asking import Json, ask, until
from tests.e2e.processes import Process
from tests.e2e.servers import CHANNELS, Servers, Start

ROSA, ADA, BEN, OLGA = "U01ROSA", "U02ADA", "U03BEN", "U04OLGA"
"""Asks; approves; approves; is an outsider."""

CHICAGO = "us-chicago-1"
OPEN = ("pending", "approved", "applying")
BADGES = {"Waiting", "Approved", "Being", "Done", "Failed", "Denied", "Expired", "Cancelled", "Stale"}
NUMBER = re.compile(r"\(request (\d+)\)$")


class World(Servers):
    """Both local servers, for as long as the tests run; each test gets a channel and a day of its own with `anew`."""

    def __init__(self, folder: Path, channels: int = CHANNELS, start: Start = Process.start) -> None:
        super().__init__(folder, channels, start)
        self.anew()

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

    def _everything_withdrawn(self) -> bool:
        """End what the test before has left waiting, if that is all it has left."""
        for request, requester in self._query("SELECT id, requester FROM requests WHERE state = 'pending'"):
            self.command(f"cancel {request}", requester)
        try:
            self.until(lambda: not self.states().get("pending"))
        except AssertionError:
            # It is still making more of what it was asked for before.
            return False
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

    def explained(self) -> str:
        cards = [(each["ts"], each["text"]) for each in self.messages()]
        return f"in {self.channel}: {cards}\nrequests: {self.states()}\nthe bots said:\n{super().explained()}"

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

    def whole_thread(self, request: int) -> list[str]:
        """The thread once the last word in it is said: the card is brought up to date before it."""
        self.until(lambda: any("done in" in each for each in self.thread(request)))
        return self.thread(request)

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

    def oracle_calms(self, *, abandon: bool = True) -> None:
        """No trouble any more; what is held now is never answered, or goes on."""
        ask("DELETE", f"{self.oracle}/_control/faults")
        self.release(abandon=abandon)

    def oracle_waits(self) -> None:
        """Work that Oracle has taken on comes no further."""
        ask("POST", f"{self.oracle}/_control/clock", {"frozen": True})

    def oracle_goes_on(self) -> None:
        """Let Oracle's time run again, from what it is here."""
        told = ask("POST", f"{self.oracle}/_control/clock", {"frozen": False})
        behind = (datetime.now(UTC) - datetime.fromisoformat(told["now"])).total_seconds()
        if behind > 0:
            ask("POST", f"{self.oracle}/_control/clock", {"advance": behind})

    def oracle_advances(self, seconds: float) -> None:
        """Let its time jump, as far as work of that length comes."""
        ask("POST", f"{self.oracle}/_control/clock", {"advance": seconds})

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
            for pressed in element.get("options", [element]):
                if str(pressed.get("value", "")).split(" ", 1)[0] == verb:
                    return {"action_id": element["action_id"], "value": pressed["value"]}
    return None


def is_reply(message: Json) -> bool:
    return bool(message.get("thread_ts", message["ts"]) != message["ts"])
