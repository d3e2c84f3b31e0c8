"""Serve a local Slack from the command line: `python -m sandbox.slack`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.serving import serve
from sandbox.slack import Config, make_app
from sandbox.slack.config import WORKSPACE


def parser() -> argparse.ArgumentParser:
    defaults = Config()
    arguments = argparse.ArgumentParser(prog="python -m sandbox.slack", description="A local Slack workspace.")
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=3210)
    arguments.add_argument("--manifest", type=Path, default=defaults.manifest)
    arguments.add_argument("--workspace", type=Path, default=WORKSPACE)
    arguments.add_argument("--bot-token", default=defaults.bot_token)
    arguments.add_argument("--app-token", default=defaults.app_token)
    arguments.add_argument("--signing-secret", default=defaults.signing_secret)
    arguments.add_argument("--events-url", help="deliver over HTTP to this URL instead of Socket Mode")
    arguments.add_argument("--without-block", action="append", default=[], help="a kind of block not known here yet")
    arguments.add_argument("--oracle", help="base URL of the local Oracle in which the page can make trouble")
    arguments.add_argument("--no-limits", action="store_true", help="do not enforce rate limits")
    return arguments


def main(argv: Sequence[str] | None = None) -> None:
    given = parser().parse_args(argv)
    config = Config(
        manifest=given.manifest,
        workspace=given.workspace,
        bot_token=given.bot_token,
        app_token=given.app_token,
        signing_secret=given.signing_secret,
        events_url=given.events_url,
        limits_enforced=not given.no_limits,
        without_blocks=frozenset(given.without_block),
        oracle=given.oracle,
    )
    sys.stdout.write(f"local Slack at http://{given.host}:{given.port}/\n")
    sys.stdout.flush()
    serve(lambda: make_app(config), given.host, given.port)


if __name__ == "__main__":
    main()
