"""The bot as its own process: started from its environment alone, stopped, killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 8.0
"""How long a bot that was told to stop may take; a rolling restart allows ten."""


@dataclass(eq=False)
class Process:
    """One of our programs; what it prints goes to its log."""

    process: subprocess.Popen[bytes]
    log: Path
    begins: int
    """Where in the log it has begun; the one before it wrote there too."""

    @classmethod
    def start(cls, *module: str, log: Path, extra: dict[str, str]) -> Process:
        told = {name: value for name, value in os.environ.items() if not name.startswith(("DAC_", "SLACK_", "OCI_"))}
        with log.open("ab") as file:
            begins = file.tell()
            process = subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=ROOT,
                env=told | extra,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(process, log, begins)

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
