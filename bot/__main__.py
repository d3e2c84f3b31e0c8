"""The bot's command line: run it, or check what it would need to run."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from datetime import UTC, datetime

from bot import check
from bot.build import running
from bot.settings import Settings, read
from dac.errors import DacError

CHATTY = {
    # A round that is still waiting for Slack when the next is due is no news.
    "apscheduler": logging.ERROR,
    "oci": logging.WARNING,
    "slack_sdk": logging.WARNING,
}
"""What these tell below that level would drown what the bot itself tells."""


def now() -> datetime:
    return datetime.now(UTC)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Operates dedicated AI clusters from Slack.")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("run", help="connect to Slack and work (the default)")
    commands.add_parser("check", help="tell what is missing, without changing anything")
    chosen = parser.parse_args().command or "run"
    try:
        settings = read()
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        for chatty, least in CHATTY.items():
            logging.getLogger(chatty).setLevel(least)
        if chosen == "check":
            return asyncio.run(check.report(settings, now=now))
        asyncio.run(_run(settings))
    except DacError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _run(settings: Settings) -> None:
    """Work until SIGINT or SIGTERM, then end what has begun; told so while still starting, begin nothing."""

    async def work() -> None:
        async with running(settings, now=now):
            await asyncio.Event().wait()

    working = asyncio.create_task(work())
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, working.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await working


if __name__ == "__main__":
    status = main()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # A thread that still waits for Oracle would keep the process; what it does is as safe as in a crash.
    os._exit(status)
