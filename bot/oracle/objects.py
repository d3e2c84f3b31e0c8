"""What is in Object Storage: looked at, and read in parts that are each asked for anew where they fail."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.errors import understood
from dac.errors import NotFound
from dac.gateway import Stored
from dac.naming import clip
from dac.steps import Dataset

PART = 4 << 20
"""Bytes of one answer: much for the price of a call, little to hold in memory or to ask for a second time."""


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
        return Stored(size=int(response.headers["content-length"]), etag=response.headers["etag"])


def content(clients: Clients, calls: Calls, region: str, dataset: Dataset, seen: Stored) -> Iterator[bytes]:
    client, doing, where = clients.object_storage(region), _doing(region, dataset), _where(dataset)

    def part(span: str) -> bytes:
        # Read whole within the call, so that a connection which breaks in the middle is one more attempt.
        read: bytes = client.get_object(*where, range=span, if_match=seen.etag).data.content
        return read

    for start in range(0, seen.size, PART):
        yield calls.read(doing, partial(part, f"bytes={start}-{min(start + PART, seen.size) - 1}"))


def _where(dataset: Dataset) -> tuple[str, str, str]:
    return dataset.namespace, dataset.bucket, dataset.object_name


def _doing(region: str, dataset: Dataset) -> str:
    return f"Reading {clip(str(dataset), 200)} from Object Storage in {region}"
