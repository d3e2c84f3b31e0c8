"""What is wrong with training data in practice, planted into rows that were right."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

from pydantic import BaseModel, ConfigDict, Field

from sandbox.oracle.support import Pair, in_other_languages, line

OUTLIER_TIMES = 120
"""An outlier's completion is so many ordinary ones in a row, some 30 kB."""


class Flaws(BaseModel):
    """How many rows have which flaw; no row has two."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    invalid_json: int = Field(0, ge=0)
    """Lines that broke off, lost a quote or are no JSON at all."""
    missing_completion: int = Field(0, ge=0)
    extra_key: int = Field(0, ge=0)
    empty_completion: int = Field(0, ge=0)
    invalid_utf8: int = Field(0, ge=0)
    """Lines with bytes as another encoding writes them."""
    duplicate: int = Field(0, ge=0)
    """Rows that repeat another one to the byte."""
    near_duplicate: int = Field(0, ge=0)
    """Rows that say what another one says, about the same order, in nearly the same words."""
    outlier: int = Field(0, ge=0)
    other_language: int = Field(0, ge=0)
    email: int = Field(0, ge=0)
    phone: int = Field(0, ge=0)

    @property
    def count(self) -> int:
        return sum(self.model_dump().values())


def plant(flaws: Flaws, chance: random.Random, rows: int, pair: Callable[[int], Pair]) -> dict[int, bytes]:
    """Give the flawed lines by their row; the first and the last row stay right, as do the rows that are repeated."""
    places = chance.sample(range(1, rows - 1), flaws.count)
    others = _others(chance, rows, set(places))

    def flawed(flaw: str, nth: int, row: int) -> bytes:
        if flaw in _REPEATING:
            return _REPEATING[flaw](pair(next(others)))
        if flaw == "outlier":
            told = [pair((row + step) % rows).completion for step in range(OUTLIER_TIMES)]
            return line(pair(row)._replace(completion=" ".join(told)))
        return _BROKEN[flaw](pair(row), nth)

    wanted = [(flaw, nth) for flaw, count in flaws.model_dump().items() for nth in range(count)]
    return {row: flawed(flaw, nth, row) for row, (flaw, nth) in zip(places, wanted, strict=True)}


def _others(chance: random.Random, rows: int, taken: set[int]) -> Iterator[int]:
    """Give rows that are right, each at most once."""
    while True:
        row = chance.randrange(rows)
        if row not in taken:
            taken.add(row)
            yield row


def _invalid_json(pair: Pair, nth: int) -> bytes:
    whole = line(pair).decode().rstrip("\n")
    broken = (
        whole[: len(whole) * 2 // 3],
        whole.replace('", "completion"', ', "completion"'),
        str(pair._asdict()),
        f"# {pair.prompt}",
        whole[:-1] + ",}",
    )
    return broken[nth % len(broken)].encode() + b"\n"


def _keys(**values: str) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"


def _other_language(_: Pair, nth: int) -> bytes:
    told = in_other_languages()
    return line(told[nth % len(told)])


def _email(pair: Pair, nth: int) -> bytes:
    names = ("maria.keller", "j.okafor", "tom_burke77", "lena.rossi", "dsilva")
    return line(pair._replace(prompt=f"{pair.prompt} You can reach me at {names[nth % len(names)]}@example.com."))


def _phone(pair: Pair, nth: int) -> bytes:
    return line(pair._replace(prompt=f"{pair.prompt} Please call me on +1 312 555 {142 + nth % 50:04}."))


_BROKEN: dict[str, Callable[[Pair, int], bytes]] = {
    "invalid_json": _invalid_json,
    "missing_completion": lambda pair, _: _keys(prompt=pair.prompt),
    "extra_key": lambda pair, nth: _keys(**pair._asdict(), source=("chat", "e-mail", "telephone")[nth % 3]),
    "empty_completion": lambda pair, nth: line(pair._replace(completion=("", "   ")[nth % 2])),
    "invalid_utf8": lambda pair, _: line(pair._replace(prompt=f"{pair.prompt} §")).replace("§".encode(), b"Caf\xe9."),
    "other_language": _other_language,
    "email": _email,
    "phone": _phone,
}

_REPEATING: dict[str, Callable[[Pair], bytes]] = {
    "duplicate": line,
    "near_duplicate": lambda pair: line(Pair(f"{pair.prompt} Thanks!", pair.completion.replace(". ", ".  ", 1))),
}
