"""Lines of JSON, each read exactly, as fast as many of them at once can be."""

from __future__ import annotations

import json
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, filterfalse
from operator import itemgetter
from typing import Any, NoReturn

from dac.dataset_faults import UNUSABLE, Kind, Ledger, Place

LONGEST = 1 << 20
"""Bytes of a line that are read: more is nobody's training example, and memory must stay constant."""

FEW = 8
"""Lines that are not worth reading at once."""

BOM = b"\xef\xbb\xbf"
KEYS = ("prompt", "completion")
BETWEEN = b",null,\n"
Pair = tuple[str, str]
Texts = tuple[Sequence[str], Sequence[str]]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# An object becomes a tuple of its pairs, so that a key given twice is seen; an array stays a list. What a number is
# does not matter here, and `len` reads the longest in linear time, which `int` does not.
DECODER = json.JSONDecoder(object_pairs_hook=tuple, parse_int=len, parse_float=len, parse_constant=_no_constant)


@dataclass(frozen=True)
class Run:
    """Rows of lines that follow one another, and the bytes they were read from."""

    first: int
    offset: int
    data: bytes
    prompts: Sequence[str]
    completions: Sequence[str]

    def place(self, index: int) -> Place:
        prompt, completion = len(self.prompts[index]), len(self.completions[index])
        start, size = self._starts[index], self._starts[index + 1] - self._starts[index] - 1
        return Place(self.first + index, self.offset + start, size, prompt, completion)

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((len(line) + 1 for line in self.data.split(b"\n")), initial=0))


@dataclass(frozen=True)
class Block:
    """Rows that are looked at together; where one of them is in the file is worked out only when it is asked."""

    runs: Sequence[Run]

    @cached_property
    def prompts(self) -> Sequence[str]:
        return self.runs[0].prompts if len(self.runs) == 1 else [each for run in self.runs for each in run.prompts]

    @cached_property
    def completions(self) -> Sequence[str]:
        return (
            self.runs[0].completions if len(self.runs) == 1 else [each for run in self.runs for each in run.completions]
        )

    def place(self, index: int) -> Place:
        run = bisect(self._firsts, index) - 1
        return self.runs[run].place(index - self._firsts[run])

    def note(self, ledger: Ledger, kind: Kind, index: int) -> None:
        if ledger.has_room(kind):
            ledger.add(kind, self.place(index))
        else:
            ledger.add_many(kind, 1)

    @cached_property
    def _firsts(self) -> list[int]:
        return list(accumulate((len(run.prompts) for run in self.runs[:-1]), initial=0))


def read_lines(data: bytes, first: int, offset: int, ledger: Ledger) -> Block | None:
    """The rows among these lines, each with its end but perhaps the last; their faults go into the ledger.

    All are parsed at once, which most often succeeds. Otherwise each half is, so that one bad line among thousands
    costs little; what is left is read line by line. None is no rows.
    """
    _note_crlf(data, first, offset, ledger)
    left, runs = [(data.removesuffix(b"\n"), first, offset)], list[Run]()
    while left:
        data, first, offset = left.pop()
        texts = parsed(data) if len(data) <= LONGEST else None
        if texts:
            runs.append(Run(first, offset, data, *texts))
        elif data.isspace() and len(data) <= LONGEST and not ledger.has_room(Kind.BLANK):
            ledger.add_many(Kind.BLANK, data.count(b"\n") + 1)
        elif (cut := _middle(data)) < 0:
            runs += _each(data, first, offset, ledger)
        else:
            left.append((data[cut + 1 :], first + data.count(b"\n", 0, cut + 1), offset + cut + 1))
            left.append((data[:cut], first, offset))
    return Block(runs) if runs else None


def _middle(data: bytes) -> int:
    """The end of a line near the middle; -1 where there are few lines, or one."""
    if data.count(b"\n") < FEW and len(data) <= LONGEST:
        return -1
    half = len(data) // 2
    after = data.find(b"\n", half)
    return after if after >= 0 else data.rfind(b"\n", 0, half)


def _note_crlf(data: bytes, first: int, offset: int, ledger: Ledger) -> None:
    if b"\r" not in data:
        return
    if not ledger.has_room(Kind.CRLF):
        ledger.add_many(Kind.CRLF, data.count(b"\r\n"))
        return
    for index, line in enumerate(data.split(b"\n")[:-1]):
        if line.endswith(b"\r"):
            ledger.add(Kind.CRLF, Place(first + index, offset, len(line)))
        offset += len(line) + 1


def parsed(data: bytes) -> Texts | None:
    """The prompts and completions, if every line is one object of these two texts without any fault; else None.

    The lines are parsed as one array with a null between them. A null cannot stand within an object where a line may
    end, a string cannot hold the end of a line, and an array that begins in one line and ends in another is not what
    is looked for, so each object found between two nulls is one line's.
    """
    joined = data.replace(b"\n", BETWEEN)
    nulls = (len(joined) - len(data)) // (len(BETWEEN) - 1)
    try:
        text = f"[{joined.decode()}]"
        items, end = DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    rows = items[::2]
    if end != len(text) or len(items) != 2 * nulls + 1 or items.count(None) != nulls or set(map(type, rows)) != {tuple}:
        return None
    texts = _texts(rows)
    return texts if texts and _filled(texts) and (b"\\u" not in data or _whole(texts)) else None


def _texts(rows: list[tuple[tuple[str, Any], ...]]) -> Texts | None:
    if set(map(len, rows)) != {2}:
        return None
    flat = list(chain.from_iterable(chain.from_iterable(rows)))
    if set(map(type, flat)) != {str}:
        return None
    if flat[::2] == list(KEYS) * len(rows):
        return flat[1::4], flat[3::4]
    fields = list(map(dict, rows))
    try:
        prompts, completions = (list(map(itemgetter(key), fields)) for key in KEYS)
    except KeyError:
        return None
    return prompts, completions


def _filled(texts: Texts) -> bool:
    return not any("" in each or any(map(str.isspace, each)) for each in texts)


def _whole(texts: Texts) -> bool:
    """No text holds half a character, which only an escape can bring in."""
    try:
        "".join(filterfalse(str.isascii, chain(*texts))).encode()
    except UnicodeEncodeError:
        return False
    return True


def _each(data: bytes, first: int, offset: int, ledger: Ledger) -> Iterator[Run]:
    for number, line in enumerate(data.split(b"\n"), start=first):
        kinds, pair = judge(line.removesuffix(b"\r"))
        sizes = map(len, pair) if pair else ()
        place = Place(number, offset, len(line), *sizes)
        for kind in kinds:
            ledger.add(kind, place)
        if pair and UNUSABLE.isdisjoint(kinds):
            yield Run(number, offset, line, pair[:1], pair[1:])
        offset += len(line) + 1


def judge(line: bytes) -> tuple[list[Kind], Pair | None]:
    """All that is wrong with a line, and its prompt and completion where it has both."""
    if len(line) > LONGEST:
        return [Kind.TOO_LONG], None
    kinds = [Kind.BOM] if line.startswith(BOM) else []
    line = line.removeprefix(BOM)
    if not line or line.isspace():
        return [*kinds, Kind.BLANK], None
    try:
        value = DECODER.decode(line.decode())
    except UnicodeDecodeError:
        return [*kinds, Kind.NOT_UTF8], None
    except (ValueError, RecursionError):
        return [*kinds, Kind.NOT_JSON], None
    if not isinstance(value, tuple):
        return [*kinds, Kind.NOT_OBJECT], None
    wrong, pair = _judge_object(value)
    return kinds + wrong, pair


def _judge_object(pairs: tuple[tuple[str, Any], ...]) -> tuple[list[Kind], Pair | None]:
    fields = dict(pairs)
    prompt, completion = (fields.get(key) for key in KEYS)
    checks = {
        Kind.REPEATED_KEY: len(fields) < len(pairs),
        Kind.EXTRA_KEY: not fields.keys() <= set(KEYS),
        Kind.NO_PROMPT: "prompt" not in fields,
        Kind.NO_COMPLETION: "completion" not in fields,
        Kind.PROMPT_NOT_TEXT: "prompt" in fields and not isinstance(prompt, str),
        Kind.COMPLETION_NOT_TEXT: "completion" in fields and not isinstance(completion, str),
        Kind.EMPTY_PROMPT: _empty(prompt),
        Kind.EMPTY_COMPLETION: _empty(completion),
        Kind.BROKEN_CHARACTER: _broken(prompt) or _broken(completion),
    }
    kinds = [kind for kind, found in checks.items() if found]
    return kinds, (prompt, completion) if isinstance(prompt, str) and isinstance(completion, str) else None


def _empty(value: object) -> bool:
    return isinstance(value, str) and (not value or value.isspace())


def _broken(value: object) -> bool:
    """Half of a surrogate pair, which JSON can spell and no UTF-8 can hold."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return True
    return False
