"""What a look through a training data set counts, before it is held against any rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from dac.dataset_faults import Kind, Place
from dac.dataset_lengths import Lengths
from dac.dataset_sample import Sampled


class Progress(NamedTuple):
    """How far a check is. Rows are the pairs Oracle could train on."""

    bytes: int
    lines: int
    rows: int


@dataclass(frozen=True)
class Counted:
    """Fields of `dac.dataset_report.Report`.

    None of them is of pydantic: the process that counts does without, and so with 20 MB less.
    """

    bytes: int
    lines: int
    rows: int
    counts: Mapping[Kind, int]
    places: Mapping[Kind, tuple[Place, ...]]
    prompts: Lengths
    completions: Lengths
    sampled: Sampled
    looked_at: int
    compared_all: bool
    remembered: int
