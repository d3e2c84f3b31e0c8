"""Which cluster a person means by the word they typed."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from dac.cluster import Cluster, Fleet
from dac.errors import Invalid, NotFound, Unavailable

TURNS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that set the direction of text."""

LONGEST_NAME = 100
ODD = set('"“”„&<>\u00a0')
"""What a command line, or Slack on the way, may take for more than a letter of a name."""

SHOWN = 5
"""Names offered in one sentence; more would not be read."""


def find_cluster(fleet: Fleet, word: str) -> Cluster:
    """The one cluster with that OCID, name, `name@region`, or beginning of a name; case does not matter.

    `NotFound` offers the nearest names and says which regions were not seen; `Invalid` lists who else is meant;
    `Unavailable` when nothing was seen at all.
    """
    wanted = word.strip().casefold()
    for rule in (_is_id, _is_address, _is_name, _begins):
        matches = [each for each in fleet.clusters if rule(each, wanted)]
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise Invalid(f"“{clip(word)}” could be {_either(matches)}: which one?")
    unseen = sorted({gap.region for gap in fleet.gaps if gap.what.startswith("clusters")})
    if unseen and not fleet.clusters:
        raise Unavailable(
            f"Oracle did not answer for {' or '.join(unseen)}, so I cannot tell whether there is a cluster "
            f"“{clip(word)}”; try again in a moment."
        )
    raise NotFound(_not_found(fleet, word, unseen))


def handle(cluster: Cluster, fleet: Fleet) -> str:
    """The shortest word that means this cluster alone: its name, its `name@region`, or its OCID.

    A name that is very long or holds quotation marks is left to its OCID, for people could not type it.
    """
    if len(cluster.name) <= LONGEST_NAME and not set(cluster.name) & ODD:
        for word in (cluster.name, cluster.address):
            with contextlib.suppress(Invalid, NotFound):
                if find_cluster(fleet, word) == cluster:
                    return word
    return cluster.id


def _is_id(cluster: Cluster, wanted: str) -> bool:
    return cluster.id.casefold() == wanted


def _is_address(cluster: Cluster, wanted: str) -> bool:
    return cluster.address.casefold() == wanted


def _is_name(cluster: Cluster, wanted: str) -> bool:
    return cluster.name.casefold() == wanted


def _begins(cluster: Cluster, wanted: str) -> bool:
    return bool(wanted) and cluster.name.casefold().startswith(wanted)


def _either(matches: Sequence[Cluster]) -> str:
    names = [each.name.casefold() for each in matches]
    # Two of one name in one region can only be told apart by their OCIDs.
    words = [
        each.name if names.count(each.name.casefold()) == 1 else each.address if _alone(each, matches) else each.id
        for each in matches
    ]
    shown = words[:SHOWN]
    rest = len(words) - len(shown)
    return ", ".join(shown[:-1]) + (f", {shown[-1]} or {rest} more" if rest else f" or {shown[-1]}")


def _alone(cluster: Cluster, matches: Sequence[Cluster]) -> bool:
    return sum(_is_address(each, cluster.address.casefold()) for each in matches) == 1


def _not_found(fleet: Fleet, word: str, unseen: Sequence[str]) -> str:
    near = nearest(word, [each.name for each in fleet.clusters])
    said = [f"There is no cluster “{clip(word)}”."]
    if near:
        said.append(f"Did you mean {' or '.join(near)}?")
    elif fleet.clusters:
        said.append("/dac status lists those there are.")
    if unseen:
        said.append(f"It may be in {' or '.join(unseen)}, which did not answer.")
    return " ".join(said)


def nearest(word: str, among: Sequence[str]) -> list[str]:
    """Up to three words a person may have meant, best first."""
    wanted, known = word.casefold(), {name: name.casefold() for name in among}
    found = [name for _, _, name in process.extract(wanted, known, limit=None, score_cutoff=60)]
    # What is alike as a whole comes before what only holds something alike.
    return sorted(found, key=lambda name: -fuzz.ratio(wanted, known[name]))[:3]


def clip(word: str, most: int = 60) -> str:
    """What a person typed, short enough to be quoted back in a sentence."""
    flat = in_one_line(word)
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def in_one_line(text: str) -> str:
    """Without what would break the line, or turn round the order in which it is read, and so say something else."""
    return " ".join(TURNS.sub(" ", text).split())


def short(ocid: str) -> str:
    """Enough of an OCID to recognise it in a sentence."""
    return f"…{ocid[-6:]}"
