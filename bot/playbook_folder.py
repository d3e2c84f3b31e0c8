"""The team's own playbooks and thresholds, read from a folder at the start."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from commands import COMMANDS
from commands._parse import understood
from dac.diagnosis import command_line
from dac.errors import Invalid
from dac.playbooks import Playbook, Playbooks, load, shipped

SAMPLE = {"cluster": "chat", "endpoint": "chat-web", "units": "2", "region": "us-chicago-1"}
"""What stands for the placeholders while a command line is tried."""


def read_playbooks(folder: Path | None) -> Playbooks:
    """The package's playbooks with the folder's beside them or in their place; `Invalid` says what is wrong."""
    if folder is None:
        return shipped()
    if not folder.is_dir():
        raise Invalid(f"The playbooks' folder {folder} is not there, or is no folder.")
    try:
        own = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))}
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The playbooks' folder {folder} cannot be read: {error}") from None
    found = load(own)
    check_lines(found.playbooks)
    return found


def check_lines(playbooks: Iterable[Playbook]) -> None:
    """`Invalid` for a command line that nobody here understands: its button would do nothing."""
    for each in playbooks:
        for number, cause in enumerate(each.causes, 1):
            for remedy in cause.remedies:
                try:
                    understood(COMMANDS, command_line(remedy.command or "help", SAMPLE))
                except Invalid as error:
                    raise Invalid(f"{each.name}.toml: in causes, item {number}: command: {error}") from None
