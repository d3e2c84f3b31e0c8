"""JSON with every digit: figures of a bill are decimal, and neither read nor written as binary fractions."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

MARK = "\ue000"
"""Around a figure until it is written without quotation marks, as the json module writes no Decimal."""

_MARKED = re.compile(r'"\\ue000([-+.\dE]+)\\ue000"')


def loads(text: bytes | str) -> Any:
    """Fractions are Decimal; what is no number, such as NaN, is a ValueError."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)


def dumps(value: Any) -> str:
    return _MARKED.sub(r"\1", json.dumps(value, separators=(",", ":"), default=_mark))


def _mark(value: Any) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return f"{MARK}{value}{MARK}"
    raise TypeError(f"{value!r} is not written as JSON")


def _refuse(constant: str) -> NoReturn:
    raise json.JSONDecodeError(f"{constant} is no number", constant, 0)
