"""The bot between a local Slack and a local Oracle, new for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sandbox import serving
from sandbox.oracle import Key
from sandbox.oracle.keys import QUICK_BITS, make_keys
from tests.bot.edge import Edge
from tests.bot.house import House, Running, house
from tests.bot.people import Slack

Keys = tuple[Path, tuple[Key, ...]]
MakeHouse = Callable[..., House]


@pytest.fixture(scope="session")
def signing_keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder = tmp_path_factory.mktemp("signing-keys")
    return folder, make_keys(folder, bits=QUICK_BITS)


@pytest.fixture
def make_house(tmp_path: Path, signing_keys: Keys) -> Iterator[MakeHouse]:
    """Servers without a bot; keywords are the local Slack's."""
    with ExitStack() as stack:
        yield lambda **slack: stack.enter_context(house(tmp_path, signing_keys, **slack))


@pytest.fixture
def home(make_house: MakeHouse) -> House:
    return make_house()


@pytest.fixture
def bot(home: House) -> Running:
    return home.start()


@pytest.fixture
def slack(home: House) -> Slack:
    return home.slack


@pytest.fixture
def edge() -> Iterator[Edge]:
    """What stands where Slack would and answers as told."""
    made = Edge()
    with serving.running(made.app) as made.url:
        yield made
