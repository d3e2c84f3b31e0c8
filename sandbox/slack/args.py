"""The arguments of a call, read the same whether they came as JSON, a form, multipart or a query."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from aiohttp import web

from sandbox.slack.errors import ApiError, Json, bad_arguments

T = TypeVar("T")


class Args:
    def __init__(self, values: Json) -> None:
        self._values = {key: value for key, value in values.items() if value is not None}
        self.given = frozenset(values)
        """The names of all arguments, those given as null included."""

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def as_json(self) -> Json:
        return dict(self._values)

    def text(self, name: str, default: str = "") -> str:
        value = self._values.get(name, default)
        if isinstance(value, bool | dict | list):
            raise bad_arguments(f"must be a string [json-pointer:/{name}]")
        return str(value)

    def optional(self, name: str) -> str | None:
        return self.text(name) if name in self._values else None

    def need(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise bad_arguments(f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self._values.get(name, default)
        return value if isinstance(value, bool) else str(value).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        value = self._values.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_arguments(f"must be an integer [json-pointer:/{name}]") from None

    def data(self, name: str, error: str = "invalid_arguments") -> Any:
        """A structured argument; in forms it is JSON in a string."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise ApiError(error) from None

    def names(self, name: str) -> list[str]:
        """A list of ids, comma-separated in forms."""
        value = self._values.get(name)
        if isinstance(value, list):
            return [str(each) for each in value]
        return [each.strip() for each in str(value or "").split(",") if each.strip()]


async def read(request: web.Request) -> Args:
    values: Json = dict(request.query)
    if request.content_type == "application/json":
        text = await request.text()
        # clients send "application/json" with nothing in it, e.g. for auth.test
        if text.strip():
            try:
                body = json.loads(text)
            except (ValueError, RecursionError):
                raise ApiError("invalid_json") from None
            if not isinstance(body, dict):
                raise ApiError("json_not_object")
            values |= body
    elif request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        values |= dict(await request.post())
    return Args(values)


def page(items: list[T], args: Args, *, default: int, most: int) -> tuple[list[T], Json]:
    """The part of a list the caller's limit and cursor ask for, and the metadata leading to the next."""
    limit = args.number("limit", default) or default
    if not 1 <= limit <= most:
        raise ApiError("invalid_limit")
    cursor = args.text("cursor")
    prefix, _, offset = cursor.partition(":")
    if cursor and (prefix != "next" or not offset.isdigit()):
        raise ApiError("invalid_cursor")
    start = int(offset or 0)
    more = start + limit < len(items)
    return items[start : start + limit], {"next_cursor": f"next:{start + limit}" if more else ""}
