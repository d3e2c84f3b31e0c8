"""Rows that say again what an earlier one said, found in a table of fixed size."""

from __future__ import annotations

from array import array

from dac.dataset_faults import Kind, Ledger
from dac.dataset_lines import Block

SLOTS = 1 << 22
"""Of the table, a power of two: 32 MB, from which 2,516,582 different prompts can be told apart."""

LOW, HIGH = 0xFFFFFFFF, 0xFFFFFFFF00000000
"""The halves of a hash of 64 bits."""


def room(slots: int) -> int:
    """How many of so many slots are filled at most: beyond, looking anything up would take long."""
    return slots * 3 // 5


class Marks:
    """A set of hashes in constant memory."""

    def __init__(self, slots: int) -> None:
        self.mask = slots - 1
        self.slots = array("Q", bytes(8 * slots))
        self.room = room(slots)

    def add(self, value: int) -> bool:
        """Whether it was there before; where there is no room left it is only looked up."""
        slot, value = value & self.mask, value & (HIGH | LOW)
        while found := self.slots[slot]:
            if found == value:
                return True
            slot = slot + 1 & self.mask
        if self.room:
            self.room -= 1
            self.slots[slot] = value
        return False


class Repeats:
    """Finds rows with the prompt of an earlier row: with the same completion, or another.

    A slot holds half of a prompt's hash, and half of that of the completion it first came with; a further completion
    has a slot of its own. That a row is wrongly taken for one with an earlier prompt has a chance of less than 1 in
    1,000,000,000, for about four of 2**32 halves are looked at where the table is full. Python keys its hash of a text
    anew in each process, so that nobody can write a file whose rows collide.
    """

    def __init__(self, ledger: Ledger, slots: int = SLOTS) -> None:
        self._ledger = ledger
        self._marks = Marks(slots)
        self.room = self._marks.room
        """Different prompts, and further completions of one, that are remembered at most."""

    @property
    def full(self) -> bool:
        """Later prompts are compared with those that are in the table, and no more with each other."""
        return not self._marks.room

    def take(self, block: Block) -> set[int]:
        """Which rows of the block repeat an earlier row."""
        marks, slots, mask, low, high = self._marks, self._marks.slots, self._marks.mask, LOW, HIGH
        repeated = set()
        hashes = zip(map(hash, block.prompts), map(hash, block.completions), strict=True)
        # Much as in `Marks.add`, written out: it is done for every row of files of gigabytes.
        for index, (prompt, completion) in enumerate(hashes):
            slot = prompt & mask
            value = prompt & high | completion & low
            while found := slots[slot]:
                if found ^ value <= low:
                    same = found == value or marks.add(hash((prompt, completion)))
                    block.note(self._ledger, Kind.REPEATED if same else Kind.CONFLICTING, index)
                    if same:
                        repeated.add(index)
                    break
                slot = slot + 1 & mask
            else:
                if marks.room:
                    marks.room -= 1
                    slots[slot] = value
        return repeated
