"""The hours of a cluster as Slack's own charts: within Slack's limits, and never with an hour made up."""

from __future__ import annotations

import pytest

from commands._chart import Curve, Curves, Distributions
from commands._native_chart import native
from sandbox.slack.blockkit import validate

DAY = tuple(float(hour) for hour in range(24))


def curves(*each: Curve, first_hour: int = 7) -> Curves:
    unit = "hours of UTC from 2026-11-28 07:00"
    return Curves(title="chat-prod", unit=unit, first_hour=first_hour, curves=each, alt="x")


def calls(points: tuple[float | None, ...]) -> Curve:
    return Curve(name="Calls", points=points, together="sum")


def test_a_day_is_a_point_for_each_two_hours_and_a_chart_for_each_curve() -> None:
    p95 = Curve(name="p95 latency, seconds", points=DAY, together="most")
    made = native(curves(calls(DAY), p95))
    assert validate("message", [*made]) == []
    assert [each["title"] for each in made] == [
        "Calls: sum of 2 hours each",
        "p95 latency, seconds: worst of 2 hours each",
    ]
    (summed,), (worst,) = (each["chart"]["series"] for each in made)
    assert [each["value"] for each in summed["data"]][:3] == [1.0, 5.0, 9.0]
    assert [each["value"] for each in worst["data"]][:3] == [1.0, 3.0, 5.0]
    assert [each["label"] for each in summed["data"]][-2:] == ["03:00", "05:00"]


def test_few_hours_are_a_point_each() -> None:
    (made,) = native(curves(calls((5.0, 7.0, 6.0))))
    assert made["title"] == "Calls"
    assert made["chart"]["axis_config"]["categories"] == ["07:00", "08:00", "09:00"]
    assert [each["value"] for each in made["chart"]["series"][0]["data"]] == [5.0, 7.0, 6.0]


@pytest.mark.parametrize(
    "chart",
    [
        curves(calls(DAY), calls((None, *DAY[1:]))),
        curves(calls(DAY + DAY)),
        Distributions(title="x", unit="x", counted="x", spreads=(), alt="x"),
    ],
    ids=["an hour is not known", "hours that go by one name", "no chart of Slack's"],
)
def test_what_slack_cannot_show_whole_is_left_to_a_picture(chart: Curves | Distributions) -> None:
    assert native(chart) == ()
