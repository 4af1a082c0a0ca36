"""A budget-neutral start: who emits the baseline pays nothing on balance."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given

from pricing.mechanisms import budget_neutral_start
from pricing.mechanisms.terms import Baseline, Facts, Frame
from tests.pricing.mechanisms import properties
from tests.pricing.mechanisms.years import Record, Year, posted, years

MECHANISM = budget_neutral_start.MECHANISM

test_late_data_never_drifts = properties.late_data_never_drifts(MECHANISM)
test_order_is_irrelevant = properties.order_is_irrelevant(MECHANISM)
test_splitting_a_record_changes_nothing = properties.splitting_changes_nothing(MECHANISM)

FRAME = Frame("FY23", "USD")


def baseline(tonnes: str, scope: int | None = None, price: str = "40") -> Baseline:
    return Baseline(Decimal(tonnes) * 1000, scope, None, Decimal(price))


def test_the_allocation_is_the_fee_on_the_baseline() -> None:
    """100 t × $40 come back, whatever was emitted: 90 t pay −$400, 110 t pay $400."""
    for charged in (360_000, 400_000, 440_000):
        (share,) = budget_neutral_start.share(FRAME, [Facts("A", charged, (baseline("100"),))])
        assert share.amount_minor == 400_000
    assert share.explanation == ("Baseline: 100,000 kg ÷ 1,000 × 40 USD per tonne = 4,000.00 USD",)


def test_a_baseline_is_rounded_where_its_emissions_would_be() -> None:
    """0.2 kg at $15 are 0.003; in two rows of a scope 0.006, which is one cent, and not two."""
    rows = (baseline("0.0002", 1, "15"), baseline("0.0002", 1, "15"), baseline("0.0004", 2, "15"))
    (share,) = budget_neutral_start.share(FRAME, [Facts("A", 0, rows)])
    assert share.amount_minor == 2
    assert share.explanation[-1] == "Together 0.02 USD"


def test_departments_are_answered_by_code() -> None:
    facts = [Facts(code, 0, (baseline("1"),)) for code in ("B", "A")]
    assert [share.department for share in budget_neutral_start.share(FRAME, facts)] == ["A", "B"]


def test_without_a_baseline_nothing_is_allocated() -> None:
    assert budget_neutral_start.share(FRAME, [Facts("A", 500)]) == []


@given(years())
def test_who_emits_exactly_the_baseline_pays_nothing(year: Year) -> None:
    rows = year.baselines["CLOUD"]
    records = tuple(Record("CLOUD", row.scope or 1, row.kgco2e, Decimal(0)) for row in rows)
    kept = tuple(Baseline(r.kgco2e, r.scope, None, year.price) for r in records)
    same = replace(year, records=records, baselines={**year.baselines, "CLOUD": kept})
    assert posted(MECHANISM, same, [records])["CLOUD"] == 0
