"""A baseline target: tonnes above it cost the price, tonnes below it earn nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from pricing.mechanisms import baseline_target, fee
from pricing.mechanisms.terms import Baseline, Facts, Frame
from tests.pricing.mechanisms import properties
from tests.pricing.mechanisms.years import CODES, Year, posted, years

MECHANISM = baseline_target.MECHANISM
FEE = fee.MECHANISM

test_late_data_never_drifts = properties.late_data_never_drifts(MECHANISM)
test_order_is_irrelevant = properties.order_is_irrelevant(MECHANISM)
test_splitting_a_record_changes_nothing = properties.splitting_changes_nothing(MECHANISM)


@pytest.mark.parametrize(
    ("emitted", "net"), [(90, 0), (100, 0), (110, 40_000), (250, 600_000), (0, 0), (-5, -20_000)]
)
def test_only_tonnes_above_the_target_cost(emitted: int, net: int) -> None:
    """At $40 a tonne and a target of 100 t; tonnes taken back below nothing are paid back whole."""
    charged = emitted * 4_000
    target = Baseline(Decimal(100_000), None, None, Decimal(40))
    (share,) = baseline_target.share(Frame("FY23", "USD"), [Facts("A", charged, (target,))])
    assert charged - share.amount_minor == net
    assert (share.explanation[-1].startswith("At most what was charged")) is (emitted < 100)


@given(years())
def test_nobody_is_paid_and_nobody_pays_more_than_a_fee(year: Year) -> None:
    year = replace(year, abatement_rates=())
    paid, fees = posted(MECHANISM, year, [year.records]), posted(FEE, year, [year.records])
    assert all(0 <= paid[code] <= fees[code] for code in CODES)
