"""The catalogue as the team has it, read at the start: the one that is shipped and the team's own files over it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dac.catalog import Catalog, shipped
from dac.errors import Invalid


def read_catalog(paths: Sequence[Path]) -> Catalog:
    """What the files say counts over the shipped catalogue, the last most; `Invalid` names what is wrong with one."""
    return shipped(read_texts(paths))


def read_texts(paths: Sequence[Path]) -> dict[str, str]:
    """What is in the files, by how they are named."""
    own: dict[str, str] = {}
    for path in paths:
        if str(path) in own:
            raise Invalid(f"The catalogue file {path} is named twice in DAC_CATALOG_FILES; leave one out.")
        try:
            own[str(path)] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(f"The catalogue file {path} cannot be read: {error}") from None
    return own
