"""The team's handbook: its own words, what they say in figures, and what Oracle does today instead."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from dac.figures import Frozen, Source, Trust

PAGES = "handbook_pages"


class Handbook(Frozen):
    source: Source


def shipped() -> Handbook:
    """The handbook that comes with this package."""
    return load({})


def load(own: Mapping[str, str]) -> Handbook:
    """The handbook with a team's own edition of some files, by name; those missing come from the package."""
    shipped = {each.name: each.read_text(encoding="utf-8") for each in (files("dac") / PAGES).iterdir()}
    about = tomllib.loads((shipped | dict(own))["handbook.toml"])
    return Handbook(source=Source(title=about["title"], as_of=about["as_of"], trust=Trust.TEAM))
