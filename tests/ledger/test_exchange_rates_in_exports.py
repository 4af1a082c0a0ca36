"""A company that keeps its books in another currency gets our rate, its day and what came of it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from departments.organisation.models import LegalEntity
from ledger.errors.exports import ExportInvalid
from ledger.exports.erp import ErpBook
from ledger.exports.layouts import layout_as_written
from ledger.exports.profile_file import load_export_profile
from ledger.exports.registered import manifest_of
from ledger.exports.registry import format_named
from ledger.exports.rows import Selection, last_line_id
from ledger.exports.run import export_journal, reissue, validate_export
from ledger.exports.setup import Setup, layout_now, setup_kept
from ledger.exports.writing import write
from ledger.models.exports import JournalExport
from pricing import exchange_setting
from pricing.exchange_lookup import Rate, Rates
from tests.ledger.books import NOON, Books
from tests.ledger.erp import constants, open_group, table, unzipped
from tests.ledger.test_erp_documents import long_entry, row

ORACLE_ENTERED, ORACLE_ACCOUNTED = slice(38, 40), slice(40, 42)
ORACLE_CONVERSION = slice(63, 66)


def load_rate(books: Books, day: str, rate: str, source: str = "Treasury") -> None:
    """By the analyst and the approver."""
    facts = {"date": day, "from": "USD", "to": "EUR", "rate": rate, "source": source}
    exchange_setting.load([facts], by=books.people["analyst"])
    exchange_setting.approve_all(by=books.people["approver"], at=NOON)


@pytest.fixture
def group(db: None) -> Books:
    """TWO keeps its books in EUR; the first quarter's last day is a Friday."""
    books = open_group()
    LegalEntity.objects.filter(code="TWO").update(currency="EUR")
    return books


def exported(books: Books, format_name: str, **asked: Any) -> tuple[bytes, JournalExport]:
    file = io.BytesIO()
    asked.setdefault("period", "2023Q1")
    export = export_journal(format_name=format_name, into=file, by=books.people["finance"], **asked)
    return file.getvalue(), export


def oracle_for_users_rate(books: Books) -> None:
    """Nobody has chosen a conversion type of Oracle's own."""
    chosen = [each | {"value": ""} for each in constants() if each["name"] == "conversion_type"]
    load_export_profile(chosen, by=books.people["finance"], at=NOON)


def test_oracle_is_told_converted_amounts_rate_and_day(group: Books) -> None:
    """1,500.00 × 0.91337 = 1,370.055, so 1,370.06; 400.00 × 0.91337 = 365.348, so 365.35."""
    oracle_for_users_rate(group)
    load_rate(group, "2023-03-30", "0.91337")
    content, export = exported(group, "oracle-fbdi")
    (file,) = unzipped(content).values()
    lines = table(file)
    of_one = [line for line in lines if line[8] == "01"]
    assert {(*line[ORACLE_ACCOUNTED], *line[ORACLE_CONVERSION]) for line in of_one} == {("",) * 5}
    of_two = [line for line in lines if line[8] == "02"]
    assert [(line[ORACLE_ENTERED], line[ORACLE_ACCOUNTED]) for line in of_two] == [
        (["1500.00", ""], ["1370.06", ""]),
        (["", "1500.00"], ["", "1370.06"]),
        (["400.00", ""], ["365.35", ""]),
        (["", "400.00"], ["", "365.35"]),
    ]
    assert {tuple(line[ORACLE_CONVERSION]) for line in of_two} == {
        ("User", "2023/03/30", "0.91337")
    }
    assert manifest_of(export)["profile"]["rates"] == [
        {
            "for": "2023-03-31",
            "from": "USD",
            "to": "EUR",
            "rate": "0.9133700000",
            "date": "2023-03-30",
            "source": "Treasury",
        }
    ]


def test_oracle_converts_itself_where_a_company_says_so(group: Books) -> None:
    content, _ = exported(group, "oracle-fbdi")  # its constant says Corporate
    (file,) = unzipped(content).values()
    told = {(*row[ORACLE_ACCOUNTED], *row[ORACLE_CONVERSION]) for row in table(file)}
    assert told == {("",) * 5, ("", "", "Corporate", "2023/03/31", "")}


def test_the_other_systems_convert_by_our_rate(group: Books) -> None:
    load_rate(group, "2023-03-31", "0.91337")
    sap = [line for line in table(exported(group, "sap")[0]) if line[0].isdecimal()]
    assert {(line[1], *line[-2:]) for line in sap} == {
        ("1000", "", ""),
        ("2000", "0.91337", "2023-03-31"),
    }
    netsuite = csv.DictReader(io.StringIO(exported(group, "netsuite")[0].decode()))
    assert {(line["Subsidiary"], line["Exchange Rate"]) for line in netsuite} == {
        ("One Inc", ""),
        ("Two GmbH", "0.91337"),
    }
    dynamics = unzipped(exported(group, "dynamics-365")[0])
    told = {
        name: {line["EXCHANGERATE"] for line in csv.DictReader(io.StringIO(file.decode()))}
        for name, file in dynamics.items()
    }
    assert told == {
        "LedgerJournalEntity-one1.csv": {""},
        "LedgerJournalEntity-two2.csv": {"91.337"},  # for a hundred
    }


def test_a_missing_rate_keeps_the_file_from_leaving(group: Books) -> None:
    """Each day is named: the quarter's end, the end of the next one, and the day after it."""
    load_rate(group, "2023-03-24", "0.92")  # seven days before: too old
    found = validate_export(format_name="sap", by=None).problems
    for day in ("2023-03-31", "2023-06-30", "2023-07-01"):
        (problem,) = [each for each in found if f"EUR for USD on {day}" in each]
        assert problem.startswith("TWO keeps its books in EUR, and there is no approved exchange")
    assert len(found) == 3
    with pytest.raises(ExportInvalid):
        exported(group, "sap")
    assert not JournalExport.objects.exists()
    exchange_setting.load(
        [{"date": "2023-03-31", "from": "USD", "to": "EUR", "rate": "0.9", "source": "Treasury"}],
        by=group.people["analyst"],
    )
    with pytest.raises(ExportInvalid):  # proposed is not approved
        exported(group, "sap")


def test_a_corrected_rate_leaves_what_was_exported_as_it_was(group: Books) -> None:
    oracle_for_users_rate(group)
    load_rate(group, "2023-03-31", "0.91337")
    content, export = exported(group, "oracle-fbdi")
    load_rate(group, "2023-03-31", "0.92")
    again = io.BytesIO()
    reissue(sequence=export.sequence, into=again)
    assert again.getvalue() == content
    assert b"1380.00" in exported(group, "oracle-fbdi")[0]


def test_an_export_of_before_there_were_rates_is_issued_as_it_was(group: Books) -> None:
    oracle_for_users_rate(group)
    now = layout_now("oracle-fbdi")
    assert now.converts
    kept = {
        "layout": _written("oracle-fbdi"),
        "constants": {"ONE": _own("ONE"), "TWO": _own("TWO") | {"conversion_type": "Corporate"}},
        "currencies": {"ONE": "USD", "TWO": "EUR"},
    }
    file = io.BytesIO()
    selection = Selection("2023Q1", None, None, last_line_id(period="2023Q1"))
    setup = setup_kept("oracle-fbdi", kept)
    assert write(format_named("oracle-fbdi"), selection, file.write, setup=setup).problems == []
    (text,) = unzipped(file.getvalue()).values()
    told = {(*row[ORACLE_ACCOUNTED], *row[ORACLE_CONVERSION]) for row in table(text)}
    assert told == {("",) * 5, ("", "", "Corporate", "2023/03/31", "")}


def _written(format_name: str) -> dict[str, Any]:
    return layout_as_written(format_name)


def _own(entity: str) -> dict[str, str]:
    rows = [row for row in constants() if row["format"] == "oracle-fbdi"]
    return {row["name"]: row["value"] for row in rows if row["legal_entity"] == entity}


def test_each_entry_balances_in_the_other_currency_though_lines_are_rounded() -> None:
    """Three debits of 10.00 at 0.9125 are 27.38 together, not 27.39; docs/method.md."""
    lines = [row(1, "TWO", "Expenses:Fee", 1000) for _ in range(3)]
    file = _book("oracle-fbdi", [*lines, row(1, "TWO", "Liabilities:Due", -3000)])
    accounted = [line[ORACLE_ACCOUNTED] for line in table(file)]
    assert accounted == [["9.12", ""], ["9.13", ""], ["9.13", ""], ["", "27.38"]]


def test_parts_of_a_long_entry_balance_in_the_other_currency() -> None:
    """100 lines a document: each part, and all clearing lines together, come to nothing."""
    layout = layout_now("oracle-fbdi")
    setup = _setup(replace(layout, document_lines=100))
    entry = [line | {"legal_entity": "TWO"} for line in long_entry(1, 950)]
    parts: dict[str, Decimal] = {}
    clearing = Decimal(0)
    for line in table(_written_by(setup, entry)):
        amount = Decimal(line[40] or 0) - Decimal(line[41] or 0)
        parts[line[45]] = parts.get(line[45], Decimal(0)) + amount
        clearing += amount if line[10] == "999999" else 0
    assert len(parts) == 10
    assert set(parts.values()) == {Decimal(0)}
    assert clearing == 0


def _setup(layout: Any) -> Setup:
    own = {"ledger_id": "300000001", "company_segment": "02", "clearing_account": "999999"}
    constants = {**layout.constants, "clearing_account": layout.constants["ledger_id"]}
    rate = Rate("USD", "EUR", Decimal("0.9125"), date(2023, 3, 31), "Treasury")
    return Setup(
        replace(layout, constants=constants),
        {},
        {"TWO": own},
        {"TWO": "EUR"},
        Rates({("USD", "EUR"): [rate]}),
    )


def _book(format_name: str, entry: list[dict[str, Any]]) -> bytes:
    return _written_by(_setup(layout_now(format_name)), entry)


def _written_by(setup: Setup, entry: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    book = ErpBook(file, setup, "CFL 2023Q1")
    book.add(entry)
    book.close()
    assert book.problems.listed() == []
    (text,) = unzipped(file.getvalue()).values()
    return text
