"""Where the lines of a chart over years run."""

from __future__ import annotations

from decimal import Decimal

import pytest

from departments.portal.line_chart import BOTTOM as FOOT
from departments.portal.line_chart import HEIGHT, LEFT, MOST_TICKS, RIGHT, TOP, WIDTH, line_chart


def kg(tonnes: str) -> Decimal:
    return Decimal(tonnes) * 1000


def test_lines_begin_left_and_end_right_between_round_amounts() -> None:
    chart = line_chart([("up", [(2020, kg("0")), (2021, kg("1500000")), (2022, kg("3700000"))])])

    assert chart is not None
    (line,) = chart.lines
    assert [tick.label for tick in chart.ticks] == ["0", "1M", "2M", "3M", "4M"]
    assert [tick.is_zero for tick in chart.ticks] == [True, False, False, False, False]
    middle = (LEFT + WIDTH - RIGHT) / 2
    room = HEIGHT - TOP - FOOT
    assert line.points.split() == [
        f"{LEFT}.0,{HEIGHT - FOOT}.0",
        f"{middle:.1f},{TOP + room * 2.5 / 4:.1f}",
        f"{WIDTH - RIGHT}.0,{TOP + room * 0.3 / 4:.1f}",
    ]


def test_what_is_taken_out_runs_below_nothing() -> None:
    chart = line_chart([("down", [(2020, kg("90")), (2030, kg("-25"))])])

    assert chart is not None
    labels = " ".join(tick.label for tick in chart.ticks)
    assert labels == "−40 −20 0 20 40 60 80 100"
    heights = [tick.y for tick in chart.ticks]
    assert heights == sorted(heights, reverse=True)


@pytest.mark.parametrize("largest", ["0", "0.001", "7", "99", "1234567890", "400"])
def test_the_scale_holds_every_amount_with_few_ticks(largest: str) -> None:
    chart = line_chart([("one", [(2020, Decimal(0)), (2021, kg(largest))])])

    assert chart is not None
    assert 2 <= len(chart.ticks) <= MOST_TICKS + 1
    assert chart.ticks[-1].y == TOP


def test_one_year_makes_no_line() -> None:
    assert line_chart([("one", [(2020, Decimal(5))])]) is None
    assert line_chart([]) is None
