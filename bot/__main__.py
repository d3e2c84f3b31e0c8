"""The bot's command line: run it, check what it would need, read Oracle's prices, or its record as an auditor does."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot import audit, check, prices
from bot.allocator import share_memory
from bot.build import running
from bot.policy_file import read_policy
from bot.settings import Settings, read, read_files
from dac.errors import DacError

CHATTY = {
    # A round that is still waiting for Slack when the next is due is no news.
    "apscheduler": logging.ERROR,
    "oci": logging.WARNING,
    "slack_sdk": logging.WARNING,
}
"""What these tell below that level would drown what the bot itself tells."""


TURN_SECONDS = 0.001
"""How long a thread that computes, such as over a data set, may keep the loop on which deliveries are acknowledged
waiting for its turn. At Python's own five milliseconds acknowledgements meanwhile took about twice as long."""


def now() -> datetime:
    return datetime.now(UTC)


def main() -> int:
    """The exit status: 0 for well, 1 for whatever is not as it must be."""
    chosen = _parser().parse_args()
    try:
        match chosen.command or "run":
            case "policy":
                return _policy()
            case "prices":
                return prices.refresh(read_files(), chosen.currency, chosen.write, now())
            case "audit" if chosen.action == "verify":
                return audit.verify(_database(), chosen.head, show=sys.stderr.isatty())
            case "audit":
                return audit.export_to(_database(), chosen.out, chosen.format, chosen.request, chosen.since)
        settings = read()
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        for chatty, least in CHATTY.items():
            logging.getLogger(chatty).setLevel(least)
        if chosen.command == "check":
            return asyncio.run(check.report(settings, now=now))
        sys.setswitchinterval(TURN_SECONDS)
        share_memory()
        asyncio.run(_run(settings))
    except DacError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Operates dedicated AI clusters from Slack.")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("run", help="connect to Slack and work (the default)")
    commands.add_parser("check", help="tell what is missing, without changing anything")
    commands.add_parser("policy", help="tell whether the policy file is right; needs DAC_POLICY_FILE alone")
    money = commands.add_parser("prices", help="compare prices with Oracle's list; needs no settings")
    listed = money.add_subparsers(dest="action", required=True).add_parser(
        "refresh", help="read Oracle's public price list and tell what changed against the catalogue in use"
    )
    listed.add_argument("--currency", type=prices.currency, metavar="CODE", help="another one than the catalogue's own")
    listed.add_argument("--write", type=Path, metavar="FILE", help="a catalogue file with what changed or is new")
    record = commands.add_parser("audit", help="read the record; needs DAC_DATABASE alone")
    actions = record.add_subparsers(dest="action", required=True)
    verify = actions.add_parser("verify", help="tell whether every event is as it was written")
    verify.add_argument("--head", type=audit.head, metavar="SEQ:HASH", help="an event noted down earlier")
    export = actions.add_parser("export", help="write events, a line each")
    which = export.add_mutually_exclusive_group(required=True)
    which.add_argument("--request", type=int, metavar="N", help="those of one request")
    which.add_argument("--since", type=audit.moment, metavar="DATE", help="those from a day on, such as 2026-11-01")
    export.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
    export.add_argument("--out", type=Path, metavar="FILE", help="instead of standard output")
    return parser


def _policy() -> int:
    path = read_files().policy_file
    rules = read_policy(path).rules
    print(f"{path} is right: {len(rules)} rules, the first that covers a change decides.")
    for place, rule in enumerate(rules, 1):
        print(f"{place:3}. {rule.name}")
    return 0


def _database() -> Path:
    return read_files().database


async def _run(settings: Settings) -> None:
    """Work until SIGINT or SIGTERM, then end what has begun; told so while still starting, begin nothing.

    SIGHUP has the policy file read again.
    """
    again = asyncio.Event()

    async def work() -> None:
        async with running(settings, now=now) as bot:
            while await again.wait():
                again.clear()
                await bot.reload_policy()

    working = asyncio.create_task(work())
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, working.cancel)
    loop.add_signal_handler(signal.SIGHUP, again.set)
    with contextlib.suppress(asyncio.CancelledError):
        await working


if __name__ == "__main__":
    status = main()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # A thread that still waits for Oracle would keep the process; what it does is as safe as in a crash.
    os._exit(status)
