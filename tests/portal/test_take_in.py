"""A file for every department: what it would be charged, taken in, stepped and undone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from departments.inventory.models.activity import ActivityRecord, ImportBatch
from departments.organisation.models import User
from ledger.models.settlements import SettlementLine
from pricing import quotes
from pricing.file_quotes import FileQuote
from pricing.models import CarbonPrice, Scheme, SchemeCoverage
from tests.ledger.books import ALWAYS, NOON, Books
from tests.portal.test_activity import HEADER, file_of, text_of

UPLOAD = "/activity/upload/"
ROWS = HEADER + (
    "CLOUD,reported/scope-1,2023-07-01,2023-07-31,c-1,12.5,tCO2e,Meter book\n"
    "OFFICES,reported/scope-1,2023-07-01,2023-07-31,o-1,2,tCO2e,Meter book\n"
    "CLOUD,reported/scope-1,2023-08-01,2023-08-31,c-2,0.3333,tCO2e,Meter book\n"
)
WRONG = "OFFICES,reported/scope-1,2023-07-01,2023-07-31,o-2,many,tCO2e,Meter book\n"


def taken_in(client: Client, content: str = ROWS) -> ImportBatch:
    client.post(UPLOAD, file_of(content))
    client.post(f"{UPLOAD}confirm/")
    return ImportBatch.objects.latest("pk")


def step(client: Client, name: str, batch: ImportBatch) -> str:
    """What the desk's page of an import says after a step with all of its records."""
    sent = {"action": name, "_selected_action": batch.pk, "index": 0}
    address = "/admin/inventory/importbatch/"
    return text_of(client.post(address, sent, follow=True))


@pytest.fixture
def analyst(books: Books, browse: Callable[[str], Client]) -> Client:
    User.objects.filter(username__in=["analyst", "approver"]).update(is_staff=True)
    return browse("analyst")


def test_the_preview_says_what_each_department_would_be_charged(
    books: Books, analyst: Client
) -> None:
    page = analyst.post(UPLOAD, file_of(ROWS))
    quote: FileQuote = page.context["quote"]
    # 12.5 t + 0.3333 t and 2 t, at $15 a tonne: $192.4995 and $30
    assert [
        (line.department, line.row_count, line.market_kgco2e, line.amounts[0].decimal)
        for line in quote.lines
        if line.amounts[0]
    ] == [
        ("CLOUD", 2, Decimal("12833.3"), Decimal("192.50")),
        ("OFFICES", 1, Decimal("2000"), Decimal("30.00")),
    ]
    assert (quote.row_count, quote.amounts[0].decimal) == (3, Decimal("222.50"))
    assert "222.50" in text_of(page)


def test_what_the_preview_says_is_what_the_bill_charges(
    books: Books, analyst: Client, browse: Callable[[str], Client]
) -> None:
    page = analyst.post(UPLOAD, file_of(ROWS))
    told = {line.department: line.amounts[0] for line in page.context["quote"].lines}
    batch = taken_in(analyst)
    step(analyst, "submit", batch)
    step(browse("approver"), "approve", batch)
    settlement = books.settle("2023Q3")
    charged = SettlementLine.objects.filter(
        settlement=settlement, kind="charge", activity_period=settlement.period
    )
    assert {line.department.code: line.amount_minor for line in charged} == {
        code: amount.amount_minor for code, amount in told.items() if amount
    }


def test_each_price_is_found_like_that_of_a_quote(books: Books, analyst: Client) -> None:
    signed = {"proposed_by": books.people["analyst"], "approved_by": books.people["approver"]}
    other = Scheme.objects.create(
        code="other", name="Other", currency="USD", starts_on="2023-01-01", mechanism="showback"
    )
    for scope in (1, 2, 3):
        SchemeCoverage.objects.create(scheme=other, scope=scope, in_force=ALWAYS)
    of_cloud = {"department": books.departments["CLOUD"]}
    for facts in (
        {"price_per_tonne": 11},
        {"price_per_tonne": 13, "scope": 1},
        {"price_per_tonne": 17, **of_cloud},
        {"price_per_tonne": 19, "scope": 1, "country": "GB"},
        {"price_per_tonne": 23, "scope": 3, "category": 6, **of_cloud},
    ):
        CarbonPrice.objects.create(scheme=other, in_force=ALWAYS, **facts, **signed)
    row = "{0},reported/scope-{1},2023-07-01,2023-07-31,{0}-{1},1,tCO2e,Meter book\n"
    content = HEADER + "".join(
        row.format(code, scope) for code in ("CLOUD", "OFFICES") for scope in ("1", "3/6")
    )
    page = analyst.post(UPLOAD, file_of(content))
    quote: FileQuote = page.context["quote"]
    place = [terms.code for terms in quote.schemes].index("other")
    found = {
        (line.department, line.scope or 0): amount.decimal
        for line in quote.lines
        if (amount := line.amounts[place])
    }
    assert found == {
        (code, scope): quotes.quote(
            scheme_code="other",
            department_id=books.departments[code].pk,
            on=NOON.date().replace(year=2023),
            kgco2e=Decimal(1000),
            scope=scope,
            category=6 if scope == 3 else None,
        ).amount
        for code, scope in found
    }
    assert set(found.values()) == {17, 23, 13, 11}


def test_rows_without_a_price_are_counted(books: Books, analyst: Client) -> None:
    other = Scheme.objects.create(
        code="other", name="Other", currency="USD", starts_on="2023-01-01", mechanism="showback"
    )
    SchemeCoverage.objects.create(scheme=other, scope=1, in_force=ALWAYS)
    page = analyst.post(UPLOAD, file_of(ROWS))
    assert page.context["quote"].rows_without_price == 3
    assert "3 rows have no price in force on their day." in text_of(page)


def test_a_file_is_taken_in_for_all_departments_and_undone(books: Books, analyst: Client) -> None:
    before = ActivityRecord.objects.count()
    analyst.post(UPLOAD, file_of(ROWS))
    answer = analyst.post(f"{UPLOAD}confirm/")
    batch = ImportBatch.objects.latest("pk")
    assert answer.headers["Location"] == f"/admin/inventory/importbatch/{batch.pk}/change/"
    page = text_of(analyst.get(answer.headers["Location"]))
    assert "CLOUD" in page
    assert "OFFICES" in page
    assert "Submit drafts" in page
    assert "3 records removed." in step(analyst, "undo", batch)
    assert ActivityRecord.objects.count() == before
    taken_in(analyst)  # the same file may come again
    assert ActivityRecord.objects.count() == before + 3


def test_nobody_approves_what_they_submitted_and_what_is_approved_stays(
    books: Books, analyst: Client, browse: Callable[[str], Client]
) -> None:
    batch = taken_in(analyst)
    assert "3 records changed." in step(analyst, "submit", batch)
    approver = browse("approver")
    shown = text_of(approver.get(f"/admin/inventory/importbatch/{batch.pk}/change/"))
    assert "Approve all" in shown
    assert "Undo: remove its records" not in shown
    step(analyst, "approve", batch)
    states = ActivityRecord.objects.filter(batch=batch).values_list("state", flat=True)
    assert set(states) == {"submitted"}
    assert "3 records changed." in step(approver, "approve", batch)
    step(analyst, "undo", batch)
    assert set(states.all()) == {"approved"}


def test_somebody_of_one_department_enters_for_it_alone(
    books: Books, browse: Callable[[str], Client]
) -> None:
    client = browse("contributor")
    before = ActivityRecord.objects.count()
    page = client.post(UPLOAD, file_of(ROWS))
    assert page.status_code == 422
    assert [problem.line for problem in page.context["problems"]] == [3]
    assert client.post(f"{UPLOAD}confirm/").headers["Location"] == UPLOAD
    assert ActivityRecord.objects.count() == before
    for username in ("auditor", "finance", "approver"):
        assert browse(username).get(UPLOAD).status_code == 403


def test_rows_without_a_problem_are_taken_in_where_that_is_said(
    books: Books, analyst: Client
) -> None:
    before = ActivityRecord.objects.count()
    page = analyst.post(UPLOAD, file_of(ROWS + WRONG))
    assert page.status_code == 422
    assert "3 rows have no problem" in text_of(page)
    told = text_of(analyst.post(f"{UPLOAD}confirm/", {"valid_rows_only": "1"}, follow=True))
    assert "3 records were taken in as drafts." in told
    assert "1 row was left out." in told
    assert ActivityRecord.objects.count() == before + 3


def test_of_a_file_that_breaks_off_no_part_is_offered(books: Books, analyst: Client) -> None:
    page = analyst.post(UPLOAD, file_of(ROWS + 'CLOUD,"reported/scope-1,2023-07-01\n'))
    assert page.status_code == 422
    assert page.context["valid_count"] == 0
    assert "Take in the rows without a problem" not in text_of(page)
