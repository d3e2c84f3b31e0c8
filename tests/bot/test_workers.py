from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from bot.errands import Errands
from bot.workers import Workers
from dac.errors import Invalid, Unavailable
from tests.bot.people import until


def in_workers(threads: int, queue: int, use: Callable[[Workers], Coroutine[Any, Any, object]]) -> None:
    workers = Workers("test", threads, queue)
    try:
        asyncio.run(asyncio.wait_for(use(workers), 10))
    finally:
        workers.close(10)


def test_work_is_done_beside_the_loop_and_its_result_comes_back() -> None:
    async def use(workers: Workers) -> None:
        assert await workers.run(threading.get_ident) != threading.get_ident()
        assert await workers.run(divmod, 7, 2) == (3, 1)

    in_workers(1, 0, use)


def test_what_work_raises_is_raised_to_who_asked_for_it() -> None:
    def refuse() -> None:
        raise Invalid("no")

    async def use(workers: Workers) -> None:
        for _ in range(3):
            with pytest.raises(Invalid, match="no"):
                await workers.run(refuse)

    in_workers(1, 0, use)


@pytest.mark.parametrize(("threads", "queue"), [(1, 0), (1, 2), (3, 0), (2, 3)])
def test_beyond_what_fits_is_refused_at_once_and_room_comes_back(threads: int, queue: int) -> None:
    go = threading.Event()

    async def use(workers: Workers) -> None:
        taken = [asyncio.create_task(workers.run(go.wait)) for _ in range(threads + queue)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match=f"I have {threads + queue} things to do already"):
            await workers.run(go.wait)
        go.set()
        assert all(await asyncio.gather(*taken))
        assert await workers.run(lambda: "done") == "done"

    in_workers(threads, queue, use)


def test_who_gives_up_waiting_does_not_make_room_before_the_work_has_ended() -> None:
    go = threading.Event()

    async def use(workers: Workers) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await workers.run(go.wait)
        with pytest.raises(Unavailable):
            await workers.run(go.wait)
        go.set()
        while True:
            try:
                assert await workers.run(lambda: "done") == "done"
            except Unavailable:
                await asyncio.sleep(0.005)
            else:
                break

    in_workers(1, 0, use)


def test_closing_waits_for_what_has_begun_and_drops_what_waits() -> None:
    begun, go, done = threading.Event(), threading.Event(), []
    workers = Workers("test", 1, 1)

    def work() -> None:
        begun.set()
        go.wait()
        done.append(1)

    async def use() -> None:
        tasks = [asyncio.create_task(workers.run(work)) for _ in range(2)]
        await asyncio.to_thread(begun.wait)
        closing = asyncio.create_task(asyncio.to_thread(workers.close, 10))
        await asyncio.sleep(0)
        await asyncio.to_thread(until, lambda: workers._pool._shutdown, "the closing")
        go.set()
        await closing
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert results[0] is None
        assert isinstance(results[1], asyncio.CancelledError)

    asyncio.run(use())
    assert done == [1]


class TestErrands:
    def test_what_has_begun_is_let_come_to_its_end(self) -> None:
        ended = []

        async def errand() -> None:
            await asyncio.sleep(0.01)
            ended.append(1)

        async def use() -> None:
            errands = Errands()
            errands.start(errand())
            await errands.finish(5)

        asyncio.run(use())
        assert ended == [1]

    def test_what_does_not_end_in_time_is_cut_short(self) -> None:
        async def use() -> None:
            errands = Errands()
            errands.start(asyncio.sleep(3600))
            await errands.finish(0.01)
            assert not errands._running

        asyncio.run(asyncio.wait_for(use(), 5))

    def test_nothing_under_way_needs_no_waiting(self) -> None:
        asyncio.run(Errands().finish(3600))

    def test_what_fails_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        async def errand() -> None:
            raise RuntimeError("a fault of ours")

        async def use() -> None:
            errands = Errands()
            errands.start(errand())
            await errands.finish(5)

        asyncio.run(use())
        assert "a fault of ours" in caplog.text
