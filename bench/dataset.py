"""How fast a training data set is checked, beside `wc -l` and a bare loop of `json.loads`, and in how much memory."""

from __future__ import annotations

import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from dac.dataset import Checker
from tests.dac.datasets import spelled

MEGABYTE = 1 << 20
SIZE = 2_048
"""Megabytes of the file."""

ROUNDS = 1
CHUNK = 1 << 16
"""Bytes that come at once, as from the network."""

KINDS = {"short rows": 8, "middling rows": 28, "long rows": 120}
"""Words of a prompt; a completion has twice as many."""

LETTER = """
The customer asks how a parcel that was sent on Monday can be returned when its label is lost, and what it will cost.
Please open your account, choose the order, press return and print a new label; bring it to any shop, and we refund you
within days after it has arrived. Whether the router, the screen or the battery is meant by "naïve", no café can say.
"""


def texts(words: int) -> list[tuple[str, str]]:
    """What rows are put together from, as JSON has it between quotes; some with escapes and some without."""
    chance = random.Random(1)  # noqa: S311 - nothing secret, and the same each time

    def text(lines: int, *, escaped: bool) -> str:
        said = "\n".join(" ".join(chance.choices(LETTER.split(), k=words)) for _ in range(lines))
        return json.dumps(said, ensure_ascii=escaped)[1:-1]

    return [(text(1, escaped=number % 2 == 0), text(2, escaped=False)) for number in range(1_000)]


def lines(words: int) -> Iterator[bytes]:
    """All different, a thousand at a time: each prompt meets another completion every time."""
    parts = texts(words)
    for turn in count():
        made = []
        for number, (prompt, _) in enumerate(parts):
            _, completion = parts[(number * 7 + turn) % len(parts)]
            case = spelled(turn * len(parts) + number)
            made.append(f'{{"prompt": "Case {case}: {prompt}?", "completion": "{completion} So much for {case}."}}\n')
        yield "".join(made).encode()


def write(path: Path, megabytes: int, words: int) -> int:
    """How many lines it has then."""
    rows = 0
    with path.open("wb") as file:
        for some in lines(words):
            rows += file.write(some) and some.count(b"\n")
            if file.tell() >= megabytes * MEGABYTE:
                break
    return rows


def bare(path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        for line in file:
            json.loads(line)


def check(path: Path) -> None:
    checker = Checker()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            checker.feed(chunk)
    counted = checker.finish()
    if counted.rows != counted.lines or counted.bytes != path.stat().st_size:
        raise SystemExit(f"{counted.rows:,} of {counted.lines:,} lines were read")


def only_count(path: Path) -> None:
    subprocess.run([shutil.which("wc") or "wc", "-l", str(path)], check=True, capture_output=True)


WAYS = {"wc -l": only_count, "json.loads": bare, "check": check}


def main(megabytes: int = SIZE, rounds: int = ROUNDS) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        for name, words in KINDS.items():
            rows = write(path, megabytes, words)
            # In turns, each in a process of its own, so that whatever else the machine does meets all of them.
            took = [{way: alone(way, path) for way in WAYS} for _ in range(rounds)]
            seconds = {way: statistics.median(each[way][0] for each in took) for way in WAYS}
            ratio = statistics.median(each["check"][0] / each["json.loads"][0] for each in took)
            size = path.stat().st_size / MEGABYTE
            said = ", ".join(f"{way} {seconds[way]:.1f} s ({size / seconds[way]:,.0f} MB/s)" for way in WAYS)
            more = max(each["check"][1] for each in took)
            print(
                f"{name}: {size:,.0f} MB, {rows:,} rows: {said}; {ratio:.2f} times json.loads, {more:.0f} MB of memory"
            )


def alone(way: str, path: Path) -> tuple[float, float]:
    """Seconds it takes, and the megabytes by which its process grows meanwhile."""
    command = [sys.executable, "-m", "bench.dataset", way, str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(said[0]), float(said[1])


def measure(way: str, path: Path) -> None:
    before, began = peak(), time.perf_counter()
    WAYS[way](path)
    print(time.perf_counter() - began, peak() - before)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in WAYS:
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main(*(int(each) for each in sys.argv[1:]))
