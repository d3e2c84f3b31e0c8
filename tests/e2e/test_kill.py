"""kill -9 at every step between the approval and the end: one change, one card, the truth."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.world import World

CLUSTER, BEFORE, AFTER = "docs-idle", 1, 2
READ, LIMIT, UPDATE, WORK = (
    "GetDedicatedAiCluster",
    "GetResourceAvailability",
    "UpdateDedicatedAiCluster",
    "ListWorkRequests",
)

Step = Callable[[World, int], None]


def at(operation: str, kind: str, *, place: int = 1, release: bool = True) -> Step:
    """Die while Oracle holds this call, the first or a later one after the approval; then it goes on or is lost."""

    def die(world: World, request: int) -> None:
        world.oracle_fault(kind, operation, times=place)
        world.approve(request)
        held = world.until_held(operation)
        for _ in range(place - 1):
            world.release()
            held = world.until_held(operation, after=held)
        world.kill_bot()
        world.release(abandon=not release)

    return die


def confirming(operation: str, kind: str, *, done: bool) -> Step:
    """Die while asking how far Oracle is with it: still at it, or done by now."""

    def die(world: World, request: int) -> None:
        world.oracle_waits()
        world.oracle_fault("hold_after", UPDATE)
        world.approve(request)
        world.until_held(UPDATE)
        world.oracle_fault(kind, operation)
        world.release()
        world.until_held(operation)
        if done:
            world.oracle_goes_on()
            world.until(lambda: world.cluster(CLUSTER)["lifecycleState"] == "ACTIVE")
        world.kill_bot()
        world.release()
        world.oracle_goes_on()

    return die


def drawing(kind: str, method: str, **more: float) -> Step:
    """Die while Slack is told what came of the approval."""

    def die(world: World, request: int) -> None:
        world.slack_fault(kind, method=method, **more)
        world.approve(request)
        world.until_struck()
        world.kill_bot()

    return die


def at_the_end(kind: str, **more: float) -> Step:
    """Die while the card is told that it is done."""

    def die(world: World, request: int) -> None:
        world.oracle_waits()
        world.approve(request)
        world.until(lambda: world.standing(request) == "Being" and len(world.thread(request)) >= 3)
        world.slack_fault(kind, method="chat.update", **more)
        world.oracle_goes_on()
        world.until_struck()
        world.kill_bot()

    return die


def at_once(world: World, request: int) -> None:
    world.approve(request)
    world.kill_bot()


STEPS: dict[str, Step] = {
    "as soon as the click is acknowledged": at_once,
    "before Oracle is read again": at(READ, "hold_before"),
    "while the limit is read": at(LIMIT, "hold_before"),
    "between the claim and the call": at(READ, "hold_before", place=2),
    "with a call under way that acts after its death": at(UPDATE, "hold_before"),
    "with a call under way that is never carried out": at(UPDATE, "hold_before", release=False),
    "with a call carried out whose answer is lost": at(UPDATE, "hold_after"),
    "while reading how the cluster is": confirming(READ, "hold_before", done=False),
    "while listing work requests": confirming(WORK, "hold_before", done=False),
    "after listing work requests, when it is done": confirming(WORK, "hold_after", done=True),
    "while the card is changed to approved": drawing("drop", "chat.update"),
    "with the card changed to approved and no answer": drawing("drop_after", "chat.update"),
    "with a change of the card still on its way": drawing("slow", "chat.update", seconds=0.4),
    "while the decision is posted": drawing("drop", "chat.postMessage"),
    "with the decision posted and no answer": drawing("drop_after", "chat.postMessage"),
    "while the card is changed to done": at_the_end("drop"),
    "with the card changed to done and no answer": at_the_end("drop_after"),
}


@pytest.mark.parametrize("die", STEPS.values(), ids=STEPS)
def test_a_bot_killed_at_any_step_changes_the_cluster_once_and_tells_the_truth(world: World, die: Step) -> None:
    world.bot()
    request = world.ask_for(f"{CLUSTER} {AFTER} because it is about to be used")

    die(world, request)
    world.start_bot()

    world.until_standing(request, "Done")
    assert_done_once(world, request)


def test_a_call_that_arrives_after_another_bot_has_made_it_again_changes_nothing_more(world: World) -> None:
    world.bot()
    request = world.ask_for(f"{CLUSTER} {AFTER}")
    world.oracle_fault("hold_before", UPDATE)
    world.approve(request)
    world.until_held(UPDATE)
    world.kill_bot()
    world.start_bot()
    world.until_standing(request, "Done")

    assert world.release() == 1

    world.until(lambda: sorted(map(str, world.updates())) == ["200", "412"])
    assert_done_once(world, request)


def assert_done_once(world: World, request: int) -> None:
    cluster = world.cluster(CLUSTER)
    assert (cluster["lifecycleState"], cluster["unitCount"]) == ("ACTIVE", AFTER)
    assert [each["status"] for each in world.changes(CLUSTER)] == ["SUCCEEDED"]
    assert world.updates().count(200) <= 1
    assert f"{AFTER} units" in world.card(request)["blocks"][-1]["text"]["text"]
    thread = world.whole_thread(request)
    assert len(thread) == len(set(thread))


@pytest.mark.parametrize("kind", ["drop", "drop_after", "slow"])
def test_a_bot_killed_while_it_posts_a_card_leaves_one_card(world: World, kind: str) -> None:
    world.bot()
    world.slack_fault(kind, method="chat.postMessage", seconds=0.4)
    world.command(f"scale {CLUSTER} {AFTER}")
    world.until_struck()
    world.kill_bot()

    world.start_bot()

    (request,) = world.until(world.cards)
    world.approve(request)
    world.until_standing(request, "Done")
    assert_done_once(world, request)
