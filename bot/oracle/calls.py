"""How Oracle is called: reads a few times within a deadline, writes once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from oci._vendor import requests
from oci.exceptions import ServiceError

from bot.oracle.config import Patience
from bot.oracle.deadline import left, within
from bot.oracle.errors import FAILURES, may_pass, retry_after, translate
from dac.errors import DacError, Unavailable

FIRST_PAUSE = 0.2


@dataclass(frozen=True)
class Calls:
    """The SDK's own strategy is not used: by default it tries 8 times over 10 minutes, while a person waits."""

    patience: Patience
    sleep: Callable[[float], None] = time.sleep

    def read(self, doing: str, call: Callable[[], Any]) -> Any:
        """The answer to a harmless question; failures that may pass are tried again while there is time."""
        with within(self.patience.read):
            for attempt in range(1, self.patience.attempts + 1):
                try:
                    return call()
                except FAILURES as error:
                    pause = _pause(error, attempt)
                    problem = translate(error, doing)
                if pause is None or pause >= left():
                    break
                if attempt < self.patience.attempts:
                    self.sleep(pause)
        # Raised out here so that it does not carry the SDK's exception, which holds the signed request.
        raise problem

    def pages(self, doing: str, call: Callable[..., Any], **arguments: Any) -> Iterator[Any]:
        """The answers of a list call, page after page."""
        page = None
        while True:
            response = self.read(doing, partial(call, **arguments, **({"page": page} if page else {})))
            yield response
            page = response.headers.get("opc-next-page")
            if not page:
                return

    def write(self, doing: str, call: Callable[[], Any]) -> Any:
        """Ask for a change, once: whether a failed attempt got through is for the caller to find out."""
        problem: DacError
        with within(self.patience.write):
            try:
                return call()
            except FAILURES as error:
                problem = translate(error, doing)
                refused = getattr(error, "status", None) == HTTPStatus.TOO_MANY_REQUESTS
        if isinstance(problem, Unavailable) and not refused:
            problem = Unavailable(f"{problem} Whether the change got through is not known.")
        raise problem


def _pause(error: Exception, attempt: int) -> float | None:
    """Seconds before another attempt, or None where another would end the same."""
    if isinstance(error, ServiceError):
        if error.status == HTTPStatus.NOT_IMPLEMENTED or not may_pass(error.status):
            return None
    elif not isinstance(error, requests.exceptions.RequestException):
        return None
    asked = retry_after(error)
    # Jitter keeps callers that failed together from coming back together.
    return asked if asked is not None else FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311
