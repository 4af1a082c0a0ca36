"""What results in force add up to by day is kept by whoever approves them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from departments.inventory import totals
from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.models.totals import DayTotal
from tests.ledger.books import Books, open_books

pytestmark = pytest.mark.django_db

DAY = date(2023, 2, 1)


@pytest.fixture
def books(db: None) -> Books:
    return open_books()


def kept() -> dict[tuple[str, int | None], tuple[Decimal, int]]:
    """By kind and scope: kgCO2e, market-based, and how many results."""
    found: dict[tuple[str, int | None], tuple[Decimal, int]] = {}
    for row in DayTotal.objects.filter(activity_on=DAY):
        kg, count = found.get((row.kind, row.scope), (Decimal(0), 0))
        found[row.kind, row.scope] = (kg + row.market_kgco2e, count + row.result_count)
    return found


def test_what_is_approved_is_added_to_its_day(books: Books) -> None:
    books.emit("CLOUD", DAY, "100")
    books.emit("OFFICES", DAY, "20.5")
    books.emit("CLOUD", DAY, "7", scope=2, location_kgco2e="9")

    assert kept() == {("emission", 1): (Decimal("120.5"), 2), ("emission", 2): (Decimal(7), 1)}
    assert DayTotal.objects.get(scope=2).location_kgco2e == 9


def test_what_is_superseded_counts_no_more(books: Books) -> None:
    first = books.emit("CLOUD", DAY, "100")
    second = books.emit("CLOUD", DAY, "140", supersedes=first)
    assert kept() == {("emission", 1): (Decimal(140), 1)}

    books.emit("CLOUD", DAY, "0", supersedes=second)

    assert kept() == {("emission", 1): (Decimal(0), 1)}


def test_a_removal_counts_once_it_earns(books: Books) -> None:
    kept_for: Any = {"durability_class": "medium"}
    contracted = books.emit("CLOUD", DAY, "50", removal_state="contracted", **kept_for)
    assert kept() == {}

    books.emit("CLOUD", DAY, "50", removal_state="verified", supersedes=contracted, **kept_for)

    assert kept() == {("removal", None): (Decimal(50), 1)}


def test_estimates_are_kept_apart(books: Books) -> None:
    books.emit("CLOUD", DAY, "100")
    approve_estimate(books, "40")

    assert {row.is_estimated: row.market_kgco2e for row in DayTotal.objects.all()} == {
        False: Decimal(100),
        True: Decimal(40),
    }


def approve_estimate(books: Books, kgco2e: str) -> None:
    """A record that says itself that it is one."""
    facts = {
        "department": books.departments["CLOUD"],
        "started_on": DAY,
        "ended_on": DAY,
        "is_estimated": True,
    }
    record = ActivityRecord.objects.create(
        activity="reported/scope-1",
        quantity=Decimal(kgco2e),
        unit="kg",
        state="approved",
        created_by=books.people["contributor"],
        submitted_by=books.people["contributor"],
        decided_by=books.people["approver"],
        **facts,
    )
    EmissionRecord.objects.create(
        activity_record=record,
        department=books.departments["CLOUD"],
        activity_on=DAY,
        scope=1,
        location_kgco2e=Decimal(kgco2e),
        market_kgco2e=Decimal(kgco2e),
        trace={"steps": []},
        approval_number=1,  # whatever is given: the next one is drawn
    )


def test_places_add_up_to_what_the_months_add_up_to(books: Books) -> None:
    first = books.emit("CLOUD", DAY, "100")
    books.emit("OFFICES", date(2023, 3, 31), "20", scope=3, category=6)
    books.emit("CLOUD", DAY, "90", supersedes=first)
    books.emit("CLOUD", date(2023, 4, 1), "5000")

    found = totals.place_totals(from_on=date(2023, 1, 1), until_on=date(2023, 3, 31))

    assert [(each.scope, each.category, each.market_kgco2e) for each in found] == [
        (1, None, Decimal(90)),
        (3, 6, Decimal(20)),
    ]
    months = totals.monthly_totals(
        department_ids=None, from_on=date(2023, 1, 1), until_on=date(2023, 3, 31)
    )
    assert sum(each.market_kgco2e for each in months) == 110
