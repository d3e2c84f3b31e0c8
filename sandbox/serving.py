"""How a local server is served: from a thread inside a test, or as a process until it is told to stop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import web

SHUTDOWN_SECONDS = 0.5
"""Open sockets and event streams are cut after this long; they are local and reconnect."""

DECOMPRESS = False
"""What comes in compressed stays so: Object Storage hands out an object as it was stored."""


@contextmanager
def running(make_app: Callable[[], web.Application], host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve an application from a thread and event loop of its own; gives its base URL.

    `make_app` is called on that loop, so whatever it creates belongs to it.
    """
    ready = threading.Event()
    state: dict[str, object] = {}

    async def main() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        state["stop"] = lambda: loop.call_soon_threadsafe(stop.set)
        try:
            runner = web.AppRunner(
                make_app(), shutdown_timeout=SHUTDOWN_SECONDS, access_log=None, auto_decompress=DECOMPRESS
            )
            await runner.setup()
            site = web.TCPSite(runner, host, port)
            await site.start()
            state["url"] = f"http://{host}:{runner.addresses[0][1]}"
        finally:
            ready.set()
        await stop.wait()
        await runner.cleanup()

    def run() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            state["error"] = error
            ready.set()

    thread = threading.Thread(target=run, daemon=True, name="local-server")
    thread.start()
    ready.wait()
    if "url" not in state:
        thread.join()
        raise RuntimeError("the local server did not start") from _as_error(state.get("error"))
    try:
        yield str(state["url"])
    finally:
        stop = state["stop"]
        assert callable(stop)  # noqa: S101 - set before `ready`
        stop()
        thread.join()


def _as_error(value: object) -> BaseException | None:
    return value if isinstance(value, BaseException) else None


def serve(make_app: Callable[[], web.Application], host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM."""

    async def main() -> web.Application:
        return make_app()

    web.run_app(
        main(),
        host=host,
        port=port,
        shutdown_timeout=SHUTDOWN_SECONDS,
        access_log=None,
        print=None,
        auto_decompress=DECOMPRESS,
    )
