"""Generated training data of any size: any stretch of it is made when it is read, so it takes no memory and no disk."""

from __future__ import annotations

import base64
import functools
import hashlib
import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.oracle.flaws import Flaws, plant
from sandbox.oracle.support import CODE, MOST, ORDERS, Pair, conversations, line, order

CHUNK = 256 * 1024
PART = 64 * 2**20
"""An object larger than this counts as uploaded in parts of this size: it has a checksum over theirs, and no MD5."""

LONGEST_ROW, LONGEST_FLAW = 1000, 100_000
"""Bytes no row, and no outlier, comes near."""

_MARK = CODE.encode()


class Generated(BaseModel):
    """What a generated object is made of: so many rows, or as many as make up so many bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int | None = Field(None, ge=1, le=ORDERS)
    size_bytes: int | None = Field(None, ge=10_000)
    seed: str = ""
    flaws: Flaws = Flaws()

    @model_validator(mode="after")
    def _room_for_flaws(self) -> Generated:
        if (self.rows is None) == (self.size_bytes is None):
            raise ValueError("say either how many rows there are, or how many bytes")
        room = self.rows or ((self.size_bytes or 0) - self.flaws.outlier * LONGEST_FLAW) // LONGEST_ROW
        if self.flaws.count and self.flaws.count > (room - 2) // 2:
            raise ValueError("at most half of the rows can be flawed")
        return self


class Dataset:
    """One prompt and its completion a line.

    Where a row starts is arithmetic: the conversations come round again, every order's number is of one length, and
    the few rows that are flawed are known by their place.
    """

    def __init__(self, plan: Generated) -> None:
        self._plan = plan
        chance = random.Random(plan.seed)
        self._pairs = conversations(chance, plan.rows or MOST)
        self._lines = [line(pair) for pair in self._pairs]
        self._ends = [0, *accumulate(map(len, self._lines))]
        self._flawed: dict[int, bytes] = {}
        self._places: list[int] = []
        self._shifts = [0]
        self.rows = plan.rows or self._rows_in((plan.size_bytes or 0) - plan.flaws.outlier * LONGEST_FLAW)
        if plan.flaws.count:
            self._plant(chance)
        self._padding = 0
        if plan.size_bytes:
            self.rows = self._rows_in(plan.size_bytes)
            self._padding = plan.size_bytes - self._start(self.rows)

    @property
    def size(self) -> int:
        return self._start(self.rows) + self._padding

    @functools.cached_property
    def md5(self) -> str:
        """The checksum as Oracle shows it: of the content, or of an upload in parts of which there are so many."""
        if self.size > PART:
            digest = hashlib.md5(self._plan.model_dump_json().encode(), usedforsecurity=False).digest()
            return f"{base64.b64encode(digest).decode()}-{math.ceil(self.size / PART)}"
        digester = hashlib.md5(usedforsecurity=False)
        for chunk in self.read(0, self.size):
            digester.update(chunk)
        return base64.b64encode(digester.digest()).decode()

    def read(self, start: int, end: int) -> Iterator[bytes]:
        """Give the bytes from `start` until before `end`, a chunk at a time."""
        row = bisect_right(range(self.rows), start, key=self._start) - 1
        skip, left = start - self._start(row), end - start
        for chunk in self._chunks(row):
            piece = chunk[skip : skip + left]
            skip, left = 0, left - len(piece)
            yield piece
            if not left:
                return

    def _chunks(self, row: int) -> Iterator[bytes]:
        lines: list[bytes] = []
        held = 0
        for number in range(row, self.rows):
            lines.append(self._line(number))
            held += len(lines[-1])
            if held >= CHUNK:
                yield b"".join(lines)
                lines, held = [], 0
        yield b"".join(lines)

    def _line(self, row: int) -> bytes:
        text = self._flawed.get(row) or self._right(row)
        if row == self.rows - 1 and self._padding:
            return text[:-1] + b" " * self._padding + b"\n"
        return text

    def _right(self, row: int) -> bytes:
        return self._lines[row % len(self._lines)].replace(_MARK, order(row).encode())

    def _pair(self, row: int) -> Pair:
        pair = self._pairs[row % len(self._pairs)]
        return Pair(*(text.replace(CODE, order(row)) for text in pair))

    def _plant(self, chance: random.Random) -> None:
        planted = plant(self._plan.flaws, chance, self.rows, self._pair)
        self._flawed = {row: text.replace(_MARK, order(row).encode()) for row, text in planted.items()}
        self._places = sorted(self._flawed)
        differences = (len(self._flawed[row]) - len(self._right(row)) for row in self._places)
        self._shifts = [0, *accumulate(differences)]

    def _start(self, row: int) -> int:
        rounds, rest = divmod(row, len(self._lines))
        return rounds * self._ends[-1] + self._ends[rest] + self._shifts[bisect_left(self._places, row)]

    def _rows_in(self, size: int) -> int:
        """Count the whole rows that fit."""
        return bisect_right(range(size), size, key=self._start) - 1


@functools.lru_cache(maxsize=32)
def dataset(plan: Generated) -> Dataset:
    return Dataset(plan)
