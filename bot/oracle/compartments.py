"""What the configured compartments are called, by Oracle's Identity service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.kept import Kept
from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.config import OracleConfig
from bot.oracle.errors import understood
from bot.oracle.parts import Part, read_parts
from dac.errors import Denied, NotFound
from dac.naming import short


@dataclass(frozen=True)
class _Read:
    names: Mapping[str, str]
    at: datetime
    whole: bool


class CompartmentNames:
    """Kept for minutes. A name that cannot be read is the end of its OCID, or what it was when it last could be."""

    def __init__(self, clients: Clients, calls: Calls, config: OracleConfig, now: Callable[[], datetime]) -> None:
        self._clients, self._calls, self._config, self._now = clients, calls, config, now
        self._last: Mapping[str, str] = {each: short(each) for each in config.compartments}
        self._kept = Kept(self._read, config.slow_fresh_for, now)

    def names(self) -> Mapping[str, str]:
        """By OCID, in the order in which they are configured."""
        found = self._kept.get()
        if not found.whole and self._now() - found.at >= timedelta(seconds=self._config.fresh_for):
            # An outage is not to be told of for minutes after it has passed, nor waited for by everybody meanwhile.
            self._kept.forget()
            found = self._kept.get()
        return found.names

    def _read(self) -> _Read:
        names, at = dict(self._last), self._now()
        # Every region answers for the whole tenancy.
        region = self._config.regions[0]

        def part(ocid: str) -> Part:
            def keep(name: str | None) -> Sequence[Part]:
                names[ocid] = name or names[ocid]
                return ()

            return Part(region, "names of compartments", lambda: self._name(region, ocid), keep)

        parts = [part(each) for each in self._config.compartments]
        gaps = read_parts(parts, seconds=self._config.patience.names, parallel=self._config.parallel)
        self._last = names
        return _Read(names, at, whole=not gaps)

    def _name(self, region: str, ocid: str) -> str | None:
        """None where Oracle will not tell it, which is an answer."""
        client = self._clients.identity(region)
        try:
            return compartment_name(client, self._calls, ocid)
        except (Denied, NotFound):
            return None


def compartment_name(client: Any, calls: Calls, ocid: str) -> str:
    """Raise `DacError` where it cannot be read; `client` is of the Identity service."""
    doing = f"Reading the name of compartment {short(ocid)}"
    response = calls.read(doing, lambda: client.get_compartment(ocid))
    with understood(doing):
        return str(response.data["name"])
