"""Lines of JSON, each read exactly, as fast as many of them at once can be."""

from __future__ import annotations

import json
import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import itemgetter
from typing import Any, NoReturn

import orjson

from dac.dataset_faults import UNUSABLE, Kind, Ledger, Place

LONGEST = 1 << 20
"""Bytes of a line that are read: more is nobody's training example, and memory must stay constant."""

FEW = 16
"""Lines that are not worth reading at once."""

BOM = b"\xef\xbb\xbf"
KEYS = ("prompt", "completion")
MARKS = 8
"""Quotation marks of a row that are no part of a text: two around each key and each value."""

ESCAPED = re.compile(rb'\\["\\]')
"""A quotation mark or backslash in a text: found from the left, which is how backslashes pair."""

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
    """Rows and the bytes they were read from, a row a line; where others are among them, `lines` are those of rows."""

    first: int
    offset: int
    data: bytes
    prompts: Sequence[str]
    completions: Sequence[str]
    lines: Sequence[int] | None = None

    def place(self, index: int) -> Place:
        line = index if self.lines is None else self.lines[index]
        prompt, completion = len(self.prompts[index]), len(self.completions[index])
        return place_of(line, self._ends, self.first, self.offset, (prompt, completion))

    @cached_property
    def _ends(self) -> list[int]:
        return _ends(self.data)


def _ends(data: bytes) -> list[int]:
    """How many bytes lie before the end of each line, without the ends of lines."""
    return list(accumulate(map(len, data.split(b"\n"))))


def place_of(line: int, ends: Sequence[int], first: int, offset: int, sizes: Iterable[int] = ()) -> Place:
    start = ends[line - 1] if line else 0
    return Place(first + line, offset + start + line, ends[line] - start, *sizes)


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

    All are parsed at once, which most often succeeds. Where they are JSON and yet not as they should be, each is judged
    by what was parsed. Otherwise each half is parsed, so that one bad line among thousands costs little; what is left
    is read line by line. None is no rows.
    """
    _note_crlf(data, first, offset, ledger)
    left, runs = [(data.removesuffix(b"\n"), first, offset)], list[Run]()
    while left:
        data, first, offset = left.pop()
        if len(data) <= LONGEST and (texts := texts_of(data)):
            runs.append(Run(first, offset, data, *texts))
        elif len(data) <= LONGEST and (values := parsed(data)):
            runs += _of_each(map(_judge_value, values), data, first, offset, ledger)
        elif data.isspace() and len(data) <= LONGEST and not ledger.has_room(Kind.BLANK):
            ledger.add_many(Kind.BLANK, data.count(b"\n") + 1)
        elif (cut := _middle(data)) < 0:
            runs += _of_each(map(judge, data.split(b"\n")), data, first, offset, ledger)
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


def texts_of(data: bytes) -> Texts | None:
    """The prompts and completions, if every line is one object of these two texts without any fault; else None.

    The lines are parsed as one array with a null between them. A null cannot stand within an object where a line may
    end, and a string cannot hold the end of a line, so each null is between two values; and as no line may have none,
    each has one where there are so many in all. Of a key that is given twice the parser keeps one, but the quotation
    marks tell: two are around each key and each text, and all others are escaped. Half a character, which only an
    escape can bring in, the parser refuses.
    """
    joined, size = _joined(data)
    try:
        items = orjson.loads(joined)
    except orjson.JSONDecodeError:
        return None
    rows = items[::2]
    try:
        prompts, completions = (list(map(itemgetter(key), rows)) for key in KEYS)
        regular = set(map(len, rows)) == {len(KEYS)} and _filled(prompts) and _filled(completions)
    except (KeyError, TypeError):
        # No such key, no object, or no text.
        return None
    return (prompts, completions) if regular and len(items) == size and _marks(data) == MARKS * len(rows) else None


def _filled(texts: list[str]) -> bool:
    """Whether none is empty or blank; `TypeError` where one may be no text."""
    return all(texts) and not any(map(str.isspace, texts))


def _marks(data: bytes) -> int:
    """How many quotation marks begin or end a text."""
    return ESCAPED.sub(b"", data).count(b'"')


def parsed(data: bytes) -> list[Any] | None:
    """The value of every line, if each is JSON and none has an array, in which alone one line may go on in another."""
    if b"[" in data:
        return None
    joined, size = _joined(data)
    try:
        items = DECODER.decode(joined.decode())
    except (ValueError, RecursionError):
        return None
    return items[::2] if len(items) == size else None


def _joined(data: bytes) -> tuple[bytes, int]:
    """An array of the lines with a null between two of them, and how many items it has where each line is one value."""
    lines = data.replace(b"\n", BETWEEN)
    return b"[%b]" % lines, 2 * ((len(lines) - len(data)) // (len(BETWEEN) - 1)) + 1


def _of_each(
    judged: Iterable[tuple[list[Kind], Pair | None]], data: bytes, first: int, offset: int, ledger: Ledger
) -> Iterator[Run]:
    """The rows among lines that have been judged one by one; their faults go into the ledger."""
    ends, lines, pairs = _ends(data), list[int](), list[Pair]()
    for line, (kinds, pair) in enumerate(judged):
        for kind in kinds:
            if ledger.has_room(kind):
                ledger.add(kind, place_of(line, ends, first, offset, map(len, pair or ())))
            else:
                ledger.add_many(kind, 1)
        if pair and UNUSABLE.isdisjoint(kinds):
            lines.append(line)
            pairs.append(pair)
    if pairs:
        prompts, completions = zip(*pairs, strict=True)
        yield Run(first, offset, data, prompts, completions, lines)


def judge(line: bytes) -> tuple[list[Kind], Pair | None]:
    """All that is wrong with a line but a Windows end, and its prompt and completion where it has both."""
    if len(line) - line.endswith(b"\r") > LONGEST:
        return [Kind.TOO_LONG], None
    kinds = [Kind.BOM] if line.startswith(BOM) else []
    line = line.removeprefix(BOM).removesuffix(b"\r")
    if not line or line.isspace():
        return [*kinds, Kind.BLANK], None
    try:
        value = DECODER.decode(line.decode())
    except UnicodeDecodeError:
        return [*kinds, Kind.NOT_UTF8], None
    except (ValueError, RecursionError):
        return [*kinds, Kind.NOT_JSON], None
    wrong, pair = _judge_value(value)
    return kinds + wrong, pair


def _judge_value(value: object) -> tuple[list[Kind], Pair | None]:
    return _judge_object(value) if isinstance(value, tuple) else ([Kind.NOT_OBJECT], None)


def _judge_object(pairs: tuple[tuple[str, Any], ...]) -> tuple[list[Kind], Pair | None]:
    fields = dict(pairs)
    prompt, completion = fields.get("prompt"), fields.get("completion")
    kinds = []
    if len(fields) < len(pairs):
        kinds.append(Kind.REPEATED_KEY)
    if len(fields) > ("prompt" in fields) + ("completion" in fields):
        kinds.append(Kind.EXTRA_KEY)
    if isinstance(prompt, str) and isinstance(completion, str):
        if _empty(prompt):
            kinds.append(Kind.EMPTY_PROMPT)
        if _empty(completion):
            kinds.append(Kind.EMPTY_COMPLETION)
        if _broken(prompt) or _broken(completion):
            kinds.append(Kind.BROKEN_CHARACTER)
        return kinds, (prompt, completion)
    checks = {
        Kind.NO_PROMPT: "prompt" not in fields,
        Kind.NO_COMPLETION: "completion" not in fields,
        Kind.PROMPT_NOT_TEXT: "prompt" in fields and not isinstance(prompt, str),
        Kind.COMPLETION_NOT_TEXT: "completion" in fields and not isinstance(completion, str),
        Kind.EMPTY_PROMPT: _empty(prompt),
        Kind.EMPTY_COMPLETION: _empty(completion),
        Kind.BROKEN_CHARACTER: _broken(prompt) or _broken(completion),
    }
    return kinds + [kind for kind, found in checks.items() if found], None


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
