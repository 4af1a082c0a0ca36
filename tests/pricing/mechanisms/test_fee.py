"""A fee: what tonnes cost is paid, and nothing comes back."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given

from pricing.mechanisms import fee, moves_money
from tests.pricing.mechanisms import properties
from tests.pricing.mechanisms.years import CODES, Year, posted, years

ZERO = Decimal(0)

MECHANISM = fee.MECHANISM

test_late_data_never_drifts = properties.late_data_never_drifts(MECHANISM)
test_order_is_irrelevant = properties.order_is_irrelevant(MECHANISM)
test_splitting_a_record_changes_nothing = properties.splitting_changes_nothing(MECHANISM)


def test_nothing_is_shared_out() -> None:
    assert (MECHANISM.line_kind, MECHANISM.share) == ("", None)
    assert moves_money("fee", "charge")
    assert moves_money("fee", "incentive")
    assert not moves_money("fee", "recorded")


@given(years())
def test_everybody_pays_tonnes_times_price(year: Year) -> None:
    """Each scope by itself, rounded once, half away from zero."""
    paid = posted(MECHANISM, year, [year.records])
    for code in CODES:
        exact = [
            sum((r.kgco2e for r in year.records if (r.department, r.scope) == (code, scope)), ZERO)
            * year.price
            / 10
            for scope in (1, 2)
        ]
        assert paid[code] == sum(int(cents + Decimal("0.5")) for cents in exact)
