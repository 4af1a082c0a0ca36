"""Which share of each scope is charged, over what is settled."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from ledger.scope_coverage import coverage_of
from tests.ledger.books import Books

FEBRUARY, MAY = date(2023, 2, 10), date(2023, 5, 10)


def run(**options: object) -> str:
    out = io.StringIO()
    call_command("coverage", scheme="fee", stdout=out, **options)
    return out.getvalue()


def test_a_scope_is_charged_as_far_as_it_is_covered(books: Books) -> None:
    """300 t of 900 t of Scope 3 are travel; 100 late ones count in the period of their activity."""
    books.emit("CLOUD", FEBRUARY, "100000")
    books.emit("CLOUD", FEBRUARY, "200000", scope=3, category=6)
    books.emit("CLOUD", FEBRUARY, "600000", scope=3, category=1)
    books.emit("CLOUD", FEBRUARY, "50000", durability_class="medium", removal_state="verified")
    books.settle("2023Q1")
    books.emit("OFFICES", FEBRUARY, "100000", scope=3, category=6)
    books.emit("CLOUD", MAY, "7000")
    books.settle("2023Q2")
    found = coverage_of(scheme_code="fee", activity_period="2023Q1")
    assert [(r.scope, r.kgco2e, r.percent, r.average_price, r.amount) for r in found] == [
        (1, Decimal(100_000), Decimal("100.0"), Decimal("15.00"), Decimal("1500.00")),
        (3, Decimal(900_000), Decimal("33.3"), Decimal("15.00"), Decimal("4500.00")),
        (None, Decimal(1_000_000), Decimal("40.0"), Decimal("15.00"), Decimal("6000.00")),
    ]
    shown = json.loads(run(json=True))
    assert (shown[0]["charged_kgco2e"], shown[0]["charged"]) == ("107000.000000", "1605.00")
    assert "33.3 %" in run(period="2023Q1")


def test_of_nothing_there_is_no_share(books: Books) -> None:
    assert [(row.percent, row.average_price) for row in coverage_of(scheme_code="fee")] == [
        (None, None)
    ]
    assert run().splitlines()[-1].split() == ["all", "0.000", "0.000", "–", "–", "0.00"]
    with pytest.raises(CommandError, match="FY99"):
        run(period="FY99")
