"""Charges in FOCUS columns: they add up to the statements, and show what one may see."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from departments.organisation.api_keys import issue_key
from ledger.statements import statement_of
from tests.ledger.books import Books

PLACE = "/api/v1/charges/"


@pytest.fixture
def settled(books: Books) -> Books:
    """Two quarters; in the second a late tonne of the first, and CLOUD earned for a removal."""
    books.emit("CLOUD", date(2023, 2, 1), "1000000.000001")
    books.emit("OFFICES", date(2023, 2, 2), "20000", scope=2, location_kgco2e="60000")
    books.emit(
        "CLOUD", date(2023, 3, 1), "5000", durability_class="medium", removal_state="verified"
    )
    books.settle("2023Q1")
    books.emit("OFFICES", date(2023, 2, 3), "3000")
    books.settle("2023Q2")
    return books


def program(books: Books, *departments: str, scope: str = "statements:read") -> APIClient:
    issued = issue_key(
        name="program",
        scopes=[scope],
        departments=[books.departments[code] for code in departments],
        acts_for=books.people["finance"],
        expires_at=None,
        at=timezone.now(),
    )
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {issued.secret}")


def read(client: APIClient, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(PLACE, query).json()["data"]
    return found


def test_they_add_up_to_the_statements(settled: Books) -> None:
    rows = read(program(settled))
    for department, period in (("CLOUD", "2023Q1"), ("OFFICES", "2023Q1"), ("OFFICES", "2023Q2")):
        statement = statement_of(department_code=department, scheme_code="fee", period_code=period)
        start = {"2023Q1": "2023-01-01", "2023Q2": "2023-04-01"}[period]
        mine = [
            row
            for row in rows
            if row["SubAccountId"] == department
            and row["BillingPeriodStart"] == f"{start}T00:00:00Z"
        ]
        costs = sum(Decimal(row["BilledCost"]) for row in mine)
        assert costs == sum(line.amount for line in statement.lines)
        assert len(mine) == len(statement.lines)


def test_each_column_says_what_focus_means_by_it(settled: Books) -> None:
    rows = read(program(settled))
    fee = next(row for row in rows if row["SubAccountId"] == "CLOUD" and row["ConsumedUnit"])
    assert (fee["ChargeCategory"], fee["ChargeClass"]) == ("Usage", None)
    assert (fee["BilledCost"], fee["BillingCurrency"]) == ("15000.00", "USD")
    assert fee["BilledCost"] == fee["EffectiveCost"] == fee["ListCost"] == fee["ContractedCost"]
    assert (fee["ConsumedQuantity"], fee["ConsumedUnit"]) == ("1000000.000001", "kgCO2e")
    assert (fee["PricingQuantity"], fee["PricingUnit"]) == ("1000.000000001", "tCO2e")
    assert Decimal(fee["ListUnitPrice"]) == 15
    assert fee["ChargePeriodEnd"] == fee["BillingPeriodEnd"] == "2023-04-01T00:00:00Z"
    assert fee["Tags"] == {"scope": "1"}
    earned = next(row for row in rows if row["ChargeCategory"] == "Credit")
    assert earned["SubAccountId"] == "CLOUD"
    assert Decimal(earned["BilledCost"]) < 0
    assert (earned["ConsumedQuantity"], earned["Tags"]) == (None, {"durability_class": "medium"})
    late = next(row for row in rows if row["ChargeClass"])
    assert (late["ChargeClass"], late["SubAccountId"]) == ("Correction", "OFFICES")
    assert late["ChargePeriodStart"] == "2023-01-01T00:00:00Z"
    assert late["BillingPeriodStart"] == "2023-04-01T00:00:00Z"


def test_pages_and_streams_say_the_same(settled: Books) -> None:
    client = program(settled)
    rows = read(client)
    paged: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get(PLACE, {"limit": "1", **cursor}).json()
        paged += page["data"]
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert paged == rows
    lines = client.get(PLACE, headers={"accept": "application/x-ndjson"}).getvalue().decode()
    assert [json.loads(line) for line in lines.splitlines()] == rows
    sheet = client.get(PLACE, headers={"accept": "text/csv"}).getvalue().decode()
    cells = list(csv.DictReader(io.StringIO(sheet, newline="")))
    assert list(cells[0]) == list(rows[0])
    assert [row["BilledCost"] for row in cells] == [row["BilledCost"] for row in rows]
    assert [json.loads(row["Tags"]) for row in cells] == [row["Tags"] for row in rows]
    refused = client.get(PLACE, {"limit": 1}, headers={"accept": "text/csv"})
    assert refused.status_code == 422


def test_filters_departments_and_scopes(settled: Books) -> None:
    everything = read(program(settled))
    assert {row["SubAccountId"] for row in read(program(settled, "OFFICES"))} == {"OFFICES"}
    later = read(program(settled), period="2023Q2")
    assert 0 < len(later) < len(everything)
    assert read(program(settled), scheme="nothing") == []
    assert read(program(settled), scheme="fee") == everything
    assert program(settled).get(PLACE, {"from": "2023"}).status_code == 400
    assert program(settled, scope="journal:read").get(PLACE).status_code == 403


def test_a_name_that_a_spreadsheet_would_run_is_neutral(settled: Books) -> None:
    cloud = settled.departments["CLOUD"]
    cloud.name = '=HYPERLINK("https://evil.example")'
    cloud.save()
    sheet = program(settled).get(PLACE, headers={"accept": "text/csv"}).getvalue().decode()
    cells = list(csv.DictReader(io.StringIO(sheet, newline="")))
    names = {row["SubAccountName"] for row in cells if row["SubAccountId"] == "CLOUD"}
    assert names == {"'" + cloud.name}
    assert any(row["BilledCost"].startswith("-") for row in cells)
