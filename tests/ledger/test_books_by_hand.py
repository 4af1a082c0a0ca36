"""Whose books a statement line is in, worked by hand day by day."""

from __future__ import annotations

from datetime import date

import pytest

from departments.organisation.models import DepartmentPlacement, LegalEntity
from ledger.models.accounts import Account
from ledger.models.settlements import Settlement
from tests.ledger.books import Books, open_books

MID_FEBRUARY, MID_MAY = date(2023, 2, 15), date(2023, 5, 15)


@pytest.fixture
def group(db: None) -> Books:
    """The fund in the books of ONE. OFFICES were in those of TWO, since ever and until 15 February;
    CLOUD is in them from then on."""
    books = open_books(fund_in="ONE", offices_in="TWO")
    offices, cloud = books.departments["OFFICES"], books.departments["CLOUD"]
    offices.placements.update(in_force=(None, MID_FEBRUARY))
    place(books, "OFFICES", "ONE", MID_FEBRUARY)
    cloud.placements.update(in_force=(None, MID_FEBRUARY))
    place(books, "CLOUD", "TWO", MID_FEBRUARY)
    return books


def place(books: Books, department: str, entity: str, from_on: date) -> None:
    DepartmentPlacement.objects.create(
        department=books.departments[department],
        legal_entity=LegalEntity.objects.get(code=entity),
        in_force=(from_on, None),
    )


def tonnes(settlement: Settlement) -> dict[tuple[str, str], int]:
    """What is settled of each department in the books of each legal entity."""
    lines = settlement.lines.values_list("department__code", "legal_entity__code", "settled_mgco2e")
    return {(department, entity): mgco2e // 10**9 for department, entity, mgco2e in lines}


def test_a_department_is_in_its_books_from_their_first_day_until_they_end(group: Books) -> None:
    for day, kgco2e in [
        (date(2023, 1, 1), "1000"),
        (date(2023, 2, 14), "2000"),
        (MID_FEBRUARY, "4000"),
        (date(2023, 3, 31), "8000"),
    ]:
        for department in ("CLOUD", "OFFICES"):
            group.emit(department, day, kgco2e)
    assert tonnes(group.settle("2023Q1")) == {
        ("CLOUD", "ONE"): 3,
        ("CLOUD", "TWO"): 12,
        ("OFFICES", "TWO"): 3,
        ("OFFICES", "ONE"): 12,
    }


def test_an_account_is_opened_in_each_books_when_the_first_line_needs_it(group: Books) -> None:
    fees = Account.objects.filter(kind="fee_expense").order_by("pk").values_list("code", flat=True)
    group.emit("OFFICES", date(2023, 2, 14), "1000")
    group.settle("2023Q1")
    assert list(fees.all()) == ["Expenses:Carbon-Fee:FEE:OFFICES:TWO"]
    group.emit("OFFICES", MID_MAY, "1000")
    group.settle("2023Q2")
    assert list(fees.all()) == [
        "Expenses:Carbon-Fee:FEE:OFFICES:TWO",
        "Expenses:Carbon-Fee:FEE:OFFICES",
    ]
