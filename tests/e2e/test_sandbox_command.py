"""`python -m sandbox`: one command, one page, three processes that end together."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.asking import ANSWER_SECONDS, ask, until
from tests.e2e.processes import ROOT

STOP_SECONDS = 20.0
PARTS = ("sandbox.oracle", "sandbox.slack", "bot")


class Sandbox:
    """The command run in a copy of the house, so that a sandbox somebody has open is left alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._processes: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        told = {name: value for name, value in os.environ.items() if not name.startswith(("DAC_", "SLACK_"))}
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", *arguments],
            cwd=self.folder,
            env=told,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._processes.append(process)
        return process

    def url(self, process: subprocess.Popen[str]) -> str:
        """The page that it names, once it does."""
        assert process.stdout
        said = process.stdout.readline()
        found = re.fullmatch(r"Open (http://127\.0\.0\.1:\d+/\S*)\n", said)
        assert found, said + self.logs()
        return found[1]

    def parts(self) -> dict[str, int]:
        """The processes that run from this folder, by module."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                    here = (entry / "cwd").resolve() == self.folder
                except OSError:
                    continue
                if here and "-m" in words:
                    found[words[words.index("-m") + 1]] = int(entry.name)
        return found

    def logs(self) -> str:
        return "\n".join(each.read_text(errors="replace")[-2000:] for each in self.folder.glob(".sandbox/*.log"))

    def close(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(STOP_SECONDS)
            for stream in (process.stdout, process.stderr):
                assert stream
                stream.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    house = tmp_path_factory.mktemp("house").resolve()
    for package in ("approvals", "bot", "commands", "dac", "sandbox"):
        shutil.copytree(ROOT / package, house / package)
    shutil.copy(ROOT / "manifest.yml", house)
    return house


@pytest.fixture
def sandbox(folder: Path) -> Iterator[Sandbox]:
    sandbox = Sandbox(folder)
    yield sandbox
    sandbox.close()
    assert sandbox.parts() == {}


def test_it_names_one_page_that_answers_and_what_was_kept_is_there_at_the_second_start(sandbox: Sandbox) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        first = sandbox.start("--port", str(port))
        url = sandbox.url(first)
    assert f":{port}/" not in url
    with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as page:  # noqa: S310 - loopback
        assert "<title>" in page.read().decode()
    assert set(PARTS) <= set(sandbox.parts())
    base = url.partition("/?")[0]
    _say(base, "scale docs-idle 2 because I come back to it")
    until(lambda: "request 1" in str(_messages(base)))

    first.send_signal(signal.SIGINT)

    assert first.wait(STOP_SECONDS) == 0
    assert sandbox.parts() == {}
    assert first.stderr
    assert first.stderr.read() == ""

    second = sandbox.start("--port", "0", "--keep")
    base = sandbox.url(second).partition("/?")[0]
    _say(base, "cancel 1")
    until(lambda: "cancelled request 1" in str(_messages(base)))


@pytest.mark.parametrize("part", ["bot", "sandbox.oracle"])
def test_a_part_that_dies_is_named_and_ends_the_rest(sandbox: Sandbox, part: str) -> None:
    process = sandbox.start("--port", "0")
    sandbox.url(process)

    os.kill(sandbox.parts()[part], signal.SIGKILL)

    assert process.wait(STOP_SECONDS) == 1
    assert process.stderr
    assert part.rpartition(".")[2] in process.stderr.read().splitlines()[0]
    assert sandbox.parts() == {}


def _say(base: str, line: str) -> None:
    ask("POST", f"{base}/_control/command", {"channel": "dac-ops", "user": "rosa", "command": "/dac", "text": line})


def _messages(base: str) -> list[str]:
    return [each["text"] for each in ask("GET", f"{base}/_control/messages/dac-ops")["messages"]]


def test_a_second_one_in_the_same_folder_leaves_the_first_alone(sandbox: Sandbox) -> None:
    url = sandbox.url(sandbox.start())
    second = sandbox.start()
    assert second.wait(ANSWER_SECONDS) == 1
    assert second.stderr
    assert url in second.stderr.read()
    assert (sandbox.folder / ".sandbox" / "dac.sqlite3").exists()
    assert ask("GET", url.partition("/?")[0] + "/_control/state")["sockets"]
