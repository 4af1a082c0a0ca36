"""What is answered in companies whose hidden response is known, and where nothing can be known."""

import zlib
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from pricing.sweet_spot.estimate import estimate_sweet_spot
from pricing.sweet_spot.panel import Cell, Panel, panel_of, read_panel
from tests.pricing.sweet_spot.worlds import IDENTIFIED, UNIDENTIFIED


def steps(hidden, *, noise: float = 0.02, departments: int = 12, periods: int = 16) -> Panel:
    """Departments that take up 10, then 25, then 50 at times of their own; two never do."""
    rng = np.random.default_rng(5)
    cells = []
    for number in range(departments):
        for category in ("travel", "power"):
            size = rng.uniform(50_000, 500_000)
            for period in range(periods):
                passed = [p for p, at in ((10, 3), (25, 7), (50, 11)) if period >= at + number % 4]
                price = max(passed, default=0) if number >= 2 else 0
                amount = size * hidden(price) * np.exp(rng.normal(0, noise))
                cells.append(
                    Cell(
                        f"D{number}",
                        category,
                        f"{2018 + period // 4}Q{period % 4 + 1}",
                        Decimal(f"{amount:.2f}"),
                        Decimal(price),
                    )
                )
    return panel_of(cells)


def saturated(price: float) -> float:
    return 1 - 0.3 * min(price, 25) / 25


def test_the_answer_has_the_keys_that_programs_count_on() -> None:
    answer = estimate_sweet_spot(steps(saturated), seed=7).as_json()
    assert list(answer)[:7] == [
        "identifiable",
        "reason",
        "response",
        "range",
        "observations",
        "method",
        "seed",
    ]
    assert (answer["identifiable"], answer["reason"], answer["seed"]) == (True, None, 7)
    assert answer["observations"] == 12 * 2 * 16
    prices = [point["price_per_tonne"] for point in answer["response"]]
    assert prices == sorted(prices)
    assert {0, 10, 25, 50} <= set(prices)
    assert len(prices) >= 10
    assert answer["response"][0] == {
        "price_per_tonne": 0,
        "change_share": 0,
        "low": 0,
        "high": 0,
    }


def test_a_response_that_saturates_is_found_and_its_range_ends_there() -> None:
    answer = estimate_sweet_spot(steps(saturated), seed=1)
    found = {point.price_per_tonne: point for point in answer.response}
    for price, truth in ((10, -0.12), (25, -0.3), (50, -0.3)):
        assert found[price].low < truth < found[price].high
        assert found[price].change_share == pytest.approx(truth, abs=0.05)
    assert (answer.low, answer.high) == (0, 25)


def test_tonnes_and_revenue_follow_the_response() -> None:
    answer = estimate_sweet_spot(steps(saturated), seed=1)
    first = answer.curve[0]
    for point, curve in zip(answer.response, answer.curve, strict=True):
        assert curve.tonnes == pytest.approx(first.tonnes * (1 + point.change_share))
        assert curve.revenue == pytest.approx(curve.tonnes * curve.price_per_tonne)
        assert curve.tonnes_low <= curve.tonnes <= curve.tonnes_high


def test_no_response_is_an_answer_with_an_empty_range() -> None:
    answer = estimate_sweet_spot(steps(lambda price: 1.0), seed=1)
    assert answer.is_identifiable
    assert (answer.low, answer.high) == (None, None)
    assert all(point.low <= 0 <= point.high for point in answer.response)


def test_the_order_of_rows_and_the_size_of_departments_change_nothing() -> None:
    panel = steps(saturated)
    expected = estimate_sweet_spot(panel, seed=1)
    grown = [
        replace(cell, emissions_kgco2e=cell.emissions_kgco2e * (1 + int(cell.department[1:])))
        for cell in reversed(panel.cells)
    ]
    again = estimate_sweet_spot(panel_of(grown), seed=1)
    for one, other in zip(expected.response, again.response, strict=True):
        assert one.low == pytest.approx(other.low, abs=1e-8)
        assert one.high == pytest.approx(other.high, abs=1e-8)


def test_a_factor_change_and_a_shock_that_all_share_change_nothing() -> None:
    panel = steps(saturated)
    moved = [
        replace(cell, emissions_kgco2e=cell.emissions_kgco2e * Decimal("0.59"))
        if cell.category == "travel" and cell.period >= "2020Q2"
        else cell
        for cell in panel.cells
    ]
    expected = estimate_sweet_spot(panel, seed=1)
    again = estimate_sweet_spot(panel_of(moved), seed=1)
    for one, other in zip(expected.response, again.response, strict=True):
        assert one.change_share == pytest.approx(other.change_share, abs=1e-8)


@pytest.mark.parametrize("family", UNIDENTIFIED)
def test_where_nothing_can_be_told_nothing_is(family: str) -> None:
    answers = [
        estimate_sweet_spot(UNIDENTIFIED[family]([2, number]).panel, seed=1) for number in range(6)
    ]
    assert sum(not answer.is_identifiable for answer in answers) >= 5
    for answer in answers:
        if answer.refusal is not None:
            said = answer.as_json()
            assert said["identifiable"] is False
            assert said["reason"].startswith(f"{answer.refusal.code}: ")
            assert said["response"] == []
            assert said["range"] == {"low": None, "high": None}


@pytest.mark.parametrize("family", IDENTIFIED)
def test_hidden_responses_lie_in_the_intervals(family: str) -> None:
    """A sample; `make sweet-spot-worlds` tries 200 of each family. 95 % a world, 8 worlds."""
    covered, refused = [], 0
    for number in range(8):
        world = IDENTIFIED[family]([2, zlib.crc32(family.encode()), number])
        answer = estimate_sweet_spot(world.panel, seed=1)
        refused += not answer.is_identifiable
        observed = {float(cell.price_per_tonne) for cell in world.panel.cells}
        points = [p for p in answer.response[1:] if p.price_per_tonne in observed]
        if points:
            covered.append(
                np.mean([p.low <= world.change_share(p.price_per_tonne) <= p.high for p in points])
            )
    assert refused <= 1
    assert np.mean(covered) >= 0.75


def test_a_travel_ban_with_no_change_of_price_is_no_response() -> None:
    """Microsoft's travel: 329,356 t in FY20, 21,901 t in FY21, both at $15 (2024 fact sheet)."""
    rows = ["department,category,period,emissions_kgco2e,price_per_tonne,driver"]
    for number in range(6):
        for year, tonnes in ((19, 320_000), (20, 329_356), (21, 21_901), (22, 139_000)):
            rows.append(f"D{number},travel,FY{year},{tonnes * 1000 // (number + 1)},15,")
    answer = estimate_sweet_spot(read_panel("\n".join(rows).encode()), seed=1)
    assert answer.refusal is not None
    assert answer.refusal.code == "no_price_variation"
    assert "15 in 4 periods" in answer.refusal.sentence


def test_an_empty_panel_is_too_few() -> None:
    answer = estimate_sweet_spot(panel_of([]), seed=1)
    assert answer.refusal is not None
    assert answer.refusal.code == "too_few_observations"
