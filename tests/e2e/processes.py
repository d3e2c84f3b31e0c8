"""The bot as its own process: started from its environment alone, stopped, killed."""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Protocol

from tests.forking import FORKED

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 8.0
"""How long a bot that was told to stop may take; a rolling restart allows ten."""


class Child(Protocol):
    """What is needed of a process; `subprocess.Popen` is one."""

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def kill(self) -> None: ...
    def send_signal(self, sig: int) -> None: ...


@dataclass(eq=False)
class Process:
    """One of our programs; what it prints goes to its log."""

    process: Child
    log: Path
    begins: int
    """Where in the log it has begun; the one before it wrote there too."""

    @classmethod
    def start(cls, module: str, *, log: Path, extra: dict[str, str]) -> Process:
        with log.open("ab") as file:
            begins = file.tell()
            process = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=ROOT,
                env=_environment(extra),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(process, log, begins)

    @classmethod
    def forked(cls, module: str, *, log: Path, extra: dict[str, str]) -> Process:
        """The same with the imports done beforehand, for tests that are not about a start from nothing."""
        begins = log.stat().st_size if log.exists() else 0
        process = FORKED.Process(target=_run, args=(module, log, _environment(extra)))
        process.start()
        return cls(_Forked(process), log, begins)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait()

    def tell(self, what: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(what)

    def ended(self, seconds: float = STOP_SECONDS) -> int:
        """Its exit code, within so many seconds."""
        return self.process.wait(seconds)

    def said(self) -> str:
        return self.log.read_bytes()[self.begins :].decode(errors="replace")


class _Forked:
    """A `Child` of the process that has imported everything."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        ended = self._process.exitcode
        if ended is None:
            raise subprocess.TimeoutExpired("the bot", timeout or 0)
        return ended

    def kill(self) -> None:
        self._process.kill()

    def send_signal(self, sig: int) -> None:
        if self._process.pid and self.poll() is None:
            os.kill(self._process.pid, sig)


def _environment(extra: dict[str, str]) -> dict[str, str]:
    """What the module is told and nothing else of ours."""
    told = {name: value for name, value in os.environ.items() if not name.startswith(("DAC_", "SLACK_", "OCI_"))}
    return told | extra


def _run(module: str, log: Path, environment: dict[str, str]) -> None:
    """As `python -m` does it."""
    os.setsid()
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as file:
        for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
            os.dup2(file.fileno(), descriptor)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
