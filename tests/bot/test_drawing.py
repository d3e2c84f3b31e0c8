"""Charts become pictures: of the size a phone shows, whatever they are called, and a failure is told."""

from __future__ import annotations

import struct
from contextlib import closing
from io import BytesIO
from itertools import combinations

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from bot.charts import Charts
from bot.drawing import DOTS, INCHES, SPEND_INCHES, main, short, spend_days
from commands._chart import Bar, Chart, Curve, Curves, Distributions, SpendDay, SpendDays, Spread
from dac.errors import Unavailable

PHONE = 360
"""Pixels that a picture is wide there, by which a page is laid out."""

LEGIBLE = 11
"""Pixels; the small print of Slack's own messages is 12 or 13 high."""

LENGTHS = Spread(name="Prompts", bars=(Bar(least=0, most=0, count=1), Bar(least=40, most=43, count=900)), median=43)


def chart(*spreads: Spread, title: str = "pairs.jsonl") -> Distributions:
    return Distributions(title=title, unit="characters", counted="pairs", spreads=spreads, alt="how long they are")


def drawn(made: Chart) -> bytes:
    target = BytesIO()
    main(BytesIO(made.model_dump_json().encode()), target)
    return target.getvalue()


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return int(width), int(height)


@pytest.mark.parametrize("count", [1, 2])
def test_it_is_as_wide_as_a_phone_wants_it_and_higher_with_each_distribution(count: int) -> None:
    width, height = size(drawn(chart(*[LENGTHS] * count)))
    assert width == int(INCHES[0] * DOTS)
    assert height == pytest.approx((INCHES[1] * count + 0.4) * DOTS, abs=1)


@pytest.mark.parametrize("count", [1, 2])
def test_curves_stand_one_below_the_other_with_holes_where_nothing_is_known(count: int) -> None:
    points = tuple(None if hour % 5 == 0 else 100.0 * hour for hour in range(24))
    lines = tuple(Curve(name=f"Calls {number}", points=points, together="sum") for number in range(count))
    made = Curves(title="chat: the last 24 hours", unit="hours of UTC", first_hour=13, curves=lines, alt="calls")
    width, height = size(drawn(made))
    assert width == int(INCHES[0] * DOTS)
    assert height == pytest.approx((INCHES[1] * count + 0.4) * DOTS, abs=1)


@pytest.mark.parametrize("title", ["$x_1$ \\frac", "<!channel> & ü"])
def test_a_title_is_no_formula(title: str) -> None:
    assert size(drawn(chart(LENGTHS, title=title)))


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0"), (20, "20"), (1000, "1k"), (2500, "2.5k"), (1_000_000, "1M"), (5e7, "50M")]
)
def test_a_tick_is_short(value: float, said: str) -> None:
    assert short(value) == said


def spend(days: int = 28) -> SpendDays:
    told = {
        "title": "Spend by day, November 2026",
        "currency": "USD",
        "name": "November 2026",
        "before_name": "October 2026",
        "days": tuple(
            SpendDay(label=f"{day} Nov", amount=864.0 * day, before=900.0, provisional=day > days - 2)
            for day in range(1, days + 1)
        ),
        "alt": "864 a day",
    }
    return SpendDays.model_validate(told)


def of(*days: SpendDay) -> SpendDays:
    return spend(1).model_copy(update={"days": days})


def letters(figure: Figure) -> dict[str, float]:
    """How many pixels high the letters of each text are set on a phone that shows the picture 360 pixels wide."""
    pixels_of_a_point = DOTS / 72 * PHONE / (SPEND_INCHES[0] * DOTS)
    return {each.get_text(): float(each.get_fontsize()) * pixels_of_a_point for each in seen(figure)}


def seen(figure: Figure) -> list[Text]:
    """Every text of a picture, without the ticks that lie beyond the ends of its axes."""
    figure.savefig(BytesIO())
    (axes,) = figure.axes
    low, high = axes.get_ylim()
    beyond = [each for each in axes.get_yticklabels() if not low <= each.get_position()[1] <= high]
    texts = [each for each in figure.findobj(Text) if isinstance(each, Text)]
    return [each for each in texts if each.get_text() and each.get_visible() and each not in beyond]


@pytest.mark.parametrize("days", [1, 14, 31])
def test_on_a_phone_every_letter_of_spend_by_day_is_large_enough_to_read(days: int) -> None:
    found = letters(spend_days(spend(days)))
    assert {"1 Nov", "USD", "November 2026", "October 2026", "may still change"} <= found.keys()
    assert min(found.values()) >= LEGIBLE


@pytest.mark.parametrize("days", [1, 14, 31])
def test_no_text_of_spend_by_day_stands_on_another_or_is_cut_off(days: int) -> None:
    figure = spend_days(spend(days))
    boxes = [each.get_window_extent() for each in seen(figure)]
    edge = figure.bbox
    assert all(edge.x0 <= box.x0 and box.x1 <= edge.x1 and edge.y0 <= box.y0 and box.y1 <= edge.y1 for box in boxes)
    assert not [(one, other) for one, other in combinations(boxes, 2) if one.overlaps(other)]


def test_what_may_still_change_is_hatched_and_what_is_not_known_is_a_hole() -> None:
    days = (
        SpendDay(label="1 Nov", amount=864, before=None, provisional=False),
        SpendDay(label="2 Nov", amount=-20, before=864, provisional=True),
        SpendDay(label="3 Nov", amount=None, before=864, provisional=True),
    )
    (axes,) = spend_days(of(*days)).axes
    bars = [bar for bar in axes.patches if isinstance(bar, Rectangle)][:3]
    assert [(bar.get_height(), bool(bar.get_hatch())) for bar in bars] == [(864, False), (-20, True), (0, True)]
    (line, *_) = [each for each in axes.lines if each.get_label() == "October 2026"]
    assert str(np.asarray(line.get_ydata(), dtype=float).tolist()) == "[nan, 864.0, 864.0]"


def test_without_a_period_before_and_without_a_day_that_may_change_neither_is_named() -> None:
    days = (SpendDay(label="1 Nov", amount=864, before=None, provisional=False),)
    found = letters(spend_days(of(*days)))
    assert not {"October 2026", "may still change"} & found.keys()


def test_spend_by_day_is_as_wide_as_the_others() -> None:
    width, _ = size(drawn(spend()))
    assert width == int(SPEND_INCHES[0] * DOTS)


def test_it_is_drawn_by_a_process_of_its_own_and_what_does_not_work_out_is_told() -> None:
    with closing(Charts()) as charts:
        assert size(charts.draw(chart(LENGTHS)))
        with pytest.raises(Unavailable, match="The picture could not be drawn"):
            charts.draw(chart())
