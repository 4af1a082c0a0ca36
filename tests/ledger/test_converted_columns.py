"""Files of columns tell each line in its books' currency, by the arithmetic of ERP files."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client

from departments.organisation.models import LegalEntity
from ledger import posting
from ledger.exports.columns import CONVERTED
from ledger.exports.registered import manifest_of
from ledger.exports.run import reissue
from ledger.models.accounts import Account
from ledger.models.exports import JournalExport
from pricing.conversion import converted
from tests.ledger.books import Books
from tests.ledger.erp import open_group, table, unzipped
from tests.ledger.test_exchange_rates_in_exports import (
    exported,
    load_rate,
    oracle_for_users_rate,
)
from tests.ledger.test_export_tables import workbook

SIDES = ("debit", "credit")
NOTHING = ("",) * 5


@pytest.fixture
def group(db: None) -> Books:
    """TWO keeps its books in EUR; the first quarter's last day is a Friday."""
    books = open_group()
    LegalEntity.objects.filter(code="TWO").update(currency="EUR")
    return books


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def told(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in CONVERTED)


def test_lines_in_other_books_are_told_in_their_currency(group: Books) -> None:
    """1,500.00 × 0.91337 = 1,370.055, so 1,370.06; 400.00 × 0.91337 = 365.348, so 365.35."""
    load_rate(group, "2023-03-30", "0.91337")
    content, export = exported(group, "generic-csv")
    rows = rows_of(content)
    of_two = [row for row in rows if row["legal_entity"] == "TWO" and row["commodity"] == "USD"]
    rate = ("0.91337", "2023-03-30")
    assert [(row["debit"], row["credit"], *told(row)) for row in of_two] == [
        ("1500.00", "0.00", "EUR", "1370.06", "0.00", *rate),
        ("0.00", "1500.00", "EUR", "0.00", "1370.06", *rate),
        ("400.00", "0.00", "EUR", "365.35", "0.00", *rate),
        ("0.00", "400.00", "EUR", "0.00", "365.35", *rate),
    ]
    assert {told(row) for row in rows if row not in of_two} == {NOTHING}  # of ONE, and kilograms
    assert manifest_of(export)["rates"] == [
        {
            "legal_entity": "TWO",
            "commodity": "USD",
            "day": "2023-03-31",
            "currency": "EUR",
            "exponent": 2,
            "rate": "0.9133700000",
            "rate_on": "2023-03-30",
            "source": "Treasury",
        }
    ]


def test_they_are_what_an_erp_is_told(group: Books) -> None:
    oracle_for_users_rate(group)
    load_rate(group, "2023-03-30", "0.91337")
    (file,) = unzipped(exported(group, "oracle-fbdi")[0]).values()
    accounted = sorted(line[40] or f"-{line[41]}" for line in table(file) if line[8] == "02")
    rows = rows_of(exported(group, "generic-csv")[0])
    ours = [_signed(row, "converted_") for row in rows if row["converted_currency"]]
    assert sorted(f"{amount}" for amount in ours) == accounted


def _signed(row: dict[str, str], prefix: str = "") -> Decimal:
    debit, credit = (Decimal(row[f"{prefix}{side}"]) for side in SIDES)
    return debit - credit if credit else debit


@pytest.mark.parametrize("format_name", ["jsonl", "xlsx", "parquet"])
def test_every_file_of_columns_says_the_same(group: Books, format_name: str) -> None:
    load_rate(group, "2023-03-30", "0.91337")
    expected = [told(row) for row in rows_of(exported(group, "generic-csv")[0])]
    content, _ = exported(group, format_name)
    if format_name == "jsonl":
        assert [told(json.loads(line)) for line in content.splitlines()] == expected
        return
    numbers: list[tuple[Any, ...]] = []
    for currency, debit, credit, rate, on in expected:
        amounts = [Decimal(text) if text else None for text in (debit, credit, rate)]
        numbers.append((currency, *amounts, date.fromisoformat(on) if on else None))
    if format_name == "parquet":
        found = [told(row) for row in pq.read_table(io.BytesIO(content)).to_pylist()]
        assert found == numbers
        return
    ((names, *rows),) = workbook(content).values()
    padded = [
        {f"{name}": value for name, value in zip(names, row + [""] * len(names), strict=False)}
        for row in rows
    ]
    days_since = date(1899, 12, 30).toordinal()
    assert [told(row) for row in padded] == [
        (
            currency,
            *("" if amount is None else amount for amount in amounts),
            "" if on is None else Decimal(on.toordinal() - days_since),
        )
        for currency, *amounts, on in numbers
    ]


@pytest.mark.parametrize(
    ("rate", "by_hand"),
    [
        ("0.5", ["0.62", "0.63", "-1.25"]),
        ("0.91337", ["1.14", "1.14", "-2.28"]),
        ("0.333333", ["0.41", "0.42", "-0.83"]),
    ],
)
def test_each_entry_is_converted_as_the_plain_function_does(
    group: Books, rate: str, by_hand: list[str]
) -> None:
    """1.25 + 1.25 − 2.50 at 0.5 are 0.63 + 0.63 − 1.25, a cent over: the first gives it back."""
    LegalEntity.objects.filter(code="ONE").update(currency="EUR")
    fee = Account.objects.get(code="Expenses:Carbon-Fee:FEE:CLOUD")
    fund = Account.objects.get(code="Equity:Carbon-Fund:FEE")
    lines = [
        posting.Line(fee.pk, "USD", debit=125),
        posting.Line(fee.pk, "USD", debit=125),
        posting.Line(fund.pk, "USD", credit=250),
    ]
    entry_id = posting.post(
        entry_date=date(2023, 5, 22),
        description="by hand",
        lines=lines,
        source=posting.Source("note", "2", "correction"),
        by=group.people["finance"],
    )
    days = ("2023-03-31", "2023-05-20", "2023-05-22", "2023-06-30", "2023-07-01")
    for day in days:
        load_rate(group, day, rate)
    parts: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in rows_of(exported(group, "generic-csv", period=None)[0]):
        if row["converted_currency"]:
            parts[row["entry_id"], row["legal_entity"]].append(row)
    assert len(parts) > 4
    for rows in parts.values():
        amounts = [_signed(row) for row in rows]
        expected = converted(amounts, rate=Decimal(rate), exponent=2)
        assert [_signed(row, "converted_") for row in rows] == expected
        assert sum(expected) == 0
    ours = [f"{_signed(row, 'converted_')}" for row in parts[str(entry_id), "ONE"]]
    assert ours == by_hand


def test_a_part_of_an_entry_is_converted_as_in_the_whole(group: Books) -> None:
    load_rate(group, "2023-03-31", "0.91337")
    client = Client()
    client.force_login(group.people["finance"])

    def taken(**query: str) -> list[dict[str, str]]:
        answer: Any = client.get(
            "/api/v1/journal-lines/", {"period": "2023Q1", **query}, headers={"accept": "text/csv"}
        )
        return rows_of(b"".join(answer.streaming_content))

    whole = taken()
    accounts = {row["account"] for row in whole if row["converted_currency"]}
    assert len(accounts) > 2
    for account in accounts:
        assert taken(account=account) == [row for row in whole if row["account"] == account]


def test_who_sees_a_part_of_the_journal_is_told_none(group: Books) -> None:
    load_rate(group, "2023-03-31", "0.91337")
    client = Client()
    client.force_login(group.people["contributor"])
    answer: Any = client.get("/api/v1/journal-lines/", headers={"accept": "text/csv"})
    rows = rows_of(b"".join(answer.streaming_content))
    assert rows
    assert {told(row) for row in rows} == {NOTHING}


def test_a_day_without_a_rate_has_its_currency_and_no_amount(group: Books) -> None:
    load_rate(group, "2023-03-24", "0.92")  # seven days before: too old
    rows = rows_of(exported(group, "generic-csv")[0])
    assert {told(row) for row in rows} == {NOTHING, ("EUR", "", "", "", "")}


def test_a_corrected_rate_leaves_what_was_exported_as_it_was(group: Books) -> None:
    load_rate(group, "2023-03-31", "0.91337")
    content, export = exported(group, "generic-csv")
    load_rate(group, "2023-03-31", "0.92")
    LegalEntity.objects.filter(code="TWO").update(currency="JPY")
    again = io.BytesIO()
    reissue(sequence=export.sequence, into=again)
    assert again.getvalue() == content
    LegalEntity.objects.filter(code="TWO").update(currency="EUR")
    assert b"1380.00" in exported(group, "generic-csv")[0]
    assert JournalExport.objects.count() == 2


def test_a_company_in_one_currency_keeps_no_rates(group: Books) -> None:
    LegalEntity.objects.update(currency="USD")
    content, export = exported(group, "generic-csv")
    assert {told(row) for row in rows_of(content)} == {NOTHING}
    assert "rates" not in export.manifest
