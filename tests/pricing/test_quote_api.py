"""A program asks what something would cost, and is told what its record and bill would say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from departments.inventory.factor_release import load_factor_set
from departments.inventory.kept_library import MOST_USES
from departments.organisation.api_keys import issue_key
from pricing.models import CarbonPrice
from tests.counting import rows_by_table
from tests.inventory.conftest import excerpt, excerpts, factors  # noqa: F401  # fixtures
from tests.ledger.books import NOON, Books, found_scheme, open_books

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

QUOTES = "/api/v1/quotes/"
FLIGHT = {
    "department": "CLOUD",
    "activity": "business-travel-air/flights/long-haul/economy-class/with-rf",
    "quantity": "8850",
    "unit": "passenger.km",
    "place": "GB",
    "on": "2024-05-06",
}


@pytest.fixture
def books(db: None) -> Books:
    return open_books()


def ask(books: Books, body: dict[str, Any], person: str = "contributor") -> Any:
    client = APIClient()
    client.force_authenticate(books.people[person])
    return client.post(QUOTES, body, format="json")


def test_a_flight_with_its_arithmetic_source_and_reasons(books: Books):
    before = rows_by_table()
    answer = ask(books, FLIGHT)
    assert answer.status_code == 200, answer.json()
    told = answer.json()

    # 8,850 passenger-km × 0.20011 kg (UK Government 2024) = 1,770.9735 kg; at 15 USD a tonne
    assert told["emission"]["market_kgco2e"] == "1770.973500"
    assert (told["emission"]["scope"], told["emission"]["category"]) == (3, 6)
    assert told["emission"]["citation"]["factor_code"] == "UK2024-1371"
    assert told["emission"]["steps"][-1]["value"] == "1770.9735"
    (quote,) = told["quotes"]
    assert (quote["amount"], quote["amount_minor"], quote["currency"]) == ("26.56", 2656, "USD")
    assert (quote["price_per_tonne"], quote["kind"]) == ("15.000000", "charge")
    assert quote["explanation"] == [
        "No price of its own for CLOUD, fits.",
        "No price for Scope 3 category 6 is in force.",
        "No price for Scope 3 is in force.",
        "No price for GB narrows it.",
        "The scheme's price by default: 15.00 USD per tCO2e, in force from 2020-01-01.",
        "Proposed by analyst, approved by approver.",
        "1,770.9735 kg ÷ 1,000 × 15 USD per tonne = 26.5646025, rounded to 26.56 USD",
    ]
    assert rows_by_table() == before


def test_a_gpu_job_is_told_by_its_hours_and_hardware(books: Books):
    inputs = {"accelerator_hours": "800", "hardware": "H100 SXM", "pue": "1.2"}
    body = {"department": "CLOUD", "activity": "compute/training", "place": "GB", "inputs": inputs}
    told = ask(books, body | {"on": "2024-05-06"}).json()

    # 800 h × 700 W × 1.2 = 672 kWh × 0.20705 kg = 139.1376 kg
    assert told["emission"]["market_kgco2e"] == "139.137600"
    assert (told["quotes"][0]["amount"], told["quotes"][0]["basis"]) == ("2.09", "market")
    assert (
        "No utilisation is given: full load, the most there can be."
        in (told["emission"]["fallbacks"])
    )


def test_scope_2_counts_on_the_basis_of_the_scheme(books: Books):
    body = {
        "department": "CLOUD",
        "activity": "electricity/grid",
        "quantity": "1000",
        "unit": "kWh",
        "place": "GB",
        "on": "2024-05-06",
        "inputs": {"covered_kwh": "1000", "instrument_kgco2e_per_kwh": "0"},
    }
    (quote,) = ask(books, body).json()["quotes"]
    assert (quote["kgco2e"], quote["amount"]) == ("0.000000", "0.00")
    other = found_scheme(books, "by-location", keeps_atmosphere=False)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE pricing_scheme SET scope2_basis = 'location' WHERE id = %s", [other.pk]
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    by_scheme = {quote["scheme"]: quote for quote in ask(books, body).json()["quotes"]}
    assert (by_scheme["fee"]["amount"], by_scheme["by-location"]["amount"]) == ("0.00", "3.11")
    assert by_scheme["by-location"]["explanation"][0] == (
        "Scheme by-location charges Scope 2 location-based: location-based 207.05 kg, "
        "market-based 0 kg."
    )


def test_what_a_scheme_does_not_charge_is_free_and_a_shadow_price_books_nothing(books: Books):
    found_scheme(books, "shadow", keeps_atmosphere=False, mechanism="showback")
    body = {"department": "CLOUD", "kgco2e": "1234.567", "scope": 3, "category": 1}
    for quote in ask(books, body).json()["quotes"]:
        assert (quote["kind"], quote["amount"], quote["price_per_tonne"]) == (
            "recorded",
            "0.00",
            None,
        )
    by_scheme = {
        quote["scheme"]: quote for quote in ask(books, body | {"category": 6}).json()["quotes"]
    }
    assert (by_scheme["fee"]["amount"], by_scheme["fee"]["moves_money"]) == ("18.52", True)
    assert (by_scheme["shadow"]["amount"], by_scheme["shadow"]["moves_money"]) == ("18.52", False)
    assert "books nothing" in " ".join(by_scheme["shadow"]["explanation"])


@pytest.mark.parametrize(
    ("state", "kind", "amount"),
    [("verified", "incentive", "400.00"), ("delivered", "recorded", "0.00")],
)
def test_only_verified_removals_would_earn(books: Books, state: str, kind: str, amount: str):
    body = {
        "department": "CLOUD",
        "activity": "removal/mangrove-restoration",
        "quantity": "10",
        "unit": "tCO2e",
        "inputs": {"durability_class": "medium", "removal_state": state},
    }
    (quote,) = ask(books, body | {"on": "2024-05-06"}).json()["quotes"]
    assert (quote["kind"], quote["amount"]) == (kind, amount)


@pytest.mark.parametrize(
    ("change", "status", "fields"),
    [
        ({"quantity": "-1"}, 400, ["quantity"]),
        ({"unit": "kWh", "place": "XX"}, 422, ["place"]),
        ({"unit": "kWh"}, 422, ["unit"]),
        ({"inputs": {"colour": "green", "pue": "x"}}, 422, ["pue", "colour"]),
        ({"inputs": {"quantity": "7"}}, 422, ["inputs.quantity"]),
        ({"kgco2e": "5", "scope": 1}, 422, ["kgco2e", "scope"]),
        ({"activity": "buisness-travel-air"}, 422, ["activity"]),
        ({"department": "NOWHERE"}, 422, ["department"]),
        ({"department": "OFFICES"}, 422, ["department"]),
        ({"scheme": "nothing"}, 404, []),
        ({"when": "today"}, 400, ["when"]),
    ],
)
def test_what_is_wrong_is_told_at_once_by_field(
    books: Books, change: dict[str, Any], status: int, fields: list[str]
):
    answer = ask(books, FLIGHT | change)
    assert answer.status_code == status, answer.json()
    assert [each["field"] for each in answer.json().get("errors", [])] == fields


def test_a_scheme_without_a_price_says_so(books: Books):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        CarbonPrice.objects.filter(scheme=books.scheme).delete()
        cursor.execute("SET LOCAL session_replication_role = origin")
    answer = ask(books, FLIGHT)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_price_in_force")


def test_a_key_needs_its_scope_and_sees_its_departments_alone(books: Books):
    def with_key(scope: str, code: str) -> Any:
        key = issue_key(
            name="booking tool",
            scopes=[scope],
            departments=[books.departments["CLOUD"]],
            acts_for=books.people["analyst"],
            expires_at=None,
            at=NOON,
        )
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {key.secret}")
        return client.post(QUOTES, FLIGHT | {"department": code}, format="json")

    assert with_key("prices:read", "CLOUD").status_code == 200
    assert with_key("prices:read", "OFFICES").status_code == 422
    assert with_key("journal:read", "CLOUD").status_code == 403


def test_a_release_that_is_added_counts_at_once(books: Books, tmp_path: Path):
    body = {"department": "CLOUD", "activity": "electricity/grid", "on": "2026-02-01"}
    body |= {"quantity": "1000", "unit": "kWh", "place": "GB"}
    before = ask(books, body).json()["emission"]
    assert ask(books, body).json()["emission"] == before

    excerpt("desnz_2025", lambda row: row["activity"] == "electricity/grid", tmp_path)
    load_factor_set(tmp_path / "desnz_2025")
    after = ask(books, body).json()["emission"]
    # 0.17700 kg per kWh in the UK Government's 2025 set
    assert (after["citation"]["factor_set"], after["location_kgco2e"]) == (
        "desnz_2025",
        "177.000000",
    )
    assert after != before


def test_one_who_errs_often_is_still_told_what_was_meant(books: Books):
    for number in range(MOST_USES + 3):
        answer = ask(books, FLIGHT | {"activity": f"electricity/gri{number}"}).json()
        assert "electricity/grid" in answer["errors"][0]["reason"]
