"""Rules between the fields of one object: which exclude, need or must match each other."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sandbox.slack.blockkit.problem import Problem, already_exists, broken_rule
from sandbox.slack.blockkit.spec import Rule


def at_least_one(*fields: str) -> Rule:
    def check(value: Mapping[str, Any], at: str) -> Iterator[Problem]:
        if not any(field in value for field in fields):
            yield Problem(at, "missing_field", f"missing required field: {' or '.join(fields)}", field=fields[0])

    return check


def at_most_one(*fields: str) -> Rule:
    def check(value: Mapping[str, Any], at: str) -> Iterator[Problem]:
        if sum(field in value for field in fields) > 1:
            yield broken_rule(at, f"only one of {', '.join(fields)} may be provided", field=fields[1])

    return check


def exactly_one(*fields: str) -> Rule:
    least, most = at_least_one(*fields), at_most_one(*fields)

    def check(value: Mapping[str, Any], at: str) -> Iterator[Problem]:
        yield from least(value, at)
        yield from most(value, at)

    return check


def needs(field: str, other: str) -> Rule:
    """`field` set to true means nothing without `other` set to true."""

    def check(value: Mapping[str, Any], at: str) -> Iterator[Problem]:
        if value.get(field) is True and value.get(other) is not True:
            yield broken_rule(f"{at}/{field}", f"`{field}` requires `{other}` to be true", field=field)

    return check


def not_both_true(field: str, other: str) -> Rule:
    def check(value: Mapping[str, Any], at: str) -> Iterator[Problem]:
        if value.get(field) is True and value.get(other) is True:
            yield broken_rule(f"{at}/{field}", f"`{field}` cannot be set when `{other}` is true", field=field)

    return check


def ordered(*fields: str) -> Rule:
    """The numbers present, in this order, do not decrease; a number may be written as a string."""

    def check(value: Mapping[str, Any], at: str) -> Iterator[Problem]:
        low: tuple[str, float] | None = None
        for field in fields:
            number = as_number(value.get(field))
            if number is None:
                continue
            if low is not None and number < low[1]:
                yield broken_rule(f"{at}/{field}", f"`{field}` cannot be less than `{low[0]}`", field=field)
            low = (field, number)

    return check


def decimals_only_if(flag: str, *fields: str) -> Rule:
    def check(value: Mapping[str, Any], at: str) -> Iterator[Problem]:
        if value.get(flag) is not False:
            return
        for field in fields:
            number = as_number(value.get(field))
            if number is not None and not number.is_integer():
                yield broken_rule(f"{at}/{field}", f"`{field}` must be a whole number", field=field)

    return check


def chosen_among_options(field: str) -> Rule:
    """What is selected at first must be one of the options offered, text, value and all."""

    def check(value: Mapping[str, Any], at: str) -> Iterator[Problem]:
        if field not in value:
            return
        offered = list(_options(value))
        chosen = value[field]
        picks = chosen if isinstance(chosen, list) else [chosen]
        for index, pick in enumerate(picks):
            if isinstance(pick, dict) and pick not in offered:
                where = f"{at}/{field}/{index}" if isinstance(chosen, list) else f"{at}/{field}"
                yield broken_rule(where, f"`{field}` must exactly match one of the options", field=field)

    return check


def unique(collection: str, key: str) -> Rule:
    """The objects of a list differ in `key`."""

    def check(value: Mapping[str, Any], at: str) -> Iterator[Problem]:
        seen: set[str] = set()
        for index, item in enumerate(objects(value.get(collection))):
            name = item.get(key)
            if not isinstance(name, str):
                continue
            if name in seen:
                yield already_exists(f"{at}/{collection}/{index}/{key}", key, name)
            seen.add(name)

    return check


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The items of a list, each that is no object read as an empty one so that places keep their number."""
    return [item if isinstance(item, dict) else {} for item in value] if isinstance(value, list) else []


def as_number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _options(value: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    yield from objects(value.get("options"))
    for group in objects(value.get("option_groups")):
        yield from objects(group.get("options"))
