"""The handbook says what its authors wrote, letter by letter and figure by figure."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from dac.figures import Source, Trust
from dac.handbook import load, shipped
from tests.seed import LINES, SEED, TEXT, fenced, listed, under

HANDBOOK = shipped()


def test_the_topics_put_together_are_the_seed_to_the_letter() -> None:
    in_order = sorted(HANDBOOK.topics, key=lambda topic: SEED.index(topic.text))
    assert "\n\n".join(topic.text for topic in in_order) + "\n" == SEED


@pytest.mark.parametrize("line", [line for _, line in TEXT], ids=[f"line {number}" for number, _ in TEXT])
def test_every_line_of_the_seed_stands_in_the_topics_as_often_as_it_was_written(line: str) -> None:
    assert sum(topic.text.splitlines().count(line) for topic in HANDBOOK.topics) == LINES.count(line)


def test_its_source_is_the_teams_own_and_of_the_seeds_day() -> None:
    day, version = (re.search(rf"^{key}: (.+)$", SEED, re.MULTILINE) for key in ("last_updated", "version"))
    name = re.search(r"^name: (.+)$", SEED, re.MULTILINE)
    assert day is not None
    assert version is not None
    assert name is not None
    assert HANDBOOK.source == Source(
        title=f"Team handbook, {name[1]} {version[1]}", url=None, as_of=date.fromisoformat(day[1]), trust=Trust.TEAM
    )
    assert str(HANDBOOK.source) == "Team handbook, GenAI DAC Specialist 1.1.0, 2026-01-06"


def test_what_it_knows_and_can_do() -> None:
    assert list(HANDBOOK.capabilities.know) == listed("### What You Know")
    assert list(HANDBOOK.capabilities.can_do) == listed("### What You Can Do")
    assert (len(HANDBOOK.capabilities.know), len(HANDBOOK.capabilities.can_do)) == (8, 7)


def test_when_a_dedicated_cluster_and_when_on_demand() -> None:
    dedicated, on_demand = fenced("### When to Use DACs vs On-Demand")
    assert [f"- {each}" for each in HANDBOOK.dedicated_when] == dedicated
    assert [f"- {each}" for each in HANDBOOK.on_demand_when] == on_demand
    assert (len(dedicated), len(on_demand)) == (6, 4)


def test_every_row_of_the_model_selection_matrix() -> None:
    (drawn,) = fenced("### Model Selection Guide")
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in drawn if line.count("│") == 5]
    shown = [[row.use_case, row.recommended, row.alternative or "-", row.why] for row in HANDBOOK.selection]
    assert [["Use Case", "Recommended", "Alternative", "Why"], *shown] == rows
    assert len(shown) == 6
    assert [row.alternative for row in HANDBOOK.selection][-2:] == [None, None]


def test_every_band_of_traffic() -> None:
    (code,) = fenced("### Hosting Cluster Sizing")
    assert [band.text for band in HANDBOOK.traffic_bands] == code[2:6]
    assert [
        f"{band.name} ({_traffic(band.above, band.below)} req/sec): {band.units_least}-{band.units_most} units"
        for band in HANDBOOK.traffic_bands
    ] == [re.sub(" +", " ", line) for line in code[2:6]]


def _traffic(above: Decimal, below: Decimal | None) -> str:
    if below is None:
        return f"{above}+"
    return f"{above}-{below}" if above else f"< {below}"


@pytest.mark.parametrize(
    ("rate", "name"),
    [("0", "Light"), ("9.9", "Light"), ("10", "Medium"), ("50", "Heavy"), ("199", "Heavy"), ("200", "Enterprise")],
)
def test_a_band_holds_its_lower_bound_and_not_its_upper_one(rate: str, name: str) -> None:
    found = [
        band.name
        for band in HANDBOOK.traffic_bands
        if band.above <= Decimal(rate) and (band.below is None or Decimal(rate) < band.below)
    ]
    assert found == [name]


def test_what_it_says_of_units_and_endpoints() -> None:
    (code,) = fenced("### Hosting Cluster Sizing")
    assert code[-2:] == [
        HANDBOOK.units_per_endpoint_note,
        f"Cluster max = {HANDBOOK.cluster_max_units} units ({HANDBOOK.cluster_max_endpoints} endpoints)",
    ]
    assert (HANDBOOK.cluster_max_units, HANDBOOK.cluster_max_endpoints) == (50, 50)


def test_every_band_of_fine_tuning() -> None:
    (code,) = fenced("### Fine-Tuning Cluster Sizing")
    assert [band.text for band in HANDBOOK.tuning_bands] == code[2:5]
    assert [
        f"{band.name}: {band.units} units, ~{band.hours_least}-{band.hours_most} hours"
        for band in HANDBOOK.tuning_bands
    ] == [re.sub(r" \(.*\): +", ": ", line) for line in code[2:5]]
    assert [(band.above, band.below) for band in HANDBOOK.tuning_bands] == [
        (0, 10_000),
        (10_000, 100_000),
        (100_000, 1_000_000),
    ]


def test_every_preset_of_hyperparameters() -> None:
    (code,) = fenced("### Hyperparameter Recommendations")
    assert [
        line
        for preset in HANDBOOK.presets
        for line in (
            f"# {preset.name.capitalize()} ({preset.when})",
            f"learning_rate: {preset.learning_rate:f}",
            f"epochs: {preset.epochs}",
            f"batch_size: {preset.batch_size}",
        )
    ] == [line for line in code if line]
    assert [preset.name for preset in HANDBOOK.presets] == ["conservative", "aggressive", "careful"]


def test_what_it_asks_of_training_data() -> None:
    (code,) = fenced("### Quality Guidelines")
    quality = HANDBOOK.quality
    assert {f"{place}. {each.name}": list(each.lines) for place, each in enumerate(quality.guidelines, 1)} == under(
        code
    )
    assert len(quality.guidelines) == 4
    assert f"   - Minimum: {quality.minimum} high-quality examples" in code
    assert f"   - Recommended: {quality.recommended_least}-{quality.recommended_most} examples" in code
    assert f"   - Hold out {quality.hold_out_least}-{quality.hold_out_most}% for testing" in code


def test_every_key_metric() -> None:
    (code,) = fenced("### Key Metrics")
    assert [(f"{each.group}:", f"{each.name}: {each.meaning}") for each in HANDBOOK.metrics] == [
        (group, line) for group, lines in under(code).items() for line in lines
    ]
    assert len(HANDBOOK.metrics) == 9


def test_both_alarms() -> None:
    (code,) = fenced("### OCI Monitoring Alarms")
    assert "\n\n".join(alarm.hcl for alarm in HANDBOOK.alarms) == "\n".join(code)
    slow, failing = HANDBOOK.alarms
    assert (slow.name, slow.title, slow.severity) == ("high_latency", "GenAI-High-Latency", "CRITICAL")
    assert (slow.metric, slow.window, slow.statistic) == ("Latency", "1m", "p95")
    assert slow.threshold == 5000
    assert (failing.name, failing.title, failing.severity) == ("high_error_rate", "GenAI-High-Errors", "WARNING")
    assert (failing.metric, failing.window, failing.statistic) == ("ErrorRate", "5m", "mean")
    assert failing.threshold == Decimal("0.05")
    for alarm in HANDBOOK.alarms:
        assert f'  namespace      = "{alarm.namespace}"' in code
        assert f'  query          = "{alarm.query}"' in code
        assert f"{alarm.metric}[{alarm.window}].{alarm.statistic}() > {alarm.threshold}" == alarm.query


def test_every_strategy() -> None:
    (code,) = fenced("### Strategies")
    assert {f"{place}. {each.name}": list(each.lines) for place, each in enumerate(HANDBOOK.strategies, 1)} == under(
        code
    )
    assert len(HANDBOOK.strategies) == 4


def test_the_formula_of_cost() -> None:
    (code,) = fenced("### Cost Estimation Formula")
    formula = HANDBOOK.formula
    assert [formula.hosting, formula.fine_tuning, "", *formula.example.splitlines()] == code
    assert f"= 10 × ~$X/hour × {formula.hours} hours" in code


@pytest.mark.parametrize("place", range(3))
def test_every_issue_with_its_causes_and_solutions(place: int) -> None:
    issue = HANDBOOK.issues[place]
    title = [line for line in LINES if line.startswith("**Issue: ")][place]
    assert title == f"**Issue: {issue.name}**"
    start = LINES.index(title) + 2
    block = LINES[start : LINES.index("```", start)]
    assert under(block) == {"Causes:": list(issue.causes), "Solutions:": list(issue.solutions)}


def test_there_is_no_fourth_issue() -> None:
    assert len(HANDBOOK.issues) == sum(line.startswith("**Issue: ") for line in LINES)


def test_every_policy_statement_with_whom_it_is_for() -> None:
    (code,) = fenced("### Required Policies")
    assert [each.text for each in HANDBOOK.iam] == [line for line in code if line.startswith("Allow")]
    for each in HANDBOOK.iam:
        above = code[: code.index(each.text)]
        assert [line for line in above if line.startswith("#")][-1] == f"# {each.comment}"


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("python", "### Python SDK"),
        ("langchain", "### LangChain Integration"),
        ("hosting", "### Basic Hosting Cluster"),
        ("fine_tuning", "### Fine-Tuning Workflow"),
        ("training_data", "### Data Preparation"),
    ],
)
def test_code_is_to_the_letter(name: str, heading: str) -> None:
    (code,) = fenced(heading)
    assert getattr(HANDBOOK.snippets, name).splitlines() == code


def test_every_link() -> None:
    assert [f"[{link.title}]({link.url})" for link in HANDBOOK.links] == listed("## Resources")
    assert len(HANDBOOK.links) == 4


def test_nothing_of_it_can_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        HANDBOOK.traffic_bands[0].units_least = 1  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        HANDBOOK.topics = ()  # type: ignore[misc]


def test_a_figure_is_written_once_so_that_who_changes_the_words_changes_it() -> None:
    text = next(topic.text for topic in HANDBOOK.topics if topic.name == "sizing")
    written = f"title = 'Ours'\ngist = 'Ours'\ntext = '''\n{text.replace('2-5 units', '3-6 units')}\n'''\n"
    ours = load({"sizing.toml": written})
    assert (ours.traffic_bands[0].units_least, ours.traffic_bands[0].units_most) == (3, 6)
    assert ours.traffic_bands[1:] == HANDBOOK.traffic_bands[1:]
    assert ours.tuning_bands == HANDBOOK.tuning_bands
