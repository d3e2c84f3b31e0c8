"""Spend by day as a picture and as Slack's own chart: within Slack's limits, no hole taken for zero."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commands._native_chart import POINTS, native
from commands._spend_chart import spend_chart
from dac.daily import Daily, DaySpend
from sandbox.slack.blockkit import validate

FIRST = date(2026, 10, 1)


def days(count: int, *, open_days: int = 2, amount: str | None = "864", before: str | None = "800") -> list[DaySpend]:
    return [
        DaySpend(
            day=FIRST + timedelta(days=number),
            amount=None if amount is None else Decimal(amount),
            before=None if before is None else Decimal(before),
            provisional=number >= count - open_days,
        )
        for number in range(count)
    ]


def of(told: list[DaySpend], currency: str = "USD") -> Daily:
    return Daily(currency=currency, name="October 2026", before_name="September 2026", days=tuple(told))


def block(told: list[DaySpend], **changes: Any) -> Any:
    (made,) = native(spend_chart(of(told, **changes)))
    assert validate("message", [made]) == []
    return made


@pytest.mark.parametrize("count", [1, 20, 31])
def test_slacks_own_has_the_last_days_that_it_takes_beside_the_period_before(count: int) -> None:
    made = block(days(count))
    now, before = made["chart"]["series"]
    assert (now["name"], before["name"]) == ("October 2026", "September 2026")
    assert len(now["data"]) == min(count, POINTS)
    assert now["data"][-1] == {"label": f"{count} Oct*", "value": 864.0}
    assert made["title"] == "Spend by day, October 2026"
    assert made["chart"]["axis_config"]["y_label"] == "USD"


def test_days_that_may_still_change_are_marked_and_said() -> None:
    made = block(days(4))
    assert made["chart"]["axis_config"]["categories"] == ["1 Oct", "2 Oct", "3 Oct*", "4 Oct*"]
    assert made["chart"]["axis_config"]["x_label"] == "UTC day; * from 3 Oct on may still change"
    settled = block(days(4, open_days=0))
    assert settled["chart"]["axis_config"]["x_label"] == "UTC day"


def test_a_day_that_is_not_known_is_no_point_and_a_period_with_a_hole_is_no_series() -> None:
    told = days(4)
    told[3] = told[3].model_copy(update={"amount": None})
    told[1] = told[1].model_copy(update={"before": None})
    (series,) = block(told)["chart"]["series"]
    assert [each["label"] for each in series["data"]] == ["1 Oct", "2 Oct", "3 Oct*"]


def test_where_nothing_is_known_slack_has_none() -> None:
    assert native(spend_chart(of(days(3, amount=None)))) == ()


def test_long_names_are_within_slacks_limits() -> None:
    told = Daily(
        currency="USD", name="the last 14 days", before_name="the 14 days before, all of them", days=of(days(3)).days
    )
    (made,) = native(spend_chart(told))
    assert validate("message", [made]) == []


def test_the_words_tell_what_the_picture_shows() -> None:
    told = days(3)
    told[1] = told[1].model_copy(update={"amount": Decimal("1440.005")})
    alt = spend_chart(of(told)).alt
    assert "October 2026 as bars beside September 2026 as a line" in alt
    assert "The most was $1,440.01 on 2 Oct. The last 2 may still change." in alt
    assert "1 Oct $864; 2 Oct $1,440.01; 3 Oct $864" in alt
    assert "No day is known yet" in spend_chart(of(days(3, amount=None))).alt
    assert "may still change" not in spend_chart(of(days(3, open_days=0))).alt
    assert "864 EUR" in spend_chart(of(days(3), "EUR")).alt
