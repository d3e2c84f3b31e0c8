"""What a check says of one cause: ruled out, likely or unknown, with the evidence and its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum, StrEnum

from pydantic import AwareDatetime

from dac.figures import Frozen, Unknown


class Ruling(StrEnum):
    """In the order in which people are told."""

    LIKELY = "likely"
    UNKNOWN = "unknown"
    RULED_OUT = "ruled out"


class Strength(IntEnum):
    """How strongly something speaks for a cause; several likely ones are told by it, the strongest first."""

    HINT = 1  # fits what is seen, as other things would
    MEASURED = 2  # figures tell it from other causes
    SAID = 3  # Oracle itself says so


class Verdict(Frozen):
    """`at` is when the evidence was measured or read; `settle` is what would settle an unknown one."""

    ruling: Ruling
    evidence: str
    at: AwareDatetime
    strength: Strength = Strength.HINT
    settle: str = ""


def likely(evidence: str, at: datetime, strength: Strength) -> Verdict:
    return Verdict(ruling=Ruling.LIKELY, evidence=evidence, at=at, strength=strength)


def ruled_out(evidence: str, at: datetime) -> Verdict:
    return Verdict(ruling=Ruling.RULED_OUT, evidence=evidence, at=at)


def unknown(evidence: str, at: datetime, settle: str) -> Verdict:
    return Verdict(ruling=Ruling.UNKNOWN, evidence=evidence, at=at, settle=settle)


def unread(part: Unknown, at: datetime) -> Verdict:
    """Of what rests on something that could not be read."""
    what = f"{part.what[:1].upper()}{part.what[1:]}"
    return unknown(f"{what} is not known", at, part.settle)


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """Of a cause that several checks look for: one of them is enough, and all must rule it out."""
    for ruling in Ruling:
        if found := [each for each in verdicts if each.ruling is ruling]:
            strongest = max(found, key=lambda each: each.strength)
            if ruling is not Ruling.RULED_OUT:
                return strongest
            return ruled_out("; ".join(dict.fromkeys(each.evidence for each in found)), min(each.at for each in found))
    raise ValueError("a cause has at least one check")
