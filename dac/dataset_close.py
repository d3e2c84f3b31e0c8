"""The rows that are looked at closely: for personal data, and for those that nearly repeat an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from dac.dataset_faults import Kind, Ledger
from dac.dataset_lines import Block
from dac.dataset_personal import may_be_personal, personal
from dac.dataset_pick import picks
from dac.dataset_repeats import Marks

ALL_OF = 20_000
"""Rows at the beginning of a file that are all looked at closely."""

ONE_IN = 64
"""Of the rows after those."""

SLOTS = 1 << 18
"""2 MB, for 157,286 rows: those that are looked at closely of the first 8,800,000."""

TELLING = 16
"""Letters a row must have besides digits and signs to be called nearly the same as another."""

_GONE = bytes(each for each in range(1, 128) if not chr(each).isalnum() and chr(each) not in ".@")
_FOLD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ123456789", b"abcdefghijklmnopqrstuvwxyz000000000")


class Close:
    """Looks at the first `ALL_OF` rows and then at one in `ONE_IN`, so that the largest file does not take long."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._marks = Marks(SLOTS)
        self._rows = 0
        self.looked_at = 0

    def take(self, block: Block, repeated: set[int]) -> set[int]:
        """Which rows nearly repeat an earlier one; not those that are known to be the same as one."""
        near = set()
        rows = self._chosen(len(block.prompts))
        self._rows += len(block.prompts)
        self.looked_at += len(rows)
        texts = [(block.prompts[row], block.completions[row]) for row in rows]
        for row, text, folded in zip(rows, texts, fold(texts), strict=True):
            if any(map(may_be_personal, folded)):
                for kind in personal(text[0]) | personal(text[1]):
                    block.note(self._ledger, kind, row)
            if row not in repeated and self._is_near(folded):
                block.note(self._ledger, Kind.NEARLY_REPEATED, row)
                near.add(row)
        return near

    def _chosen(self, count: int) -> list[int]:
        """By their place in the block."""
        whole = min(count, max(0, ALL_OF - self._rows))
        after = picks(self._rows + whole, count - whole, ONE_IN)
        return [*range(whole), *(row - self._rows for row in after)]

    def _is_near(self, folded: tuple[bytes, bytes]) -> bool:
        letters = tuple(each.translate(None, b"0.@") for each in folded)
        return sum(map(len, letters)) >= TELLING and self._marks.add(hash(letters))


def fold(texts: Sequence[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Each text with A–Z in lower case and 0 for each digit, without spaces and ASCII signs other than . and @."""
    joined = "\0".join(chain.from_iterable(texts))
    parts = _folded(joined).split(b"\0") if texts else []
    if len(parts) != 2 * len(texts):
        parts = [_folded(each.replace("\0", "")) for each in chain.from_iterable(texts)]
    return list(zip(parts[::2], parts[1::2], strict=True))


def _folded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass").translate(_FOLD, _GONE)
