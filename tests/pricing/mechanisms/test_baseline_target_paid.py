"""A baseline target whose negative part is paid: price × (emissions − target), either sign."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pricing.mechanisms import baseline_target_paid
from pricing.mechanisms.terms import Baseline, Facts, Frame
from tests.pricing.mechanisms import properties

MECHANISM = baseline_target_paid.MECHANISM

test_late_data_never_drifts = properties.late_data_never_drifts(MECHANISM)
test_order_is_irrelevant = properties.order_is_irrelevant(MECHANISM)
test_splitting_a_record_changes_nothing = properties.splitting_changes_nothing(MECHANISM)


@pytest.mark.parametrize(("emitted", "net"), [(90, -40_000), (100, 0), (110, 40_000)])
def test_tonnes_on_both_sides_of_the_target_count(emitted: int, net: int) -> None:
    """At $40 a tonne and a target of 100 t."""
    target = Baseline(Decimal(100_000), None, None, Decimal(40))
    facts = Facts("A", emitted * 4_000, (target,))
    assert MECHANISM.share is not None
    (share,) = MECHANISM.share(Frame("FY23", "USD"), [facts])
    assert facts.charged_minor - share.amount_minor == net
