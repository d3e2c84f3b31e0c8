"""Training data sets for tests: a clean one, and what can be planted in it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from dac.dataset import Checker
from dac.dataset_faults import Kind
from dac.dataset_findings import report_of
from dac.dataset_report import Report, Rules
from dac.figures import Source, Trust

ORACLE = Source(title="Oracle, requirements of training data", as_of=date(2026, 11, 23), trust=Trust.DOC)
HANDBOOK = Source(title="The team's handbook", as_of=date(2026, 11, 1), trust=Trust.TEAM)
TOKENS = Source(title="A token taken as 4 characters", as_of=date(2026, 11, 23), trust=Trust.DERIVED)

RULES = Rules(
    least=32,
    train_share=Decimal("0.8"),
    oracle=ORACLE,
    advised=100,
    recommended=(500, 2_000),
    handbook=HANDBOOK,
    characters_per_token=Decimal(4),
    tokens=TOKENS,
)
SLOTS = 1 << 12

ASKS = ["How do I fix", "Why does it say", "What about", "Where is", "Can you check", "When will you send", "Who has"]
THINGS = ["printer", "invoice", "refund", "parcel", "login", "password", "router", "screen", "battery", "cable"]
LIKE = ["old", "new", "broken", "green", "late", "missing", "second", "spare"]
PLACES = ["Lyon", "Rome", "Oslo", "Kyiv", "Cork"]
DEEDS = ["restart", "send", "open", "check", "replace"]


def row(prompt: str, completion: str) -> bytes:
    return json.dumps({"prompt": prompt, "completion": completion}).encode()


def clean(count: int = 600) -> Iterator[bytes]:
    """Lines that nothing is wrong with, no two with the same words."""
    chance = random.Random(5)  # noqa: S311 - nothing secret, and the same each time
    for number in range(count):
        one, other = chance.sample(THINGS, 2)
        word = spelled(number)
        yield row(
            f"{chance.choice(ASKS)} the {chance.choice(LIKE)} {one} from {chance.choice(PLACES)} in case {word}?",
            f"Please {chance.choice(DEEDS)} the {chance.choice(LIKE)} {other} of the {one}, and the {word} will do.",
        )


def spelled(number: int) -> str:
    """A made-up word for it, of letters alone."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:05}")


def check(lines: Iterable[bytes], *, slots: int = SLOTS) -> Report:
    return checked(b"".join(line + b"\n" for line in lines), slots=slots)


def checked(data: bytes, *sizes: int, slots: int = SLOTS) -> Report:
    """In chunks of these sizes, then all that is left."""
    checker = Checker(slots)
    for size in sizes:
        checker.feed(data[:size])
        data = data[size:]
    checker.feed(data)
    return report_of(checker.finish(), RULES)


def lines_of(report: Report, kind: Kind) -> list[int]:
    return [place.line for place in report.places.get(kind, ())]
