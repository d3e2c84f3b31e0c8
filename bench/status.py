"""`/dac status` over 200 clusters and 2,000 endpoints, Oracle answering after 80 ms, beside the `oci` command line."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from bench.dataset_check import Bot, listens, process
from bench.replayed import replayed
from sandbox.__main__ import environment
from sandbox.serving import running
from sandbox.slack import Config as SlackConfig
from sandbox.slack import make_app as make_slack
from tests.e2e.asking import ask, until
from tests.e2e.servers import free_port

FLEET, CLUSTERS, ENDPOINTS = "200x10", 200, 2_000
DELAY = 0.08
"""Seconds after which the local Oracle answers each call."""

ROUNDS = 6
ADA = "U02ADA"
FRESH = 0.0
"""Seconds that a reading of the fleet is used again: none, so that each is one over the network."""

CLI = "oci-cli==3.95.1"
"""Installed for the measurement alone, in a folder of its own: it wants other versions of what the bot has."""

LISTS = {
    "dedicated-ai-cluster-collection": "list-dedicated-ai-clusters",
    "endpoint-collection": "list-endpoints",
    "model-collection": "list-models",
}
METRICS = ("TotalInvocationCount", "ServerErrorCount", "ClientErrorCount", "InputTokenCount", "OutputTokenCount")


class Local(NamedTuple):
    """A local Oracle: its address, the regions and compartments it has, and where the keys to it are."""

    address: str
    state: dict[str, Any]
    folder: Path


@contextmanager
def oracle(folder: Path) -> Iterator[Local]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with process("sandbox.oracle", "--port", str(port), "--keys", str(folder / "oci"), "--fleet", FLEET):
        until(lambda: listens(port))
        state = ask("GET", f"{address}/_control/state")
        # A frozen world, whose answers are remembered: how long the local Oracle computes is not to be measured.
        ask("POST", f"{address}/_control/clock", {"frozen": True})
        with replayed(address, DELAY) as here:
            yield Local(here, state, folder)


def status(local: Local) -> float:
    """Print how long `/dac status` takes by the whole bot, until its answer is there; gives the median in seconds."""
    with running(lambda: make_slack(SlackConfig())) as slack:
        told = environment(local.address, slack, local.state, local.folder) | {
            "DAC_FRESH_SECONDS": str(FRESH),
            # Its own rounds would take from the same machine.
            "DAC_POLL_SECONDS": "600",
        }
        with process("bot", env=told) as it:
            until(lambda: ask("GET", f"{slack}/_control/state")["sockets"])
            bot = Bot(slack, it.pid)
            bot.type(ADA, "help")
            until(lambda: bot.answers(ADA))
            idle = bot.memory("VmRSS")
            took, answer = [], ""
            for _ in range(ROUNDS):
                there = len(bot.answers(ADA))
                began = time.perf_counter()
                bot.type(ADA, "status")
                until(lambda there=there: len(bot.answers(ADA)) > there, seconds=60)
                took.append(time.perf_counter() - began)
                answer = str(bot.answers(ADA)[-1]["text"])
            print(f"/dac status: {answer}")
            # At the first the local Oracle computes its answers, which then are remembered.
            print(f"/dac status: {', '.join(f'{each:.2f}' for each in took[1:])} s")
            print(f"the bot grew from {idle:.0f} MB to {bot.memory('VmHWM'):.0f} MB at the most")
    return statistics.median(took[1:])


def by_hand(local: Local, cli: Path) -> tuple[float, float]:
    """Seconds that listing the same takes with the command line, without Monitoring's figures and with them."""
    lists = metrics = 0.0
    for region in local.state["regions"]:
        for compartment in local.state["compartments"].values():
            for noun, verb in LISTS.items():
                lists += _oci(local, cli, region, "generative-ai", noun, verb, "--compartment-id", compartment, "--all")
            for metric in METRICS:
                metrics += _oci(local, cli, region, *_summarize(compartment, metric))
    return lists, lists + metrics


def _summarize(compartment: str, metric: str) -> tuple[str, ...]:
    now = datetime.now(UTC)
    since, until_ = ((now - back).strftime("%Y-%m-%dT%H:%M:%SZ") for back in (timedelta(hours=1), timedelta()))
    query = f"{metric}[5m].groupBy(resourceId).sum()"
    asked = ("--namespace", "oci_generativeai", "--query-text", query, "--start-time", since, "--end-time", until_)
    return ("monitoring", "metric-data", "summarize-metrics-data", "--compartment-id", compartment, *asked)


def _oci(local: Local, cli: Path, region: str, *arguments: str) -> float:
    where = ("--endpoint", f"{local.address}/{region}", "--config-file", str(local.folder / "oci" / "config"))
    quiet = os.environ | {"OCI_CLI_SUPPRESS_FILE_PERMISSIONS_WARNING": "True", "SUPPRESS_LABEL_WARNING": "True"}
    began = time.perf_counter()
    subprocess.run(
        [str(cli), *arguments, *where, "--profile", "READER"], env=quiet, check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began


def command_line(folder: Path) -> Path | None:
    """Oracle's command line, installed there; None where it cannot be had."""
    venv.create(folder, with_pip=True)
    got = subprocess.run([str(folder / "bin" / "python"), "-m", "pip", "install", "-q", CLI], check=False)
    return folder / "bin" / "oci" if got.returncode == 0 else None


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with oracle(folder) as local:
            seconds = status(local)
            print(f"median {seconds:.2f} s for {CLUSTERS} clusters with {ENDPOINTS:,} endpoints, {DELAY:g} s a call")
            cli = command_line(folder / "cli")
            if cli is None:
                raise SystemExit(f"{CLI} could not be installed, so there is nothing to compare with.")
            lists, all_of_it = by_hand(local, cli)
    print(f"the same with the oci command line, one after the other: {lists:.1f} s for the lists,")
    print(f"{all_of_it:.1f} s with five metrics: {lists / seconds:.1f} and {all_of_it / seconds:.1f} times as long")


if __name__ == "__main__":
    sys.exit(main())
