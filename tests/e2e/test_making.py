"""A cluster and its endpoint are made and deleted again from Slack, through the real process and Oracle's SDK."""

from __future__ import annotations

from typing import Any

from tests.e2e.world import ADA, CHICAGO, ROSA, World

NAMED = "made-here"


def held(world: World, what: str) -> dict[str, Any]:
    """What is there of that name and not deleted."""
    found = world.oracle_state()["regions"][CHICAGO][what]
    return next((it for it in found if it["displayName"] == NAMED and it["lifecycleState"] != "DELETED"), {})


def ask_and_agree(world: World, line: str) -> None:
    before = set(world.cards())
    world.command(line, ROSA)
    request = world.until(lambda: set(world.cards()) - before).pop()
    world.approve(request, ADA)
    world.until_standing(request, "Done")


def test_a_cluster_and_its_endpoint_come_and_go_by_approved_requests(world: World) -> None:
    world.bot()
    compartment = next(iter(world.oracle_state()["compartments"].values()))

    place = f"--region {CHICAGO} --compartment {compartment}"
    ask_and_agree(world, f"create hosting {NAMED} --model command-a {place} because a pilot")
    made = held(world, "clusters")
    assert (made["lifecycleState"], made["unitCount"], made["unitShape"]) == ("ACTIVE", 1, "LARGE_COHERE_V3")

    ask_and_agree(world, f"endpoint create {NAMED} {NAMED} --model command-a --moderation inform")
    assert held(world, "endpoints")["dedicatedAiClusterId"] == made["id"]

    world.command(f"delete {NAMED}", ROSA)
    world.until(lambda: any("still has endpoints" in each for each in world.whispers(ROSA)))

    ask_and_agree(world, f"endpoint delete {NAMED}")
    ask_and_agree(world, f"delete {NAMED}")
    assert held(world, "clusters") == held(world, "endpoints") == {}
