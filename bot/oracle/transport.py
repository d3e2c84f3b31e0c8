"""HTTP for Oracle's SDK that ends when the deadline does, even if the answer keeps trickling in."""

from __future__ import annotations

from typing import Any

from oci._vendor import requests
from oci.base_client import OCIHTTPAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError

from bot.oracle.deadline import left

CHUNK = 1 << 18
"""Bytes taken at most at a time: beside a thread that computes, the next turn comes only after some milliseconds."""


class PunctualAdapter(OCIHTTPAdapter):  # type: ignore[misc] # the SDK is untyped
    """A read timeout alone starts anew with every byte that arrives; here none is waited for past the deadline.

    What is late by then is noticed when the next bytes come or that one timeout has passed.
    """

    def send(self, request: Any, **told: Any) -> Any:
        connect, silence = told["timeout"]
        remaining = left()
        if remaining <= 0:
            raise requests.exceptions.ReadTimeout("no time left")
        told |= {"stream": True, "timeout": (min(connect, remaining), min(silence, remaining))}
        response = super().send(request, **told)
        # As `requests` itself keeps what it has read.
        response._content = _read(response.raw)  # noqa: SLF001
        response._content_consumed = True  # noqa: SLF001
        return response


def _read(raw: Any) -> bytes:
    chunks: list[bytes] = []
    while left() > 0:
        try:
            chunk = raw.read1(CHUNK, decode_content=True)
        except ReadTimeoutError:
            break
        except (HTTPError, OSError):
            raw.close()
            raise requests.exceptions.ConnectionError("the answer broke off") from None
        if not chunk:
            raw.release_conn()
            return b"".join(chunks)
        chunks.append(chunk)
    raw.close()
    raise requests.exceptions.ReadTimeout("the answer did not end in time")
