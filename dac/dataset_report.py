"""What the check of a training data set found: figures, findings for a person, and the places of the odd lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from dac.dataset_faults import Kind, Place
from dac.dataset_lengths import Lengths
from dac.dataset_sample import Sampled
from dac.errors import Invalid
from dac.figures import Frozen, Source


class Verdict(StrEnum):
    READY = "ready"
    DOUBTFUL = "doubtful"
    REFUSED = "refused"


class Severity(StrEnum):
    """What follows from a finding, worst first."""

    REFUSED = "refused"  # by what Oracle's page demands
    WARNING = "warning"  # against the team's handbook, or likely to hurt the training
    HINT = "hint"  # to be looked at by a person


class Whole(StrEnum):
    """What can be wrong with a file rather than with a line."""

    TOO_FEW = "too few pairs"
    FEW = "few pairs"
    MANY = "many pairs"
    SAMENESS = "prompts open the same"


class Rules(Frozen):
    """What a data set is held against, and where that is written.

    `recommended` is from how many pairs to how many; `train_share` what Oracle trains on of all pairs, for it holds the
    rest out itself.
    """

    least: int
    train_share: Decimal
    oracle: Source
    advised: int
    recommended: tuple[int, int]
    handbook: Source
    characters_per_token: Decimal
    tokens: Source


class Finding(Frozen):
    """`count` of the lines that were looked at for it; `source` is None where the check follows a rule of its own."""

    kind: Kind | Whole
    severity: Severity
    sentence: str
    count: int
    source: Source | None


class Offence(Frozen):
    """A line in the list of odd ones: where it is and how long, in bytes and characters, but never what it says."""

    line: int
    offset: int
    reason: Kind
    bytes: int
    prompt_characters: int | None
    completion_characters: int | None


class Report(Frozen):
    """`counts` are of all lines of a kind that were seen, `places` are those of the first of each kind.

    `looked_at` rows were looked at closely, for personal data and near repeats. `compared_all` is false where the file
    has more different prompts than the `remembered` ones.
    """

    rules: Rules
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
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        found = {each.severity for each in self.findings}
        if Severity.REFUSED in found:
            return Verdict.REFUSED
        return Verdict.DOUBTFUL if Severity.WARNING in found else Verdict.READY

    @property
    def characters(self) -> int:
        return self.prompts.total + self.completions.total

    @property
    def tokens(self) -> int:
        """Of all rows, estimated by the rule of characters a token; derived."""
        return _up(self.characters / self.rules.characters_per_token)

    @property
    def tokens_per_epoch(self) -> int:
        """Of what Oracle trains on, estimated likewise."""
        return _up(self.characters / self.rules.characters_per_token * self.rules.train_share)

    @property
    def offences(self) -> Iterator[Offence]:
        """In the order of the file; of each kind the first, of lengths the most unusual, as many as are kept."""
        places = [(place.line, kind, place) for kind, found in self.places.items() for place in found]
        return (
            Offence(
                line=place.line,
                offset=place.offset,
                reason=kind,
                bytes=place.size,
                prompt_characters=place.prompt,
                completion_characters=place.completion,
            )
            for _, kind, place in sorted(places, key=lambda each: each[:2])
        )


def steps(rows: int, epochs: int, batch: int) -> int:
    """Of a training, by Oracle's formula: epochs times rows, by the size of a batch and rounded up."""
    if min(rows, epochs, batch) < 1:
        raise Invalid("A training has at least one row, one epoch and a batch of one.")
    return -(-epochs * rows // batch)


def _up(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))
