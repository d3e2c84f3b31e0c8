"""What in a text looks like it belongs to a person: hints, found by its form and never kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from dac.dataset_faults import Kind

SEARCHED = 20_000
"""Characters of a text that are looked through, so that a hostile one cannot hold anybody up."""

IPV4_MOST = 255
IBAN_LEAST = 15

# Each repeats within bounds only, and no character fits two of its parts that follow each other: linear on any text.
_EMAIL = re.compile(r"@(?<=[A-Za-z0-9_%+-]@)(?:[A-Za-z0-9-]{1,63}+\.){1,8}[A-Za-z]{2,24}\b")
_PHONE = re.compile(
    r"(?<![\w.+])(?:\+[1-9](?:(?:[ /()-]{1,2}|\.)?[0-9]){8,14}"
    r"|\(?[2-9][0-9]{2}(?:\) ?|[ .-])[0-9]{3}[ .-][0-9]{4})(?!\w)"
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_CARD = re.compile(r"(?<![\w.-])[3-6][0-9]{3}(?:[ -]?[0-9]){9,15}(?!\w)")
_IPV4 = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\w|\.[0-9])")
_NATIONAL_ID = re.compile(
    r"(?<![\w-])(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\w-])"  # US social security
    r"|(?<!\w)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D](?!\w)"  # UK national insurance
)


# Where a number of a person's may be: only there are the forms tried, for most texts have few such places.
# It begins with one set of characters, which is looked for much faster than a choice of two.
_DIGITS = re.compile(r"[0-9](?:(?:[ ./()-]{0,2}[0-9]){5,}|[0-9]{0,2}\.[0-9])")
BEFORE, AFTER = 24, 64
"""Characters around it that may be of the same number: the letters of an IBAN stand before its digits and after."""


def personal(text: str) -> set[Kind]:
    """The kinds of which there is one at least in its first `SEARCHED` characters."""
    text = text[:SEARCHED]
    found = {Kind.EMAIL} if "@" in text and _EMAIL.search(text) else set()
    for place in _DIGITS.finditer(text):
        digits = sum(map(str.isdigit, place[0]))
        start, end = max(0, place.start() - BEFORE), place.end() + AFTER
        for kind, form in _FORMS.items():
            if digits < form.least:
                break
            if kind not in found and any(form.is_one(each[0]) for each in form.pattern.finditer(text, start, end)):
                found.add(kind)
    return found


def may_be_personal(folded: bytes) -> bool:
    """False where `personal` finds nothing, told quickly from a text whose digits are 0 and separators gone.

    An address needs its @; every number has six digits that nothing but separators parts, or a full stop between two.
    """
    return b"000000" in folded or b"0.0" in folded or b"@" in folded


def _is_iban(text: str) -> bool:
    """By its check digits (ISO 13616); the words after it may have been taken for its last groups."""
    words = text.split(" ")
    return any(_checks("".join(words[:count])) for count in range(len(words), 0, -1))


def _checks(iban: str) -> bool:
    return len(iban) >= IBAN_LEAST and int("".join(str(int(each, 36)) for each in iban[4:] + iban[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    """By its check digit (Luhn)."""
    digits = [int(each) for each in text if each.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_ipv4(text: str) -> bool:
    return all(int(part) <= IPV4_MOST for part in text.split("."))


class _Form(NamedTuple):
    """`least` digits are together in each, but for separators."""

    least: int
    pattern: re.Pattern[str]
    is_one: Callable[[str], bool] = bool


_FORMS = {
    Kind.IPV4: _Form(2, _IPV4, _is_ipv4),
    Kind.NATIONAL_ID: _Form(6, _NATIONAL_ID),
    Kind.IBAN: _Form(8, _IBAN, _is_iban),
    Kind.PHONE: _Form(9, _PHONE),
    Kind.CARD: _Form(13, _CARD, _is_card),
}
"""By the fewest digits."""
