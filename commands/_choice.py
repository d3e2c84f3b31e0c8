"""The handbook's two lists, for and against a dedicated cluster, and what becomes of each line today."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from commands._command import Services
from dac.catalog import Catalog
from dac.errors import Invalid
from dac.figures import Source
from dac.naming import clip, nearest

DEDICATED = {
    "isolation": "Data isolation required (private GPUs)",
    "volume": "Predictable, high-volume workloads",
    "tuning": "Fine-tuning with proprietary data",
    "sla": "SLA requirements (guaranteed performance)",
    "models": "Multi-model deployment (up to 50 endpoints)",
    "compliance": "Regulatory compliance needs",
}
"""The handbook's list "Use Dedicated AI Clusters when", in its order; a test holds it against the handbook."""

ON_DEMAND = {
    "development": "Development and experimentation",
    "unpredictable": "Low-volume, unpredictable usage",
    "testing": "Testing before production commitment",
    "prototyping": "Quick prototyping",
}
"""The handbook's list "Use On-Demand when"."""

UNSOURCED = {
    "volume": "only the price decides here, and that is the sum above",
    "sla": "no page of Oracle's that promises more on dedicated clusters is on file: ask Oracle before you count on it",
    "compliance": "whether isolation is what your rules ask for is for your auditors to say",
}
"""What is said of the reasons on which the catalogue has no fact."""

YOURS = {"compliance"}
"""Of these what may hold whatever the price is."""

WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Reason(NamedTuple):
    """A line of the handbook under the name by which it is ticked, and what becomes of it today.

    `justifies`: it holds whatever the price is. What a team has added itself stands as it is, and does.
    """

    name: str
    line: str
    today: str = ""
    justifies: bool = True
    sources: tuple[Source, ...] = ()


def for_dedicated(services: Services) -> dict[str, Reason]:
    """With what the catalogue knows of them."""
    found = _listed(services.handbook.dedicated_when, DEDICATED)
    return {name: _today(each, services.catalog) if name in DEDICATED else each for name, each in found.items()}


def for_on_demand(services: Services) -> dict[str, Reason]:
    return _listed(services.handbook.on_demand_when, ON_DEMAND)


def offers(services: Services) -> dict[str, dict[str, str]]:
    """What the form has as boxes: the lists of the team's own handbook."""
    return {
        name: {each.name: each.line for each in listed.values()}
        for name, listed in (("needs", for_dedicated(services)), ("uses", for_on_demand(services)))
    }


def ticked(names: Sequence[str], among: Mapping[str, Reason]) -> list[Reason]:
    """In the handbook's order; `Invalid` for what is none of them."""
    for name in names:
        if name not in among:
            near = nearest(name, list(among))
            meant = f" Did you mean {near[0]}?" if near else ""
            raise Invalid(f"“{clip(name)}” is none of {', '.join(among)}.{meant}")
    return [each for name, each in among.items() if name in names]


def _today(reason: Reason, catalog: Catalog) -> Reason:
    known = catalog.reasons.get(reason.name)
    if known is None:
        return reason._replace(today=UNSOURCED.get(reason.name, ""), justifies=reason.name in YOURS)
    return reason._replace(today=known.words, justifies=known.justifies, sources=known.sources)


def _listed(lines: Sequence[str], known: Mapping[str, str]) -> dict[str, Reason]:
    """Names are those known, else made of a line's first words, as many as tell it from the others."""
    by_line = {line: name for name, line in known.items()}
    found: dict[str, Reason] = {}
    for number, line in enumerate(lines, 1):
        words = WORD.findall(line.casefold())
        made = ("-".join(words[:count]) for count in range(1, len(words) + 1))
        taken = {*found, *known}
        name = by_line.get(line) or next((each for each in made if each not in taken), str(number))
        found[name] = Reason(name, line)
    return found
