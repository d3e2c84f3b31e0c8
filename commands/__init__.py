"""What a person can ask and what they see; every file here without a leading underscore is one command."""

from __future__ import annotations

import importlib
import pkgutil

from commands._command import AnyCommand


def _found() -> dict[str, AnyCommand]:
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))
    commands = [importlib.import_module(f"{__name__}.{name}").COMMAND for name in names]
    return {each.name: each for each in sorted(commands, key=lambda each: (each.order, each.name))}


COMMANDS: dict[str, AnyCommand] = _found()
"""Every verb of `/dac`, in the order of `/dac help`; a file is named as its verb, with _ for -."""
