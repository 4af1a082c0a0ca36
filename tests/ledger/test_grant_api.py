"""The fund and its grants, by programs: a key acts for a person and sees only its departments."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pricing.models import GrantApplication
from tests.ledger.books import Books, open_books
from tests.ledger.granting import accepted, apply, awarded, budget, pay
from tests.ledger.test_api import API, as_program

pytestmark = pytest.mark.django_db

WISH: dict[str, Any] = {
    "scheme": "fee",
    "department": "CLOUD",
    "title": "Heat pumps for two boilers",
    "effect": "abatement",
    "cost": "100000",
    "asked": "60000.00",
    "tonnes_per_year": "1000",
    "lifetime_years": 10,
    "uncertainty_percent": "20",
    "starts_on": "2023-04-01",
    "milestones": [
        {"title": "Ordered", "due_on": "2023-05-01", "amount": "20000"},
        {"title": "Boilers out of use", "due_on": "2023-09-30", "amount": "40000"},
    ],
}


@pytest.fixture
def books(db: None) -> Books:
    books = open_books(fund_may_overdraw=False)
    books.emit("CLOUD", date(2023, 2, 1), "5000000")
    books.settle("2023Q1")
    budget(books)
    return books


def test_a_department_applies_and_reads_what_it_promised(books: Books) -> None:
    client = as_program(books, "grants:read", "grants:write", acts_for="contributor")
    made = client.post(f"{API}/grants/", WISH)
    assert made.status_code == 201, made.content
    shown = made.json()
    assert (shown["state"], shown["department"], shown["asked"]) == (
        "applied",
        "CLOUD",
        "60000.00",
    )
    assert shown["promised"]["cost_per_tonne"] == {
        "middle": "10.00",
        "low": "8.33",
        "high": "12.50",
    }
    assert [one["state"] for one in shown["milestones"]] == ["planned", "planned"]
    assert client.get(made["Location"]).json() == shown
    assert client.get(f"{API}/grants/").json()["data"] == [shown]
    assert client.get(f"{API}/grants/?state=awarded").json()["data"] == []


def test_the_same_application_sent_twice_is_one(books: Books) -> None:
    client = as_program(books, "grants:read", "grants:write", acts_for="contributor")
    for _ in range(2):
        made = client.post(f"{API}/grants/", WISH, headers={"Idempotency-Key": "once"})
        assert made.status_code == 201
    assert GrantApplication.objects.count() == 1


def test_a_refusal_by_field_is_kept_for_a_repeat(books: Books) -> None:
    client = as_program(books, "grants:write", acts_for="contributor")
    wish = WISH | {"department": "NOWHERE"}
    first, second = (
        client.post(f"{API}/grants/", wish, headers={"Idempotency-Key": "once"}) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (422, 422)
    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("change", "field", "status"),
    [
        ({"cost": 100000}, "cost", 400),
        ({"department": "OFFICES"}, "department", 422),
        ({"more": "1"}, "more", 400),
        ({"effect": "magic"}, "effect", 400),
    ],
)
def test_a_wish_that_does_not_fit_is_refused_by_its_field(
    books: Books, change: dict[str, Any], field: str, status: int
) -> None:
    client = as_program(books, "grants:write", acts_for="contributor", departments=("CLOUD",))
    answer = client.post(f"{API}/grants/", WISH | change)
    assert answer.status_code == status
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_what_the_domain_refuses_names_each_field(books: Books) -> None:
    client = as_program(books, "grants:write", acts_for="contributor")
    answer = client.post(f"{API}/grants/", WISH | {"asked": "59999", "cost": "0.001"})
    assert (answer.status_code, answer.json()["code"]) == (422, "grant_invalid")
    assert {one["field"] for one in answer.json()["errors"]} == {"cost"}


def test_grants_of_other_departments_are_not_there(books: Books) -> None:
    grant = apply(books)
    other = as_program(
        books, "grants:read", "grants:write", acts_for="analyst", departments=("OFFICES",)
    )
    assert other.get(f"{API}/grants/").json()["data"] == []
    assert other.get(f"{API}/grants/{grant.pk}/").status_code == 404
    assert other.post(f"{API}/grants/", WISH).status_code == 422


def test_the_fund_shows_what_it_holds_and_has_promised(books: Books) -> None:
    pay(books, accepted(books, awarded(books)))
    client = as_program(books, "fund:read", "grants:read", acts_for="finance")
    assert client.get(f"{API}/fund/?scheme=fee&on=2023-05-31").json() == {
        "scheme": "fee",
        "currency": "USD",
        "may_overdraw": False,
        "balance": "55000.00",
        "committed": "40000.00",
        "available": "15000.00",
        "paid": "20000.00",
        "taken_back": "0.00",
        "budget": {
            "starts_on": "2023-01-01",
            "ends_before": "2024-01-01",
            "amount": "100000.00",
            "awarded": "60000.00",
            "left": "40000.00",
        },
    }
    assert client.get(f"{API}/fund/?scheme=fee&on=2025-01-01").json()["budget"] is None
    assert client.get(f"{API}/fund/?scheme=other").status_code == 404
    [grant] = client.get(f"{API}/grants/").json()["data"]
    assert [one["state"] for one in grant["milestones"]] == ["paid", "planned"]


def test_the_fund_is_the_whole_companys(books: Books) -> None:
    for person, departments in [("contributor", ()), ("finance", ("CLOUD",))]:
        client = as_program(books, "fund:read", acts_for=person, departments=departments)
        assert client.get(f"{API}/fund/?scheme=fee").status_code == 403
    assert as_program(books, "grants:read").get(f"{API}/fund/?scheme=fee").status_code == 403
