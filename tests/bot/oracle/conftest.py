"""A local Oracle for every test, and the bot's side of it signed in with real keys."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.oracle import Identity, OracleConfig, connect
from bot.oracle.config import Patience
from bot.oracle.connection import Oracle
from bot.oracle.identity import Kind
from sandbox.clock import Clock
from sandbox.oracle import Config, Key, make_app
from sandbox.oracle.config import Fleet as MadeUp
from sandbox.oracle.keys import QUICK_BITS, make_keys
from sandbox.serving import running

CHICAGO, FRANKFURT = "us-chicago-1", "eu-frankfurt-1"
NOW = datetime(2026, 11, 23, 15, 22, 33, tzinfo=UTC)
LIMITS = {
    "LARGE_COHERE_V3": "dedicated-unit-large-cohere-count",
    "EMBED_COHERE": "dedicated-unit-embed-cohere-count",
    "LARGE_GENERIC": "dedicated-unit-llama2-70-count",
}


@dataclass
class Place:
    """The local Oracle: what tests do to it and read back from it."""

    url: str
    keys: Path
    now: datetime = NOW
    slept: list[float] = field(default_factory=list)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.url}/_control/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    def fault(self, kind: str, **more: Any) -> None:
        self.ask("POST", "faults", {"kind": kind, "times": None, **more})

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.ask("POST", "clock", {"advance": seconds})

    def look_at_the_clock(self) -> None:
        """Somebody else may have advanced it."""
        self.now = datetime.fromisoformat(self.state()["now"])

    def begin_again(self) -> None:
        """The world as it was at first, a while later, so that nothing read before passes for fresh."""
        self.advance(600)
        self.ask("POST", "reset")

    def calls(self, operation: str) -> list[Any]:
        return [each for each in self.ask("GET", "calls") if each["operation"] == operation]

    def set(self, ocid: str, **fields: Any) -> Any:
        return self.ask("POST", "set", {"ocid": ocid, **fields})

    def state(self) -> Any:
        return self.ask("GET", "state")

    def found(self, kind: str, name: str, region: str = CHICAGO) -> Any:
        """A resource as it stands in the world now."""
        return next(each for each in self.state()["regions"][region][kind] if each["displayName"] == name)

    def config(self, **changes: Any) -> OracleConfig:
        path = str(self.keys / "config")
        config = OracleConfig(
            regions=(CHICAGO, FRANKFURT),
            compartments=tuple(self.state()["compartments"].values()),
            reader=Identity(Kind.CONFIG_FILE, path, "READER"),
            executor=Identity(Kind.CONFIG_FILE, path, "EXECUTOR"),
            endpoint=f"{self.url}/{{region}}",
            limit_of_shape=LIMITS,
            # A busy machine may be slow to answer, and a name not read in time is none.
            patience=Patience(names=60),
        )
        return replace(config, **changes)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Key, ...]]:
    folder = tmp_path_factory.mktemp("keys")
    return folder, make_keys(folder, bits=QUICK_BITS)


@contextmanager
def local_oracle(
    keys: tuple[Path, tuple[Key, ...]], fleet: MadeUp | None = None, now: datetime = NOW, **more: Any
) -> Iterator[Place]:
    folder, known = keys
    with running(lambda: make_app(Config(known, Clock(now, frozen=True), fleet=fleet, **more))) as url:
        yield Place(url, folder, now)


@pytest.fixture
def place(keys: tuple[Path, tuple[Key, ...]]) -> Iterator[Place]:
    with local_oracle(keys) as found:
        yield found


Open = Callable[..., Oracle]


@pytest.fixture
def open_at() -> Iterator[Callable[[Place], Open]]:
    """Connect to a place, with changes to the configuration where a test needs them."""
    opened: list[Oracle] = []

    def at(place: Place) -> Open:
        def connecting(**changes: Any) -> Oracle:
            oracle = connect(place.config(**changes), now=lambda: place.now, sleep=place.slept.append)
            opened.append(oracle)
            return oracle

        return connecting

    yield at
    for each in opened:
        each.close()


@pytest.fixture
def connecting(place: Place, open_at: Callable[[Place], Open]) -> Open:
    return open_at(place)


@pytest.fixture
def oracle(connecting: Open) -> Oracle:
    return connecting()


HASTY = Patience(connect=1, silence=1, read=1, write=1)
"""Short enough that a test which waits for a deadline does not wait long."""
