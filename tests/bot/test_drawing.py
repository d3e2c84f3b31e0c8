"""Charts become pictures: of the size a phone shows, whatever they are called, and a failure is told."""

from __future__ import annotations

import struct
from contextlib import closing
from io import BytesIO

import pytest

from bot.charts import Charts
from bot.drawing import DOTS, INCHES, main, short
from commands._chart import Bar, Chart, Curve, Curves, Distributions, Spread
from dac.errors import Unavailable

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
    lines = tuple(Curve(name=f"Calls {number}", points=points) for number in range(count))
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


def test_it_is_drawn_by_a_process_of_its_own_and_what_does_not_work_out_is_told() -> None:
    with closing(Charts()) as charts:
        assert size(charts.draw(chart(LENGTHS)))
        with pytest.raises(Unavailable, match="The picture could not be drawn"):
            charts.draw(chart())
