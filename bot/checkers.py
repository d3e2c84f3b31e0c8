"""Checks of data sets, each in a process of its own: it computes beside the bot, and gives its memory back."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson
from pydantic import TypeAdapter

from bot.checking import HEAD, PIECE
from dac.dataset_counted import Counted, Progress
from dac.errors import Unavailable

COUNTED = TypeAdapter(Counted)
COMMAND = (sys.executable, "-S", "-m", "bot.checking")
"""Without what Python looks up in all that is installed as it starts, so that it is there sooner."""

FOUND_IN = os.pathsep.join(str(Path(each).parent.parent) for each in (__file__, orjson.__file__))
"""Where it finds our own modules, and the one package it needs."""

PIPE = 1 << 20
"""Bytes that may wait to be read: with the system's own 65,536 reader and checker would wait for each other."""

KILLED = -9


class Checkers:
    """`dac.checking.Checkers`; blocking, for worker threads. `close` ends what is still running.

    What is fed waits in a pipe of fixed size until it is read, so that memory does not grow with the file. A process
    whose bot has died ends by itself, for its pipe does.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = command
        self._running: set[subprocess.Popen[bytes]] = set()

    @contextmanager
    def begin(self) -> Iterator[Apart]:
        known = {name: value for name, value in os.environ.items() if not name.startswith("DAC_")}
        try:
            process = subprocess.Popen(  # noqa: S603 - our own module
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env=known | {"PYTHONPATH": FOUND_IN},
            )
        except OSError as error:
            raise Unavailable(f"The check could not be begun ({type(error).__name__}); try again later.") from error
        self._running.add(process)
        with process:
            assert process.stdin  # noqa: S101 - a pipe
            # Where the system has no more for pipes, it is only slower.
            with suppress(OSError):
                fcntl.fcntl(process.stdin, fcntl.F_SETPIPE_SZ, PIPE)
            try:
                yield Apart(process)
            finally:
                self._running.discard(process)
                process.kill()

    def close(self) -> None:
        for process in tuple(self._running):
            process.kill()


class Apart:
    """`dac.checking.Checking`: the near end of one such process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin  # noqa: S101 - both are pipes
        assert process.stdout  # noqa: S101
        self._process = process
        self._source, self._target = process.stdin.fileno(), process.stdout
        self._heard = b""
        self._progress = Progress(0, 0, 0)

    def feed(self, chunk: bytes) -> Progress:
        left = memoryview(chunk)
        while left:
            self._send(left[:PIECE])
            left = left[PIECE:]
        os.set_blocking(self._target.fileno(), False)
        *told, self._heard = (self._heard + (self._target.read() or b"")).split(b"\n")
        if told:
            self._progress = Progress(*json.loads(told[-1]))
        return self._progress

    def finish(self) -> Counted:
        self._send(memoryview(b""))
        os.set_blocking(self._target.fileno(), True)
        *_, last, rest = (b"\n" + self._heard + self._target.read()).split(b"\n")
        if rest or not last.startswith(b"{"):
            raise self._ended()
        return COUNTED.validate_json(last)

    def _send(self, piece: memoryview) -> None:
        try:
            for each in (memoryview(HEAD.pack(len(piece))), piece):
                left = each
                while left:
                    left = left[os.write(self._source, left) :]
        except BrokenPipeError as error:
            raise self._ended() from error

    def _ended(self) -> Unavailable:
        status = self._process.wait()
        why = "was killed, as a machine does where memory runs out" if status == KILLED else f"ended with {status}"
        return Unavailable(
            f"The check was broken off: its process {why}. Nothing is known of the file; check it again."
        )
