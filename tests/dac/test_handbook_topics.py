"""A topic is found by what people type for it, and what the handbook says by any of its words."""

from __future__ import annotations

import pytest

from dac.errors import Invalid, NotFound
from dac.handbook import Topic, shipped
from dac.handbook_topics import find, plain
from tests.seed import TEXT

HANDBOOK = shipped()
NAMES = [topic.name for topic in HANDBOOK.topics]


@pytest.mark.parametrize("topic", HANDBOOK.topics, ids=NAMES)
def test_a_topic_answers_to_its_name_its_title_and_every_alias(topic: Topic) -> None:
    for word in (topic.name, topic.title, *topic.aliases):
        for written in (word, word.upper(), f"  {word} "):
            assert HANDBOOK.topic(written) is topic


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("siz", "sizing"),
        ("fine tuning", "fine-tuning"),
        ("Fine-Tuning", "fine-tuning"),
        ("finetuning", "fine-tuning"),
        ("hyper", "hyperparameters"),
        ("trouble", "troubleshooting"),
        ("model", "models"),
        ("on demand", "dedicated"),
        ("decision", "dedicated"),
        ("model selection", "models"),
        ("polic", "iam"),
        ("batch", "hyperparameters"),
    ],
)
def test_case_hyphens_and_the_end_of_a_word_do_not_matter(word: str, name: str) -> None:
    assert HANDBOOK.topic(word).name == name


@pytest.mark.parametrize(("word", "names"), [("m", ["models", "metrics"]), ("a", ["alarms", "about"])])
def test_a_beginning_of_several_is_answered_with_them(word: str, names: list[str]) -> None:
    with pytest.raises(Invalid, match="which one") as told:
        HANDBOOK.topic(word)
    assert all(name in str(told.value) for name in names)


@pytest.mark.parametrize(
    ("word", "nearest"), [("sizng", "sizing"), ("trubleshooting", "troubleshooting"), ("teraform", "terraform")]
)
def test_a_word_mistyped_is_answered_with_the_nearest(word: str, nearest: str) -> None:
    with pytest.raises(NotFound, match=f"“{word}”.*Did you mean {nearest}"):
        HANDBOOK.topic(word)


@pytest.mark.parametrize("word", ["", "  ", "???", "qqqqqq", "🚀", "q" * 5000])
def test_a_word_like_none_is_answered_with_where_the_list_is(word: str) -> None:
    with pytest.raises(NotFound, match="/dac handbook") as told:
        HANDBOOK.topic(word)
    assert len(str(told.value)) < 200


def test_an_empty_handbook_has_no_topic() -> None:
    with pytest.raises(NotFound):
        find((), "sizing")


@pytest.mark.parametrize(("number", "line"), TEXT, ids=[f"line {number}" for number, _ in TEXT])
def test_every_line_is_found_by_its_own_words(number: int, line: str) -> None:
    wanted = set(plain(line).split())
    if not wanted:
        assert HANDBOOK.search(line) == (), f"line {number} has no word"
        return
    found = HANDBOOK.search(line)
    assert any(wanted <= set(plain(hit.line).split()) for hit in found)


@pytest.mark.parametrize(
    ("words", "topic", "line"),
    [
        ("high latency", "troubleshooting", "**Issue: High Latency**"),
        ("LATENCY high", "troubleshooting", "**Issue: High Latency**"),
        ("p95", "metrics", "- p95_latency_ms: Worst case (95th percentile)"),
        ("req/sec heavy", "sizing", "Heavy (50-200 req/sec):   15-30 units"),
        ("command light", "models", "High volume · Command Light · Llama 8B · Fast, cheap"),
        ("key metrics", "metrics", "Key Metrics"),
        (
            "overview.htm",
            "links",
            "- [OCI GenAI Overview](https://docs.oracle.com/en-us/iaas/Content/generative-ai/overview.htm)",
        ),
        ("NoPublicAccess", "terraform", 'access_type    = "NoPublicAccess"'),
    ],
)
def test_the_best_place_comes_first(words: str, topic: str, line: str) -> None:
    first = HANDBOOK.search(words)[0]
    assert (first.topic, first.line) == (topic, line)


def test_what_oracle_does_today_is_found_too_with_its_sources() -> None:
    (hit,) = HANDBOOK.search("is_enabled metric_compartment_id")
    assert hit.topic == "alarms"
    assert hit.note in HANDBOOK.topic("alarms").notes


def test_a_line_is_found_by_the_heading_it_stands_under() -> None:
    found = [hit.line for hit in HANDBOOK.search("consistency format")]
    assert "- Same format throughout" in found


def test_words_far_apart_are_found_as_their_topic() -> None:
    hits = HANDBOOK.search("bucket moderation")
    assert [(hit.topic, hit.line) for hit in hits] == [("terraform", "Terraform Templates")]


def test_better_places_come_before_worse_ones() -> None:
    hits = HANDBOOK.search("sizing")
    assert hits[0].topic == "sizing"
    assert {"fine-tuning", "capabilities"} <= {hit.topic for hit in hits[1:]}


@pytest.mark.parametrize("words", ["", " ", "?!", "nobody wrote this", "latency qqqq"])
def test_what_is_nowhere_is_found_nowhere(words: str) -> None:
    assert HANDBOOK.search(words) == ()
