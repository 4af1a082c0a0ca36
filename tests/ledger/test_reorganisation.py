"""A department moves in mid-quarter: each record is charged by the tree of its activity's day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from departments.organisation.models import Department, DepartmentPlacement, LegalEntity
from departments.organisation.placement import place_department
from ledger import balances, period_close, settlement_run, statements, verification
from ledger.close_checklist import checklist
from pricing.models import CarbonPrice
from pricing.price_lookup import price_in_force
from tests.ledger.books import ALWAYS, NOON, Books

BEFORE, MOVED_ON, AFTER = date(2023, 2, 14), date(2023, 2, 15), date(2023, 2, 16)


@pytest.fixture
def moved(books: Books) -> Books:
    """TEAM stands below NORTH ($20 a tonne) and, from 2023-02-15 on, below SOUTH ($50)."""
    entity = LegalEntity.objects.get()
    for code, price in [("NORTH", 20), ("SOUTH", 50), ("TEAM", None)]:
        department = Department.objects.create(code=code, name=code.title())
        books.departments[code] = department
        DepartmentPlacement.objects.create(
            department=department,
            parent=books.departments["NORTH"] if price is None else None,
            legal_entity=entity,
            in_force=ALWAYS,
        )
        if price is not None:
            CarbonPrice.objects.create(
                scheme=books.scheme,
                department=department,
                price_per_tonne=Decimal(price),
                in_force=ALWAYS,
                proposed_by=books.people["analyst"],
                approved_by=books.people["approver"],
            )
    place_department(
        department=books.departments["TEAM"],
        parent=books.departments["SOUTH"],
        legal_entity=entity,
        from_on=MOVED_ON,
        by=books.people["admin"],
    )
    return books


def charges(books: Books, period: str) -> list[str]:
    """The statement lines of TEAM: tonnes, price, amount."""
    found = statements.statement_lines(scheme_code="fee", period_code=period)
    return [
        f"{line.tonnes:.0f} t × {line.price_per_tonne:.0f} = {line.amount}"
        for line in sorted(found, key=lambda line: line.amount)
        if line.department == "TEAM"
    ]


def booked() -> Decimal:
    """What the journal holds on the fee account of TEAM."""
    account = "Expenses:Carbon-Fee:FEE:TEAM"
    return sum(
        (row.balance for row in balances.trial_balance() if row.account == account), Decimal()
    )


def test_records_before_and_after_the_move_have_their_own_prices(moved: Books) -> None:
    for day, kgco2e in [(BEFORE, "1000"), (MOVED_ON, "2000"), (AFTER, "3000")]:
        moved.emit("TEAM", day, kgco2e)
    moved.settle("2023Q1")
    assert charges(moved, "2023Q1") == ["1 t × 20 = 20.00", "5 t × 50 = 250.00"]
    statement = statements.statement_of(
        department_code="TEAM", scheme_code="fee", period_code="2023Q1"
    )
    assert (statement.charged, booked()) == (Decimal("270.00"), Decimal("270.00"))
    for day, price in [(BEFORE, 20), (MOVED_ON, 50), (AFTER, 50)]:
        found = price_in_force(
            scheme_id=moved.scheme.pk,
            on=day,
            department_id=moved.departments["TEAM"].pk,
            scope=1,
            category=None,
        )
        assert found.price_per_tonne == price
    assert verification.verify().holds
    assert not any(check.refuses for check in checklist(period_code="2023Q1", at=NOON))


def test_late_tonnes_follow_the_tree_of_their_day_and_not_of_their_charge(moved: Books) -> None:
    first = moved.emit("TEAM", BEFORE, "1000")
    moved.settle("2023Q1")
    period_close.close(period_code="2023Q1", by=moved.people["finance"], at=NOON)
    moved.emit("TEAM", BEFORE, "4000")  # late
    moved.emit("TEAM", AFTER, "1000", supersedes=first)  # it happened after the move
    moved.settle("2023Q2")
    assert charges(moved, "2023Q2") == ["1 t × 50 = 50.00", "3 t × 20 = 60.00"]
    assert booked() == Decimal("130.00")
    assert verification.verify().holds
    assert not any(check.refuses for check in checklist(period_code="2023Q2", at=NOON))


def test_a_move_that_is_made_known_later_changes_no_settlement_that_began(moved: Books) -> None:
    moved.emit("TEAM", AFTER, "1000")
    settlement = moved.calculate("2023Q1")
    place_department(
        department=moved.departments["TEAM"],
        parent=moved.departments["NORTH"],
        legal_entity=LegalEntity.objects.get(),
        from_on=AFTER,
        by=moved.people["admin"],
    )
    settlement_run.approve(settlement_id=settlement.pk, by=moved.people["approver"], at=NOON)
    settlement_run.post(settlement_id=settlement.pk, by=moved.people["finance"], at=NOON)
    assert charges(moved, "2023Q1") == ["1 t × 50 = 50.00"]
    moved.emit("TEAM", AFTER, "1000")
    moved.settle("2023Q2")
    assert charges(moved, "2023Q2") == ["1 t × 20 = 20.00"]
    assert booked() == Decimal("70.00")
    assert verification.verify().holds
    assert not any(check.refuses for check in checklist(period_code="2023Q1", at=NOON))
