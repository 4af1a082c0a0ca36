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
from tests.ledger.sharing import cap, found_sharing, measure, reward, settle

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


def test_what_a_fee_pays_below_a_baseline_and_caps_is_called_so(
    books: Books, browse: Callable[[str], Client]
):
    """10 t below 100 t at $5 are 50.00; then a cap of 30.00 takes 20.00 of them."""
    scheme = found_sharing(books, Mechanism.FEE)
    reward(books, scheme, "5")
    measure(books, scheme, "2023Q1", CLOUD="1010")  # CLOUD has emitted 1,000 t
    settle(books, scheme, "2023Q1")
    statement = statement_of(department_code="CLOUD", scheme_code="shared", period_code="2023Q1")
    groups = {group.kind: group for group in bill.group_lines(statement.lines)}
    assert (groups["allocation"].is_incentive, groups["charge"].is_incentive) == (True, False)
    page = text_of(browse("contributor").get(BILL))
    assert "Incentives for less than the baseline, and caps" in page
    assert "Incentive for less than the baseline, within the caps" in page
    assert "Allocated back" not in page

    cap(books, scheme, "30")
    settle(books, scheme, "2023Q2")
    page = text_of(browse("contributor").get(BILL.replace("Q1", "Q2")))
    assert "Incentives not paid or taken back: over the cap" in page
    assert "USD 20.00" in page


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
