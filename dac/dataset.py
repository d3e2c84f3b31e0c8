"""The check of a training data set: bytes in as they come, in constant memory, and out what was counted."""

from __future__ import annotations

from dac.dataset_close import Close
from dac.dataset_counted import Counted, Progress
from dac.dataset_faults import Kind, Ledger, Place
from dac.dataset_lengths import Lengths, Tally
from dac.dataset_lines import LONGEST, Block, read_lines
from dac.dataset_repeats import SLOTS, Repeats
from dac.dataset_sample import FEWEST, Sample

BATCH = 1 << 16
"""Bytes that are parsed at once: enough for speed, and so few that what is made of them stays near the processor."""


class Checker:
    """Looks through a file of JSON lines in one pass: `feed` its bytes in chunks of any size, then `finish`.

    `slots` is the size of the table in which repeats are found.
    """

    def __init__(self, slots: int = SLOTS) -> None:
        self._bytes = self._lines = self._rows = 0
        self._ledger = Ledger()
        self._prompts, self._completions = Tally(), Tally()
        self._repeats = Repeats(self._ledger, slots)
        self._close = Close(self._ledger)
        self._sample = Sample(self._ledger)
        self._offset = 0
        self._whole: list[bytes] = []
        """Lines that have ended, and wait to be read together."""
        self._waiting = 0
        self._last: list[bytes] = []
        """The beginning of a line whose end has not come; only its last byte once it is too long."""
        self._begun = 0
        """How long that is; the line is too long from two bytes more than are read, for one may be of its end."""

    def feed(self, chunk: bytes) -> Progress:
        for start in range(0, len(chunk), BATCH):
            self._take(chunk[start : start + BATCH])
        return Progress(self._bytes, self._lines, self._rows)

    def finish(self) -> Counted:
        """What was found; nothing may be fed after."""
        if self._is_too_long:
            self._skip_last(ended=False)
        self._whole += self._last
        self._read_whole()
        prompts, completions = self._prompts.lengths(), self._completions.lengths()
        self._note_outliers(self._prompts, prompts, Kind.LONG_PROMPT, Kind.SHORT_PROMPT)
        self._note_outliers(self._completions, completions, Kind.LONG_COMPLETION, Kind.SHORT_COMPLETION)
        sampled = self._sample.sampled()
        return Counted(
            bytes=self._bytes,
            lines=self._lines,
            rows=self._rows,
            counts=self._ledger.counts,
            places=self._ledger.places,
            prompts=prompts,
            completions=completions,
            sampled=sampled,
            looked_at=self._close.looked_at,
            compared_all=not self._repeats.full,
            remembered=self._repeats.room,
        )

    def _take(self, piece: bytes) -> None:
        self._bytes += len(piece)
        if self._is_too_long:
            end = piece.find(b"\n")
            if end < 0:
                self._begin(piece)
                return
            self._begin(piece[:end])
            self._skip_last(ended=True)
            piece = piece[end + 1 :]
        end = piece.rfind(b"\n") + 1
        if end:
            self._whole += (*self._last, piece[:end])
            self._waiting += self._begun + end
            self._last, self._begun = [], 0
            if self._waiting >= BATCH:
                self._read_whole()
        if end < len(piece):
            self._begin(piece[end:])

    @property
    def _is_too_long(self) -> bool:
        return self._begun > LONGEST + 1

    def _begin(self, piece: bytes) -> None:
        self._begun += len(piece)
        self._last.append(piece)
        if self._is_too_long:
            self._read_whole()
            self._last = [b"".join(self._last)[-1:]]

    def _skip_last(self, *, ended: bool) -> None:
        place = Place(self._lines + 1, self._offset, self._begun)
        self._ledger.add(Kind.TOO_LONG, place)
        if ended and self._last == [b"\r"]:
            self._ledger.add(Kind.CRLF, place)
        self._lines += 1
        self._offset += self._begun + ended
        self._last, self._begun = [], 0

    def _read_whole(self) -> None:
        data = b"".join(self._whole)
        self._whole, self._waiting = [], 0
        if not data:
            return
        block = read_lines(data, self._lines + 1, self._offset, self._ledger)
        if block:
            self._look_at(block)
        self._lines += data.count(b"\n") + (not data.endswith(b"\n"))
        self._offset += len(data)

    def _look_at(self, block: Block) -> None:
        self._rows += len(block.prompts)
        self._prompts.take(block.prompts, block.place)
        self._completions.take(block.completions, block.place)
        repeated = self._repeats.take(block)
        near = self._close.take(block, repeated)
        self._sample.take(block, repeated | near)

    def _note_outliers(self, tally: Tally, lengths: Lengths, long: Kind, short: Kind) -> None:
        if lengths.count < FEWEST:
            return
        bound = lengths.long_bound()
        self._ledger.add_many(long, lengths.longer(bound), tally.longer(bound))
        bound = lengths.short_bound()
        self._ledger.add_many(short, lengths.shorter(bound), tally.shorter(bound))
