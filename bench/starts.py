"""How long `make sandbox` takes until its page can be opened, the second time, beside the imports it is made of."""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROUNDS = 5
IMPORTS = "import oci, slack_bolt.async_app, aiohttp, apscheduler, sqlite_utils, pydantic_settings"
STOP_SECONDS = 20


def main() -> None:
    """The page's address is printed once all three processes are there and the bot is connected."""
    starts = [_start() for _ in range(ROUNDS + 1)][1:]
    imports = [_timed([sys.executable, "-c", IMPORTS]) for _ in range(ROUNDS)]
    start, alone = statistics.median(starts), statistics.median(imports)
    print(f"make sandbox, from the second time on: {start:.2f} s (most {max(starts):.2f})")
    print(f"the imports of the bot alone: {alone:.2f} s; ratio {start / alone:.1f}")


def _start() -> float:
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0", "--keep"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout  # noqa: S101 - it was asked for
        process.stdout.readline()
        took = time.perf_counter() - began
        process.send_signal(signal.SIGINT)
        process.wait(STOP_SECONDS)
    return took


def _timed(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
