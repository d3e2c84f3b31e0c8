"""Data sets read from the local Oracle's Object Storage over Oracle's SDK."""

from __future__ import annotations

import pytest

from bot.oracle.connection import Oracle
from bot.oracle.objects import PART
from dac.errors import Conflict, Denied, NotFound, Unavailable
from dac.steps import Dataset
from tests.bot.oracle.conftest import CHICAGO, FRANKFURT, HASTY, Open, Place

CHAT = Dataset(namespace="acmeai", bucket="training-data", object_name="support-chat.jsonl")
LARGE = {"size_bytes": 9_000_000}


def put(place: Place, name: str, **content: object) -> Dataset:
    place.ask("POST", "objects", {"region": CHICAGO, "bucket": CHAT.bucket, "object": {"name": name, **content}})
    return CHAT.model_copy(update={"object_name": name})


def test_the_namespace_is_the_tenancys(oracle: Oracle) -> None:
    assert oracle.reader.namespace(CHICAGO) == "acmeai"


def test_an_object_is_read_whole_part_by_part(oracle: Oracle, place: Place) -> None:
    large = put(place, "large.jsonl", dataset=LARGE)
    stored = oracle.reader.stored(CHICAGO, large)
    parts = [len(each) for each in oracle.reader.content(CHICAGO, large, stored)]
    assert sum(parts) == stored.size
    assert len(parts) == -(-stored.size // PART)


def test_what_is_read_is_what_stands_there(oracle: Oracle, place: Place) -> None:
    text = '{"prompt": "é", "completion": "ü"}\n'
    written = put(place, "small.jsonl", text=text)
    stored = oracle.reader.stored(CHICAGO, written)
    assert b"".join(oracle.reader.content(CHICAGO, written, stored)) == text.encode()
    assert stored.size == len(text.encode())


def test_an_object_that_is_not_there_is_told_from_a_bucket_that_may_not_be_read(oracle: Oracle) -> None:
    with pytest.raises(NotFound, match="404 ObjectNotFound"):
        oracle.reader.stored(CHICAGO, CHAT.model_copy(update={"object_name": "nowhere.jsonl"}))
    with pytest.raises(Denied, match=r"404 BucketNotFound.*or you are not authorized"):
        oracle.reader.stored(CHICAGO, CHAT.model_copy(update={"bucket": "nowhere"}))
    with pytest.raises(Denied, match="404 NamespaceNotFound"):
        oracle.reader.stored(CHICAGO, CHAT.model_copy(update={"namespace": "others"}))
    with pytest.raises(Denied, match=f"Object Storage in {FRANKFURT}"):
        oracle.reader.stored(FRANKFURT, CHAT)


def test_an_object_that_is_replaced_while_it_is_read_is_a_conflict(oracle: Oracle, place: Place) -> None:
    large = put(place, "large.jsonl", dataset=LARGE)
    parts = oracle.reader.content(CHICAGO, large, oracle.reader.stored(CHICAGO, large))
    next(parts)
    put(place, "large.jsonl", dataset=LARGE | {"seed": "other"})
    with pytest.raises(Conflict, match="412 IfMatchFailed"):
        # Until now one part more may have been read, ahead of use.
        list(parts)


def test_a_part_whose_connection_breaks_is_asked_for_again(oracle: Oracle, place: Place) -> None:
    large = put(place, "large.jsonl", dataset=LARGE)
    stored = oracle.reader.stored(CHICAGO, large)
    whole = b"".join(oracle.reader.content(CHICAGO, large, stored))
    place.fault("drop_body", operation="GetObject", times=2)
    assert b"".join(oracle.reader.content(CHICAGO, large, stored)) == whole


def test_an_outage_in_the_middle_is_told_as_one(connecting: Open, place: Place) -> None:
    oracle = connecting(patience=HASTY)
    stored = oracle.reader.stored(CHICAGO, CHAT)
    place.fault("status", operation="GetObject", status=503, code="ServiceUnavailable")
    with pytest.raises(Unavailable, match="503 ServiceUnavailable"):
        next(oracle.reader.content(CHICAGO, CHAT, stored))


def test_it_is_told_by_what_an_object_is_compressed(oracle: Oracle, place: Place) -> None:
    text = '{"prompt": "a", "completion": "b"}\n'
    packed = put(place, "packed.jsonl", text=text, content_encoding="gzip")
    assert oracle.reader.stored(CHICAGO, packed).encoding == "gzip"
    assert oracle.reader.stored(CHICAGO, put(place, "plain.jsonl", text=text)).encoding == ""
