"""A bill shows what the ledger says, and a line prints how it came about."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from departments.portal import arithmetic, bill, figures
from ledger.statements import line_detail, statement_lines, statement_of
from tests.ledger.books import Books

BILL = "/departments/CLOUD/fee/2023Q2/"


def text_of(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def test_the_start_leads_to_the_newest_bill(books: Books, browse: Callable[[str], Client]):
    response = browse("contributor").get("/", follow=True)
    assert response.redirect_chain[-1][0] == BILL


def test_company_roles_start_with_every_department(books: Books, browse: Callable[[str], Client]):
    response = browse("auditor").get("/", {"period": "2023Q1"}, follow=True)
    assert response.redirect_chain[-1][0] == "/company/"
    page = text_of(browse("auditor").get("/company/?period=2023Q1"))
    assert "CLOUD" in page
    assert "USD 675.00" in page  # OFFICES: 45 t × $15
    assert "USD 3,438,585.00" in page  # the company: (1,000 + 228,194 + 45) t × $15


def test_the_bill_is_the_statement(books: Books, browse: Callable[[str], Client]):
    statement = statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q2")
    page = text_of(browse("contributor").get(BILL))
    for amount in (
        statement.net,
        statement.opening_balance,
        statement.closing_balance,
        statement.charged,
        statement.earned,
    ):
        assert figures.money(abs(amount), "USD") in page
    assert statement.sha256 in page
    assert "True-up for 2023Q1, posted in 2023Q2" in page
    assert "USD 3,418,875.00" in page  # 227,925 t × $15, restated upwards
    assert "approver" in page


def test_every_line_stands_in_one_group_and_the_groups_foot(books: Books):
    statement = statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q2")
    groups = bill.group_lines(statement.lines)
    assert sorted(line.line_id for group in groups for line in group.lines) == sorted(
        line.line_id for line in statement.lines
    )
    assert sum(group.amount for group in groups if group.is_money) == statement.net
    assert [(group.kind, group.of_period) for group in groups] == [
        ("charge", ""),
        ("charge", "2023Q1"),
        ("incentive", ""),
    ]


def test_what_no_price_covers_is_shown_apart(books: Books, browse: Callable[[str], Client]):
    statement = statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q1")
    groups = bill.group_lines(statement.lines)
    assert groups[-1].kind == "recorded"
    assert groups[-1].settled_kgco2e == Decimal(8_000_000)
    page = text_of(browse("contributor").get("/departments/CLOUD/fee/2023Q1/"))
    assert "Recorded, not charged" in page
    assert "8,000.000" in page


def test_both_scope_2_meters_stand_side_by_side(books: Books):
    statement = statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q1")
    location, market = bill.scope2_meters(statement.lines, charged_basis="market")
    assert (location.is_charged, location.kgco2e) == (False, Decimal(4_102_445_000))
    assert location.amount == Decimal("61536675.00")  # 4,102,445 t × $15, if it were charged
    assert (market.is_charged, market.amount) == (True, Decimal("3422910.00"))


def test_the_arithmetic_of_every_line_comes_to_its_amount(books: Books):
    for line in statement_lines(scheme_code="fee"):
        detail = line_detail(line_id=line.line_id, department_ids=None)
        worked = arithmetic.of_line(detail)
        assert worked.records_kgco2e == line.settled_kgco2e
        if worked.rounded is not None:
            assert worked.rounded - worked.amount_before == worked.amount == abs(line.amount)


def test_a_line_prints_what_was_taken_back(books: Books, browse: Callable[[str], Client]):
    line = next(line for line in statement_lines(scheme_code="fee") if line.is_true_up)
    page = text_of(browse("contributor").get(f"/lines/{line.line_id}/"))
    assert "taken back: superseded by record" in page
    assert "456,119.000 tCO2e" in page
    assert "USD 6,841,785.00" in page  # all tonnes so far × $15
    assert "USD 3,422,910.00" in page  # charged before
    assert "Journal entry" in page


def test_lines_are_filtered_and_sorted_by_the_address(
    books: Books, browse: Callable[[str], Client]
):
    client = browse("contributor")
    assert [line.kind for line in client.get(f"{BILL}lines/?kind=incentive").context["lines"]] == [
        "incentive"
    ]
    lines = client.get(f"{BILL}lines/?true_up=no&sort=-amount").context["lines"]
    assert [line.kind for line in lines] == ["charge", "incentive"]
    assert "No line fits" in text_of(client.get(f"{BILL}lines/?scope=3"))


def test_the_csv_is_exactly_the_view(books: Books, browse: Callable[[str], Client]):
    query = "?kind=charge&sort=-amount"
    client = browse("contributor")
    shown = client.get(f"{BILL}lines/{query}").context["lines"]
    response = client.get(f"{BILL}lines.csv{query}")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [int(row["line_id"]) for row in rows] == [line.line_id for line in shown]
    assert [Decimal(row["amount"]) for row in rows] == [line.amount for line in shown]
    assert response.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("address", "ceiling"),
    [(BILL, 27), (f"{BILL}lines/", 15), ("/company/", 19), ("/method/", 9)],
)
def test_a_page_asks_the_database_a_bounded_number_of_times(
    books: Books,
    browse: Callable[[str], Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
    address: str,
    ceiling: int,
):
    client = browse("auditor")
    client.get("/")  # notes that the session is in use, once a minute
    with django_assert_max_num_queries(ceiling):
        assert client.get(address).status_code == 200


def test_pages_carry_no_style_or_script_of_their_own(books: Books, browse: Callable[[str], Client]):
    line = statement_lines(scheme_code="fee")[0]
    for address in (BILL, f"{BILL}lines/", f"/lines/{line.line_id}/", "/method/", "/activity/"):
        page = browse("contributor").get(address, follow=True)
        html = page.content.decode()
        assert " style=" not in html
        assert "<style" not in html
        assert html.count("<script") == html.count("<script src=")
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]


def test_korean_is_complete_on_the_bill(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    client.cookies["django_language"] = "ko"
    page = text_of(client.get(BILL))
    assert "2023Q1 정산분, 2023Q2에 전기" in page
    assert "Amount due" not in page
