"""Generated training data: the same every time, readable from anywhere, and as flawed as it was asked to be."""

from __future__ import annotations

import json
import re
import tracemalloc
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pydantic import ValidationError

from sandbox.oracle.buckets import Stored, Written
from sandbox.oracle.config import SCENARIO
from sandbox.oracle.datasets import PART, Dataset, Generated
from sandbox.oracle.flaws import Flaws
from sandbox.oracle.jobs import examined
from sandbox.oracle.scenario import read

MANY = Flaws(
    invalid_json=5,
    missing_completion=3,
    extra_key=3,
    empty_completion=4,
    invalid_utf8=2,
    duplicate=12,
    near_duplicate=8,
    outlier=1,
    other_language=7,
    email=2,
    phone=2,
)
FLAWED = Dataset(Generated(rows=300, seed="flawed", flaws=MANY))
ROUND = Dataset(Generated(rows=5000, seed="round", flaws=Flaws(duplicate=10, outlier=1)))


def content(data: Any) -> bytes:
    return b"".join(data.read(0, data.size))


def planned(name: str) -> Dataset:
    (plan,) = [it.dataset for bucket in read(SCENARIO).bucket for it in bucket.object if it.name == name]
    assert plan is not None
    return Dataset(plan)


def pairs(data: Any) -> list[dict[str, str]]:
    return [json.loads(line) for line in content(data).splitlines()]


def phrases(pair: dict[str, str]) -> set[tuple[str, ...]]:
    words = f"{pair['prompt']} {pair['completion']}".lower().split()
    return {tuple(words[at : at + 3]) for at in range(len(words) - 2)}


def test_the_same_seed_gives_the_same_data_and_another_seed_other_data() -> None:
    assert content(Dataset(Generated(rows=50, seed="a"))) == content(Dataset(Generated(rows=50, seed="a")))
    assert content(Dataset(Generated(rows=50, seed="a"))) != content(Dataset(Generated(rows=50, seed="b")))


@given(some.integers(0, ROUND.size - 1), some.integers(1, 3_000_000))
@settings(deadline=None, max_examples=40)
def test_any_stretch_is_what_the_whole_has_there(start: int, length: int) -> None:
    end = min(start + length, ROUND.size)
    assert b"".join(ROUND.read(start, end)) == WHOLE[start:end]


WHOLE = content(ROUND)


def test_the_size_is_known_without_reading() -> None:
    assert (len(WHOLE), len(content(FLAWED))) == (ROUND.size, FLAWED.size)
    assert Dataset(Generated(size_bytes=1_234_567)).size == len(content(Dataset(Generated(size_bytes=1_234_567))))
    assert len(content(Dataset(Generated(rows=1)))) == Dataset(Generated(rows=1)).size


def test_data_of_a_given_size_is_pairs_to_the_end() -> None:
    told = pairs(Dataset(Generated(size_bytes=1_000_000, flaws=Flaws(email=4))))
    assert {tuple(it) for it in told} == {("prompt", "completion")}


def test_large_data_takes_no_memory() -> None:
    data = Dataset(Generated(size_bytes=10**12, seed="large", flaws=Flaws(invalid_json=50)))
    tracemalloc.start()
    try:
        for start in (0, 10**11, 10**12 - 3_000_000):
            assert sum(map(len, data.read(start, start + 3_000_000))) == 3_000_000
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 2_500_000


def test_what_counts_as_uploaded_in_parts_has_a_checksum_over_them() -> None:
    assert re.fullmatch(r".{24}-2", Dataset(Generated(size_bytes=PART + 1)).md5)
    assert re.fullmatch(r".{22}==", FLAWED.md5)


def test_every_order_is_another_one_however_long_the_data() -> None:
    prompts = [pair["prompt"] for pair in pairs(Dataset(Generated(rows=4100)))]
    assert len(set(prompts)) == len(prompts)


def test_the_good_data_is_good() -> None:
    data = planned("support-chat.jsonl")
    told = pairs(data)
    assert len(told) == 620
    assert examined(data) == (620, None)
    assert all(40 < len(it["prompt"]) < 600 and 60 < len(it["completion"]) < 800 for it in told)
    assert not re.search(r"@|\d{3}[ -]\d{3}|[{}]|QQQ", "".join(f"{it['prompt']}{it['completion']}" for it in told))
    alike = max(len(a & b) / len(a | b) for a, b in combinations([phrases(it) for it in told[:250]], 2))
    assert alike < 0.7


def test_the_tiny_data_is_too_little() -> None:
    assert len(pairs(planned("tiny.jsonl"))) == 20


def test_every_flaw_is_there_as_often_as_asked() -> None:
    seen: Counter[str] = Counter()
    lines = content(FLAWED).split(b"\n")
    assert lines.pop() == b""
    told = []
    for line in lines:
        try:
            it = json.loads(line.decode())
        except UnicodeDecodeError:
            seen["invalid_utf8"] += 1
        except ValueError:
            seen["invalid_json"] += 1
        else:
            told.append(it)
            kinds = {("prompt",): "missing_completion", ("prompt", "completion", "source"): "extra_key"}
            seen[kinds.get(tuple(it), "")] += 1
    whole = [it for it in told if set(it) == {"prompt", "completion"}]
    seen["empty_completion"] = sum(not it["completion"].strip() for it in whole)
    seen["duplicate"] = len(lines) - len(set(lines))
    seen["outlier"] = sum(len(it["completion"]) > 5000 for it in whole)
    seen["email"] = sum("@example.com" in it["prompt"] for it in whole)
    seen["phone"] = sum("+1 312 555" in it["prompt"] for it in whole)
    seen["near_duplicate"] = sum(it["prompt"].endswith("Thanks!") for it in whole)
    seen["other_language"] = sum(bool(re.search("[äéü¿ß]", it["prompt"] + it["completion"])) for it in whole)
    del seen[""]
    assert seen == Counter(MANY.model_dump())


def test_flawed_data_says_which_line_is_wrong_first() -> None:
    pair = b'{"prompt": "a", "completion": "b"}\n'
    cases = [
        (b"{\n", "line 3 is not JSON"),
        (b"\xff\n", "line 3 is not UTF-8"),
        (b'{"prompt": "a"}\n', "line 3 does not have exactly the keys"),
        (b'["prompt", "completion"]\n', "line 3 does not have exactly the keys"),
        (b'{"prompt": "a", "completion": " "}\n', "line 3 has a prompt or completion without text"),
        (b'{"prompt": "a", "completion": 5}\n', "line 3 has a prompt or completion without text"),
    ]
    for wrong, why in cases:
        assert (examined(Written(pair + b"\n" + pair + wrong))[1] or "").startswith(why)
    assert examined(Written(pair * 40)) == (40, None)
    assert examined(Written(b"")) == (0, None)
    assert examined(Stored("x", "2026-11-23T00:00:00.000Z").source) == (0, None)


def test_of_long_data_the_beginning_is_looked_at() -> None:
    data = Dataset(Generated(size_bytes=40_000_000))
    found, wrong = examined(data)
    assert wrong is None
    assert abs(found - data.rows) < data.rows * 0.02


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"rows": 5, "size_bytes": 50_000},
        {"rows": 0},
        {"size_bytes": 10},
        {"rows": 10, "flaws": {"email": 5}},
        {"size_bytes": 50_000, "flaws": {"outlier": 1}},
        {"rows": 10, "flaws": {"typo": 1}},
    ],
)
def test_which_data_cannot_be_made(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Generated.model_validate(told)
