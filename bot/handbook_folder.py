"""The team's own edition of the handbook, read from a folder at the start."""

from __future__ import annotations

from pathlib import Path

from dac.errors import Invalid
from dac.handbook import Handbook, load, shipped


def read_handbook(folder: Path | None) -> Handbook:
    """The handbook with the folder's files in place of the package's; `Invalid` saying what is wrong with them."""
    if folder is None:
        return shipped()
    if not folder.is_dir():
        raise Invalid(f"The handbook's folder {folder} is not there, or is no folder.")
    try:
        return load({path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))})
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The handbook's folder {folder} cannot be read: {error}") from None
