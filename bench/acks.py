"""How fast thirty slash commands at once are acknowledged while each takes five seconds: this bot and bare Bolt."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench._servers import call, servers

COMMANDS = 30
SECONDS = 5

BARE = f"""
import os, time
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
app = App(client=WebClient(token="xoxb-sandbox", base_url=os.environ["SLACK_API_URL"]))
@app.command("/dac")
def slow(ack):
    ack()
    time.sleep({SECONDS})
SocketModeHandler(app, "xapp-sandbox").start()
"""


def measure(slack: str, command: list[str], variables: dict[str, str]) -> list[dict[str, Any]]:
    """Start a bot, give it all the commands in one moment, and take each one's acknowledgement as Slack saw it."""
    with subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as bot:
        try:
            while not call(f"{slack}/_control/state")["sockets"]:
                time.sleep(0.1)
            body = {"channel": "C01OPS", "user": "U01ROSA", "command": "/dac", "text": "status"}
            with ThreadPoolExecutor(COMMANDS) as people:
                return list(people.map(lambda _: call(f"{slack}/_control/command", body), range(COMMANDS)))
        finally:
            bot.kill()


def told(name: str, acks: list[dict[str, Any]]) -> None:
    there = [each["ack_ms"] for each in acks if each["ack"] == "acked"]
    worst = f"{max(there):.0f} ms" if there else "-"
    median = f"{statistics.median(there):.0f} ms" if there else "-"
    print(f"{name:10} acknowledged {len(there):2} of {COMMANDS}, median {median}, worst {worst}")


def main() -> None:
    with servers() as local:
        told("bare Bolt", measure(local.slack, [sys.executable, "-c", BARE], local.variables))
        call(f"{local.oracle}/_control/faults", {"kind": "slow", "seconds": SECONDS, "times": None})
        told("this bot", measure(local.slack, [sys.executable, "-m", "bot"], local.variables))


if __name__ == "__main__":
    main()
