"""The journal of a settlement, line by line, worked by hand; and entries posted by themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from departments.inventory.models.emissions import EmissionRecord
from departments.organisation.models import Department, LegalEntity
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.settlements import SettledRecord, Settlement
from pricing.models import CarbonPrice
from tests.ledger.books import Books, found_scheme, open_books
from tests.ledger.settling import settle_scheme

FEBRUARY, MAY = date(2023, 2, 10), date(2023, 5, 10)
MEDIUM: dict[str, Any] = {"durability_class": "medium", "removal_state": "verified"}
ATMOSPHERE, FUND = "Equity:Atmosphere", "Equity:Carbon-Fund:FEE"
CLOUD_FEE, OFFICES_FEE = "Expenses:Carbon-Fee:FEE:CLOUD", "Expenses:Carbon-Fee:FEE:OFFICES"
TONNE = 10**9  # in milligrams


def written(settlement: Settlement) -> list[tuple[str, list[tuple[str, int, int]]]]:
    """Each entry's description, and its lines: account, debit, credit; in the journal's order."""
    entries = JournalEntry.objects.filter(settlement=settlement).order_by("pk")
    return [(entry.description, lines_of(entry)) for entry in entries]


def lines_of(entry: JournalEntry) -> list[tuple[str, int, int]]:
    lines = JournalLine.objects.filter(entry_id=entry.pk).order_by("pk").select_related("account")
    return [(line.account.code, line.debit, line.credit) for line in lines]


def record_of(settlement: Settlement, **facts: Any) -> EmissionRecord:
    """The one record of a line with such facts."""
    line = settlement.lines.get(**facts)
    return EmissionRecord.objects.get(pk=SettledRecord.objects.get(line=line).emission_record_id)


@pytest.fixture
def first(books: Books) -> Settlement:
    """CLOUD: 1 t, 0.1 t that isn't covered, and 0.5 t removed. OFFICES: 2 t at $15, 1 t at $20."""
    CarbonPrice.objects.create(
        scheme=books.scheme,
        country="KR",
        price_per_tonne=Decimal(20),
        in_force=(date(2023, 1, 1), None),
        proposed_by=books.people["analyst"],
        approved_by=books.people["approver"],
    )
    books.emit("OFFICES", FEBRUARY, "2000", scope=2)
    books.emit("OFFICES", FEBRUARY, "1000", scope=2, country="KR")
    books.emit("CLOUD", FEBRUARY, "500", **MEDIUM)
    books.emit("CLOUD", FEBRUARY, "100", scope=3, category=7)
    books.emit("CLOUD", FEBRUARY, "1000")
    return books.settle("2023Q1")


def test_an_entry_a_department_and_purpose_money_before_tonnes_debits_before_credits(
    books: Books, first: Settlement
) -> None:
    assert written(first) == [
        (
            "Carbon fee 2023Q1, CLOUD",
            [
                (CLOUD_FEE, 1500, 0),
                (FUND, 0, 1500),
                ("Expenses:Emissions:CLOUD:Scope-1", TONNE, 0),
                ("Expenses:Emissions:CLOUD:Scope-3:Category-7", TONNE // 10, 0),
                (ATMOSPHERE, 0, TONNE + TONNE // 10),
            ],
        ),
        (
            "Carbon fee 2023Q1, CLOUD, removals",
            [
                (FUND, 2000, 0),
                ("Income:Carbon-Incentive:FEE:CLOUD", 0, 2000),
                (ATMOSPHERE, TONNE // 2, 0),
                ("Income:Removals:CLOUD:Medium", 0, TONNE // 2),
            ],
        ),
        (
            "Carbon fee 2023Q1, OFFICES",
            [
                (OFFICES_FEE, 5000, 0),
                (FUND, 0, 5000),
                ("Expenses:Emissions:OFFICES:Scope-2", 3 * TONNE, 0),
                (ATMOSPHERE, 0, 3 * TONNE),
            ],
        ),
    ]
    quarter = books.periods["2023Q1"]
    ids = {code: department.pk for code, department in books.departments.items()}
    assert [
        (entry.purpose, entry.source_id, entry.department_id, entry.activity_period_id)
        for entry in JournalEntry.objects.order_by("pk")
    ] == [
        (purpose, f"{first.pk}/{ids[code]}/{quarter.pk}", ids[code], quarter.pk)
        for code, purpose in [("CLOUD", "charge"), ("CLOUD", "incentive"), ("OFFICES", "charge")]
    ]
    for entry in JournalEntry.objects.all():
        assert (entry.entry_date, entry.period_id) == (date(2023, 3, 31), quarter.pk)
        assert (entry.source_type, entry.posted_by) == ("settlement", books.people["finance"])
    lines = [line.entry_id for line in JournalLine.objects.order_by("pk")]
    assert lines == sorted(lines)  # entry by entry


def test_true_ups_stand_beside_the_quarters_own_and_what_comes_to_nothing_is_not_written(
    books: Books, first: Settlement
) -> None:
    """CLOUD gets 0.6 t back, $9, and removes 0.5 t more; OFFICES is late with 0.3 kg: no cent."""
    cloud = record_of(first, scope=1)
    books.emit("CLOUD", FEBRUARY, "400", supersedes=cloud)
    books.emit("CLOUD", MAY, "2000")
    books.emit("CLOUD", MAY, "500", **MEDIUM)
    books.emit("OFFICES", FEBRUARY, "0.3", scope=1)
    assert written(books.settle("2023Q2")) == [
        (
            "Carbon fee 2023Q1, CLOUD, true-up posted in 2023Q2",
            [
                (FUND, 900, 0),
                (CLOUD_FEE, 0, 900),
                (ATMOSPHERE, 600_000_000, 0),
                ("Expenses:Emissions:CLOUD:Scope-1", 0, 600_000_000),
            ],
        ),
        (
            "Carbon fee 2023Q2, CLOUD",
            [
                (CLOUD_FEE, 3000, 0),
                (FUND, 0, 3000),
                ("Expenses:Emissions:CLOUD:Scope-1", 2 * TONNE, 0),
                (ATMOSPHERE, 0, 2 * TONNE),
            ],
        ),
        (
            "Carbon fee 2023Q2, CLOUD, removals",
            [
                (FUND, 2000, 0),
                ("Income:Carbon-Incentive:FEE:CLOUD", 0, 2000),
                (ATMOSPHERE, TONNE // 2, 0),
                ("Income:Removals:CLOUD:Medium", 0, TONNE // 2),
            ],
        ),
        (
            "Carbon fee 2023Q1, OFFICES, true-up posted in 2023Q2",
            [
                ("Expenses:Emissions:OFFICES:Scope-1", 300_000, 0),
                (ATMOSPHERE, 0, 300_000),
            ],
        ),
    ]


def test_a_correction_that_changes_nothing_writes_nothing(books: Books, first: Settlement) -> None:
    cloud = record_of(first, scope=1)
    books.emit("CLOUD", FEBRUARY, "1000", supersedes=cloud)
    settlement = books.settle("2023Q2")
    assert (settlement.state, settlement.record_count) == ("posted", 2)
    assert written(settlement) == []


def test_another_schemes_lines_are_not_posted_with_ours(books: Books, first: Settlement) -> None:
    """A scheme without the atmosphere posts money alone, into its own fund."""
    found_scheme(books, "second", keeps_atmosphere=False)
    Department.objects.filter(code="CLOUD").update(name="Cloud and more")  # codes, not names
    assert written(settle_scheme(books, "second", "2023Q1")) == [
        (
            "Carbon second 2023Q1, CLOUD",
            [
                ("Expenses:Carbon-Fee:SECOND:CLOUD", 1500, 0),
                ("Equity:Carbon-Fund:SECOND", 0, 1500),
            ],
        ),
        (
            "Carbon second 2023Q1, CLOUD, removals",
            [
                ("Equity:Carbon-Fund:SECOND", 2000, 0),
                ("Income:Carbon-Incentive:SECOND:CLOUD", 0, 2000),
            ],
        ),
        (
            "Carbon second 2023Q1, OFFICES",
            [
                ("Expenses:Carbon-Fee:SECOND:OFFICES", 4500, 0),
                ("Equity:Carbon-Fund:SECOND", 0, 4500),
            ],
        ),
    ]


def test_equal_amounts_of_two_accounts_add_up_on_the_third(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000", scope=1)
    books.emit("CLOUD", FEBRUARY, "1000", scope=2)
    ((_, lines),) = written(books.settle("2023Q1"))
    assert lines == [
        (CLOUD_FEE, 3000, 0),
        (FUND, 0, 3000),
        ("Expenses:Emissions:CLOUD:Scope-1", TONNE, 0),
        ("Expenses:Emissions:CLOUD:Scope-2", TONNE, 0),
        (ATMOSPHERE, 0, 2 * TONNE),
    ]


def test_what_no_account_takes_up_makes_no_entry(books: Books) -> None:
    """0.3 kg come to no cent, and a scheme without the atmosphere counts no tonnes."""
    found_scheme(books, "second", keeps_atmosphere=False)
    books.emit("CLOUD", FEBRUARY, "0.3")
    books.emit("OFFICES", FEBRUARY, "1000")
    assert written(settle_scheme(books, "second", "2023Q1")) == [
        (
            "Carbon second 2023Q1, OFFICES",
            [
                ("Expenses:Carbon-Fee:SECOND:OFFICES", 1500, 0),
                ("Equity:Carbon-Fund:SECOND", 0, 1500),
            ],
        )
    ]


def test_each_scheme_books_what_legal_entities_owe_each_other_for_it_alone(db: None) -> None:
    """Two schemes with their funds in the books of ONE; OFFICES is in those of TWO."""
    group = open_books(fund_in="ONE", offices_in="TWO")
    one = LegalEntity.objects.get(code="ONE")
    found_scheme(group, "second", keeps_atmosphere=False, fund_entity=one)
    group.emit("OFFICES", FEBRUARY, "1000")
    group.settle("2023Q1")
    assert written(settle_scheme(group, "second", "2023Q1")) == [
        (
            "Carbon second 2023Q1, OFFICES",
            [
                ("Assets:Due-From:ONE:TWO:SECOND", 1500, 0),
                ("Expenses:Carbon-Fee:SECOND:OFFICES:TWO", 1500, 0),
                ("Equity:Carbon-Fund:SECOND", 0, 1500),
                ("Liabilities:Due-To:TWO:ONE:SECOND", 0, 1500),
            ],
        )
    ]
    group.emit("OFFICES", FEBRUARY, "2000")  # late, when the accounts of both are there
    late = dict(written(group.settle("2023Q2")))
    assert late["Carbon fee 2023Q1, OFFICES, true-up posted in 2023Q2"][:4] == [
        ("Assets:Due-From:ONE:TWO:FEE", 3000, 0),
        ("Expenses:Carbon-Fee:FEE:OFFICES:TWO", 3000, 0),
        (FUND, 0, 3000),
        ("Liabilities:Due-To:TWO:ONE:FEE", 0, 3000),
    ]


def test_a_showback_posts_none_of_the_money_it_shows(books: Books) -> None:
    found_scheme(books, "shadow", keeps_atmosphere=False, mechanism="showback")
    books.emit("CLOUD", FEBRUARY, "1000")
    shadow = settle_scheme(books, "shadow", "2023Q1")
    assert shadow.lines.get().amount_minor == 1500
    assert (shadow.state, written(shadow)) == ("posted", [])


def test_a_cent_stands_on_its_side_as_more_does(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "0.7")  # 1.05 cents
    ((_, lines),) = written(books.settle("2023Q1"))
    assert lines == [
        (CLOUD_FEE, 1, 0),
        (FUND, 0, 1),
        ("Expenses:Emissions:CLOUD:Scope-1", 700_000, 0),
        (ATMOSPHERE, 0, 700_000),
    ]


def test_tonnes_that_come_to_no_cent_take_nothing_from_those_beside_them(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "0.3", scope=1)
    books.emit("CLOUD", FEBRUARY, "1000", scope=2)
    ((_, lines),) = written(books.settle("2023Q1"))
    assert lines == [
        (CLOUD_FEE, 1500, 0),
        (FUND, 0, 1500),
        ("Expenses:Emissions:CLOUD:Scope-1", 300_000, 0),
        ("Expenses:Emissions:CLOUD:Scope-2", TONNE, 0),
        (ATMOSPHERE, 0, TONNE + 300_000),
    ]
