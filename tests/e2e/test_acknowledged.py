"""kill -9 right after the acknowledgement: what was said and thanked for is carried out after the restart."""

from __future__ import annotations

from tests.e2e.world import World

CLUSTER, AFTER = "docs-idle", 2


def test_a_click_that_was_acknowledged_counts_though_the_bot_dies_at_once(world: World) -> None:
    world.bot()
    request = world.ask_for(f"{CLUSTER} {AFTER} because more readers")
    assert world.press(world.card(request), "approve")["ack"] == "acked"
    world.kill_bot()
    world.start_bot()
    world.until_standing(request, "Done")
    assert world.cluster(CLUSTER)["unitCount"] == AFTER
    assert world.updates().count(200) == 1


def test_a_command_that_was_acknowledged_is_answered_though_the_bot_dies_at_once(world: World) -> None:
    world.bot()
    assert world.command(f"scale {CLUSTER} {AFTER}")["ack"] == "acked"
    world.kill_bot()
    world.start_bot()
    world.until(lambda: len(world.cards()) == 1)
