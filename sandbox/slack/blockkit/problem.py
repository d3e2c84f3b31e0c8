"""What is wrong with a Block Kit payload, worded and shaped as Slack's `blocks.validate` answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Code: TypeAlias = Literal["failed_constraint", "missing_field", "invalid_type"]


@dataclass(frozen=True)
class Problem:
    """One refusal; `pointer` is a JSON pointer from the payload's root ("" is the root itself)."""

    pointer: str
    code: Code
    message: str
    field: str | None = None
    constraint: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """One entry of the `errors` array."""
        entry: dict[str, Any] = {"code": self.code, "message": self.message, "pointer": self.pointer}
        if self.field is not None:
            entry["field"] = self.field
        if self.constraint is not None:
            entry["constraint"] = dict(self.constraint)
        return entry


def missing(at: str, field: str) -> Problem:
    """Slack points at the object and names the field, as a missing field has no place of its own."""
    return Problem(at, "missing_field", f"missing required field: {field}", field=field)


def wrong_type(at: str, wanted: str) -> Problem:
    return Problem(at, "invalid_type", f"must provide {wanted}")


def unsupported_type(at: str, expected: Sequence[str], got: object) -> Problem:
    constraint = {"type": "enum", "expected": list(expected), "got": got}
    return Problem(f"{at}/type", "failed_constraint", f"unsupported type: {got}", constraint=constraint)


def unknown_field(at: str, field: str) -> Problem:
    constraint = {"type": "additional_properties", "got": field}
    return Problem(at, "failed_constraint", f"invalid additional property: {field}", constraint=constraint)


def too_long(at: str, limit: int, length: int) -> Problem:
    return _bound(at, "max_length", limit, length, f"must be less than {limit + 1} characters")


def too_short(at: str, limit: int, length: int) -> Problem:
    return _bound(at, "min_length", limit, length, f"must be more than {limit - 1} characters")


def too_many(at: str, limit: int, count: int) -> Problem:
    return _bound(at, "max_items", limit, count, f"no more than {limit} items allowed")


def too_few(at: str, limit: int, count: int) -> Problem:
    return _bound(at, "min_items", limit, count, f"must provide at least {limit} items")


def too_great(at: str, limit: float, got: float) -> Problem:
    return _bound(at, "maximum", limit, got, f"must be less than or equal to {limit}")


def too_small(at: str, limit: float, got: float, *, exclusive: bool = False) -> Problem:
    wording = f"must be greater than {limit}" if exclusive else f"must be greater than or equal to {limit}"
    return _bound(at, "minimum", limit, got, wording)


def not_a_choice(at: str, expected: Sequence[object], got: object) -> Problem:
    constraint = {"type": "enum", "expected": list(expected), "got": got}
    return Problem(at, "failed_constraint", "must be a valid enum value", constraint=constraint)


def bad_format(at: str, expected: str, message: str) -> Problem:
    return Problem(at, "failed_constraint", message, constraint={"type": "format", "expected": expected})


def no_schema_fits(at: str) -> Problem:
    """The line Slack puts before what is wrong inside a text object of restricted length."""
    message = "failed to match all allowed schemas"
    return Problem(at, "failed_constraint", message, constraint={"type": "all_of"})


def broken_rule(at: str, message: str, *, field: str | None = None) -> Problem:
    """A rule between fields; Slack gives these no `constraint`."""
    return Problem(at, "failed_constraint", message, field=field)


def already_exists(at: str, field: str, value: str) -> Problem:
    return broken_rule(at, f'`{field}` "{value}" already exists', field=field)


def _bound(at: str, kind: str, limit: float, got: float, message: str) -> Problem:
    return Problem(at, "failed_constraint", message, constraint={"type": kind, "expected": limit, "got": got})
