"""Start a local Oracle control plane: python -m sandbox.oracle --port 9001 --keys DIR."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from aiohttp import web

from sandbox.clock import Clock
from sandbox.oracle import Config, make_app
from sandbox.oracle.config import SCENARIO, Fleet
from sandbox.oracle.keys import make_keys
from sandbox.oracle.ledger import LedgerError, read_file
from sandbox.serving import serve


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.oracle", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9001)
    parser.add_argument("--keys", type=Path, required=True, help="folder for the API keys and the OCI config file")
    parser.add_argument("--state", type=Path, help="file that keeps the world over restarts")
    parser.add_argument("--scenario", type=Path, default=SCENARIO)
    parser.add_argument("--fleet", type=Fleet.parse, help="a made-up fleet instead, such as 200x10 or 200x10@all")
    parser.add_argument("--ledger", type=Path, help="file with rows of the Usage API, see docs/ledger.md")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds every answer takes at least")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> None:
    told = parse(arguments)
    try:
        ledger = read_file(told.ledger) if told.ledger else None
    except LedgerError as error:
        sys.exit(str(error))
    keys = make_keys(told.keys, told.scenario)

    async def tell(_: web.Application) -> None:
        sys.stdout.write(
            f"Oracle at http://{told.host}:{told.port}, OCI config file {told.keys.resolve() / 'config'}"
            " with the profiles READER and EXECUTOR\n"
        )
        sys.stdout.flush()

    def make() -> web.Application:
        app = make_app(Config(keys, Clock(), told.scenario, told.state, told.fleet, ledger, told.latency))
        app.on_startup.append(tell)
        return app

    try:
        serve(make, told.host, told.port)
    except LedgerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
