"""Start all of it, local Oracle, local Slack and the bot, each its own process: python -m sandbox."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

HERE = Path(__file__).resolve().parent
STATE = HERE.parent / ".sandbox"
PAGE_PORT = 8020
READY_SECONDS = 30.0
STOP_SECONDS = 8.0
CHANNEL, REQUESTER = "C01OPS", "U01ROSA"


class NotStartedError(Exception):
    """Its text says which process is not there and where its words are."""


@dataclass(frozen=True)
class Part:
    """One of the three processes; what it prints goes to its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


def main() -> int:
    chosen = _parser().parse_args()
    STATE.mkdir(exist_ok=True)
    try:
        lock = _alone()
    except NotStartedError as error:
        print(error, file=sys.stderr)
        return 1
    if not chosen.keep:
        for old in [*STATE.glob("*.sqlite3*"), STATE / "oracle.json"]:
            old.unlink(missing_ok=True)
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _interrupt)
    oracle, slack = _port(None), _port(chosen.port)
    parts: list[Part] = []
    try:
        _start(parts, "oracle", _oracle_arguments(oracle, chosen.ledger), {})
        _start(parts, "slack", _slack_arguments(slack, oracle), {})
        world = _wait(parts, f"http://127.0.0.1:{oracle}/_control/state", lambda _: True)
        here = "http://127.0.0.1"
        variables = environment(f"{here}:{oracle}", f"{here}:{slack}", world, STATE)
        _start(parts, "bot", ["bot"], variables)
        _wait(parts, f"http://127.0.0.1:{slack}/_control/state", lambda state: bool(state["sockets"]))
        url = f"http://127.0.0.1:{slack}/?user={REQUESTER}&channel={CHANNEL}"
        lock.write(url)
        lock.flush()
        print(f"Open {url}\nCtrl-C stops all three; what they say is in {STATE.name}/*.log", flush=True)
        while True:
            _check(parts)
            time.sleep(0.5)
    except KeyboardInterrupt:
        return 0
    except NotStartedError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        _stop(parts)
        lock.close()


def _alone() -> TextIO:
    """Hold the lock that only one sandbox of this folder can have; it says where that one is."""
    lock = (STATE / "running").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        where = lock.read() or "an address it is about to print"
        lock.close()
        raise NotStartedError(f"A sandbox is running here already, at {where}: open that one, or stop it.") from None
    lock.truncate(0)
    return lock


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=PAGE_PORT, help="port of the page; another one if it is taken")
    parser.add_argument("--keep", action="store_true", help="go on with the clusters and requests of the last time")
    parser.add_argument("--ledger", type=Path, help="file with rows that Oracle is to have charged, see docs/ledger.md")
    return parser


def _oracle_arguments(port: int, ledger: Path | None) -> list[str]:
    keys, state = STATE / "oci", STATE / "oracle.json"
    more = ["--ledger", str(ledger.resolve())] if ledger else []
    return ["sandbox.oracle", "--port", str(port), "--keys", str(keys), "--state", str(state), *more]


def _slack_arguments(port: int, oracle: int) -> list[str]:
    more = ["--manifest", "manifest.yml", "--oracle", f"http://127.0.0.1:{oracle}"]
    return ["sandbox.slack", "--port", str(port), *more]


def environment(oracle: str, slack: str, world: dict[str, object], folder: Path) -> dict[str, str]:
    """What the bot is told: the same variables that a real workspace and tenancy are told by.

    `oracle` and `slack` are base URLs, `world` is the local Oracle's account of itself, `folder` holds the keys and
    will hold the database.
    """
    regions, compartments = world["regions"], world["compartments"]
    assert isinstance(regions, dict) and isinstance(compartments, dict)  # noqa: S101, PT018 - our own server's answer
    return os.environ | {
        "SLACK_API_URL": f"{slack}/api/",
        "DAC_SLACK_BOT_TOKEN": "xoxb-sandbox",
        "DAC_SLACK_APP_TOKEN": "xapp-sandbox",
        "DAC_OCI_ENDPOINT": f"{oracle}/{{region}}",
        "DAC_PRICE_LIST_URL": f"{oracle}/pls/apex/cetools/api/v1/products/",
        "DAC_OCI_REGIONS": ",".join(regions),
        "DAC_OCI_COMPARTMENTS": ",".join(map(str, compartments.values())),
        "DAC_OCI_CONFIG_FILE": str(folder / "oci" / "config"),
        "DAC_OCI_PROFILE": "READER",
        "DAC_OCI_EXECUTOR_PROFILE": "EXECUTOR",
        "DAC_POLICY_FILE": str(HERE / "policy.toml"),
        "DAC_DATABASE": str(folder / "dac.sqlite3"),
        "DAC_POLL_SECONDS": "1",
        "DAC_FRESH_SECONDS": "2",
    }


def _start(parts: list[Part], name: str, module: list[str], extra: dict[str, str]) -> None:
    path = STATE / f"{name}.log"
    with path.open("wb") as log:
        # In a session of its own, Ctrl-C reaches it through us, so that the bot ends before what it talks to.
        process = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-m", *module],
            cwd=HERE.parent,
            env=extra or None,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    parts.append(Part(name, process, path))


def _wait(parts: list[Part], url: str, ready: object) -> dict[str, object]:
    until = time.monotonic() + READY_SECONDS
    assert callable(ready)  # noqa: S101
    while time.monotonic() < until:
        _check(parts)
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own server
                state: dict[str, object] = json.load(answer)
            if ready(state):
                return state
        time.sleep(0.05)
    raise NotStartedError(f"{parts[-1].name} did not get ready; see {_shown(parts[-1])}:\n{_tail(parts[-1].log)}")


def _check(parts: list[Part]) -> None:
    for part in parts:
        if part.process.poll() is not None:
            code = part.process.returncode
            raise NotStartedError(f"{part.name} ended ({code}); see {_shown(part)}:\n{_tail(part.log)}")


def _stop(parts: list[Part]) -> None:
    """The bot first, then what it talks to; whoever does not go is made to."""
    for part in reversed(parts):
        if part.process.poll() is None:
            part.process.send_signal(signal.SIGTERM)
            try:
                part.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                part.process.kill()
                part.process.wait()


def _port(wanted: int | None) -> int:
    """That port if it is free, else any."""
    for port in filter(None, (wanted,)):
        with contextlib.suppress(OSError), _bound(port):
            return port
    with _bound(0) as held:
        return int(held.getsockname()[1])


@contextlib.contextmanager
def _bound(port: int) -> Iterator[socket.socket]:
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", port))
        yield held


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _shown(part: Part) -> str:
    return f"{STATE.name}/{part.log.name}"


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


if __name__ == "__main__":
    sys.exit(main())
