"""Two bots on one database, as in a rolling restart: everything happens once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.world import ADA, BEN, ROSA, World

CLUSTER, AFTER = "chat-prod", 4
UPDATE = "UpdateDedicatedAiCluster"


@pytest.fixture
def two(world: World) -> Iterator[World]:
    world.bot()
    world.start_bot()
    yield world
    world.release()


def assert_done_once(world: World, request: int) -> None:
    world.until_standing(request, "Done")
    assert world.cluster(CLUSTER)["unitCount"] == AFTER
    assert [each["status"] for each in world.changes(CLUSTER)] == ["SUCCEEDED"]
    assert world.updates().count(200) <= 1
    assert len(world.thread(request)) == len(set(world.thread(request)))


def test_two_bots_show_one_card_and_make_one_change(two: World) -> None:
    request = two.ask_for(f"{CLUSTER} {AFTER} because both of us are here")
    card = two.card(request)

    with ThreadPoolExecutor(2) as both:
        pressed = list(both.map(lambda user: two.press(card, "approve", user), (ADA, BEN)))

    assert [each["ack"] for each in pressed] == ["acked", "acked"]
    assert_done_once(two, request)
    thread = two.whole_thread(request)
    assert sum("approved" in each for each in thread) == 2
    assert len(thread) == len(set(thread))


def test_a_delivery_that_reaches_both_bots_counts_once(two: World) -> None:
    two.slack_fault("duplicate", times=1)
    request = two.ask_for(f"{CLUSTER} {AFTER}")
    two.slack_fault("duplicate", times=1)
    two.approve(request, ADA)
    two.until(lambda: any("approved" in each for each in two.thread(request)))
    assert two.standing(request) == "Waiting"

    two.approve(request, BEN)

    assert_done_once(two, request)
    assert list(two.cards()) == [request]


def test_when_the_bot_that_holds_the_claim_dies_the_other_goes_on(two: World) -> None:
    request = two.ask_for(f"{CLUSTER} {AFTER}")
    two.oracle_fault("hold_before", UPDATE)
    two.approve(request, ADA)
    two.approve(request, BEN)
    two.until_held(UPDATE)

    # Whichever has it: one of them is killed now, and if it was the other one, the holder goes on when released.
    two.kill_bot()
    two.release()

    assert_done_once(two, request)


def test_a_call_that_outlasts_the_claim_is_still_made_once(two: World) -> None:
    request = two.ask_for(f"{CLUSTER} {AFTER}")
    two.oracle_fault("hold_before", UPDATE)
    two.approve(request, ADA)
    two.approve(request, BEN)
    two.until_held(UPDATE)

    two.until_standing(request, "Done")
    two.release()

    assert_done_once(two, request)
    two.until(lambda: sorted(map(str, two.updates())) == ["200", "412"])


def test_a_rolling_restart_in_the_middle_of_a_change_loses_nothing(world: World) -> None:
    old = world.bot()
    request = world.ask_for(f"{CLUSTER} {AFTER}")
    world.oracle_waits()
    world.approve(request, ADA)
    world.approve(request, BEN)
    world.until(lambda: world.updates() == [200])

    world.start_bot()
    assert world.stop_bot(old) == 0
    world.oracle_goes_on()

    assert_done_once(world, request)


def test_a_bot_in_its_place_answers_every_command_that_slack_could_deliver(world: World) -> None:
    old = world.bot()
    world.start_bot()

    old.tell()
    asked = [
        world.do("command", channel=world.channel, user=ROSA, command="/dac", text="help")["ack"] for _ in range(20)
    ]

    # Nothing tells Slack that a socket is about to close, so the one that it sends just then may be lost.
    assert asked.count("acked") >= 19
    assert old.ended() == 0
    world.bots.remove(old)
    world.until(lambda: len(world.whispers(ROSA)) >= asked.count("acked"))
