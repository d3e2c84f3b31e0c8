"""Oracle and Slack fail, fall silent or restart while a change is carried out."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from tests.e2e.world import World

CLUSTER, BEFORE, AFTER = "docs-idle", 1, 2
UPDATE = "UpdateDedicatedAiCluster"


def under_way(world: World) -> int:
    """A request that Oracle has taken on and does not finish yet."""
    request = world.ask_for(f"{CLUSTER} {AFTER} because of the outage")
    world.oracle_waits()
    world.approve(request)
    world.until_standing(request, "Being")
    world.until(lambda: world.updates() == [200])
    return request


def assert_done_once(world: World, request: int) -> None:
    world.until_standing(request, "Done")
    assert world.cluster(CLUSTER)["unitCount"] == AFTER
    assert [each["status"] for each in world.changes(CLUSTER)] == ["SUCCEEDED"]
    thread = world.until(
        lambda: [each for each in world.thread(request) if "done in" in each] and world.thread(request)
    )
    assert len(thread) == len(set(thread))


def test_oracle_going_away_for_a_while_is_told_on_the_card_and_changes_nothing(world: World) -> None:
    world.bot()
    request = under_way(world)

    world.oracle_down()
    world.until(lambda: "tried again" in str(world.card(request)["blocks"]))
    world.oracle_up()
    world.oracle_goes_on()

    assert_done_once(world, request)
    assert "tried again" not in str(world.card(request)["blocks"])


def test_what_happens_while_slack_is_away_is_shown_when_it_is_back(world: World) -> None:
    world.bot()
    request = under_way(world)

    world.slack_fault("outage")
    world.oracle_goes_on()
    world.until(lambda: not world.states().get("applying"))
    assert world.standing(request) == "Being"
    world.end_slack_faults()

    assert_done_once(world, request)
    world.until(lambda: world.sockets() == 1)
    assert world.command("status")["ok"]


def test_a_slack_that_forgot_the_card_gets_it_anew(world: World) -> None:
    world.bot()
    request = under_way(world)
    world.until(lambda: len(world.thread(request)) >= 3)

    world.slack_down()
    world.slack_up()
    world.oracle_goes_on()

    world.until_standing(request, "Done")
    assert list(world.cards()) == [request]
    world.until(lambda: any("done in" in each for each in world.thread(request)))


def test_a_bot_that_starts_while_slack_is_away_works_when_it_is_back(world: World) -> None:
    world.clear_out()
    world.slack_fault("outage")
    bot = world.start_bot(wait=False)
    world.until(lambda: "waiting for it" in bot.said())

    world.end_slack_faults()

    world.until(lambda: world.sockets() == 1)
    world.ask_for(f"{CLUSTER} {AFTER}")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop"},
        {"kind": "drop_after"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 429, "retry_after": 1},
        {"kind": "status", "status": 500, "times": 3},
        {"kind": "slow", "seconds": 6},
    ],
    ids=str,
)
def test_a_call_that_fails_for_now_ends_in_exactly_one_change(world: World, fault: dict[str, Any]) -> None:
    world.bot()
    request = world.ask_for(f"{CLUSTER} {AFTER}")
    world.oracle_fault(operation=UPDATE, **fault)

    world.approve(request)

    assert_done_once(world, request)
    assert world.updates().count(200) <= 1


@pytest.mark.parametrize("status", [400, 401, 404, 409, 412])
def test_a_call_that_oracle_refuses_ends_as_failed_and_says_that_nothing_was_changed(world: World, status: int) -> None:
    world.bot()
    request = world.ask_for(f"{CLUSTER} {AFTER}")
    world.oracle_fault("status", UPDATE, status=status)

    world.approve(request)

    world.until_standing(request, "Failed")
    assert "changed nothing" in str(world.card(request)["blocks"])
    assert world.cluster(CLUSTER)["unitCount"] == BEFORE
    assert world.changes(CLUSTER) == []


def test_work_that_oracle_ends_as_failed_is_told_with_oracles_words(world: World) -> None:
    world.bot()
    request = world.ask_for(f"{CLUSTER} {AFTER}")
    world.oracle_fails_next(CLUSTER, "Out of host capacity.")

    world.approve(request)

    world.until_standing(request, "Failed")
    assert "Out of host capacity" in str(world.card(request)["blocks"])
    assert world.cluster(CLUSTER)["unitCount"] == BEFORE


def test_a_bot_interrupted_ends_with_0_and_leaves_no_socket(world: World) -> None:
    bot = world.bot()

    bot.tell(signal.SIGINT)

    assert bot.ended() == 0
    world.bots.remove(bot)
    world.until(lambda: world.sockets() == 0)
    assert "Traceback" not in bot.said()


def test_a_bot_stopped_while_oracle_is_at_work_leaves_it_to_the_next(world: World) -> None:
    world.bot()
    request = under_way(world)

    assert world.stop_bot() == 0
    world.start_bot()
    world.oracle_goes_on()

    assert_done_once(world, request)


def test_a_bot_stopped_in_the_middle_of_the_call_ends_soon_and_the_next_finds_the_change(world: World) -> None:
    bot = world.bot()
    request = world.ask_for(f"{CLUSTER} {AFTER}")
    world.oracle_fault("hold_after", UPDATE)
    world.approve(request)
    world.until_held(UPDATE)

    bot.tell()
    assert bot.ended() == 0
    world.bots.remove(bot)
    world.release()
    world.start_bot()

    assert_done_once(world, request)


def test_a_bot_stopped_while_it_posts_a_card_ends_it_without_an_error(world: World) -> None:
    bot = world.bot()
    world.slack_fault("slow", method="chat.postMessage", seconds=0.5)
    world.command(f"scale {CLUSTER} {AFTER}")
    world.until_struck()

    assert world.stop_bot() == 0

    assert "Traceback" not in bot.said()
    world.start_bot()
    world.until_standing(next(iter(world.cards())), "Waiting")
    assert [len(each) for each in world.cards().values()] == [1]


def test_a_bot_stopped_while_slack_is_away_ends_all_the_same(world: World) -> None:
    world.bot()
    request = under_way(world)
    world.slack_fault("outage")
    world.oracle_goes_on()
    world.until(lambda: not world.states().get("applying"))

    assert world.stop_bot() == 0
    world.end_slack_faults()
    world.start_bot()

    assert_done_once(world, request)
