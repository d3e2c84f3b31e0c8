"""The process that checks one data set: its bytes in, and out how far it is and at the end what was counted."""

from __future__ import annotations

import json
import struct
import sys
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from types import TracebackType
from typing import BinaryIO

from dac.dataset import Checker

HEAD = struct.Struct(">I")
"""Before each piece, how many bytes it has; none is the end of the file, for a pipe ends with a bot that died, too."""

PIECE = 1 << 18
"""Bytes of a piece at the most."""

TOLD_EVERY = 1 << 20
"""Bytes after which it is told how far it is."""


def main(source: BinaryIO, target: BinaryIO) -> None:
    """Lines of JSON into `target`: `[bytes, lines, rows]` now and then, and last the fields of `Counted`.

    Where `source` breaks off, nobody is there to be told anything.
    """
    checker, told = Checker(), 0
    for piece in _pieces(source):
        if not piece:
            _tell(target, asdict(checker.finish()))
            return
        progress = checker.feed(piece)
        if progress.bytes - told >= TOLD_EVERY:
            told = progress.bytes
            _tell(target, progress)


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    while len(head := source.read(HEAD.size)) == HEAD.size:
        (size,) = HEAD.unpack(head)
        piece = source.read(size)
        if len(piece) < size:
            return
        yield piece


def _tell(target: BinaryIO, what: object) -> None:
    target.write(json.dumps(what).encode() + b"\n")
    target.flush()


def without_words(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    """Where it failed, without what the error says, which may be training data."""
    sys.stderr.write("".join(traceback.format_tb(trace)) + f"{kind.__name__}\n")


if __name__ == "__main__":
    sys.excepthook = without_words
    main(sys.stdin.buffer, sys.stdout.buffer)
