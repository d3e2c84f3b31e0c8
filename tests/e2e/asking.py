"""JSON over HTTP with a local server, and waiting for what becomes true by itself."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

Json = dict[str, Any]
T = TypeVar("T")

ANSWER_SECONDS = 20.0
PATIENCE = 60.0
PAUSE = 0.02


def ask(verb: str, url: str, body: Any = None) -> Any:
    """The answer, which must be a yes."""
    request = urllib.request.Request(  # noqa: S310 - loopback
        url,
        method=verb,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise AssertionError(f"{verb} {url} {body}: {error.code} {error.read().decode(errors='replace')}") from None


def until(holds: Callable[[], T], seconds: float = PATIENCE, *, told: Callable[[], str] = str) -> T:
    """What `holds` gives once that is true; `told` explains a failure."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not (result := holds()):
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not come to pass within {seconds:g} s; last: {result!r}\n{told()}")
        pause.wait(PAUSE)
    return result
