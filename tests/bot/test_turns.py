"""Who works when few may at once: nobody waits for all that another has asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.turns import Turns


async def settled() -> None:
    """Until everything that can go on has."""
    for _ in range(10):
        await asyncio.sleep(0)


def order(asked: Sequence[str], at_once: int = 1) -> tuple[list[str], list[int]]:
    """In which order these get their turns, and how many each was told to come before it."""
    got, told = list[str](), list[int]()

    async def ask() -> None:
        turns, go = Turns(at_once), asyncio.Event()

        async def work(name: str) -> None:
            async with turns.turn(name[0]):
                got.append(name)
                await go.wait()

        tasks = list[asyncio.Task[None]]()
        for name in asked:
            told.append(turns.before(name[0]))
            tasks.append(asyncio.create_task(work(name)))
            await settled()
        go.set()
        await asyncio.gather(*tasks)

    asyncio.run(ask())
    return got, told


def test_who_asks_for_one_does_not_wait_for_all_of_who_asked_for_many() -> None:
    got, told = order(["a1", "a2", "a3", "a4", "b1", "b2", "c1"])
    assert got == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]
    assert told == [0, 1, 2, 3, 2, 4, 3]


def test_as_many_as_may_work_together() -> None:
    assert order(["a1", "b1", "a2"], at_once=2) == (["a1", "b1", "a2"], [0, 0, 2])


def test_one_that_is_given_up_keeps_nobody_waiting() -> None:
    got = list[str]()

    async def ask() -> None:
        turns, go = Turns(1), asyncio.Event()

        async def work(name: str) -> None:
            async with turns.turn(name[0]):
                got.append(name)
                await go.wait()

        names = ["a1", "b1", "b2", "c1", "d1"]
        tasks = {}
        for name in names:
            tasks[name] = asyncio.create_task(work(name))
            await settled()
        # Two while they wait, one at work, and the one who is handed its turn in that very moment.
        for name in ("b1", "c1", "a1"):
            tasks[name].cancel()
            if name != "a1":
                await settled()
        tasks["a1"].cancel()
        await settled()
        tasks["b2"].cancel()
        await settled()
        go.set()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        assert turns.before("e") == 0

    asyncio.run(ask())
    assert got == ["a1", "b2", "d1"]


def test_all_can_be_given_up_in_one_moment() -> None:
    async def ask() -> None:
        turns = Turns(1)

        async def work(user: str) -> None:
            async with turns.turn(user):
                await asyncio.Event().wait()

        tasks = [asyncio.create_task(work(user)) for user in "aaabba"]
        await settled()
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(each) for each in ended] == [asyncio.CancelledError] * len(tasks)
        assert turns.before("a") == 0

    asyncio.run(ask())


def test_one_that_is_given_up_as_its_turn_comes_hands_it_on() -> None:
    async def ask() -> None:
        turns = Turns(1)
        async with turns.turn("a"):
            next_one = asyncio.create_task(turns.turn("b").__aenter__())
            await settled()
        next_one.cancel()
        await settled()
        assert turns.before("c") == 0

    asyncio.run(ask())
