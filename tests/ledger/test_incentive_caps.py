"""Caps on incentives through real settlements: never more than the cap, to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from departments.organisation.constraints import constraint_of
from ledger import verification
from ledger.errors.settlements import AllocationImpossible
from ledger.models.settlements import SettlementLine
from pricing.models import IncentiveCap, IncentiveRate, Mechanism, Scheme
from tests.ledger.books import ALWAYS, Books
from tests.ledger.sharing import (
    QUARTERS,
    YEAR,
    account,
    cap,
    found_sharing,
    measure,
    net,
    reward,
    settle,
    signed,
)
from tests.ledger.test_mechanisms import holds

FEBRUARY, MAY = date(2023, 2, 10), date(2023, 5, 10)
STORED = {"durability_class": "medium", "removal_state": "verified"}
BURIED = {"durability_class": "long", "removal_state": "verified"}


@pytest.fixture
def scheme(books: Books) -> Scheme:
    """A fee of $40 a tonne that pays $40 for each absorbed tonne; CLOUD has paid 4,000.00."""
    scheme = found_sharing(books, Mechanism.FEE)
    for durability_class in ("medium", "long"):
        IncentiveRate.objects.create(
            scheme=scheme,
            durability_class=durability_class,
            rate_per_tonne=40,
            in_force=ALWAYS,
            **signed(books),
        )
    books.emit("CLOUD", FEBRUARY, "100000")
    return scheme


def over(period: str) -> dict[tuple[str, str], int]:
    """The lines of what is over the cap that a period's settlement posted, in minor units."""
    lines = SettlementLine.objects.filter(settlement__period__code=period, kind="allocation")
    return {
        (line.department.code, line.activity_period.code): line.amount_minor
        for line in lines.select_related("department", "activity_period")
    }


def test_what_is_over_the_cap_is_not_paid_and_stands_on_a_line(
    books: Books, scheme: Scheme
) -> None:
    """1,000.00 a year: 800.00 in the first quarter leave 200.00 of 400.00 for the second."""
    cap(books, scheme, "1000")
    books.emit("CLOUD", FEBRUARY, "20000", **STORED)  # type: ignore[arg-type]
    settle(books, scheme, "2023Q1")
    assert over("2023Q1") == {}
    books.emit("OFFICES", MAY, "10000", **STORED)  # type: ignore[arg-type]
    settle(books, scheme, "2023Q2")
    (line,) = SettlementLine.objects.filter(scheme=scheme, kind="allocation")
    assert line.amount_minor == -20_000
    assert line.explanation == (
        "Over the cap, not paid, medium: of 400.00 USD earned 200.00 USD is paid, since 200.00 USD "
        "was left of the cap of 1,000.00 USD for 2023-01-01 to 2023-12-31: -200.00 USD"
    )
    assert net(scheme) == {"CLOUD": 3200, "OFFICES": -200}
    assert account("Income:Carbon-Incentive:SHARED:OFFICES") == -400
    assert account("Income:Carbon-Fee-Return:SHARED:OFFICES") == 200
    assert account("Equity:Carbon-Fund:SHARED") == -3000
    assert holds("2023Q1")
    assert holds("2023Q2")


def test_late_tonnes_of_an_earlier_quarter_come_first(books: Books, scheme: Scheme) -> None:
    """2 t of the first quarter come late: its 80.00 are paid, and no more than 120.00 of May."""
    cap(books, scheme, "1000")
    books.emit("CLOUD", FEBRUARY, "20000", **STORED)  # type: ignore[arg-type]
    books.emit("OFFICES", MAY, "10000", **STORED)  # type: ignore[arg-type]
    settle(books, scheme, "2023Q2")
    assert over("2023Q2") == {("OFFICES", "2023Q2"): -20_000}
    books.emit("CLOUD", FEBRUARY, "2000", **STORED)  # type: ignore[arg-type]
    settle(books, scheme, "2023Q3")
    assert over("2023Q3") == {("OFFICES", "2023Q2"): -8_000}
    assert net(scheme) == {"CLOUD": 3120, "OFFICES": -120}
    assert holds("2023Q3")


def test_a_cap_that_comes_later_takes_back_what_is_over_it_and_a_correction_adds(
    books: Books, scheme: Scheme
) -> None:
    books.emit("CLOUD", FEBRUARY, "20000", **STORED)  # type: ignore[arg-type]
    settle(books, scheme, "2023Q1")
    cap(books, scheme, "1000")
    cap(books, scheme, "-500.004")
    settle(books, scheme, "2023Q2")
    assert over("2023Q2") == {("CLOUD", "2023Q1"): -30_000}
    cap(books, scheme, "100")
    settle(books, scheme, "2023Q3")
    assert over("2023Q3") == {("CLOUD", "2023Q1"): 10_000}
    assert net(scheme) == {"CLOUD": 3400}
    assert holds("2023Q3")


def test_a_cap_of_a_department_a_class_or_other_days_limits_nothing_else(
    books: Books, scheme: Scheme
) -> None:
    cap(books, scheme, "100", department=books.departments["CLOUD"])
    cap(books, scheme, "60", durability_class="long")
    cap(books, scheme, "0", durability_class="medium", in_force=QUARTERS["2023Q3"])
    books.emit("CLOUD", FEBRUARY, "5000", **STORED)  # type: ignore[arg-type]
    books.emit("OFFICES", FEBRUARY, "5000", **STORED)  # type: ignore[arg-type]
    books.emit("OFFICES", FEBRUARY, "2000", **BURIED)  # type: ignore[arg-type]
    settle(books, scheme, "2023Q1")
    assert over("2023Q1") == {("CLOUD", "2023Q1"): -10_000, ("OFFICES", "2023Q1"): -2_000}
    assert holds("2023Q1")


def test_what_abatement_earns_counts_too_and_its_line_says_both(
    books: Books, scheme: Scheme
) -> None:
    reward(books, scheme, "5")
    measure(books, scheme, "2023Q1", CLOUD="110")
    cap(books, scheme, "30")
    settle(books, scheme, "2023Q1")
    (line,) = SettlementLine.objects.filter(scheme=scheme, kind="allocation")
    assert line.amount_minor == 3_000
    assert (line.explanation or "").splitlines()[1:] == [
        "Incentive for less than the baseline: 10,000 kg ÷ 1,000 × 5 USD per tonne = 50.00 USD",
        "Over the cap, not paid, abatement: of 50.00 USD earned 30.00 USD is paid, since 30.00 USD "
        "was left of the cap of 30.00 USD for 2023-01-01 to 2023-12-31: -20.00 USD",
        "Together 30.00 USD",
    ]
    assert holds("2023Q1")


def test_a_fire_takes_back_only_what_was_paid(books: Books, scheme: Scheme) -> None:
    """800.00 earned, 500.00 paid; of the 400.00 that burn 300.00 were never paid."""
    cap(books, scheme, "500")
    books.emit("CLOUD", FEBRUARY, "20000", **STORED)  # type: ignore[arg-type]
    settle(books, scheme, "2023Q1")
    books.emit("CLOUD", MAY, "-10000", **STORED)  # type: ignore[arg-type]
    settle(books, scheme, "2023Q2")
    assert over("2023Q2") == {("CLOUD", "2023Q2"): 30_000}
    assert net(scheme) == {"CLOUD": 3600}
    assert holds("2023Q2")


def test_caps_below_nothing_are_refused(books: Books, scheme: Scheme) -> None:
    cap(books, scheme, "-1")
    with (
        pytest.raises(AllocationImpossible, match="come to less than nothing"),
        transaction.atomic(),
    ):
        settle(books, scheme, "2023Q1")
    cap(books, scheme, "1")
    assert settle(books, scheme, "2023Q1").state == "posted"


def test_a_cap_is_never_edited_and_shares_its_days_or_none(books: Books, scheme: Scheme) -> None:
    there = cap(books, scheme, "1000")
    for change in ({"amount": 2000}, {"in_force": QUARTERS["2023Q1"]}):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            IncentiveCap.objects.filter(pk=there.pk).update(**change)
        assert constraint_of(refused.value) == "pricing_approved_baseline_never_edited"
    first, day_after = YEAR
    for days, name in (
        ((first, date(2023, 4, 1)), "upper"),
        ((date(2023, 4, 1), day_after), "lower"),
    ):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            cap(books, scheme, "1", in_force=days)
        assert constraint_of(refused.value) == f"pricing_caps_have_the_same_{name}_days"
    cap(books, scheme, "1", in_force=(day_after, date(2025, 1, 1)))


def test_verify_finds_a_cap_that_was_not_kept(books: Books, scheme: Scheme) -> None:
    cap(books, scheme, "500")
    books.emit("CLOUD", FEBRUARY, "20000", **STORED)  # type: ignore[arg-type]
    settle(books, scheme, "2023Q1")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM ledger_settlementline WHERE kind = 'allocation'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    found = [f.detail for f in verification.verify().findings if f.check.startswith("allocations")]
    assert found == ["billed 0 minor units, its mechanism shares out -30000"]


def test_the_sum_is_the_cap_to_the_cent(books: Books, scheme: Scheme) -> None:
    """100.01 by 1/3 and 2/3: 33.34 and 66.67."""
    cap(books, scheme, "100.01")
    books.emit("CLOUD", FEBRUARY, "10000", **STORED)  # type: ignore[arg-type]
    books.emit("OFFICES", FEBRUARY, "20000", **STORED)  # type: ignore[arg-type]
    settle(books, scheme, "2023Q1")
    assert net(scheme) == {"CLOUD": Decimal("3966.66"), "OFFICES": Decimal("-66.67")}
    assert holds("2023Q1")
