"""What a mechanism shares out on a bill: under its own heading, with the printed arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.test import Client
from django.utils.html import strip_tags

from departments.portal import arithmetic, bill
from ledger.statements import StatementLine, line_detail, statement_lines, statement_of
from pricing.models import Mechanism
from tests.ledger.books import Books
from tests.ledger.sharing import found_sharing, measure, settle

BILL = "/departments/CLOUD/shared/2023Q1/"
ARITHMETIC = "Baseline 1,000 t of 4,000 t × pot 41,800.00 USD = 10,450.00 USD"


def text_of(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def settled(books: Books) -> StatementLine:
    """1,000 t of CLOUD and 45 t of OFFICES at $40; the return by baselines of 1 : 3."""
    scheme = found_sharing(books, Mechanism.FEEBATE)
    measure(books, scheme, "2023Q1", CLOUD="1000", OFFICES="3000")
    settle(books, scheme, "2023Q1")
    (line,) = [
        line
        for line in statement_lines(scheme_code="shared")
        if line.kind == "allocation" and line.department == "CLOUD"
    ]
    return line


def test_the_bill_has_a_group_of_its_own(books: Books, browse: Callable[[str], Client]):
    settled(books)
    statement = statement_of(department_code="CLOUD", scheme_code="shared", period_code="2023Q1")
    groups = bill.group_lines(statement.lines)
    assert [(group.kind, group.is_shared_out) for group in groups] == [
        ("charge", False),
        ("allocation", True),
        ("recorded", False),
    ]
    assert sum(group.amount for group in groups) == statement.net == Decimal("29550.00")
    page = text_of(browse("contributor").get(BILL))
    for words in ("Allocated back", ARITHMETIC, "USD 29,550.00", "−USD 10,450.00"):
        assert words in page
    assert "Earned for absorption" not in page


def test_the_line_prints_what_was_shared_out(books: Books, browse: Callable[[str], Client]):
    line = settled(books)
    detail = line_detail(line_id=line.line_id, department_ids=None)
    found = arithmetic.of_line(detail)
    assert (found.so_far, found.amount_before, found.amount) == (
        Decimal("10450.00"),
        Decimal("0.00"),
        Decimal("10450.00"),
    )
    page = text_of(browse("contributor").get(f"/lines/{line.line_id}/"))
    assert "Allocated back by the scheme's rule" in page.replace("&#x27;", "'")
    assert ARITHMETIC in page
    assert "Times the price" not in page


def test_korean_is_complete(books: Books, browse: Callable[[str], Client]):
    line = settled(books)
    client = browse("contributor")
    client.cookies["django_language"] = "ko"
    assert "돌려받는 금액" in text_of(client.get(BILL))
    assert "제도의 규칙" in text_of(client.get(f"/lines/{line.line_id}/"))
