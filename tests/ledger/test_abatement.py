"""Tonnes below a baseline earn something through real settlements: late tonnes, books, refusals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from ledger import statements, verification
from ledger.errors.journal import FundOverdrawn
from ledger.errors.settlements import AllocationImpossible
from ledger.models.settlements import Settlement, SettlementLine
from pricing.models import Mechanism
from tests.ledger.books import Books
from tests.ledger.sharing import QUARTERS, account, found_sharing, measure, net, reward, settle
from tests.ledger.test_mechanisms import holds

FEBRUARY, MAY = date(2023, 2, 10), date(2023, 5, 10)


def test_a_department_below_its_baseline_earns_the_rate(books: Books) -> None:
    """$40 a tonne; 10 t below 100 t at $5. OFFICES is above, and DATA-EU has no baseline."""
    scheme = found_sharing(books, Mechanism.FEE)
    reward(books, scheme, "5")
    measure(books, scheme, "2023Q1", CLOUD="100", OFFICES="100")
    books.emit("CLOUD", FEBRUARY, "90000")
    books.emit("OFFICES", FEBRUARY, "110000")
    settle(books, scheme, "2023Q1")
    assert net(scheme) == {"CLOUD": 3550, "OFFICES": 4400}
    assert account("Income:Carbon-Fee-Return:SHARED:CLOUD") == -50
    assert account("Equity:Carbon-Fund:SHARED") == -7950
    (line,) = SettlementLine.objects.filter(scheme=scheme, kind="allocation")
    assert (line.explanation or "").splitlines() == [
        "Incentive for less than the baseline: baseline 100,000 kg, emitted 90,000 kg: "
        "10,000 kg below",
        "Incentive for less than the baseline: 10,000 kg ÷ 1,000 × 5 USD per tonne = 50.00 USD",
    ]
    statement = statements.statement_of(
        department_code="CLOUD", scheme_code="shared", period_code="2023Q1"
    )
    assert [statement.charged, statement.net] == [3600, 3550]
    assert holds("2023Q1")


def test_late_tonnes_take_back_what_they_were_below(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.FEE)
    reward(books, scheme, "5")
    measure(books, scheme, "2023Q1", CLOUD="100")
    first = books.emit("CLOUD", FEBRUARY, "90000")
    settle(books, scheme, "2023Q1")
    books.emit("CLOUD", FEBRUARY, "4000")
    settle(books, scheme, "2023Q2")
    (late,) = SettlementLine.objects.filter(settlement__period__code="2023Q2", kind="allocation")
    assert (late.amount_minor, late.amount_before_minor, late.is_true_up) == (-2000, 5000, True)
    books.emit("CLOUD", FEBRUARY, "95999", supersedes=first)
    settle(books, scheme, "2023Q3")
    assert net(scheme, "2023Q1") == {"CLOUD": Decimal("3999.95")}  # 3,999.96 less 0.01, for 1 kg
    assert account("Income:Carbon-Fee-Return:SHARED:CLOUD") == Decimal("-0.01")
    assert all(holds(period) for period in ("2023Q1", "2023Q2", "2023Q3"))


def test_data_that_is_missing_abates_nothing(books: Books) -> None:
    """Of the second quarter nothing is known; then its one record moves to another department."""
    scheme = found_sharing(books, Mechanism.FEE)
    reward(books, scheme, "5")
    measure(books, scheme, "2023Q1", CLOUD="100")
    measure(books, scheme, "2023Q2", CLOUD="100")
    first = books.emit("CLOUD", FEBRUARY, "90000")
    settle(books, scheme, "2023Q1")
    books.emit("OFFICES", FEBRUARY, "90000", supersedes=first)
    settle(books, scheme, "2023Q2")
    assert net(scheme) == {"CLOUD": 0, "OFFICES": 3600}
    assert holds("2023Q2")


def test_a_rate_of_a_scope_or_of_other_days_pays_its_own(books: Books) -> None:
    """A rate counts for periods whose last day it is in force on."""
    scheme = found_sharing(books, Mechanism.FEE)
    reward(books, scheme, "5", scope=2)
    reward(books, scheme, "7", scope=1, in_force=(date(2023, 6, 30), date(2023, 7, 1)))
    measure(books, scheme, "2023Q1", CLOUD="100")
    measure(books, scheme, "2023Q2", CLOUD="100")
    books.emit("CLOUD", FEBRUARY, "90000")
    books.emit("CLOUD", MAY, "90000")
    settle(books, scheme, "2023Q2")
    assert not SettlementLine.objects.filter(scheme=scheme, kind="allocation").exists()
    reward(books, scheme, "9", in_force=QUARTERS["2023Q1"])
    settle(books, scheme, "2023Q3")
    assert net(scheme, "2023Q1") == {"CLOUD": 3510}
    assert net(scheme, "2023Q2") == {"CLOUD": 3600}
    assert holds("2023Q3")


def test_what_is_earned_is_paid_from_what_the_fund_holds(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.FEE)
    reward(books, scheme, "1000")
    measure(books, scheme, "2023Q1", CLOUD="100")
    books.emit("CLOUD", FEBRUARY, "90000")
    with pytest.raises(FundOverdrawn):
        settle(books, scheme, "2023Q1")
    assert net(scheme) == {}


def test_a_baseline_below_zero_is_named_before_anything_is_settled(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.FEE)
    measure(books, scheme, "2023Q1", CLOUD="-1")
    settle(books, scheme, "2023Q1")  # nobody asks for it
    reward(books, scheme, "5")
    with pytest.raises(AllocationImpossible, match="CLOUD has a baseline below zero in 2023Q1"):
        settle(books, scheme, "2023Q2")


def test_rules_without_a_rate_name_no_baselines(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.FEE)
    measure(books, scheme, "2023Q1", CLOUD="100")
    assert not {"baselines", "abatement_rates"} & settle(books, scheme, "2023Q1").rules.keys()


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ("amount_minor = 5001", "billed 5001 minor units, its mechanism shares out 5000"),
        ("explanation = 'because'", "prints another arithmetic"),
    ],
)
def test_verify_works_it_out_anew(books: Books, change: str, detail: str) -> None:
    scheme = found_sharing(books, Mechanism.FEE)
    reward(books, scheme, "5")
    measure(books, scheme, "2023Q1", CLOUD="100")
    books.emit("CLOUD", FEBRUARY, "90000")
    settle(books, scheme, "2023Q1")
    _forge(f"UPDATE ledger_settlementline SET {change} WHERE kind = 'allocation'")
    found = [f.detail for f in verification.verify().findings if f.check.startswith("allocations")]
    assert any(detail in each for each in found)


def test_an_allocation_of_a_fee_without_a_rate_is_found(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.FEE)
    reward(books, scheme, "5")
    measure(books, scheme, "2023Q1", CLOUD="100")
    books.emit("CLOUD", FEBRUARY, "90000")
    settle(books, scheme, "2023Q1")
    settlement = Settlement.objects.get(scheme=scheme)
    rules = "rules - 'abatement_rates'"
    _forge(f"UPDATE ledger_settlement SET rules = {rules} WHERE id = {settlement.pk}")
    found = [f.detail for f in verification.verify().findings if f.check.startswith("allocations")]
    assert found == ["shares out what no mechanism does"]


def _forge(statement: str) -> None:
    """As whoever owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")
