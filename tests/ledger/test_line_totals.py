"""Sums that are kept beside statement lines are what the lines add up to, and go with them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from django.db import Error, connection, transaction

from ledger import settlement_review, settlement_run, statements, verification
from ledger.company_totals import CompanyAccount, company_account
from ledger.models.settlements import SettlementLine
from ledger.models.totals import DepartmentTotal, LineTotal
from pricing.price_lookup import scheme_terms
from tests.ledger.books import NOON, Books

pytestmark = pytest.mark.django_db

FEBRUARY, MAY = date(2023, 2, 1), date(2023, 5, 1)


@pytest.fixture
def settled(books: Books) -> Books:
    """Two quarters: a charge, what isn't charged, a removal, and a true-up in the second."""
    first = books.emit("CLOUD", FEBRUARY, "1000000")
    books.emit("OFFICES", FEBRUARY, "7000", scope=2)
    books.emit("CLOUD", FEBRUARY, "4000", scope=3, category=1)
    books.emit("CLOUD", FEBRUARY, "3000", durability_class="medium", removal_state="verified")
    books.settle("2023Q1")
    books.emit("CLOUD", FEBRUARY, "1400000", supersedes=first)
    books.emit("OFFICES", MAY, "2000000")
    books.settle("2023Q2")
    return books


def sums_of_lines() -> dict[tuple[int, int], tuple[Decimal | int, ...]]:
    """By settlement and department: charged, true-ups, earned, emitted, removed, records."""
    found: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * 6)
    for line in SettlementLine.objects.all():
        own = found[line.settlement_id, line.department_id]
        if line.kind in ("charge", "levy"):
            own[1 if line.is_true_up else 0] += line.amount_minor
        elif line.kind != "recorded":
            own[2] += line.amount_minor
        own[3 if line.scope else 4] += line.settled_mgco2e
        own[5] += line.record_count
    return {key: tuple(own) for key, own in found.items()}


def test_each_department_has_what_its_lines_add_up_to(settled: Books) -> None:
    kept: dict[tuple[int, int], tuple[Decimal | int, ...]] = {
        (row.settlement_id, row.department_id): (
            row.charged_minor,
            row.true_up_minor,
            row.earned_minor,
            row.emitted_mgco2e,
            row.removed_mgco2e,
            row.record_count,
        )
        for row in DepartmentTotal.objects.all()
    }

    assert kept == sums_of_lines()
    assert len(kept) == 4  # two departments in two quarters, CLOUD with a true-up alone in one


def test_the_company_has_what_all_lines_add_up_to(settled: Books) -> None:
    totals, lines = LineTotal.objects.all(), SettlementLine.objects.all()

    assert sum(row.line_count for row in totals) == len(lines)
    for name in ("amount_minor", "settled_mgco2e", "location_mgco2e", "record_count"):
        assert sum(getattr(row, name) for row in totals) == sum(
            getattr(line, name) for line in lines
        )
    summaries = statements.period_summaries(scheme_code="fee", department_ids=None)
    everyone = [department.pk for department in settled.departments.values()]
    assert summaries == statements.period_summaries(scheme_code="fee", department_ids=everyone)
    assert [summary.charged for summary in summaries] == [Decimal("15105.00"), Decimal("36000.00")]


def test_a_cancelled_settlement_takes_its_sums_with_it(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000000")
    settlement = books.calculate("2023Q1")
    assert DepartmentTotal.objects.get().charged_minor == 1_500_000

    settlement_run.cancel(settlement_id=settlement.pk, by=books.people["analyst"], at=NOON)

    assert not DepartmentTotal.objects.exists()
    assert not LineTotal.objects.exists()
    review = settlement_review.review(settlement_id=settlement.pk, at=NOON)
    assert review.departments == ()
    assert (review.total.net, review.left_out) == (Decimal("0.00"), 0)


def test_some_lines_of_a_settlement_never_go_alone(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000000")
    books.emit("OFFICES", FEBRUARY, "7000")
    settlement = books.calculate("2023Q1")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_settlement SET state = 'cancelled' WHERE id = %s", [settlement.pk]
        )
    first = SettlementLine.objects.order_by("pk")[0]
    first.settled_records.all()._raw_delete("default")

    with pytest.raises(Error, match="all lines of a settlement go, or none"), transaction.atomic():
        SettlementLine.objects.filter(pk=first.pk)._raw_delete("default")

    assert SettlementLine.objects.count() == DepartmentTotal.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("UPDATE ledger_departmenttotal SET charged_minor = charged_minor + 1", "total of CLOUD"),
        ("UPDATE ledger_linetotal SET market_mgco2e = 0 WHERE kind = 'charge'", "total of charge"),
        ("DELETE FROM ledger_linetotal WHERE kind = 'recorded'", "total of recorded lines"),
        ("UPDATE inventory_daytotal SET market_kgco2e = 0 WHERE scope = 2", "total of 2023-02-01"),
    ],
)
def test_verify_names_a_sum_that_differs(settled: Books, change: str, place: str) -> None:
    assert verification.verify().findings == ()
    with connection.cursor() as cursor:
        cursor.execute(change)

    found = [finding.place.replace("department ", "") for finding in verification.verify().findings]

    assert any(place in each for each in found), found


def account(books: Books, **wanted: object) -> CompanyAccount:
    asked = {"sort": "net", "department_ids": None, "how_many": 10, **wanted}
    return company_account(terms=scheme_terms(code="fee"), period_code="2023Q1", **asked)  # type: ignore[arg-type]


def test_the_company_goes_on_after_a_department_and_sums_all_up(settled: Books) -> None:
    found = account(settled, how_many=1)
    rest = account(settled, how_many=1, after=found.after)

    assert [(row.code, row.net) for row in found.rows] == [("CLOUD", Decimal("14880.00"))]
    assert found.rows[0].emitted_kgco2e == 1_004_000
    assert (found.after, found.count) == ("CLOUD", 2)
    assert [(row.code, row.net) for row in rest.rows] == [("OFFICES", Decimal("105.00"))]
    assert (rest.after, rest.total) == ("", found.total)
    assert (found.total.charged, found.total.earned) == (Decimal("15105.00"), Decimal("120.00"))


def test_the_company_is_sorted_as_asked_and_shows_what_may_be_seen(settled: Books) -> None:
    offices = {settled.departments["OFFICES"].pk}

    assert [row.code for row in account(settled, sort="department").rows] == ["CLOUD", "OFFICES"]
    assert account(settled, sort="'; --").sort == "net"
    seen = account(settled, department_ids=offices)
    assert [row.code for row in seen.rows] == ["OFFICES"]
    assert seen.total.charged == Decimal("105.00")
    assert account(settled, after="NOWHERE").rows == ()
