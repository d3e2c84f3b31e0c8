"""The parts of Oracle's side put together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.oracle.calls import Calls
from bot.oracle.check import Finding, check
from bot.oracle.clients import Clients
from bot.oracle.config import OracleConfig
from bot.oracle.reader import OracleReader
from bot.oracle.writer import OracleWriter
from dac.gateway import ClusterWriter, FleetReader


class Oracle:
    """`reader` for everyone, `writer` for `approvals.executor` alone; `close` ends the connections."""

    def __init__(self, config: OracleConfig, now: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
        self._config, self._now = config, now
        self._calls = Calls(config.patience, sleep)
        self._reading = Clients(config.reader, config, now)
        self._writing = Clients(config.executor, config, now)
        reader = OracleReader(self._reading, self._calls, config, now)
        self.reader: FleetReader = reader
        self.writer: ClusterWriter = OracleWriter(self._writing, self._calls, reader.changed)

    def check(self) -> list[Finding]:
        return check(self._reading, self._writing, self._calls, self._config, self._now)

    def close(self) -> None:
        self._reading.close()
        self._writing.close()


def open_connection(config: OracleConfig, *, now: Callable[[], datetime], sleep: Callable[[float], None]) -> Oracle:
    return Oracle(config, now, sleep)
