"""One API call as the rules see it, what it answers, and the checks all bodies and parameters share."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sandbox.oracle.errors import etag_differs, invalid, missing, token_used, unreadable
from sandbox.oracle.times import later
from sandbox.oracle.uploads import NOTHING, Upload
from sandbox.oracle.world import TOKEN_SECONDS, Json, Receipt, Resource, Work, World

LARGEST_PAGE = 1000


@dataclass(frozen=True)
class Call:
    """What was asked, once it is known by whom and in which region."""

    operation: str
    region: str
    path: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    body: bytes = b""
    if_match: str | None = None
    retry_token: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """By their names in small letters."""
    url: str = ""
    upload: Upload = NOTHING
    """What came in, where a body is too large to be held."""

    def one(self, name: str) -> str | None:
        """Give a query parameter, if it was sent with a value."""
        values = self.query.get(name) or [""]
        return values[0] or None

    def needed(self, name: str) -> str:
        value = self.one(name)
        if value is None:
            raise missing(name)
        return value

    def choice(self, name: str, allowed: Sequence[str]) -> str | None:
        value = self.one(name)
        if value is not None and value not in allowed:
            raise invalid(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
        return value

    def choices(self, name: str, allowed: Sequence[str] | None = None) -> set[str]:
        values = {value for value in self.query.get(name, ()) if value}
        if allowed is not None and not values <= set(allowed):
            raise invalid(f"{name} must be among {', '.join(allowed)}.")
        return values

    def flag(self, name: str) -> bool | None:
        value = self.choice(name, ("true", "false", "True", "False"))
        return None if value is None else value.lower() == "true"


@dataclass(frozen=True)
class Content:
    """A body of known length that is made while it is sent."""

    length: int
    read: Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class Answer:
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    content: Content | None = None
    """In place of `body`, for what is not JSON."""


EMPTY = Answer(status=204)


class Field(NamedTuple):
    """What a body may hold under one name."""

    fits: Callable[[Any], bool]
    kind: str
    required: bool = False


def _is_tags(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(it, str) for it in value.values())


def _is_defined_tags(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(it, dict) for it in value.values())


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def text(*, required: bool = False) -> Field:
    return Field(lambda value: isinstance(value, str) and bool(value or not required), "a string", required)


def whole(*, required: bool = False) -> Field:
    return Field(lambda value: is_number(value) and value == int(value), "a whole number", required)


def struct(*, required: bool = False) -> Field:
    return Field(lambda value: isinstance(value, dict), "an object", required)


NAMES: dict[str, Field] = {"displayName": text(), "description": text()}
TAGS: dict[str, Field] = {
    "freeformTags": Field(_is_tags, "an object of strings"),
    "definedTags": Field(_is_defined_tags, "an object of objects"),
}


def read_body(call: Call, fields: Mapping[str, Field], *, fixed: Sequence[str] = ()) -> Json:
    """Read a JSON object; `fixed` names what the resource has but this call cannot change."""
    try:
        told = json.loads(call.body)
    except (ValueError, RecursionError) as error:
        raise unreadable("The body is not JSON.") from error
    if not isinstance(told, dict):
        raise unreadable("The body is not an object.")
    told = {name: value for name, value in told.items() if value is not None}
    check_fields(told, fields, fixed=fixed)
    return told


def check_fields(told: Json, fields: Mapping[str, Field], *, fixed: Sequence[str] = (), where: str = "") -> None:
    for name, value in told.items():
        if name in fixed:
            raise invalid(f"{where}{name} cannot be changed.")
        if name not in fields:
            raise unreadable(f"Unrecognized field {where}{name!s}.")
        if not fields[name].fits(value):
            raise invalid(f"{where}{name} must be {fields[name].kind}.")
    for name, wanted in fields.items():
        if wanted.required and name not in told:
            raise missing(where + name)


def check_etag(call: Call, resource: Resource) -> None:
    if call.if_match not in {None, "*", resource.etag}:
        raise etag_differs()


# ------------------------------------------------------------------------------------------------ retry tokens


def earlier(world: World, call: Call) -> Receipt | None:
    """Find what the same retry token did before; the same token may not ask for something else."""
    receipt = world.receipts.get(_receipt_key(call))
    if receipt is None or later(receipt.at, TOKEN_SECONDS) <= world.now():
        return None
    if receipt.asked != _asked(call):
        raise token_used(str(call.retry_token))
    return receipt


def remember(world: World, call: Call, resource: Resource, work: Work | None) -> None:
    if call.retry_token:
        world.receipts[_receipt_key(call)] = Receipt(
            _asked(call), resource.ocid, work.ocid if work else None, world.now()
        )
        world.changed = True


def _receipt_key(call: Call) -> str:
    return f"{call.region}/{call.operation}/{call.retry_token or ''}"


def _asked(call: Call) -> str:
    """Tell two requests apart; the order of a body's keys does not matter."""
    body = json.dumps(json.loads(call.body), sort_keys=True)
    return hashlib.sha256(f"{sorted(call.path.items())}{body}".encode()).hexdigest()


# ------------------------------------------------------------------------------------------------------- lists


def listed(call: Call, rows: Sequence[Json]) -> tuple[Sequence[Json], dict[str, str]]:
    """Cut one page out of the rows, with the header that leads to the next."""
    size = _page_size(call)
    start = _page_start(call)
    if start > len(rows):
        raise invalid("page is not valid for this list.")
    end = start + size
    token = base64.urlsafe_b64encode(f"{end}".encode()).decode()
    return rows[start:end], {"opc-next-page": token} if end < len(rows) else {}


def collection(call: Call, rows: Sequence[Json]) -> Answer:
    page, headers = listed(call, rows)
    return Answer({"items": page}, headers)


def ordered(call: Call, rows: Sequence[Json], allowed: Sequence[str]) -> list[Json]:
    """Sort as asked: by time the newest come first, by name the first letters do."""
    by = call.choice("sortBy", allowed) or allowed[0]
    timed = by.startswith("time")
    order = call.choice("sortOrder", ("ASC", "DESC")) or ("DESC" if timed else "ASC")
    return sorted(rows, key=lambda row: (row.get(by) or "", row.get("id", "")), reverse=order == "DESC")


def _page_size(call: Call) -> int:
    told = call.one("limit")
    if told is None:
        return LARGEST_PAGE
    if not (told.isdecimal() and 1 <= int(told) <= LARGEST_PAGE):
        raise invalid(f"limit must be between 1 and {LARGEST_PAGE}.")
    return int(told)


def _page_start(call: Call) -> int:
    token = call.one("page")
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token.encode()).decode("ascii"))
    except (ValueError, binascii.Error) as error:
        raise invalid("page is not a token of this list.") from error
