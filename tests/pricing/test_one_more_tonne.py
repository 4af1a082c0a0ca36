"""What one more tonne costs under each mechanism, with what comes back of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pricing.mechanisms.terms import Baseline, Facts, Frame
from pricing.one_more_tonne import OneMoreTonne

FRAME = Frame("FY23", "USD")
FORTY = Decimal(40)


def target(tonnes: str) -> tuple[Baseline, ...]:
    return (Baseline(Decimal(tonnes) * 1000, price_per_tonne=FORTY),)


def costs(mechanism: str, *facts: Facts, of: str = "A", price: Decimal = FORTY) -> int:
    known = {one.department: one for one in facts}
    return OneMoreTonne(mechanism, FRAME, known).costs_minor(of, price)


def test_a_fee_costs_its_price_and_what_moves_no_money_for_tonnes_nothing() -> None:
    assert costs("fee", Facts("A")) == 4000
    assert costs("fee", price=Decimal("0.005")) == 1  # rounded like a bill
    assert costs("showback", Facts("A")) == 0
    assert costs("contribution", Facts("A", budget=Decimal(100))) == 0
    assert costs("per_event", Facts("A")) == 0


def test_in_a_feebate_a_department_gets_its_share_of_its_own_tonne_back() -> None:
    """100 of 600 t of baseline: of $40 more in the pot, $6.67 come back; without one, nothing."""
    facts = (
        Facts("A", 360_000, target("100")),
        Facts("B", 840_000, target("200")),
        Facts("C", 1_080_000, target("300")),
        Facts("D", 120_000),
    )
    assert costs("feebate", *facts) == 4000 - 667
    assert costs("feebate", *facts, of="C") == 4000 - 2000
    assert costs("feebate", *facts, of="D") == 4000


@pytest.mark.parametrize(("charged", "expected"), [(500_000, 4000), (300_000, 0), (398_000, 2000)])
def test_below_a_target_that_is_not_paid_out_a_tonne_is_free(charged: int, expected: int) -> None:
    """A target of 100 t at $40: above it the price, below it nothing, on its edge a part."""
    assert costs("baseline_target", Facts("A", charged, target("100"))) == expected


@pytest.mark.parametrize("mechanism", ["baseline_target_paid", "budget_neutral_start"])
def test_where_the_part_below_is_paid_a_tonne_always_costs_its_price(mechanism: str) -> None:
    for charged in (500_000, 300_000):
        assert costs(mechanism, Facts("A", charged, target("100"))) == 4000
