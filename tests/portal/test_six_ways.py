"""One bill, six ways: page, what-if with nothing changed, waterfall, statement, PDF and API agree.

A company of three departments with all scopes, true-ups, incentives and two schemes beside the fee
that share out: a feebate, and a fee that pays for what is below a baseline.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.html import strip_tags

from departments.portal import figures
from ledger.statements import Statement, statement_of
from pricing.models import Mechanism
from tests.ledger.books import Books, open_books
from tests.ledger.sharing import add_department, found_sharing, measure, reward, settle
from tests.portal.pdf_text import text_of_pdf

SCHEMES = ("fee", "feebate", "below")
PERIODS = ("2023Q1", "2023Q2")
DEPARTMENTS = ("CLOUD", "OFFICES", "TRAVEL")


@pytest.fixture
def books(db: None) -> Books:
    books = open_books()
    add_department(books, "TRAVEL")
    feebate = found_sharing(books, Mechanism.FEEBATE, code="feebate")
    below = found_sharing(books, Mechanism.FEE, code="below")
    reward(books, below, "12.34")
    for period in PERIODS:
        measure(books, feebate, period, CLOUD="1000", OFFICES="3000", TRAVEL="77")
        measure(books, below, period, CLOUD="1500", OFFICES="45")
    late = books.emit("CLOUD", date(2023, 1, 15), "1000000.333", scope=1)
    first = books.emit("CLOUD", date(2023, 2, 1), "228194", scope=2, location_kgco2e="4102445")
    books.emit("CLOUD", date(2023, 3, 1), "8000", scope=3, category=1)
    books.emit("OFFICES", date(2023, 3, 1), "45454.545", scope=1)
    books.emit("OFFICES", date(2023, 3, 2), "100.005", scope=3, category=6)
    books.emit("TRAVEL", date(2023, 3, 2), "7777.77", scope=3, category=6)
    _settle_all(books, feebate, below, "2023Q1")
    books.emit("CLOUD", date(2023, 2, 1), "456119", scope=2, supersedes=first)
    books.emit("CLOUD", date(2023, 1, 15), "999000.111", scope=1, supersedes=late)
    books.emit("CLOUD", date(2023, 5, 1), "2000000.333", scope=1)
    books.emit("OFFICES", date(2023, 3, 20), "12.5", scope=1)  # late
    books.emit("TRAVEL", date(2023, 4, 2), "3333.33", scope=3, category=6)
    for code, kgco2e in (("CLOUD", "7000.5"), ("TRAVEL", "200000")):
        books.emit(
            code,
            date(2023, 6, 1),
            kgco2e,
            durability_class="medium",
            removal_state="verified",
        )
    _settle_all(books, feebate, below, "2023Q2")
    books.emit("OFFICES", date(2023, 6, 30), "1.5", scope=1)
    books.settle("2023Q2")
    return books


def _settle_all(books: Books, feebate, below, period: str) -> None:
    books.settle(period)
    settle(books, feebate, period)
    settle(books, below, period)


def all_statements() -> Iterator[Statement]:
    for scheme in SCHEMES:
        for period in PERIODS:
            for code in DEPARTMENTS:
                found = statement_of(department_code=code, scheme_code=scheme, period_code=period)
                if found.lines:
                    yield found


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_bill_what_if_waterfall_statement_paper_and_api_agree_to_the_cent(
    books: Books, browse: Callable[[str], Client]
):
    client = browse("auditor")
    walked, kinds, waterfalls = 0, set(), 0
    for statement in all_statements():
        bill = f"/departments/{statement.department}/{statement.scheme}/{statement.period}/"
        net, lines = statement.net, [line.amount for line in statement.lines]
        shown = squeezed(figures.money(net, "USD"))

        page = client.get(bill)
        assert squeezed(strip_tags(page.content.decode())).count(shown) >= 1
        assert sum(group.amount for group in page.context["groups"] if group.is_money) == net

        scenario = client.get(f"{bill}what-if/").context["scenario"]
        assert (scenario.before, scenario.after) == (net, net)
        assert [each.amount for each in scenario.lines] == lines
        zero = client.get(f"{bill}what-if/", {"price": "", "reduce_1": "0", "rail": ""})
        assert zero.context["scenario"].after == net

        if "waterfall" in page.context:
            steps = page.context["waterfall"]
            assert steps.after == net
            assert steps.before + sum(step.amount for step in steps.steps) == net
            waterfalls += 1

        told = json.loads(client.get(f"{bill}statement.json").content)
        assert Decimal(told["charged"]) - Decimal(told["earned"]) == net
        rows = list(
            csv.DictReader(io.StringIO(client.get(f"{bill}statement.csv").content.decode()))
        )
        assert [Decimal(row["amount"]) for row in rows[1:-1]] == lines

        paper = squeezed(text_of_pdf(client.get(f"{bill}statement.pdf").content))
        for amount in {net, *(line.amount for line in statement.lines if line.kind != "recorded")}:
            assert squeezed(figures.money(amount, "USD")) in paper

        api = client.get(
            f"/api/v1/statements/{statement.scheme}/{statement.period}/{statement.department}/"
        ).json()
        assert Decimal(api["charged"]) - Decimal(api["earned"]) == net
        assert [Decimal(line["amount"]) for line in api["lines"]] == lines
        assert api["sha256"] == told["sha256"] == statement.sha256

        walked += 1
        kinds |= {(line.kind, line.is_true_up) for line in statement.lines}
    # It walked what it says: charges, true-ups, incentives and shares, and bills with one before.
    assert walked >= 15
    assert waterfalls >= 7
    assert {
        ("charge", False),
        ("charge", True),
        ("incentive", False),
        ("allocation", False),
        ("allocation", True),
        ("recorded", False),
    } <= kinds


def test_what_departments_see_agrees_as_well(books: Books, browse: Callable[[str], Client]):
    """Their rows alone are shown to them, and come to the same."""
    client = browse("contributor")
    for statement in all_statements():
        if statement.department == "CLOUD":
            bill = f"/departments/CLOUD/{statement.scheme}/{statement.period}/"
            assert client.get(f"{bill}what-if/").context["scenario"].after == statement.net
