"""Checks in processes of their own: the same is counted, and one that ends is told or gone, whoever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest

from bot.checkers import COUNTED, Checkers
from bot.checking import HEAD, main, without_words
from dac.dataset import Checker
from dac.dataset_counted import Counted
from dac.errors import Unavailable
from tests.bot.people import until
from tests.dac.datasets import clean

DATA = b"\n".join([*clean(9_000), b"no", b'{"prompt": "\xc3\xbc"}', b""])
SECRET = "Zebra"
BROKEN_OFF = "The check was broken off: its process"


def counted(data: bytes) -> Counted:
    checker = Checker()
    checker.feed(data)
    return checker.finish()


def framed(*pieces: bytes) -> bytes:
    return b"".join(HEAD.pack(len(each)) + each for each in pieces)


def said(source: bytes) -> list[bytes]:
    target = BytesIO()
    main(BytesIO(source), target)
    return target.getvalue().splitlines()


def children() -> set[int]:
    return {int(each) for task in Path("/proc/self/task").iterdir() for each in (task / "children").read_text().split()}


def test_the_same_is_counted_as_in_one_process_and_on_the_way_how_far_it_is() -> None:
    with Checkers().begin() as checking:
        seen = [checking.feed(DATA) for _ in range(3)]
        found = checking.finish()
    assert found == counted(DATA * 3)
    assert seen == sorted(seen)
    assert found.bytes >= seen[-1].bytes > 0


def test_how_far_it_is_is_told_every_megabyte_and_last_what_was_counted() -> None:
    pieces = [DATA[start : start + 200_000] for start in range(0, len(DATA), 200_000)]
    *told, last = said(framed(*pieces, b""))
    assert len(told) == len(DATA) // 1_200_000
    assert COUNTED.validate_json(last) == counted(DATA)


@pytest.mark.parametrize("source", [b"", framed(DATA)[:-1], framed(b"no") + b"\0"])
def test_where_its_bytes_break_off_it_ends_and_counts_nothing_up(source: bytes) -> None:
    assert said(source) == []


def test_one_that_is_killed_on_the_way_is_told_and_the_next_is_checked() -> None:
    checkers, before = Checkers(), children()
    with checkers.begin() as checking:
        checking.feed(DATA)
        (pid,) = children() - before
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(Unavailable, match=f"{BROKEN_OFF} was killed"):
            checking.feed(DATA)
    with checkers.begin() as checking:
        checking.feed(DATA)
        assert checking.finish() == counted(DATA)
    assert children() == before


def test_one_that_ends_when_all_has_been_read_is_told_likewise() -> None:
    checkers = Checkers((sys.executable, "-c", "import sys; sys.stdin.read(4)"))
    with checkers.begin() as checking, pytest.raises(Unavailable, match=f"{BROKEN_OFF} ended with 0"):
        checking.finish()


def test_those_that_run_are_ended_with_the_bot() -> None:
    before = children()
    with closing(Checkers()) as checkers, checkers.begin() as checking:
        checking.feed(DATA)
        checkers.close()
        with pytest.raises(Unavailable):
            checking.finish()
    assert children() == before


def test_it_ends_with_a_bot_that_is_killed() -> None:
    script = (
        "from bot.checkers import Checkers\n"
        "from tests.bot.test_checkers import DATA, children\n"
        "with Checkers().begin() as checking:\n"
        "    checking.feed(DATA)\n"
        "    print(*children(), flush=True)\n"
        "    input()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as bot:
        assert bot.stdout
        pid = int(bot.stdout.readline())
        bot.kill()
    until(lambda: not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes(), "its end")


def test_where_no_process_can_be_begun_that_is_told() -> None:
    with pytest.raises(Unavailable, match="The check could not be begun"), Checkers(["/nowhere/python"]).begin():
        pass


def test_what_an_error_says_is_not_logged_for_it_may_be_of_the_data(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=SECRET) as caught:
        main(BytesIO(framed(b"no", b"")), Refusing())
    without_words(caught.type, caught.value, caught.tb)
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "checking.py" in told
    assert SECRET not in told


class Refusing(BytesIO):
    def write(self, _: object) -> int:
        raise ValueError(SECRET)
