"""How a catalogue file is read and checked: kinds of field, sources by name, one sentence where something is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    StrictInt,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails

from dac.errors import Invalid
from dac.figures import Source


def decimal(written: object) -> object:
    """A number written as text; a TOML float has lost its digits before anyone could look at them."""
    if isinstance(written, Decimal):
        return written
    try:
        if isinstance(written, str):
            return Decimal(written)
    except InvalidOperation:
        pass
    raise ValueError('must be a number written as text, such as "24.00"')


def _day(written: object) -> object:
    if type(written) is not date:
        raise ValueError("must be a date without quotes, such as 2026-08-10")
    return written


def _cited(names: object, info: ValidationInfo) -> object:
    """Sources for their names; the names are looked up in the file's own `sources`, given as context."""
    if isinstance(names, tuple):
        return names
    if not isinstance(names, list) or not names:
        raise ValueError("must list one or more names out of sources")
    known: Mapping[str, Source] = info.context or {}
    for name in names:
        if not isinstance(name, str) or name not in known:
            raise ValueError(f'names "{name}", which is not in sources')
    return tuple(known[name] for name in names)


def _dated(raw: object) -> object:
    if isinstance(raw, dict) and "as_of" in raw and type(raw["as_of"]) is not date:
        raise ValueError("must give as_of as a date without quotes, such as 2026-08-10")
    return raw


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]+$")]
Count = Annotated[StrictInt, Field(ge=1)]
Amount = Annotated[Decimal, BeforeValidator(decimal), Field(ge=0)]
Factor = Annotated[Decimal, BeforeValidator(decimal), Field(gt=0)]
Day = Annotated[date, BeforeValidator(_day)]
Sources = Annotated[tuple[Source, ...], BeforeValidator(_cited)]

SOURCES = TypeAdapter(dict[str, Annotated[Source, BeforeValidator(_dated)]])
Read = TypeVar("Read")


SHIPPED = "catalog.toml"
"""The file that comes with the package."""


def tables(text: str, file: str = SHIPPED) -> dict[str, object]:
    """The sections of the file, not yet checked."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{file} is not TOML: {error}.") from error


def merged(under: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Both files as one: what `over` says counts, field by field."""
    both = dict(under)
    for name, value in over.items():
        below = both.get(name)
        both[name] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return both


def keyed(entries: object, section: str, key: str, file: str = SHIPPED) -> dict[str, object]:
    """Entries that carry their key; one that is no table is left for the reading to complain of."""
    if not isinstance(entries, dict):
        raise Invalid(f"{file}: {section} must be a table.")
    return {name: {**entry, key: name} if isinstance(entry, dict) else entry for name, entry in entries.items()}


def read(
    into: TypeAdapter[Read], raw: object, sources: Mapping[str, Source], *section: str, file: str = SHIPPED
) -> Read:
    """What `raw` says, checked; `Invalid` with one sentence that names the place where something in it is wrong."""
    try:
        return into.validate_python(raw, context=sources)
    except ValidationError as error:
        fault = error.errors()[0]
        raise Invalid(f"{file}: {_sentence((*section, *fault['loc']), fault)}.") from error


def _sentence(where: tuple[int | str, ...], fault: ErrorDetails) -> str:
    """Names the entry, then its field; faults found in how entries fit together name their own place."""
    says = _WORDS.get(fault["type"]) or re.sub(r"^[\w ]*should", "must", fault["msg"].removeprefix("Value error, "))
    if not where:
        return says
    *outer, field = (
        f"item {step + 1}" if isinstance(step, int) else step.replace("[key]", "the name") for step in where
    )
    return f"in {', '.join(outer)}: {field} {says}" if outer else f"{field} {says}"


_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "tuple_type": "must be a list",
}
