"""Object Storage: buckets, the objects in them, and their content as a whole or in ranges."""

# Refusals name what is missing without saying whether it exists, as Oracle does: who may not is told the same as who
# asks for nothing. The words of "range" refusals are not documented and stand here as a guess.

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from email.utils import format_datetime

from sandbox.oracle import buckets
from sandbox.oracle.buckets import Bucket, Stored
from sandbox.oracle.calls import EMPTY, Answer, Call, Content, listed
from sandbox.oracle.datasets import PART
from sandbox.oracle.errors import OracleError, invalid
from sandbox.oracle.times import moment
from sandbox.oracle.uploads import discard
from sandbox.oracle.world import Json, World

LARGEST_LIST = 1000
BUCKET_FIELDS = ("approximateCount", "approximateSize", "autoTiering")
OBJECT_FIELDS = ("name", "size", "etag", "timeCreated", "md5", "timeModified", "storageTier", "archivalState")
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def get_namespace(world: World, call: Call) -> Answer:
    compartment = call.one("compartmentId")
    if compartment:
        world.known_compartment(compartment)
    return Answer(world.scenario.namespace)


# ----------------------------------------------------------------------------------------------------- buckets


def list_buckets(world: World, call: Call) -> Answer:
    _check_namespace(world, call)
    compartment = world.known_compartment(call.needed("compartmentId"))
    wanted = _fields(call, ("tags",))
    rows = [
        {name: it for name, it in found.body.items() if name in _SUMMARY or (wanted and name in _TAGS)}
        for found in sorted(world.buckets.values(), key=lambda it: it.name)
        if found.region == call.region and found.body["compartmentId"] == compartment
    ]
    page, headers = listed(call, rows)
    return Answer(page, headers)


_SUMMARY = ("namespace", "name", "compartmentId", "createdBy", "timeCreated", "etag")
_TAGS = ("freeformTags", "definedTags")


def get_bucket(world: World, call: Call) -> Answer:
    found = _bucket(world, call)
    wanted = _fields(call, BUCKET_FIELDS)
    told: dict[str, Callable[[], object]] = {
        "approximateCount": lambda: len(found.objects),
        "approximateSize": lambda: sum(it.source.size for it in found.objects.values()),
        "autoTiering": lambda: "Disabled",
    }
    return Answer(found.body | {name: told[name]() for name in wanted}, {"etag": found.body["etag"]})


def _check_namespace(world: World, call: Call) -> None:
    if call.path["namespaceName"] != world.scenario.namespace:
        raise OracleError(
            404,
            "NamespaceNotFound",
            "You do not have authorization to perform this request, or the requested resource could not be found.",
        )


def _bucket(world: World, call: Call) -> Bucket:
    _check_namespace(world, call)
    found = world.buckets.get(buckets.key(call.region, call.path["bucketName"]))
    if found is None:
        raise no_bucket(world, call)
    return found


def no_bucket(world: World, call: Call) -> OracleError:
    """Refuse a bucket that is not there, and whoever may not do what they want to do with one that is."""
    return OracleError(
        404,
        "BucketNotFound",
        f"Either the bucket named '{call.path['bucketName']}' does not exist in the namespace "
        f"'{world.scenario.namespace}' or you are not authorized to access it",
    )


def _fields(call: Call, allowed: tuple[str, ...]) -> list[str]:
    """Read a list in one parameter, whatever the case of its letters."""
    by_lower = {name.lower(): name for name in allowed}
    told = [it.strip().lower() for it in (call.one("fields") or "").split(",") if it.strip()]
    if unknown := [it for it in told if it not in by_lower]:
        raise invalid(f"fields must be among {', '.join(allowed)}, not {unknown[0]!r}.")
    return [by_lower[it] for it in told]


# ----------------------------------------------------------------------------------------------------- objects


def list_objects(world: World, call: Call) -> Answer:
    """List names from `start` on, with what else is asked for; `nextStartWith` is where the next page starts."""
    bucket = _bucket(world, call)
    wanted = ["name", *_fields(call, OBJECT_FIELDS)]
    prefix, start, after, end = (call.one(name) or "" for name in ("prefix", "start", "startAfter", "end"))
    if call.choice("delimiter", ("/",)):
        names, prefixes = _at_level(bucket, prefix)
    else:
        names, prefixes = [name for name in bucket.objects if name.startswith(prefix)], []
    names = sorted(it for it in names if it >= start and (not after or it > after) and (not end or it < end))
    page, rest = names[: _limit(call)], names[_limit(call) :]
    body: Json = {"objects": [_summary(bucket.objects[name], wanted) for name in page], "prefixes": prefixes}
    return Answer(body | ({"nextStartWith": rest[0]} if rest else {}))


def _at_level(bucket: Bucket, prefix: str) -> tuple[list[str], list[str]]:
    """Tell the objects of one folder from the folders in it."""
    names, folders = [], set()
    for name in bucket.objects:
        if name.startswith(prefix):
            folder, slash, _ = name[len(prefix) :].partition("/")
            if slash:
                folders.add(prefix + folder + slash)
            else:
                names.append(name)
    return names, sorted(folders)


def _limit(call: Call) -> int:
    told = call.one("limit") or f"{LARGEST_LIST}"
    if not (told.isdecimal() and 1 <= int(told) <= LARGEST_LIST):
        raise invalid(f"limit must be between 1 and {LARGEST_LIST}.")
    return int(told)


def _summary(it: Stored, wanted: list[str]) -> Json:
    told: dict[str, Callable[[], object]] = {
        "name": lambda: it.name,
        "size": lambda: it.source.size,
        "etag": lambda: it.etag,
        "timeCreated": lambda: it.created,
        "md5": lambda: it.source.md5,
        "timeModified": lambda: it.created,
        "storageTier": lambda: "Standard",
        "archivalState": lambda: None,
    }
    shown = {name: told[name]() for name in wanted}
    return {name: value for name, value in shown.items() if value is not None}


def head(world: World, call: Call) -> Answer:
    found = _object(world, call)
    _check_reading(call, found)
    source = found.source
    return Answer(headers=_headers(found), content=Content(source.size, lambda: source.read(0, source.size)))


def get(world: World, call: Call) -> Answer:
    """Give an object, or the one range of it that is asked for; a range that cannot be read is as if none were."""
    found = _object(world, call)
    _check_reading(call, found)
    source, headers = found.source, _headers(found)
    span = _span(call.headers.get("range", ""), source.size)
    if span is None:
        return Answer(headers=headers, content=Content(source.size, lambda: source.read(0, source.size)))
    start, end = span
    if start >= end:
        raise OracleError(
            416,
            "InvalidRange",
            "The requested range is not satisfiable.",
            {"content-range": f"bytes */{source.size}"},
        )
    headers["content-range"] = f"bytes {start}-{end - 1}/{source.size}"
    return Answer(headers=headers, status=206, content=Content(end - start, lambda: source.read(start, end)))


def _span(told: str, size: int) -> tuple[int, int] | None:
    found = RANGE.fullmatch(told.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return max(size - int(last), 0), size
    return int(first), min(int(last) + 1, size) if last else size


def _headers(it: Stored) -> dict[str, str]:
    checksum = "opc-multipart-md5" if it.source.size > PART and it.upload is None else "content-md5"
    return {
        "etag": it.etag,
        "last-modified": format_datetime(moment(it.created), usegmt=True),
        "content-type": it.content_type,
        "accept-ranges": "bytes",
        "storage-tier": "Standard",
        checksum: it.source.md5,
        **({"content-encoding": it.content_encoding} if it.content_encoding else {}),
        **{f"opc-meta-{name}": value for name, value in it.metadata.items()},
    }


def _object(world: World, call: Call) -> Stored:
    bucket = _bucket(world, call)
    found = bucket.objects.get(call.path["objectName"])
    if found is None:
        raise OracleError(
            404,
            "ObjectNotFound",
            f"The object '{call.path['objectName']}' does not exist in bucket '{bucket.name}' with namespace "
            f"'{world.scenario.namespace}'",
        )
    return found


def _check_reading(call: Call, found: Stored) -> None:
    _check_match(call, found)
    if _matches(call.headers.get("if-none-match"), found):
        raise OracleError(304, "NotModified", "The object has not changed.", {"etag": found.etag})


def _check_match(call: Call, found: Stored | None) -> None:
    if call.if_match is not None and not _matches(call.if_match, found):
        raise OracleError(412, "IfMatchFailed", "The entity tag in If-Match does not match the object's.")


def _matches(told: str | None, found: Stored | None) -> bool:
    tags = [it.strip().strip('"') for it in (told or "").split(",")]
    return found is not None and ("*" in tags or found.etag in tags)


def may_put(world: World, call: Call) -> None:
    """Refuse an upload before its body is sent."""
    found = _bucket(world, call).objects.get(call.path["objectName"])
    _check_match(call, found)
    if _matches(call.headers.get("if-none-match"), found):
        raise OracleError(412, "IfNoneMatchFailed", "The object exists, and If-None-Match says that it must not.")


def put(world: World, call: Call) -> Answer:
    """Store what has come in, in place of what was there; until then the old object is read."""
    may_put(world, call)
    upload, told = call.upload, call.headers.get("content-md5")
    if told and told != upload.md5:
        raise OracleError(
            400,
            "UnmatchedContentMD5",
            f"The computed MD5 of the request body ({upload.md5}) does not match the Content-MD5 header ({told})",
        )
    found = store(
        world,
        _bucket(world, call),
        Stored(
            call.path["objectName"],
            world.now(),
            content_type=call.headers.get("content-type", "application/octet-stream"),
            content_encoding=call.headers.get("content-encoding"),
            metadata={
                name.removeprefix("opc-meta-"): it for name, it in call.headers.items() if name.startswith("opc-meta-")
            },
            upload=asdict(upload),
        ),
    )
    modified = format_datetime(moment(found.created), usegmt=True)
    return Answer(headers={"etag": found.etag, "last-modified": modified, "opc-content-md5": upload.md5})


def store(world: World, bucket: Bucket, it: Stored) -> Stored:
    drop(world, bucket, it.name)
    bucket.objects[it.name] = it
    return it


def drop(world: World, bucket: Bucket, name: str) -> None:
    old = bucket.objects.pop(name, None)
    if old and old.upload:
        discard(old.upload["path"])
    world.changed = True


def delete(world: World, call: Call) -> Answer:
    found = _object(world, call)
    _check_match(call, found)
    drop(world, _bucket(world, call), found.name)
    return EMPTY
