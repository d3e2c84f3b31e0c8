"""Where Oracle's service has moved on, the handbook's topic says so, with where that can be read."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from dac.figures import Trust
from dac.handbook import Note, shipped

HANDBOOK = shipped()
NOTES = [(topic.name, note) for topic in HANDBOOK.topics for note in topic.notes]

MOVED_ON = [
    (1, "sizing", "Units and endpoints are independent"),
    (2, "dedicated", "the same base model"),
    (3, "sizing", "between about 3 and 20 requests a second"),
    (4, "fine-tuning", "fixed for each base model"),
    (4, "terraform", "unit_count is fixed for each base model"),
    (5, "models", "Command, Command Light, Command R (16k) and the first Command R+ on 2025-08-07"),
    (5, "models", "Llama 8B was never a model of the service"),
    (6, "models", "only Embed 4 remains"),
    (7, "terraform", "124 unit shapes"),
    (8, "hyperparameters", "batch size 8 to 16 (default 8)"),
    (8, "hyperparameters", "default 0.01"),
    (9, "quality", "32 pairs; 100 is advice"),
    (9, "quality", "80/20"),
    (10, "metrics", "InvocationLatency, TotalInvocationCount, ClientErrorCount, ServerErrorCount"),
    (10, "alarms", "neither alarm would ever fire"),
    (11, "alarms", "metric_compartment_id and is_enabled"),
    (12, "cost", "At least 744 unit-hours"),
    (12, "cost", "LARGE_GENERIC counts twice for hosting"),
    (13, "strategies", "Command Light and the first Command R+ are both retired"),
    (14, "iam", "singular: generative-ai-endpoint and generative-ai-dedicated-ai-cluster"),
    (15, "python", "generate_text"),
    (15, "langchain", "langchain-oci"),
    (16, "troubleshooting", "LimitExceeded is Oracle's service limit"),
    (16, "troubleshooting", "are 0 at first"),
    (17, "dedicated", "guaranteed performance"),
    (18, "troubleshooting", "NEEDS_ATTENTION"),
    (19, "troubleshooting", "the VCN matters only for"),
    (20, "models", "2026-09-30"),
    (20, "dedicated", "not in every region"),
    (20, "dedicated", "744 unit-hours"),
    (20, "models", "imported and hosted"),
    (20, "terraform", "hardware shapes such as OAI_H100_X1"),
]
"""Each point in which the handbook and the service differ, and the topic and words that tell of it."""


@pytest.mark.parametrize(("point", "topic", "words"), MOVED_ON, ids=lambda value: str(value)[:30])
def test_each_point_is_told_at_the_topic_it_concerns(point: int, topic: str, words: str) -> None:
    assert [note for note in HANDBOOK.topic(topic).notes if words in note.text], point


def test_no_point_is_left_out() -> None:
    assert {point for point, _, _ in MOVED_ON} == set(range(1, 21))


@pytest.mark.parametrize("note", [note for _, note in NOTES], ids=[name for name, _ in NOTES])
def test_a_note_is_one_line_with_its_sources(note: Note) -> None:
    assert "\n" not in note.text
    assert note.text.endswith(".")
    assert len(note.text) < 300
    assert note.sources
    assert all(each.url is None or each.url.startswith("https://") for each in note.sources)


def test_what_no_source_confirms_is_worded_to_follow_not_confirmed() -> None:
    doubtful = [note for _, note in NOTES if not note.confirmed]
    assert len(doubtful) >= 6
    for note in doubtful:
        assert re.match(r"(that|how) ", note.text), note.text
        assert all(source.trust is Trust.UNVERIFIED for source in note.sources)


@pytest.mark.parametrize(
    "words",
    [
        "guaranteed performance",
        "50 units at the most",
        "twice as much",
        "how the 744 count",
        "Utilization",
        "milliseconds",
        "generative-ai-model",
    ],
)
def test_what_the_facts_call_unverified_is_told_only_as_not_confirmed(words: str) -> None:
    told = [note for _, note in NOTES if words in note.text]
    assert told
    assert not any(note.confirmed for note in told)


def test_every_source_is_used_by_a_note() -> None:
    index = (files("dac") / "handbook_pages" / "handbook.toml").read_text(encoding="utf-8")
    listed = {each["title"] for each in tomllib.loads(index)["sources"].values()}
    assert listed == {source.title for _, note in NOTES for source in note.sources}


def test_a_note_names_no_price_for_those_stand_in_the_catalogue() -> None:
    assert not [note.text for _, note in NOTES if "$" in note.text]
