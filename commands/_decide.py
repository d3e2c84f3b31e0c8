"""What the commands that decide over a request share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from approvals.request import Request
from commands._blocks import escape
from commands._command import Arguments, Reply, Word
from dac.errors import Invalid
from dac.naming import clip


class OfRequest(Arguments):
    request: Annotated[
        str,
        Word(fixed=True, from_thread=True),
        Field(min_length=1, max_length=20, description="The request's number"),
    ]


def number(word: str) -> int:
    """A request's number as people write it: 12 or #12."""
    digits = word.strip().removeprefix("#")
    # str.isdigit() also takes digits int() does not know; a number this long is no request of ours.
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):  # noqa: PLR2004 - below 64 bits
        raise Invalid(f"“{clip(word)}” is not the number of a request: it is on the card, such as 12.")
    return int(digits)


def done(request: Request, what: str) -> Reply:
    """A short private word; the card and its thread say the rest to everybody."""
    return Reply(text=escape(f"{what} request {request.id}: {request.plan.summary}."))
