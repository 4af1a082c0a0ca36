"""Carbon that went back into the air: the next settlement takes the incentive back, to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ledger import balances, verification
from ledger.statements import statement_of
from tests.ledger.books import Books
from tests.ledger.settling import amounts

pytestmark = pytest.mark.django_db

FEBRUARY, MAY, AUGUST = date(2023, 2, 1), date(2023, 5, 1), date(2023, 8, 1)
STORED = {"durability_class": "medium", "removal_state": "verified"}
INCOME, REMOVALS = "Income:Carbon-Incentive:FEE:CLOUD", "Income:Removals:CLOUD:Medium"


def held(account: str) -> Decimal:
    return next(row.balance for row in balances.trial_balance() if row.account == account)


def test_a_fire_takes_back_what_the_forest_earned_and_puts_its_carbon_into_the_air(
    books: Books,
) -> None:
    """33.3333 t at $40 earn $1,333.33; 11.1111 t burn, then the rest: −444.44 and −888.89."""
    books.emit("CLOUD", FEBRUARY, "100000000")
    books.emit("CLOUD", FEBRUARY, "33333.3", **STORED)  # type: ignore[arg-type]
    books.settle("2023Q1")
    assert (held(INCOME), held(REMOVALS)) == (Decimal("-1333.33"), Decimal("-33333.3"))
    fund = balances.fund_balance(scheme_id=books.scheme.pk)
    air = balances.atmosphere_balance()

    books.emit("CLOUD", MAY, "-11111.1", **STORED)  # type: ignore[arg-type]
    second = books.settle("2023Q2")
    assert amounts(second) == [("2023Q2", "incentive", Decimal("-444.44"))]
    statement = statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q2")
    assert statement.earned == Decimal("-444.44")
    assert [line.amount for line in statement.lines] == [Decimal("444.44")]
    assert balances.fund_balance(scheme_id=books.scheme.pk) == fund + Decimal("444.44")
    assert balances.atmosphere_balance() == air + Decimal("11111.1")

    books.emit("CLOUD", AUGUST, "-22222.2", **STORED)  # type: ignore[arg-type]
    books.settle("2023Q3")
    assert held(REMOVALS) == 0
    assert held(INCOME) == 0
    assert verification.verify().holds


def test_a_verified_removal_that_is_restated_is_taken_back_on_its_own_line(books: Books) -> None:
    """1 t earned $40; 0.4 t of it was never stored: −16.00, as a true-up of its period."""
    first = books.emit("CLOUD", FEBRUARY, "1000", **STORED)  # type: ignore[arg-type]
    books.settle("2023Q1")
    books.emit("CLOUD", FEBRUARY, "600", supersedes=first, **STORED)  # type: ignore[arg-type]
    assert amounts(books.settle("2023Q2")) == [("2023Q1", "incentive", Decimal("-16.00"))]
    assert held(INCOME) == Decimal("-24.00")
    assert verification.verify().holds
