"""Many people at once while Oracle is slow: everybody's command is acknowledged, and everybody is answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.e2e.world import ADA, BEN, OLGA, ROSA, World

PEOPLE = (ROSA, ADA, BEN, OLGA)


def test_thirty_commands_at_once_are_acknowledged_while_oracle_answers_nothing_and_answered_once_it_does(
    world: World,
) -> None:
    world.bot()
    world.command("status")
    world.until(lambda: world.whispers(ROSA))
    world.oracle_fault("hold_before", times=None)
    lines = ["status", "status docs-idle", "scale chat-prod 3", "status", "help"] * 6

    with ThreadPoolExecutor(len(lines)) as crowd:
        acks = list(crowd.map(world.command, lines, [PEOPLE[place % 4] for place in range(len(lines))]))

    assert [each["ack"] for each in acks] == ["acked"] * len(lines)
    world.oracle_calms(abandon=False)
    world.until(lambda: sum(len(world.whispers(user)) for user in PEOPLE) >= len(lines) + 1, 40)
    assert "Something went wrong" not in str([world.whispers(user) for user in PEOPLE])


def test_a_bot_that_is_busy_says_so_at_once(world: World) -> None:
    world.clear_out()
    world.start_bot(DAC_COMMAND_THREADS="1", DAC_COMMAND_QUEUE="1")
    world.oracle_fault("hold_before", "ListDedicatedAiClusters", times=None)

    for _ in range(4):
        world.command("status")

    world.until(lambda: sum("try again" in each for each in world.whispers(ROSA)) == 2)
    world.oracle_calms()
    world.until(lambda: len(world.whispers(ROSA)) == 4)
    world.clear_out()


def test_more_people_than_slack_allows_look_ups_a_minute_may_ask(world: World) -> None:
    world.bot()
    world.do("limits", enforced=True)
    lines = [f"scale docs-idle {2 + place % 2}" for place in range(28)]

    with ThreadPoolExecutor(len(lines)) as crowd:
        list(crowd.map(world.command, lines))

    told = world.until(lambda: world.whispers(ROSA) if len(world.whispers(ROSA)) == len(lines) else [])
    world.clear_out()
    assert [each for each in told if not each.startswith("Request ")] == []
