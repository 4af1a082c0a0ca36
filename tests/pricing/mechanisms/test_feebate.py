"""A feebate: what is charged goes back by baseline, so all departments together pay nothing.

The worked example is of docs/method.md: at $40, baselines 100, 200 and 300 t, emissions 90, 210 and
270 t."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.errors import NothingToShareBy
from pricing.mechanisms import MECHANISMS, feebate
from pricing.mechanisms.terms import Baseline, Facts, Frame
from tests.pricing.mechanisms import properties
from tests.pricing.mechanisms.years import Year, cuts, in_steps, posted, years

MECHANISM = feebate.MECHANISM

test_late_data_never_drifts = properties.late_data_never_drifts(MECHANISM)
test_order_is_irrelevant = properties.order_is_irrelevant(MECHANISM)
test_splitting_a_record_changes_nothing = properties.splitting_changes_nothing(MECHANISM)

FRAME = Frame("FY23", "USD")


def department(code: str, charged_minor: int, baseline_tonnes: str = "") -> Facts:
    baselines = (Baseline(Decimal(baseline_tonnes) * 1000),) if baseline_tonnes else ()
    return Facts(code, charged_minor, baselines)


def net(*facts: Facts) -> dict[str, int]:
    charged = {one.department: one.charged_minor for one in facts}
    returned = {one.department: one.amount_minor for one in feebate.share(FRAME, facts)}
    return {code: charged[code] - returned.get(code, 0) for code in charged}


def test_a_scheme_names_it_so() -> None:
    assert MECHANISMS["feebate"] is MECHANISM


def test_the_worked_example() -> None:
    facts = [
        department("A", 360_000, "100"),
        department("B", 840_000, "200"),
        department("C", 1_080_000, "300"),
    ]
    assert net(*facts) == {"A": -20_000, "B": 80_000, "C": -60_000}
    first = feebate.share(FRAME, facts)[0]
    assert first.explanation == (
        "Pot: 22,800.00 USD, all that was charged for FY23 so far; it goes back whole, by largest "
        "remainder.",
        "Baseline 100 t of 600 t × pot 22,800.00 USD = 3,800.00 USD",
    )


def test_ties_go_to_the_lower_code() -> None:
    facts = [department(code, 0, "1") for code in ("C", "A", "B")]
    assert net(*facts, department("Z", 2)) == {"A": -1, "B": -1, "C": 0, "Z": 2}


def test_a_baseline_without_emissions_gets_its_return() -> None:
    assert net(department("A", 1000, "1"), department("B", 0, "3")) == {"A": 750, "B": -750}


def test_emissions_without_a_baseline_get_none() -> None:
    assert net(department("A", 0, "1"), department("B", 500)) == {"A": -500, "B": 500}


def test_a_pot_below_zero_is_shared_alike() -> None:
    assert net(department("A", -300, "1"), department("B", 0, "2")) == {"A": -200, "B": 200}


def test_without_any_baseline_a_pot_is_refused_and_no_pot_is_not() -> None:
    with pytest.raises(NothingToShareBy):
        feebate.share(FRAME, [department("A", 1)])
    assert feebate.share(FRAME, [department("A", 0)]) == []


@given(years(), st.data())
def test_it_sums_to_exactly_nothing_after_every_settlement(year: Year, data: st.DataObject) -> None:
    steps = in_steps(year.records, data.draw(cuts(len(year.records))))
    for number in range(1, 4):
        assert sum(posted(MECHANISM, year, steps[:number]).values()) == 0
