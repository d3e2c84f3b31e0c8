"""What is in Object Storage: looked at, and read in parts ahead of use, each asked for anew where it fails."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.errors import understood
from dac.errors import NotFound
from dac.gateway import Stored
from dac.naming import clip
from dac.steps import Dataset

PART = 2 << 20
"""Bytes of one answer: much for the price of a call, little to hold several of in memory or to ask for once more."""


def namespace(clients: Clients, calls: Calls, region: str) -> str:
    client = clients.object_storage(region)
    doing = f"Asking for the namespace of Object Storage in {region}"
    response = calls.read(doing, client.get_namespace)
    with understood(doing):
        return str(response.data)


def stored(clients: Clients, calls: Calls, region: str, dataset: Dataset) -> Stored:
    client, doing, where = clients.object_storage(region), _doing(region, dataset), _where(dataset)
    try:
        response = calls.read(doing, lambda: client.head_object(*where))
    except NotFound:
        # An answer to HEAD has no body that could say what is missing; one to GET has.
        calls.read(doing, lambda: client.get_object(*where, range="bytes=0-0"))
        raise
    with understood(doing):
        told = response.headers
        return Stored(size=int(told["content-length"]), etag=told["etag"], encoding=told.get("content-encoding") or "")


def content(clients: Clients, calls: Calls, region: str, dataset: Dataset, seen: Stored) -> Iterator[bytes]:
    client, doing, where = clients.object_storage(region), _doing(region, dataset), _where(dataset)

    def part(span: str) -> bytes:
        # Read whole within the call, so that a connection which breaks in the middle is one more attempt.
        read: bytes = client.get_object(*where, range=span, if_match=seen.etag).data.content
        return read

    spans = (f"bytes={start}-{min(start + PART, seen.size) - 1}" for start in range(0, seen.size, PART))
    return _ahead(calls.read(doing, partial(part, span)) for span in spans)


def _ahead(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The same, each read while the one before it is looked at, so that neither waits for the other."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="object")

    def following() -> bytes | None:
        return next(parts, None)

    def read() -> Future[bytes | None]:
        # The copy carries a deadline into the thread.
        return pool.submit(contextvars.copy_context().run, following)

    try:
        coming = read()
        while (part := coming.result()) is not None:
            coming = read()
            yield part
    finally:
        # Not waited for: whoever gives up reading need not wait for what nobody will look at.
        pool.shutdown(wait=False)


def _where(dataset: Dataset) -> tuple[str, str, str]:
    return dataset.namespace, dataset.bucket, dataset.object_name


def _doing(region: str, dataset: Dataset) -> str:
    return f"Reading {clip(str(dataset), 200)} from Object Storage in {region}"
