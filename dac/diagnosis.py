"""A playbook gone through with a snapshot: of each cause whether it is likely, the likeliest first, and what helps."""

from __future__ import annotations

import string
from collections.abc import Sequence

from dac.carried import carried
from dac.checks import CHECKS
from dac.figures import Frozen
from dac.history import History
from dac.making import quoted
from dac.naming import handle
from dac.playbooks import Cause, Playbook
from dac.snapshot import Snapshot
from dac.thresholds import Thresholds
from dac.verdicts import Ruling, Verdict, together


class Looked(Frozen):
    """What one check found."""

    check: str
    verdict: Verdict


class Found(Frozen):
    """A cause with what its checks found, and what they say together."""

    cause: Cause
    looked: tuple[Looked, ...]
    verdict: Verdict


class Diagnosis(Frozen):
    """`found` are likely ones by their strength, then those unknown, then those ruled out; else as in the file."""

    playbook: Playbook
    found: tuple[Found, ...]

    def of(self, ruling: Ruling) -> tuple[Found, ...]:
        return tuple(each for each in self.found if each.verdict.ruling is ruling)


def diagnose(playbook: Playbook, snapshot: Snapshot, thresholds: Thresholds) -> Diagnosis:
    """Every cause looked at; nothing is asked of anybody."""
    found = []
    for cause in playbook.causes:
        looked = tuple(Looked(check=name, verdict=CHECKS[name].run(snapshot, thresholds)) for name in cause.checks)
        found.append(Found(cause=cause, looked=looked, verdict=together([each.verdict for each in looked])))
    rulings = list(Ruling)
    found.sort(key=lambda each: (rulings.index(each.verdict.ruling), -each.verdict.strength))
    return Diagnosis(playbook=playbook, found=tuple(found))


def units_needed(snapshot: Snapshot) -> int | None:
    """Units for its busiest hour by what its own have carried; None where that calls for no more than it has."""
    if snapshot.cluster is None or not isinstance(snapshot.history, History):
        return None
    measured = carried(snapshot.history, snapshot.cluster.unit_count)
    if measured is None or not measured.strained:
        return None
    return max(measured.needed(measured.busiest), snapshot.cluster.unit_count + 1)


def named(snapshot: Snapshot) -> dict[str, str]:
    """What the placeholders of command lines stand for, as far as it is known."""
    found: dict[str, str] = {}
    if snapshot.cluster:
        found = {"cluster": handle(snapshot.cluster, snapshot.fleet), "region": snapshot.cluster.region}
        if len(snapshot.endpoints) == 1:
            found["endpoint"] = snapshot.endpoints[0].name
    if units := units_needed(snapshot):
        found["units"] = str(units)
    return found


def command_line(command: str, names: dict[str, str]) -> str:
    """Filled in up to the first placeholder that is not known: a form asks for what is missing."""
    line = ""
    for text, name, _, _ in string.Formatter().parse(command):
        line += text
        if name is None:
            continue
        if name not in names:
            break
        line += quoted(names[name])
    return line.strip()


def likely_first(found: Sequence[Diagnosis]) -> tuple[tuple[Diagnosis, Found], ...]:
    """The likely causes of several playbooks, the strongest first, each cause once."""
    every = [(each, cause) for each in found for cause in each.of(Ruling.LIKELY)]
    every.sort(key=lambda pair: -pair[1].verdict.strength)
    once: dict[str, tuple[Diagnosis, Found]] = {}
    for diagnosis, cause in every:
        once.setdefault(cause.verdict.evidence, (diagnosis, cause))
    return tuple(once.values())
