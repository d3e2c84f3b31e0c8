"""Made-up conversations with a shop's support, believable enough to train on and the same for the same seed."""

from __future__ import annotations

import functools
import itertools
import json
import random
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

WORDS = Path(__file__).parent / "support.toml"

MOST = 2000
"""So many conversations differ in what is said; after them the same come again, about another order."""

CODE = "QQQQQQ"
"""Stands where the number of the order comes, so that a conversation can be had about any of them."""
_LETTERS = "BCDFGHJKLMNPRSTVWXZ"
_CODES = ["".join(letters) for letters in itertools.product(_LETTERS, repeat=len(CODE) // 2)]
ORDERS = len(_CODES) ** 2


class Pair(NamedTuple):
    prompt: str
    completion: str


def line(pair: Pair) -> bytes:
    return json.dumps(pair._asdict(), ensure_ascii=False).encode() + b"\n"


def order(number: int) -> str:
    """Give the order of a conversation: another one for every number below `ORDERS`, in no order one could see."""
    first, second = divmod((number * 7_654_321 + 31_415_926) % ORDERS, len(_CODES))
    return _CODES[first] + _CODES[second]


@functools.cache
def _words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def conversations(chance: random.Random, count: int) -> list[Pair]:
    """Give up to `MOST` conversations, no two about the same thing under the same circumstances."""
    words = _words()
    matters = [
        (topic, situation, detail)
        for topic in words["topic"]
        for situation in topic["situations"]
        for detail in words["details"]
    ]
    chance.shuffle(matters)
    return [_conversation(chance, *matter) for matter in matters[: min(count, MOST)]]


def in_other_languages() -> list[Pair]:
    return [Pair(*(text.replace("{code}", CODE) for text in pair)) for pair in _words()["languages"]]


def _conversation(chance: random.Random, topic: dict[str, list[str]], situation: str, detail: str) -> Pair:
    words = _words()
    opening = chance.choice(words["openings"])
    if not opening or opening.endswith("."):
        situation = situation[0].upper() + situation[1:]
    explanation, step = chance.choice(list(zip(topic["explanations"], topic["steps"], strict=True)))
    asked = [opening, situation, detail, chance.choice(topic["requests"])]
    if not any("{code}" in sentence for sentence in asked):
        asked.append(chance.choice(words["numbers"]))
    answer = [chance.choice(words["beginnings"]), explanation, step, chance.choice(words["endings"])]
    names = {
        "{product}": chance.choice(words["products"]),
        "{when}": chance.choice(words["times"]),
        "{place}": chance.choice(words["places"]),
        "{code}": CODE,
    }
    return Pair(_filled(asked, names), _filled(answer, names))


def _filled(sentences: list[str], names: dict[str, str]) -> str:
    text = " ".join(sentence for sentence in sentences if sentence)
    for name, value in names.items():
        text = text.replace(name, value)
    return text
