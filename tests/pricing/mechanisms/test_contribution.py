"""A contribution: a fixed pot by share of budget, whatever anybody emits."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given

from pricing.errors import NothingToShareBy
from pricing.mechanisms import contribution
from pricing.mechanisms.terms import Facts, Frame
from tests.pricing.mechanisms import properties
from tests.pricing.mechanisms.years import Year, posted, years

MECHANISM = contribution.MECHANISM

test_late_data_never_drifts = properties.late_data_never_drifts(MECHANISM)
test_order_is_irrelevant = properties.order_is_irrelevant(MECHANISM)
test_splitting_a_record_changes_nothing = properties.splitting_changes_nothing(MECHANISM)


def shared(pot_minor: int, **budgets: str) -> dict[str, int]:
    facts = [Facts(code, budget=Decimal(budget)) for code, budget in budgets.items()]
    shares = contribution.share(Frame("FY23", "USD", pot_minor), facts)
    return {share.department: share.amount_minor for share in shares}


def test_the_pot_is_paid_in_by_share_of_budget() -> None:
    """$100,000 by budgets of 2, 3 and 5 million."""
    assert shared(10_000_000, A="2000000", B="3000000", C="5000000") == {
        "A": 2_000_000,
        "B": 3_000_000,
        "C": 5_000_000,
    }


def test_the_arithmetic_is_printed() -> None:
    facts = [Facts("A", budget=Decimal(1)), Facts("B", budget=Decimal(2))]
    first = contribution.share(Frame("FY23", "USD", 1000), facts)[0]
    assert first.explanation == (
        "Pot: 10.00 USD, what the fund is to have for FY23.",
        "Budget 1 of 3 × pot 10.00 USD = 3.33 USD",
    )


def test_ties_go_to_the_lower_code() -> None:
    assert shared(100, C="1", A="1", B="1") == {"A": 34, "B": 33, "C": 33}


def test_a_pot_without_budgets_is_refused_and_no_pot_is_not() -> None:
    with pytest.raises(NothingToShareBy):
        shared(1, A="0")
    assert shared(0, A="0") == {}


@given(years())
def test_the_pot_is_paid_to_the_cent(year: Year) -> None:
    assert sum(posted(MECHANISM, year, [year.records]).values()) == year.pot_minor
