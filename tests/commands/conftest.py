"""A room with one cluster, new for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.room import Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)
