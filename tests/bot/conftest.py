"""The bot between a local Slack and a local Oracle, new for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sandbox import serving
from sandbox.oracle import Key
from sandbox.oracle.keys import QUICK_BITS, make_keys
from sandbox.slack import Config, make_app
from tests.bot.digests import Newsroom
from tests.bot.edge import Edge
from tests.bot.house import BOT_TOKEN, MANIFEST, House, Running, house
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


@pytest.fixture
def town() -> Iterator[Slack]:
    """A local Slack without a bot, and without its limits."""
    config = Config(manifest=MANIFEST, bot_token=BOT_TOKEN, limits_enforced=False)
    with serving.running(lambda: make_app(config)) as url:
        slack = Slack(url)
        slack.token = BOT_TOKEN
        yield slack


@pytest.fixture
def room(town: Slack, tmp_path: Path) -> Newsroom:
    return Newsroom(town, tmp_path / "dac.sqlite3")
