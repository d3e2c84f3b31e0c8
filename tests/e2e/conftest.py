from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.e2e.processes import Process
from tests.e2e.world import World


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with closing(World(tmp_path_factory.mktemp("e2e"), start=Process.forked)) as world:
        yield world


@pytest.fixture
def world(house: World) -> Iterator[World]:
    """Slack and Oracle as on their first day, with a channel of its own; the bot may be one that runs already."""
    house.anew()
    yield house
    house.calm()
