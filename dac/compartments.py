"""What compartments are called by people, and which of them a word means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from dac.errors import Invalid
from dac.naming import SHOWN, clip, nearest, short

LEAST_END = 6
"""Letters of the end of an OCID that are taken for it: as many as are shown."""


def labels(names: Mapping[str, str]) -> dict[str, str]:
    """What to tell each by: its name, with the end of its OCID where another has the same in another place."""
    called = Counter(name.casefold() for name in names.values())
    return {
        ocid: clip(name) if called[name.casefold()] == 1 else f"{clip(name)} ({short(ocid)})"
        for ocid, name in names.items()
    }


def named_only(names: Mapping[str, str]) -> dict[str, str]:
    """The labels of those whose name could be read."""
    return {ocid: label for ocid, label in labels(names).items() if _is_read(ocid, names[ocid])}


def spelled(ocid: str, name: str) -> str:
    """The OCID, behind its name where that is known."""
    return f"{clip(name)} ({ocid})" if _is_read(ocid, name) else ocid


def find_compartment(word: str, names: Mapping[str, str]) -> str:
    """The OCID of the one with that OCID, name, or end of an OCID; case does not matter. `Invalid`."""
    wanted = word.strip().casefold()
    end, shown = wanted.lstrip("…"), labels(names)
    rules: tuple[Callable[[str], bool], ...] = (
        lambda ocid: ocid.casefold() == wanted,
        lambda ocid: wanted in {names[ocid].casefold(), shown[ocid].casefold()},
        lambda ocid: ocid.casefold().endswith(end if len(end) >= LEAST_END else f".{end}"),
    )
    for fits in rules:
        found = [ocid for ocid in names if fits(ocid)]
        if len(found) == 1:
            return found[0]
        if found:
            either = " or ".join(shown[each] for each in found[:SHOWN])
            raise Invalid(f"“{clip(word)}” could be {either}: say which by the end of its OCID.")
    near = nearest(word, list(shown.values())) or list(shown.values())[:SHOWN]
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    nameless = len(named_only(names)) < len(names)
    unread = " The names of some cannot be read: those go by the end of their OCIDs." if nameless else ""
    raise Invalid(f"I look after no compartment “{clip(word)}”.{meant}{unread}")


def _is_read(ocid: str, name: str) -> bool:
    return name not in {"", short(ocid)}
