"""Object Storage as the real SDK sees it: buckets, objects, ranges, uploads, and what is refused."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import itertools
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import oci
import pytest

from tests.sandbox.oracle.conftest import EUROPE, HOME, Opener, Tenancy, refused
from tests.sandbox.oracle.test_faults import NO_ANSWER
from tests.sandbox.oracle.test_signatures import signed

NAMESPACE, BUCKET, CHAT = "acmeai", "training-data", "support-chat.jsonl"
LARGE = 2_000_000_000


def read(tenancy: Tenancy, name: str = CHAT, **options: Any) -> bytes:
    content: bytes = tenancy.storage().get_object(NAMESPACE, BUCKET, name, **options).data.content
    return content


def put(tenancy: Tenancy, name: str, body: Any, **options: Any) -> Any:
    return tenancy.storage("EXECUTOR").put_object(NAMESPACE, BUCKET, name, body, **options)


def generated(tenancy: Tenancy, name: str, **dataset: Any) -> Any:
    told = {"region": HOME, "bucket": BUCKET, "object": {"name": name, "dataset": dataset}}
    return tenancy.control("POST", "objects", told)


def md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def objects_in(tenancy: Tenancy) -> list[str]:
    return [it["name"] for it in tenancy.control("GET", "objects") if it["bucket"] == BUCKET]


# ----------------------------------------------------------------------------------------------------- buckets


def test_a_tenancy_has_one_namespace(tenancy: Tenancy) -> None:
    assert tenancy.storage().get_namespace().data == NAMESPACE
    assert tenancy.storage(region=None).get_namespace(compartment_id=tenancy.prod).data == NAMESPACE
    with refused(404, "NotAuthorizedOrNotFound"):
        tenancy.storage().get_namespace(compartment_id="ocid1.compartment.oc1..else")


def test_buckets_are_listed_where_they_are(tenancy: Tenancy) -> None:
    storage = tenancy.storage()
    assert [it.name for it in storage.list_buckets(NAMESPACE, tenancy.prod).data] == ["fine-tuning", BUCKET]
    assert storage.list_buckets(NAMESPACE, tenancy.dev).data == []
    assert tenancy.storage(region=EUROPE).list_buckets(NAMESPACE, tenancy.prod).data == []
    paged = oci.pagination.list_call_get_all_results(storage.list_buckets, NAMESPACE, tenancy.prod, limit=1).data
    assert [it.name for it in paged] == ["fine-tuning", BUCKET]
    assert paged[0].freeform_tags is None
    tagged = storage.list_buckets(NAMESPACE, tenancy.prod, fields=["tags"]).data
    assert tagged[0].freeform_tags["team"] == "support"


def test_a_bucket_counts_what_is_in_it_if_asked(tenancy: Tenancy) -> None:
    plain = tenancy.storage().get_bucket(NAMESPACE, BUCKET)
    assert (plain.data.approximate_count, plain.data.compartment_id) == (None, tenancy.prod)
    assert tenancy.storage().head_bucket(NAMESPACE, BUCKET).headers["etag"] == plain.headers["etag"]
    wanted = ["approximateCount", "approximateSize", "autoTiering"]
    told = tenancy.storage().get_bucket(NAMESPACE, BUCKET, fields=wanted).data
    assert (told.approximate_count, told.auto_tiering) == (3, "Disabled")
    assert told.approximate_size == sum(len(read(tenancy, name)) for name in objects_in(tenancy))


def test_what_is_not_there_is_refused_as_what_may_not_be_seen(tenancy: Tenancy) -> None:
    storage = tenancy.storage()
    with refused(404, "BucketNotFound", "'none' does not exist in the namespace 'acmeai' or you are not authorized"):
        storage.list_objects(NAMESPACE, "none")
    with refused(404, "ObjectNotFound", "'none.jsonl'"):
        storage.get_object(NAMESPACE, BUCKET, "none.jsonl")
    with refused(404, "NamespaceNotFound"):
        storage.get_bucket("elsewhere", BUCKET)
    with refused(404, "BucketNotFound"):
        tenancy.storage(region=EUROPE).get_object(NAMESPACE, BUCKET, CHAT)
    with refused(404, "NotAuthorizedOrNotFound"):
        storage.list_buckets(NAMESPACE, "ocid1.compartment.oc1..else")
    with pytest.raises(oci.exceptions.ServiceError) as caught:
        storage.head_object(NAMESPACE, BUCKET, "none.jsonl")
    assert caught.value.status == 404


# -------------------------------------------------------------------------------------------------------- lists


def test_a_list_gives_names_only_unless_asked_for_more(tenancy: Tenancy) -> None:
    storage = tenancy.storage()
    listed = storage.list_objects(NAMESPACE, BUCKET).data
    assert [it.name for it in listed.objects] == ["support-chat-flawed.jsonl", CHAT, "tiny.jsonl"]
    assert (listed.objects[0].size, listed.next_start_with) == (None, None)
    fields = "Name,size,ETAG,md5,timeCreated,timeModified,storageTier,archivalState"
    whole = storage.list_objects(NAMESPACE, BUCKET, fields=fields).data.objects[1]
    content = read(tenancy)
    assert (whole.size, whole.md5, whole.storage_tier) == (len(content), md5(content), "Standard")
    assert whole.etag == storage.head_object(NAMESPACE, BUCKET, CHAT).headers["etag"]
    assert whole.time_created == whole.time_modified
    with refused(400, "InvalidParameter", "colour"):
        storage.list_objects(NAMESPACE, BUCKET, fields="colour")


def test_a_long_list_is_turned_over_by_name(tenancy: Tenancy) -> None:
    for number in range(5):
        put(tenancy, f"runs/{number}.jsonl", b"{}")
    storage = tenancy.storage()
    first = storage.list_objects(NAMESPACE, BUCKET, prefix="runs/", limit=2).data
    assert first.next_start_with == "runs/2.jsonl"
    rest = storage.list_objects(NAMESPACE, BUCKET, prefix="runs/", start=first.next_start_with).data
    assert [it.name for it in [*first.objects, *rest.objects]] == [f"runs/{number}.jsonl" for number in range(5)]
    every = oci.pagination.list_call_get_all_results(
        storage.list_objects, NAMESPACE, BUCKET, prefix="runs/", limit=2
    ).data.objects
    assert len(every) == 5
    between = storage.list_objects(NAMESPACE, BUCKET, start_after="runs/1.jsonl", end="runs/4.jsonl").data.objects
    assert [it.name for it in between] == ["runs/2.jsonl", "runs/3.jsonl"]
    with refused(400, "InvalidParameter", "limit"):
        storage.list_objects(NAMESPACE, BUCKET, limit=1001)


def test_a_delimiter_tells_folders_from_objects(tenancy: Tenancy) -> None:
    for name in ("runs/a/1.jsonl", "runs/b/1.jsonl", "runs/notes.txt"):
        put(tenancy, name, b"{}")
    found = tenancy.storage().list_objects(NAMESPACE, BUCKET, prefix="runs/", delimiter="/").data
    assert ([it.name for it in found.objects], found.prefixes) == (["runs/notes.txt"], ["runs/a/", "runs/b/"])


# ------------------------------------------------------------------------------------------------------ reading


def test_an_object_is_read_whole_and_says_what_it_is(tenancy: Tenancy) -> None:
    answer = tenancy.storage().get_object(NAMESPACE, BUCKET, CHAT)
    content = answer.data.content
    headers = answer.headers
    assert headers["content-length"] == str(len(content))
    assert headers["content-md5"] == md5(content)
    head = tenancy.storage().head_object(NAMESPACE, BUCKET, CHAT).headers
    names = ("content-length", "content-md5", "content-type", "etag", "last-modified", "accept-ranges")
    assert {name: head[name] for name in names} == {name: headers[name] for name in names}


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-99", 10, 100),
        ("bytes=1000-", 1000, None),
        ("bytes=-500", -500, None),
        ("bytes=100-99999999", 100, None),
        ("bytes=-99999999", 0, None),
    ],
)
def test_a_range_is_read_by_itself(tenancy: Tenancy, asked: str, start: int, end: int | None) -> None:
    whole = read(tenancy)
    answer = tenancy.storage().get_object(NAMESPACE, BUCKET, CHAT, range=asked)
    assert answer.status == 206
    assert answer.data.content == whole[start:end]
    first = start if start >= 0 else len(whole) + start
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(whole[start:end]) - 1}/{len(whole)}"


@pytest.mark.parametrize("asked", ["lines=1-2", "bytes=-", "bytes=0-1,5-6"])
def test_a_range_that_is_none_gives_the_whole(tenancy: Tenancy, asked: str) -> None:
    answer = tenancy.storage().get_object(NAMESPACE, BUCKET, "tiny.jsonl", range=asked)
    assert (answer.status, answer.data.content) == (200, read(tenancy, "tiny.jsonl"))


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=9-3", "bytes=-0"])
def test_a_range_outside_is_refused_with_the_size(tenancy: Tenancy, asked: str) -> None:
    with pytest.raises(oci.exceptions.ServiceError) as caught:
        read(tenancy, range=asked)
    assert (caught.value.status, caught.value.code) == (416, "InvalidRange")
    assert caught.value.headers["content-range"] == f"bytes */{len(read(tenancy))}"


def test_reading_can_depend_on_the_etag(tenancy: Tenancy) -> None:
    storage = tenancy.storage()
    etag = storage.head_object(NAMESPACE, BUCKET, CHAT).headers["etag"]
    for tag in (etag, f'"{etag}"', "*"):
        assert read(tenancy, range="bytes=0-0", if_match=tag) == b"{"
    with refused(412, "IfMatchFailed"):
        read(tenancy, if_match="another")
    with pytest.raises(oci.exceptions.ServiceError) as caught:
        read(tenancy, if_none_match=etag)
    assert caught.value.status == 304
    assert read(tenancy, range="bytes=0-0", if_none_match="another") == b"{"


def test_the_etag_is_the_same_after_a_restart_and_another_once_it_is_replaced(opened: Opener) -> None:
    seen = []
    for _ in range(2):
        with opened() as tenancy:
            seen.append(tenancy.storage().head_object(NAMESPACE, BUCKET, CHAT).headers["etag"])
            put(tenancy, CHAT, read(tenancy))
            assert tenancy.storage().head_object(NAMESPACE, BUCKET, CHAT).headers["etag"] != seen[0]
    assert seen[0] == seen[1]


def test_two_gigabytes_are_there_without_being_anywhere(tenancy: Tenancy) -> None:
    assert generated(tenancy, "large.jsonl", size_bytes=LARGE, flaws={"duplicate": 100})["size"] == LARGE
    head = tenancy.storage().head_object(NAMESPACE, BUCKET, "large.jsonl").headers
    assert head["content-length"] == str(LARGE)
    assert head["opc-multipart-md5"].endswith("-30")
    assert "content-md5" not in head
    tail = read(tenancy, "large.jsonl", range="bytes=-5000").splitlines()
    assert len(tail) > 5
    assert {tuple(json.loads(line)) for line in tail[1:]} == {("prompt", "completion")}
    stream = tenancy.storage().get_object(NAMESPACE, BUCKET, "large.jsonl").data.raw.stream(64 * 1024)
    begun = b"".join(itertools.islice(stream, 50))
    stream.close()
    assert begun == read(tenancy, "large.jsonl", range=f"bytes=0-{len(begun) - 1}")


# ------------------------------------------------------------------------------------------------------ writing


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
def test_what_was_put_is_what_is_got(tenancy: Tenancy, size: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    body = body[:size]
    answer = put(tenancy, "up/loaded ü.bin", body, content_type="text/plain", opc_meta={"run": "7"})
    assert answer.headers["opc-content-md5"] == md5(body)
    got = tenancy.storage().get_object(NAMESPACE, BUCKET, "up/loaded ü.bin")
    assert got.data.content == body
    assert (got.headers["etag"], got.headers["content-type"]) == (answer.headers["etag"], "text/plain")
    assert got.headers["opc-meta-run"] == "7"
    if size > 1:
        part = read(tenancy, "up/loaded ü.bin", range="bytes=300000-2999999")
        assert part == body[300_000:3_000_000]


def test_a_stream_is_uploaded_as_it_comes(tenancy: Tenancy, tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_bytes(b'{"prompt": "a", "completion": "b"}\n' * 1000)
    with path.open("rb") as file:
        put(tenancy, "pairs.jsonl", file)
    put(tenancy, "again.jsonl", io.BytesIO(path.read_bytes()))
    assert read(tenancy, "pairs.jsonl") == read(tenancy, "again.jsonl") == path.read_bytes()


def test_what_is_put_compressed_is_handed_out_as_it_was_put(tenancy: Tenancy) -> None:
    packed = gzip.compress(b"{}" * 1000)
    put(tenancy, "packed.gz", packed, content_encoding="gzip")
    storage = tenancy.storage()
    told = storage.head_object(NAMESPACE, BUCKET, "packed.gz").headers
    assert (told["content-encoding"], told["content-length"]) == ("gzip", f"{len(packed)}")
    assert storage.get_object(NAMESPACE, BUCKET, "packed.gz").data.raw.read(decode_content=False) == packed


def test_an_upload_can_depend_on_what_is_there(tenancy: Tenancy) -> None:
    etag = put(tenancy, "it.txt", b"one").headers["etag"]
    with refused(412, "IfNoneMatchFailed"):
        put(tenancy, "it.txt", b"two", if_none_match="*")
    with refused(412, "IfMatchFailed"):
        put(tenancy, "it.txt", b"two", if_match="another")
    with refused(412, "IfMatchFailed"):
        put(tenancy, "new.txt", b"two", if_match="*")
    with refused(400, "UnmatchedContentMD5"):
        put(tenancy, "it.txt", b"two", content_md5=md5(b"three"))
    assert read(tenancy, "it.txt") == b"one"
    put(tenancy, "it.txt", b"two", if_match=etag, content_md5=md5(b"two"))
    assert read(tenancy, "it.txt") == b"two"


def test_who_may_only_read_cannot_write(tenancy: Tenancy) -> None:
    storage = tenancy.storage("READER")
    with refused(404, "BucketNotFound", "or you are not authorized"):
        storage.put_object(NAMESPACE, BUCKET, "mine.txt", b"mine")
    with refused(404, "BucketNotFound"):
        storage.delete_object(NAMESPACE, BUCKET, CHAT)
    assert objects_in(tenancy) == [CHAT, "support-chat-flawed.jsonl", "tiny.jsonl"]


def test_an_unsigned_or_spoilt_request_is_not_let_in(tenancy: Tenancy) -> None:
    path = f"/{HOME}/n/{NAMESPACE}/b/{BUCKET}/o/{CHAT}"
    assert tenancy.raw("GET", path)[0] == 401
    assert tenancy.raw("PUT", path, b"mine")[0] == 401
    headers = signed(tenancy, "GET", path)
    assert tenancy.raw("PUT", path, b"mine", headers)[0] == 401


def test_a_refused_body_is_not_sent(tenancy: Tenancy) -> None:
    """The client asks with Expect whether its body is wanted, and hears the refusal instead of "continue"."""
    path = f"/{HOME}/n/{NAMESPACE}/b/none/o/large.bin"
    head = _head(tenancy, "PUT", path, {"content-length": "1000000", "expect": "100-continue"})
    with _connected(tenancy) as connection:
        connection.sendall(head)
        answer = connection.makefile("rb").readline()
    assert answer.startswith(b"HTTP/1.1 404")


def test_an_upload_that_breaks_off_leaves_nothing(opened: Opener, tmp_path: Path) -> None:
    with opened(state=tmp_path / "oracle.json") as tenancy:
        path = f"/{HOME}/n/{NAMESPACE}/b/{BUCKET}/o/half.bin"
        with _connected(tenancy) as connection:
            head = _head(tenancy, "PUT", path, {"content-length": "1000000", "expect": "100-continue"})
            connection.sendall(head)
            assert connection.makefile("rb").readline().startswith(b"HTTP/1.1 100")
            connection.sendall(b"x" * 1000)
        put(tenancy, "whole.bin", b"whole")
        assert "half.bin" not in objects_in(tenancy)
    assert [it.read_bytes() for it in (tmp_path / "oracle.objects").iterdir()] == [b"whole"]


def _connected(tenancy: Tenancy) -> closing[socket.socket]:
    where = urlsplit(tenancy.url)
    return closing(socket.create_connection((where.hostname, where.port), timeout=20))


def _head(tenancy: Tenancy, method: str, path: str, headers: dict[str, str]) -> bytes:
    """Sign as for an upload: the body is left out."""
    told = {name.lower(): it for name, it in signed(tenancy, "GET", path).items()}
    config = oci.config.from_file(str(tenancy.keys / "config"), "EXECUTOR")
    request = oci._vendor.requests.Request(method, tenancy.url + path, headers={"date": told["date"]}).prepare()
    sent = oci.signer.Signer.from_config(config)(request, enforce_content_headers=False).headers
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name}: {it}" for name, it in {**{k.lower(): v for k, v in sent.items()}, **headers}.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def test_an_object_is_deleted_for_good(tenancy: Tenancy) -> None:
    storage = tenancy.storage("EXECUTOR")
    put(tenancy, "it.txt", b"one")
    with refused(412, "IfMatchFailed"):
        storage.delete_object(NAMESPACE, BUCKET, "it.txt", if_match="another")
    assert storage.delete_object(NAMESPACE, BUCKET, "it.txt").status == 204
    with refused(404, "ObjectNotFound"):
        storage.delete_object(NAMESPACE, BUCKET, "it.txt")
    storage.delete_object(NAMESPACE, BUCKET, "tiny.jsonl")
    assert objects_in(tenancy) == [CHAT, "support-chat-flawed.jsonl"]


def test_uploads_go_with_the_server_unless_its_state_is_kept(opened: Opener) -> None:
    with opened() as tenancy:
        put(tenancy, "it.txt", b"it")
        (path,) = [Path(it["upload"]["path"]) for it in tenancy.control("GET", "objects") if it["upload"]]
        assert path.read_bytes() == b"it"
    assert not path.parent.exists()


def test_objects_survive_a_restart_and_end_with_a_reset(opened: Opener, tmp_path: Path) -> None:
    state, folder = tmp_path / "oracle.json", tmp_path / "oracle.objects"
    with opened(state=state) as tenancy:
        put(tenancy, "kept.txt", b"one")
        put(tenancy, "kept.txt", b"kept")
        generated(tenancy, "made.jsonl", rows=40)
        before = read(tenancy, "made.jsonl")
    assert len(list(folder.iterdir())) == 1
    with opened(state=state) as tenancy:
        assert (read(tenancy, "kept.txt"), read(tenancy, "made.jsonl")) == (b"kept", before)
        tenancy.control("POST", "reset")
        assert "kept.txt" not in objects_in(tenancy)
    assert not folder.exists()


# ------------------------------------------------------------------------------------------- faults and control


@pytest.mark.parametrize("told", [None, 1000, 0])
def test_a_connection_can_break_in_the_midst_of_a_body(tenancy: Tenancy, told: int | None) -> None:
    whole = read(tenancy)
    arrives = len(whole) // 2 if told is None else told
    tenancy.fault(kind="drop_body", operation="GetObject", bytes=told)
    got = bytearray()
    chunks = tenancy.storage().get_object(NAMESPACE, BUCKET, CHAT).data.iter_content(100)
    with pytest.raises(NO_ANSWER):
        _drain(chunks, got)
    assert got == whole[: arrives // 100 * 100] or got == whole[:arrives]


def test_a_body_shorter_than_what_is_let_through_arrives_whole(tenancy: Tenancy) -> None:
    whole = read(tenancy)
    tenancy.fault(kind="drop_body", operation="GetObject", bytes=10**12)
    assert read(tenancy) == whole


def test_any_answer_can_break_off(tenancy: Tenancy) -> None:
    tenancy.fault(kind="drop_body", operation="ListObjects")
    with pytest.raises(NO_ANSWER):
        tenancy.storage().list_objects(NAMESPACE, BUCKET)
    assert tenancy.storage().list_objects(NAMESPACE, BUCKET).status == 200


def test_a_slow_object_arrives_whole(tenancy: Tenancy) -> None:
    whole = read(tenancy)
    tenancy.fault(kind="slow_body", operation="GetObject", seconds=0.02)
    assert read(tenancy) == whole


@pytest.mark.parametrize("told", [{"kind": "status", "status": 503}, {"kind": "drop"}, {"kind": "drop_after"}])
def test_an_upload_meets_faults_too(tenancy: Tenancy, told: dict[str, Any]) -> None:
    tenancy.fault(operation="PutObject", service="object-storage", **told)
    with pytest.raises((*NO_ANSWER, oci.exceptions.ServiceError)):
        put(tenancy, "it.txt", b"it")
    assert ("it.txt" in objects_in(tenancy)) == (told["kind"] == "drop_after")


def test_calls_name_what_was_done_to_objects(tenancy: Tenancy) -> None:
    tenancy.storage().head_object(NAMESPACE, BUCKET, CHAT)
    put(tenancy, "it.txt", b"it")
    calls = [(it["operation"], it["service"], it["permission"]) for it in tenancy.control("GET", "calls")]
    assert calls == [("HeadObject", "object-storage", "read"), ("PutObject", "object-storage", "manage")]


def test_others_put_and_remove_objects_too(tenancy: Tenancy) -> None:
    tenancy.raw("PUT", f"/_control/objects/{HOME}/{BUCKET}/from/outside.txt", b"outside")
    assert read(tenancy, "from/outside.txt") == b"outside"
    told = {"region": HOME, "bucket": BUCKET, "object": {"name": "note.txt", "text": "Grüße"}}
    assert tenancy.control("POST", "objects", told)["size"] == 7
    assert read(tenancy, "note.txt").decode() == "Grüße"
    tenancy.control("DELETE", f"objects/{HOME}/{BUCKET}/from/outside.txt")
    assert tenancy.raw("DELETE", f"/_control/objects/{HOME}/{BUCKET}/from/outside.txt")[0] == 404
    assert tenancy.raw("PUT", f"/_control/objects/{EUROPE}/{BUCKET}/x", b"x")[0] == 404
    both = told | {"object": {"name": "x", "text": "x", "dataset": {"rows": 5}}}
    assert tenancy.raw("POST", "/_control/objects", both)[0] == 400


def _drain(chunks: Iterator[bytes], into: bytearray) -> None:
    for each in chunks:
        into += each
