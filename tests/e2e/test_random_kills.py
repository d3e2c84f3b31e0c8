"""kill -9 at moments that chance picks: every approved change is in Oracle's record, each of them once."""

from __future__ import annotations

from bench.kills import killed
from tests.e2e.world import World

KILLS, SEED = 4, 20261123
"""`python -m bench.kills 200` does the same for longer."""


def test_what_was_approved_is_done_once_however_often_the_bot_is_killed(world: World) -> None:
    world.clear_out()
    kills = killed(world, KILLS, SEED)
    assert kills.asked.total() >= KILLS
    assert kills.wrong() == []
    world.clear_out()
