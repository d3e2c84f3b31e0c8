"""How long an answer that advises takes by itself, once the fleet and the metrics it needs have been read."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from tests.commands.advice import LINES, advised

ROUNDS = 20


def main() -> None:
    """Every kind of advice, each several times; Oracle is in memory, so that what is measured is ours."""
    with tempfile.TemporaryDirectory() as folder:
        room = advised(Path(folder))
        took = {line: _timed(room.say, line) for line in LINES}
    width = max(map(len, took))
    print(f"{'an answer takes, ms':{width}}  median   most")
    for line, seconds in sorted(took.items(), key=lambda each: -statistics.median(each[1])):
        print(f"{line:{width}} {statistics.median(seconds) * 1000:7.1f} {max(seconds) * 1000:6.1f}")


def _timed(say: object, line: str) -> list[float]:
    assert callable(say)  # noqa: S101 - a method of the room
    say(line)
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        say(line)
        took.append(time.perf_counter() - began)
    return took


if __name__ == "__main__":
    main()
