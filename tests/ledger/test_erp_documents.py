"""Documents within each system's limits, at 25,000 lines, without a database."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest

from ledger.exports.erp import ErpBook
from ledger.exports.registry import ERP_FORMATS
from ledger.exports.setup import Setup, layout_now
from tests.ledger.erp import CLEARING, MOST_LINES, OWN, READERS, constants, documents_of, sums

ENTRIES = 5_000  # of four lines, two in each company, and one of 5,000 lines


def setup_of(format_name: str, *, clearing: bool = True) -> Setup:
    own: dict[str, dict[str, str]] = {"ONE": {}, "TWO": {}}
    for row in constants():
        if row["format"] == format_name and (clearing or row["name"] != "clearing_account"):
            own[row["legal_entity"]][row["name"]] = row["value"]
    return Setup(layout_now(format_name), {}, own, {"ONE": "USD", "TWO": "USD"})


def row(entry: int, entity: str, account: str, cents: int, **more: str) -> dict[str, Any]:
    amount = Decimal(abs(cents)).scaleb(-2)
    return {
        "entry_id": entry,
        "entry_date": "2023-03-31",
        "period": "2023Q1",
        "scheme": "fee",
        "department": "CLOUD",
        "legal_entity": entity,
        "cost_centre": "4711",
        "account": account,
        "commodity": "USD",
        "debit": f"{amount if cents > 0 else 0:.2f}",
        "credit": f"{amount if cents < 0 else 0:.2f}",
        "description": "Carbon fee",
        "gl_account": "684000" if account.startswith("Expenses") else "284000",
        "trading_partner": "",
        "account_kind": "fee_expense" if account.startswith("Expenses") else "carbon_fund",
        "tax_code": "",
        "segment": "",
    } | more


def four_lines(entry: int) -> list[dict[str, Any]]:
    cents = 100 + entry
    return [
        row(entry, "TWO", "Expenses:Fee", cents),
        row(entry, "TWO", "Liabilities:Due", -cents, trading_partner="ONE"),
        row(entry, "ONE", "Assets:Due", cents, trading_partner="TWO"),
        row(entry, "ONE", "Equity:Fund", -cents),
    ]


def long_entry(entry: int, lines: int) -> list[dict[str, Any]]:
    debits = [row(entry, "ONE", "Expenses:Fee", number) for number in range(1, lines)]
    total = sum(range(1, lines))
    return [*debits, row(entry, "ONE", "Equity:Fund", -total)]


def written(
    format_name: str, setup: Setup, *entries: list[dict[str, Any]]
) -> tuple[bytes, ErpBook]:
    file = io.BytesIO()
    book = ErpBook(file, setup, "CFL 2023Q1")
    for entry in entries:
        book.add(entry)
    book.close()
    return file.getvalue(), book


@pytest.mark.parametrize("format_name", ERP_FORMATS)
def test_25_000_lines_stay_within_the_limits_and_balance(format_name: str) -> None:
    entries = [four_lines(number) for number in range(1, ENTRIES + 1)]
    content, book = written(
        format_name, setup_of(format_name), *entries, long_entry(ENTRIES + 1, 5_000)
    )
    assert book.problems.listed() == []
    assert book.line_count == 25_000
    lines = list(READERS[format_name](content))
    documents = documents_of(lines)
    assert len(documents) == book.document_count
    most = MOST_LINES.get(format_name)
    if most is not None:
        assert max(map(len, documents.values())) == most
    clearing = [line for line in lines if line.account == CLEARING]
    assert len(lines) == 25_000 + len(clearing)
    assert bool(clearing) == (most is not None)
    assert sum(line.amount for line in clearing) == 0
    fees = sum(100 + number for number in range(1, ENTRIES + 1))
    long = sum(range(1, 5_000))
    one, two = OWN[format_name][1]["ONE"], OWN[format_name][1]["TWO"]
    assert sums(lines) == {
        (two, "USD", "684000", "4711"): Decimal(fees).scaleb(-2),
        (two, "USD", "284000", ""): -Decimal(fees).scaleb(-2),
        (one, "USD", "684000", "4711"): Decimal(long).scaleb(-2),
        (one, "USD", "284000", ""): -Decimal(long).scaleb(-2),
    }


@pytest.mark.parametrize("format_name", MOST_LINES)
def test_an_entry_of_exactly_the_limit_stays_whole(format_name: str) -> None:
    most = MOST_LINES[format_name]
    content, _ = written(format_name, setup_of(format_name), long_entry(1, most))
    lines = list(READERS[format_name](content))
    assert (len(documents_of(lines)), len(lines)) == (1, most)
    content, _ = written(format_name, setup_of(format_name), long_entry(1, most + 1))
    lines = list(READERS[format_name](content))
    assert (len(documents_of(lines)), len(lines)) == (2, most + 3)


@pytest.mark.parametrize("format_name", MOST_LINES)
def test_without_a_clearing_account_a_long_entry_keeps_the_file_from_leaving(
    format_name: str,
) -> None:
    setup = setup_of(format_name, clearing=False)
    _, book = written(format_name, setup, long_entry(1, MOST_LINES[format_name] + 1))
    said = book.problems.listed()
    assert said[0].startswith(f"An entry has {MOST_LINES[format_name] + 1:,} lines in ONE")
    assert "load a clearing_account" in said[0]
    _, book = written(format_name, setup, four_lines(1))
    assert book.problems.listed() == []


def test_tonnes_of_an_entry_in_two_companies_are_nobodys() -> None:
    kilograms = row(1, "ONE", "Expenses:Emissions", 1) | {
        "commodity": "KGCO2E",
        "account_kind": "emissions",
        "debit": "1500.000001",
        "credit": "0.000000",
    }
    one = [row(1, "ONE", "Expenses:Fee", 5), row(1, "ONE", "Equity:Fund", -5), kilograms]
    content, _ = written("oracle-fbdi", setup_of("oracle-fbdi"), one)
    assert [line.tonnes for line in READERS["oracle-fbdi"](content)] == [
        Decimal("1.500000001"),
        None,
    ]
    both = [*one, row(1, "TWO", "Expenses:Fee", 5), row(1, "TWO", "Liabilities:Due", -5)]
    content, book = written("oracle-fbdi", setup_of("oracle-fbdi"), both)
    assert {line.tonnes for line in READERS["oracle-fbdi"](content)} == {None}
    assert book.line_count == 4


def test_lines_in_nobodys_books_keep_the_file_from_leaving() -> None:
    lines = [row(7, "", "Expenses:Fee", 5), row(7, "", "Equity:Fund", -5)]
    _, book = written("sap", setup_of("sap"), lines)
    assert book.problems.listed()[0] == (
        "Lines are in the books of no legal entity: give their department a place on that day, or "
        "write the entry by hand for a department (2 lines, first in entry 7)"
    )
