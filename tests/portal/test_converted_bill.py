"""A bill tells what it comes to in the currency of its department's books, and posts nothing."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.test import Client

from departments.organisation.models import LegalEntity
from departments.portal.statement_document import document_of
from ledger.converted_bill import converted_bill
from ledger.statements import Statement, statement_content, statement_of
from pricing import exchange_setting
from tests.ledger.books import NOON, Books, open_books

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(db: None) -> Books:
    """CLOUD is in the books of ONE, which keeps them in EUR: 100.05 t × 15 USD = 1,500.75 USD."""
    books = open_books()
    LegalEntity.objects.update(currency="EUR")
    books.emit("CLOUD", date(2023, 2, 1), "100050")
    books.settle("2023Q1")
    return books


def load_rate(books: Books, day: str, rate: str) -> None:
    facts = {"date": day, "from": "USD", "to": "EUR", "rate": rate, "source": "Treasury"}
    exchange_setting.load([facts], by=books.people["analyst"])
    exchange_setting.approve_all(by=books.people["approver"], at=NOON)


def bill() -> Statement:
    return statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q1")


def page_of(books: Books, client: Client) -> str:
    client.force_login(books.people["contributor"])
    page = client.get("/departments/CLOUD/fee/2023Q1/").content.decode()
    return re.sub("<[^>]+>", "", page)


def test_net_times_the_rate_of_the_last_day_rounded_once(books: Books, client: Client) -> None:
    """1,500.75 × 0.9135 = 1,370.935125, so 1,370.94."""
    load_rate(books, "2023-03-30", "0.9135")
    found = converted_bill(bill())
    assert found is not None
    assert (found.net, found.currency) == (Decimal("1370.94"), "EUR")
    page = page_of(books, client)
    assert "For information: EUR 1,370.94 in the currency of your books" in page
    assert "1 USD = 0.9135 EUR, 2023-03-30 (Treasury)" in page
    paper = document_of(bill(), verify_url="", converted=found)
    assert "EUR 1,370.94 · 1 USD = 0.9135 EUR, 2023-03-30 (Treasury)" in [
        row["value"] for row in paper["proof"]
    ]


def test_programs_are_told_beside_the_hash(books: Books, client: Client) -> None:
    before = statement_content(bill())
    load_rate(books, "2023-03-30", "0.9135")
    assert statement_content(bill()) == before
    out = io.StringIO()
    call_command(
        "statement", department="CLOUD", scheme="fee", period="2023Q1", json=True, stdout=out
    )
    told = json.loads(out.getvalue())
    converted = {
        "currency": "EUR",
        "net": "1370.94",
        "rate": "0.9135",
        "rate_date": "2023-03-30",
        "rate_source": "Treasury",
    }
    assert told == before | {"converted": converted}
    client.force_login(books.people["contributor"])
    taken = client.get("/departments/CLOUD/fee/2023Q1/statement.json")
    assert taken.json()["converted"] == converted
    asked = client.get("/api/v1/statements/fee/2023Q1/CLOUD/").json()
    assert (asked["converted"], asked["sha256"]) == (converted, taken.json()["sha256"])
    out = io.StringIO()
    call_command("statement", department="CLOUD", scheme="fee", period="2023Q1", stdout=out)
    assert "1,370.94 EUR" in out.getvalue()


def test_a_missing_rate_is_said_and_never_one(books: Books, client: Client) -> None:
    found = converted_bill(bill())
    assert found is not None
    assert (found.net, found.rate) == (None, None)
    client.force_login(books.people["contributor"])
    asked = client.get("/api/v1/statements/fee/2023Q1/CLOUD/").json()
    nothing = dict.fromkeys(("net", "rate", "rate_date", "rate_source"))
    assert asked["converted"] == {"currency": "EUR", **nothing}
    assert "no approved exchange rate for" in page_of(books, client)
    assert document_of(bill(), verify_url="", converted=found) == document_of(bill(), verify_url="")


def test_nothing_is_said_where_the_currency_is_the_same(books: Books, client: Client) -> None:
    LegalEntity.objects.update(currency="USD")
    assert converted_bill(bill()) is None
    client.force_login(books.people["contributor"])
    assert client.get("/api/v1/statements/fee/2023Q1/CLOUD/").json()["converted"] is None
    page = page_of(books, client)
    assert "currency of your books" not in page
    assert "exchange rate" not in page
