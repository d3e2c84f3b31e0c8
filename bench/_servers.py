"""A local Slack and a local Oracle for a bench, and what a bot has to be told of them."""

from __future__ import annotations

import json
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.__main__ import environment
from sandbox.clock import Clock
from sandbox.oracle import Config as OracleConfig
from sandbox.oracle import make_app as make_oracle
from sandbox.oracle.keys import make_keys
from sandbox.serving import running
from sandbox.slack import Config as SlackConfig
from sandbox.slack import make_app as make_slack


@dataclass(frozen=True)
class Servers:
    """Their addresses, and the environment of a bot between them."""

    oracle: str
    slack: str
    variables: dict[str, str]


def call(url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """GET, or POST of a body; gives the JSON of the answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        held: dict[str, Any] = json.load(answer)
    return held


@contextmanager
def servers() -> Iterator[Servers]:
    """Both, with all that they and a bot write in a folder that ends with them."""
    with tempfile.TemporaryDirectory() as folder:
        keys = make_keys(Path(folder) / "oci")
        with (
            running(lambda: make_oracle(OracleConfig(keys, Clock()))) as oracle,
            running(lambda: make_slack(SlackConfig())) as slack,
        ):
            variables = environment(oracle, slack, call(f"{oracle}/_control/state"), Path(folder))
            yield Servers(oracle, slack, variables)
