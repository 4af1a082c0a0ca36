"""A showback: calculated and shown, and no money moves."""

from __future__ import annotations

from hypothesis import given

from pricing.mechanisms import moves_money, showback
from tests.pricing.mechanisms import properties
from tests.pricing.mechanisms.years import Year, posted, years

MECHANISM = showback.MECHANISM

test_late_data_never_drifts = properties.late_data_never_drifts(MECHANISM)
test_order_is_irrelevant = properties.order_is_irrelevant(MECHANISM)
test_splitting_a_record_changes_nothing = properties.splitting_changes_nothing(MECHANISM)


@given(years())
def test_nobody_ever_pays(year: Year) -> None:
    assert set(posted(MECHANISM, year, [year.records]).values()) == {0}


def test_no_kind_of_line_moves_money() -> None:
    kinds = ("charge", "incentive", "levy", "allocation", "recorded")
    assert not any(moves_money("showback", kind) for kind in kinds)
