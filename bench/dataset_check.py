"""`/dac dataset check` of 2 GB by the bot as it is: how fast, in how much memory, how others are answered meanwhile."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path
from typing import Any

from bench.dataset import alone
from sandbox.__main__ import environment
from sandbox.oracle.datasets import Generated, dataset
from sandbox.serving import running
from sandbox.slack import Config as SlackConfig
from sandbox.slack import make_app as make_slack
from tests.e2e.asking import ask, until
from tests.e2e.servers import free_port

SIZE = 2_000
"""Millions of bytes of the data set."""

MILLION = 1_000_000
HOUR = 3_600.0
BUCKET, NAME, REGION = "training-data", "two-gb.jsonl", "us-chicago-1"
OPS, ROSA = "C01OPS", "U01ROSA"
OTHERS = (("U02ADA", "status"), ("U03BEN", "help"))
EVERY = 0.5
"""Seconds after which the next of the others types a command."""

LOOK = 0.2
"""Seconds between two looks at the message and at the processes, which take from the same machine."""

OWN = ("Private_Clean", "Private_Dirty")
"""What of a process's memory it does not share with any other."""

DRAWN_WITHIN = 90.0
"""Seconds in which a picture is drawn, or the bot has given it up."""

UNDER_WAY = "Checking "
"""How its message begins until it ends."""

CHECKER, DRAWER = "bot.checking", "bot.drawing"

IDLE = 6
"""Commands that are answered before the bot counts as idle, for the first of them load what the others use."""


class Bot:
    """A bot as people in the local Slack meet it, and its process as the kernel knows it."""

    def __init__(self, slack: str, pid: int) -> None:
        self._slack = slack
        self._pid = pid

    def type(self, user: str, text: str) -> dict[str, Any]:
        """How it was acknowledged."""
        body = {"channel": OPS, "user": user, "command": "/dac", "text": text}
        return dict(ask("POST", f"{self._slack}/_control/command", body))

    def answers(self, user: str) -> list[dict[str, Any]]:
        """What it has said that this person sees."""
        seen = ask("GET", f"{self._slack}/_control/messages/{OPS}?user={user}")["messages"]
        return [each for each in seen if each.get("bot_id")]

    def updates(self) -> int:
        return sum(each["method"] == "chat.update" for each in ask("GET", f"{self._slack}/_control/state")["calls"])

    def memory(self, field: str) -> float:
        return _memory(self._pid, field)

    def forget_peak(self) -> None:
        Path(f"/proc/{self._pid}/clear_refs").write_text("5", encoding="ascii")

    def child(self, module: str) -> float:
        """Memory that the process of that module has for itself, while there is one."""
        for children in Path(f"/proc/{self._pid}/task").glob("*/children"):
            # A thread or process may be gone before all of it has been read.
            with suppress(FileNotFoundError, ProcessLookupError):
                for child in children.read_text(encoding="ascii").split():
                    # Before it is another program, a child still shows its parent's memory.
                    if module.encode() in Path(f"/proc/{child}/cmdline").read_bytes():
                        return sum(_memory(int(child), field, "smaps_rollup") for field in OWN)
        return 0.0


def _memory(pid: int, field: str, file: str = "status") -> float:
    """Millions of bytes."""
    lines = Path(f"/proc/{pid}/{file}").read_text(encoding="ascii").splitlines()
    return next(int(each.split()[1]) * 1024 / MILLION for each in lines if each.startswith(f"{field}:"))


@contextmanager
def process(*arguments: str, **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-m", *arguments], **silent, **more) as it:
        try:
            yield it
        finally:
            it.kill()


@contextmanager
def bot_at_work(folder: Path, size: int) -> Iterator[Bot]:
    """With the data set before it; the local Oracle makes it while it is read, in a process of its own."""
    port = free_port()
    oracle = f"http://127.0.0.1:{port}"
    command = ("sandbox.oracle", "--port", str(port), "--keys", str(folder / "oci"))
    with process(*command), running(lambda: make_slack(SlackConfig())) as slack:
        until(lambda: listens(port))
        content = {"name": NAME, "dataset": {"size_bytes": size}}
        ask("POST", f"{oracle}/_control/objects", {"region": REGION, "bucket": BUCKET, "object": content})
        variables = environment(oracle, slack, ask("GET", f"{oracle}/_control/state"), folder)
        with process("bot", env=variables) as bot:
            until(lambda: ask("GET", f"{slack}/_control/state")["sockets"])
            yield Bot(slack, bot.pid)


def listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def others(bot: Bot, over: threading.Event) -> list[dict[str, Any]]:
    """What other people meanwhile experience."""
    acks = []
    for user, text in cycle(OTHERS):
        acks.append(bot.type(user, text))
        if over.wait(EVERY):
            return acks
    return acks


def _is_under_way(message: dict[str, Any]) -> bool:
    return str(message["text"]).startswith(UNDER_WAY)


def verdict(message: dict[str, Any], waited: float) -> str | None:
    """What it says once the picture of the lengths is there; `SystemExit` where it ends without one.

    What was found is shown before the picture is drawn; `waited` is for how many seconds it has been.
    """
    text = str(message["text"])
    if any(each["type"] == "image" for each in message.get("blocks", [])):
        return text
    if text.startswith(f"{BUCKET}/{NAME}: ") and waited < DRAWN_WITHIN:
        return None
    raise SystemExit(f"The check came to nothing: {text}")


def answered(bot: Bot) -> int:
    return sum(len(bot.answers(user)) for user, _ in OTHERS)


def check(bot: Bot, size: int) -> float:
    """Print what is seen of it; gives the seconds until its verdict is shown, which its picture follows."""
    for number in range(IDLE):
        bot.type(*OTHERS[number % len(OTHERS)])
    until(lambda: answered(bot) == IDLE)
    idle, over = bot.memory("VmRSS"), threading.Event()
    checking = drawing = together = found = 0.0
    bot.forget_peak()

    def look() -> str | None:
        nonlocal checking, drawing, together, found
        over.wait(LOOK)
        checker = bot.child(CHECKER)
        checking, drawing = max(checking, checker), max(drawing, bot.child(DRAWER))
        together = max(together, bot.memory("VmRSS") - idle + checker)
        message = next(each for each in bot.answers(ROSA) if each["ts"] == begun["ts"])
        if _is_under_way(message):
            return None
        found = found or time.perf_counter()
        return verdict(message, time.perf_counter() - found)

    with ThreadPoolExecutor(1) as pool:
        meanwhile = pool.submit(others, bot, over)
        began = time.perf_counter()
        try:
            bot.type(ROSA, f"dataset check {BUCKET}/{NAME}")
            begun = until(lambda: next(filter(_is_under_way, bot.answers(ROSA)), None))
            said = until(look, HOUR)
            pictured = time.perf_counter() - began
        finally:
            over.set()
        acks = meanwhile.result()
    seconds = found - began
    peak, there = bot.memory("VmHWM"), [each["ack_ms"] for each in acks if each["ack"] == "acked"]
    print(
        f"/dac dataset check: {size / MILLION:,.0f} MB in {seconds:.1f} s, {size / MILLION / seconds:.0f} MB/s, "
        f"with the picture after {pictured:.1f} s: {said}"
    )
    print(
        f"the bot's own process: {idle:.0f} MB idle, {peak:.0f} MB at the most, {peak - idle:.0f} MB over idle; "
        f"the process that checks: {checking:.0f} MB of its own, {together:.0f} MB over idle with the bot's at once; "
        f"the process that draws the picture: {drawing:.0f} MB"
    )
    print(
        f"others meanwhile: {len(there)} of {len(acks)} commands acknowledged, median "
        f"{statistics.median(there):.0f} ms, slowest {max(there):.0f} ms; the message was updated {bot.updates()} times"
    )
    until(lambda: answered(bot) >= IDLE + len(there))
    return seconds


def main(millions: int = SIZE) -> None:
    size = millions * MILLION
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / NAME
        with path.open("wb") as file:
            file.writelines(dataset(Generated(size_bytes=size)).read(0, size))
        # Before and after, so that whatever else the machine does meets them too.
        bare = [alone("json.loads", path)[0]]
        with bot_at_work(folder, size) as bot:
            seconds = check(bot, size)
        bare.append(alone("json.loads", path)[0])
        counting = alone("wc -l", path)[0]
    print(f"the same bytes in a file: wc -l {counting:.1f} s, bare json.loads {bare[0]:.1f} s and {bare[1]:.1f} s")
    print(f"the check takes {seconds / statistics.mean(bare):.2f} times json.loads")


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
