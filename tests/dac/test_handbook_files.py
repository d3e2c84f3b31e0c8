"""A team's own edition of the handbook's files counts in their place, and one that is wrong says where."""

from __future__ import annotations

from importlib.resources import files

import pytest

from dac.errors import Invalid
from dac.handbook import Handbook, load, shipped

HANDBOOK = shipped()


def page(name: str) -> str:
    return (files("dac") / "handbook_pages" / f"{name}.toml").read_text(encoding="utf-8")


def changed(name: str, *changes: tuple[str, str]) -> Handbook:
    """The handbook with something in one of its files written in another way."""
    text = page(name)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return load({f"{name}.toml": text})


def refusal(name: str, *changes: tuple[str, str]) -> str:
    with pytest.raises(Invalid) as told:
        changed(name, *changes)
    sentence = str(told.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_no_file_of_ones_own_is_the_handbook_as_it_comes() -> None:
    assert load({}) == HANDBOOK


def test_a_file_of_ones_own_counts_in_place_of_the_packages() -> None:
    ours = changed("models", ("General chat     │ Command R   ", "General chat     │ Command A   "))
    assert ours.selection[1].recommended == "Command A"
    assert "Command A" in ours.topic("models").text
    assert ours.topic("sizing") == HANDBOOK.topic("sizing")


def test_a_team_may_name_its_edition_and_add_a_topic_without_figures() -> None:
    index = page("handbook").replace("1.1.0", "2.0").replace("2026-01-06", "2026-12-01", 1)
    index = index.replace('topics = ["cost", "strategies"]', 'topics = ["cost", "strategies", "budget"]')
    ours = load({"handbook.toml": index, "budget.toml": 'title = "Budget"\ngist = "Ours"\ntext = "Ask Ann."'})
    assert str(ours.source) == "Team handbook, GenAI DAC Specialist 2.0, 2026-12-01"
    assert ours.topic("budget").group == "Cost"
    assert ours.search("ask ann")[0].topic == "budget"


def test_bands_may_be_other_ones_and_the_last_may_have_no_end() -> None:
    ours = changed("fine-tuning", ("Large (100K-1M):           8", "Large (100K+):             6"))
    assert (ours.tuning_bands[-1].above, ours.tuning_bands[-1].below, ours.tuning_bands[-1].units) == (100_000, None, 6)
    ours = changed("fine-tuning", ("10K", "12.5K"))
    assert ours.tuning_bands[0].below == 12_500


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("sizing", "title = ", "title == ", "sizing.toml is not TOML"),
        ("sizing", "gist = ", "jest = ", "sizing.toml: gist is missing"),
        ("sizing", 'gist = "Units', 'gist = ""\nother = "Units', "sizing.toml: gist"),
        ("sizing", 'sources = ["command-a"]', 'sources = ["command-b"]', 'names "command-b", which is not in sources'),
        ("sizing", 'gist = "', f'gist = "{"much " * 40}', "sizing.toml: gist must have at most 150 characters"),
        ("sizing", 'sources = ["command-a"]', "sources = []", "in notes, item 1: sources must list one or more"),
        ("sizing", "2-5 units", "a few units", "sizing.toml: in text: “Light (< 10 req/sec): a few units” is not"),
        ("sizing", "2-5 units", "5-2 units", "in traffic_bands: item 1 must have the smaller number first"),
        (
            "sizing",
            "2-5 units",
            "0-5 units",
            "in traffic_bands, item 1: units_least must be greater than or equal to 1",
        ),
        ("sizing", "(10-50", "(ten-50", "“Medium (ten-50 req/sec): 5-15 units” is not understood"),
        ("sizing", "(10-50", "(20-50", "“Medium (20-50 req/sec):   5-15 units” must begin where “Light"),
        (
            "sizing",
            "):",
            ").",
            "“Traffic Estimate → Units Needed:” is not understood; I look for something like “Light",
        ),
        ("sizing", "Cluster max = 50", "Cluster max = many", "I look for something like “Cluster max = 50 units (50"),
        ("sizing", "(50 endpoints)", "(0 endpoints)", "sizing.toml: cluster_max_endpoints must be greater than"),
        ("fine-tuning", "4 units, ~4-8 hours", "4 units", "in text: “Medium (10K-100K): 4 units” is not understood"),
        ("fine-tuning", "~2-4", "~4-2", "in tuning_bands: item 1 must have the smaller number first"),
        ("fine-tuning", "```", "~~~", "fine-tuning.toml: in text: there must be 1 fenced block, not 0"),
        ("capabilities", "### What You Can Do\n", "", "capabilities.toml: in text: there must be 2 lists, not 1"),
        (
            "models",
            "│ -           │ Vision",
            "│ Vision",
            "models.toml: in text: every row of the table must have four cells",
        ),
        ("models", "┌", "", "models.toml: in text: there must be 1 table, not 0"),
        ("models", "│ Multi-modal      │ Llama 3.2  ", "│ Multi-modal      │            ", "item 6: recommended must"),
        ("data", "```", "'''\nother = '''", "data.toml is not TOML"),
        ("quality", "Minimum: 100", "Minimum: some", "I look for something like “Minimum: 100 high-quality examples”"),
        ("quality", "500-2000", "2000", "I look for something like “Recommended: 500-2000 examples”"),
        ("quality", "10-20%", "some", "I look for something like “Hold out 10-20% for testing”"),
        ("quality", "10-20%", "20-10%", "quality.toml: quality must have the smaller number first"),
        ("quality", "Minimum: 100", "Minimum: 600", "quality.toml: quality must have the smaller number first"),
        ("hyperparameters", "epochs: 3\n", "", "in presets, item 1: epochs is missing"),
        ("hyperparameters", "# Careful", "Careful", "in text: “Careful (if overfitting)” is not understood"),
        (
            "hyperparameters",
            "learning_rate: 0.0003",
            "learning_rate: 0",
            "item 2: learning_rate must be greater than 0",
        ),
        ("hyperparameters", "learning_rate: 0.0003", "momentum: 1", "in presets, item 2: learning_rate is missing"),
        (
            "metrics",
            "queue_depth: Pending",
            "queue_depth, Pending",
            "“queue_depth, Pending requests” is not understood",
        ),
        ("alarms", "> 5000", "is high", 'I look for something like “query = "Latency[1m].p95() > 5000"”'),
        ("alarms", "query          =", "ask            =", "I look for something like “query ="),
        ("alarms", "severity ", "urgency ", "in alarms, item 1: severity must be"),
        ("alarms", 'resource "oci_monitoring_alarm" "high_latency"', "an alarm", "I look for something like “resource"),
        ("cost", "720", "many", "cost.toml: in text: “Example (rough): 10-unit hosting cluster, 24/7 = 10"),
        ("cost", "\n\nExample", "\nExample", "cost.toml: in text: there must be 2 paragraphs, not 1"),
        ("cost", "720", "0", "in formula: hours must be"),
        ("troubleshooting", "**Issue: High Latency**", "High latency", "something like “**Issue: High Latency**”"),
        ("troubleshooting", "- Network issues\n\n", "- Network issues\n", "there must be 2 lists, not 1"),
        ("iam", "# GenAI Administrators\n", "", "in iam, item 1: comment must"),
        (
            "links",
            "https://docs.oracle.com/en-us/iaas/Content/generative-ai/overview",
            "http://x",
            "links, item 1: url",
        ),
        ("python", "```", "", "python.toml: in text: there must be 1 fenced block, not 0"),
        (
            "terraform",
            "### Fine-Tuning Workflow\n```hcl",
            "### Fine-Tuning Workflow\n",
            "there must be 2 fenced blocks",
        ),
        ("alarms", '"alerts"', '"price"', "“price” already means cost"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_with_its_file_and_place(
    name: str, old: str, new: str, said: str
) -> None:
    assert said in refusal(name, (old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title = ", "title == ", "handbook.toml is not TOML"),
        ("as_of = 2026-01-06", "", "handbook.toml: as_of is missing"),
        ("as_of = 2026-01-06", 'as_of = "2026-01-06"', "handbook.toml: as_of must be a date without quotes"),
        ('"about"]', '"about", "cost"]', "handbook.toml: groups lists “cost” twice"),
        ('"about"]', '"about", "budget"]', "handbook.toml: groups lists “budget”, and there is no file budget.toml"),
        (', "models"', "", "handbook.toml: groups must list “models”, whose figures are used"),
        (', "about"', "", "handbook.toml: groups must list “about”, for there is a file about.toml"),
        ('trust = "unverified"', 'trust = "rumour"', "in sources, unconfirmed: trust must be"),
        ('name = "Cost"', 'name = "Cost"\ncolour = "red"', "in groups, item 3: colour is not known here"),
        ("[[groups]]", "[[chapters]]", "handbook.toml: groups is missing"),
    ],
)
def test_what_is_wrong_with_the_list_of_topics_is_said(old: str, new: str, said: str) -> None:
    assert said in refusal("handbook", (old, new))


@pytest.mark.parametrize("name", ["Budget.toml", "budget.md", "a b.toml"])
def test_a_file_that_no_group_lists_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match=r"handbook\.toml: groups must list “.*”, for there is a file"):
        load({name: 'title = "Budget"\ngist = "Ours"\ntext = "Ask Ann."'})


def test_a_name_that_nobody_can_type_is_refused() -> None:
    index = page("handbook").replace('"about"]', '"about", "Our Budget"]')
    with pytest.raises(Invalid, match=r"Our Budget\.toml: name must"):
        load({"handbook.toml": index, "Our Budget.toml": 'title = "Budget"\ngist = "Ours"\ntext = "Ask Ann."'})


def test_lists_may_be_shorter_and_tables_longer() -> None:
    ours = changed("strategies", ("   - Use lighter models for simple tasks\n", ""))
    assert len(ours.strategies[0].lines) == 2
    row = "│ Multi-modal      │ Llama 3.2   │ -           │ Vision support  │"
    ours = changed("models", (row, f"{row}\n{row.replace('Multi-modal', 'Audio      ')}"))
    assert [each.use_case for each in ours.selection][-2:] == ["Multi-modal", "Audio"]
