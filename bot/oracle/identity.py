"""Who the bot is at Oracle, and where the proof of that lies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    CONFIG_FILE = "config_file"  # an API key named in a profile of Oracle's configuration file
    SESSION_TOKEN = "session_token"  # noqa: S105 - a token that `oci session authenticate` wrote into such a profile
    INSTANCE_PRINCIPAL = "instance_principal"  # the compute instance the bot runs on
    RESOURCE_PRINCIPAL = "resource_principal"  # the container instance or function the bot runs in


@dataclass(frozen=True)
class Identity:
    """`path` and `profile` count for the two kinds that are kept in a file."""

    kind: Kind
    path: str = "~/.oci/config"
    profile: str = "DEFAULT"

    def __str__(self) -> str:
        if self.kind in {Kind.INSTANCE_PRINCIPAL, Kind.RESOURCE_PRINCIPAL}:
            return self.kind.replace("_", " ")
        return f"profile {self.profile} of {self.path}"
