"""Years to come, worked by hand: trend, price response, projects, the way to two aims."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.errors import ProjectionImpossible
from pricing.projection import (
    Project,
    Projection,
    Scenario,
    Trend,
    Year,
    growth_of,
    project,
    slope_of,
    target_path,
)
from pricing.projection_file import read_scenarios

DEMO = Path(__file__).resolve().parents[2] / "fixtures" / "demo" / "scenarios.toml"


def kg(*figures: int) -> list[Year]:
    """Years from 2021 on with these emissions, and 10 kg removed in each."""
    return [Year(2021 + place, Decimal(each), Decimal(10)) for place, each in enumerate(figures)]


def projected(until: int = 2025, lifetime: int = 1000, **facts: Any) -> Projection:
    history = facts.pop("history", kg(100, 110, 121))
    return project(
        history=history,
        lifetime_kgco2e=Decimal(lifetime),
        scenario=Scenario("test", **facts),
        until_year=until,
    )


def emitted(found: Projection) -> list[Decimal]:
    return [year.emitted_kgco2e for year in found.years if not year.is_history]


def test_growth_of_ten_percent_goes_on():
    assert growth_of(kg(100, 110, 121)) == Decimal("1.1")
    found = projected(trend=Trend.GEOMETRIC)
    assert emitted(found) == [Decimal("133.1"), Decimal("146.41")]
    # 1,000 + 133.1 − 10, then + 146.41 − 10; and back: 1,000 − 111 at the end of 2022
    lifetime = [year.lifetime_kgco2e for year in found.years]
    assert lifetime == [789, 889, 1000, Decimal("1123.1"), Decimal("1259.51")]
    assert found.explanation[0] == (
        "Emissions of a year are 1.1 times those of the year before: the mean growth of 2021 to "
        "2023."
    )


def test_growth_is_fitted_on_the_years_that_are_named():
    assert growth_of(kg(7, 100, 121), fitted_from=2022) == Decimal("1.21")
    assert growth_of(kg(7, 100, 121)) == Decimal("4.157609203101")  # √(121 ÷ 7)


def test_a_straight_line_through_the_years():
    # (100, 110, 150): slope (−1 × −20 + 1 × 30) ÷ 2 = 25 a year
    assert slope_of(kg(100, 110, 150)) == 25
    found = projected(trend=Trend.LINEAR, history=kg(100, 110, 150))
    assert emitted(found) == [175, 200]
    falling = projected(trend=Trend.LINEAR, history=kg(90, 50, 10), until=2026)
    assert emitted(falling) == [0, 0, 0]  # never below nothing


@pytest.mark.parametrize(
    ("price", "share"),
    [("15", "0"), ("57.5", "-0.1"), ("100", "-0.2"), ("500", "-0.2"), ("5", "0")],
)
def test_a_price_changes_what_the_scenario_says(price: str, share: str):
    found = projected(
        growth=Decimal(1),
        prices=((2025, Decimal(price)),),
        response=((Decimal(15), Decimal(0)), (Decimal(100), Decimal("-0.2"))),
    )
    assert emitted(found) == [121, 121 * (1 + Decimal(share))]
    assert found.years[-1].price_per_tonne == Decimal(price)
    assert found.years[-2].price_per_tonne is None


def test_a_price_without_a_response_is_refused():
    with pytest.raises(ProjectionImpossible, match="does not say what they change"):
        projected(prices=((2025, Decimal(50)),))


def test_projects_turn_the_balance():
    found = projected(
        until=2032,
        projects=(
            Project("solar", 2024, 2026, reduces_kgco2e=Decimal(21)),
            Project("capture", 2025, removes_kgco2e=Decimal(311)),
        ),
    )
    # 2024: 100 − 10; 2025: 100 − 321; from 2026 on: 121 − 321 = −200
    assert [year.net_kgco2e for year in found.years[3:6]] == [90, -221, -200]
    assert found.first_negative_year == 2025
    # 1,000 + 90 − 221 = 869 in 2025; 69 in 2029, −131 in 2030
    assert found.lifetime_zero_year == 2030
    assert projected(until=2032).first_negative_year is None
    assert projected(until=2032).lifetime_zero_year is None


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"history": []}, "no settled year"),
        ({"until": 2023}, "after 2023"),
        ({"until": 2201}, "2200"),
        ({"trend": Trend.GEOMETRIC, "history": kg(5)}, "two years"),
        ({"trend": Trend.LINEAR, "history": kg(5)}, "two years"),
        ({"trend": Trend.GEOMETRIC, "history": kg(0, 5)}, "above zero"),
        ({"response": ((Decimal(1), Decimal(-2)),)}, "more than everything"),
    ],
)
def test_what_can_not_be_projected_is_told(facts: dict[str, Any], words: str):
    with pytest.raises(ProjectionImpossible, match=words):
        projected(**facts)


def test_the_straight_way_to_two_aims():
    # n = 100, L = 1,000, N = 2, M = 3: R = (1,000 + 100 × ½) ÷ (1½ + 3) = 233.333333…
    path = target_path(
        last_year=2023,
        net_kgco2e=Decimal(100),
        lifetime_kgco2e=Decimal(1000),
        negative_year=2025,
        zero_year=2028,
    )
    assert [year.net_kgco2e for year in path] == [
        Decimal("-66.666667"),
        *[Decimal("-233.333333")] * 4,
    ]
    assert path[-1].lifetime_kgco2e == 0
    assert path[0].lifetime_kgco2e == Decimal("933.333333")


@given(st.integers(1, 10**9), st.integers(-(10**6), 10**9), st.integers(1, 30), st.integers(0, 40))
def test_the_straight_way_ends_at_nothing(lifetime: int, net: int, steps: int, after: int):
    facts: dict[str, Any] = {
        "last_year": 2023,
        "net_kgco2e": Decimal(net),
        "lifetime_kgco2e": Decimal(lifetime),
        "negative_year": 2023 + steps,
        "zero_year": 2023 + steps + after,
    }
    try:
        path = target_path(**facts)
    except ProjectionImpossible:
        assert lifetime + Decimal(net) * (steps - 1) / 2 <= 0
        return
    left = sum((year.net_kgco2e for year in path), Decimal(lifetime))
    assert abs(left) <= Decimal("0.000001") * len(path)  # each year is rounded to the milligram


@pytest.mark.parametrize(("negative", "zero"), [(2023, 2050), (2030, 2029)])
def test_aims_in_the_wrong_order_are_refused(negative: int, zero: int):
    with pytest.raises(ProjectionImpossible, match="one after the other"):
        target_path(
            last_year=2023,
            net_kgco2e=Decimal(1),
            lifetime_kgco2e=Decimal(1),
            negative_year=negative,
            zero_year=zero,
        )


def test_scenarios_are_read_exactly(tmp_path: Path):
    nothing, growth, active = read_scenarios(DEMO)
    assert (nothing.trend, growth.trend) == (Trend.CONSTANT, Trend.LINEAR)
    assert active.response[-1] == (Decimal(100), Decimal("-0.2"))
    assert active.projects[0].reduces_kgco2e == 400_000_000
    file = tmp_path / "mine.toml"
    for content, words in [
        ("[[scenario]]\nname = 'a'\ncolour = 1", "colour is unknown"),
        ("[[scenario]]\ntrend = 'linear'", "lacks 'name'"),
        ("[[scenario]]\nname = 'a'\ntrend = 'up'", "'up'"),
        ("nonsense", "no file of scenarios"),
    ]:
        file.write_text(content)
        with pytest.raises(ProjectionImpossible, match=words):
            read_scenarios(file)
    with pytest.raises(ProjectionImpossible, match="can't be read"):
        read_scenarios(tmp_path / "none.toml")
