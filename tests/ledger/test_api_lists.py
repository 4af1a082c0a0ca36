"""The ledger's lists: what narrows them, and what counts as an update since a moment."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from rest_framework.test import APIClient

from pricing.grant_lookup import grants_after
from tests.ledger.books import Books, open_books
from tests.ledger.by_hand import propose
from tests.ledger.exporting import export_by_api
from tests.ledger.granting import apply, budget, score
from tests.ledger.test_api import API, as_person, as_program

pytestmark = pytest.mark.django_db

LONG_AGO, NEVER = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
# Tests take their steps at noon of 2024-01-15, and what the database dates itself it dates today.
BEFORE_NOON, AFTER_NOON = "2024-01-15T11:59:59Z", "2024-01-15T12:00:01Z"


@pytest.fixture
def books(db: None) -> Books:
    """A settled quarter, an entry by hand, and three grants; one is scored, one of OFFICES."""
    books = open_books(fund_may_overdraw=False)
    books.emit("CLOUD", date(2023, 2, 1), "5000000")
    books.emit("OFFICES", date(2023, 2, 1), "5000000")
    books.settle("2023Q1")
    propose(books)
    budget(books)
    apply(books)
    score(books, apply(books, title="Insulation"))
    apply(books, "OFFICES", title="Lamps", by=books.people["analyst"])
    return books


def read(client: APIClient, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(f"{API}/{path}/", query)
    assert answer.status_code == 200, answer.json()
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


@pytest.mark.parametrize("path", ["settlements", "statements", "manual-entries", "grants"])
def test_updated_since_keeps_what_took_a_step(books: Books, path: str) -> None:
    client = as_person(books, "finance")
    assert read(client, path, updated_since=LONG_AGO) == read(client, path) != []
    assert read(client, path, updated_since=BEFORE_NOON) == read(client, path)
    assert read(client, path, updated_since=NEVER) == []


@pytest.mark.parametrize("path", ["statements", "manual-entries", "grants"])
def test_updated_since_leaves_out_what_was_done_before(books: Books, path: str) -> None:
    assert read(as_person(books, "finance"), path, updated_since=AFTER_NOON) == []


def test_exports_by_format_period_and_step(books: Books) -> None:
    client = as_person(books, "finance")
    for wish in ({"format": "jsonl"}, {"format": "generic-csv", "period": "2023Q1"}):
        export_by_api(client, wish)

    def sequences(**query: Any) -> list[int]:
        return [row["sequence"] for row in read(client, "exports", **query)]

    assert sequences() == [1, 2]
    assert sequences(format="jsonl") == [1]
    assert sequences(period="2023Q1") == [2]
    assert sequences(updated_since=LONG_AGO) == [1, 2]
    assert sequences(updated_since=NEVER) == []


def test_periods_by_state_and_step(books: Books) -> None:
    client = as_person(books, "finance")
    assert len(read(client, "periods", state="open")) == 3
    assert read(client, "periods", state="closed") == []
    assert read(client, "periods", updated_since=LONG_AGO) == []


def test_grants_come_page_by_page(books: Books) -> None:
    client = as_person(books, "finance")
    titles: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get(f"{API}/grants/", {"limit": "1", **cursor}).json()
        titles += [row["title"] for row in page["data"]]
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert titles == ["Heat pumps for two boilers", "Insulation", "Lamps"]
    assert [row["title"] for row in read(client, "grants", state="scored")] == ["Insulation"]
    assert [row["title"] for row in read(client, "grants", department="OFFICES")] == ["Lamps"]


def test_grants_of_other_departments_stay_hidden(books: Books) -> None:
    narrow = as_program(books, "grants:read", departments=("CLOUD",))
    for client in (as_person(books, "contributor"), narrow):
        assert {row["department"] for row in read(client, "grants")} == {"CLOUD"}
        assert read(client, "grants", department="OFFICES") == []
        assert len(read(client, "grants", updated_since=LONG_AGO)) == 2


def test_a_page_of_grants_takes_as_many_queries_as_one_grant(
    books: Books, django_assert_num_queries: Any
) -> None:
    for limit in (1, 3):
        with django_assert_num_queries(3):
            assert len(grants_after(after_id=0, limit=limit, department_ids=None)) == limit


def test_the_query_format_narrows_exports_and_chooses_no_renderer(books: Books) -> None:
    client = as_person(books, "finance")
    assert read(client, "exports", format="beancount") == []
    assert client.get(f"{API}/journal-lines/", {"format": "jsonl"}).status_code == 400


@pytest.mark.parametrize("path", ["journal-lines", "exports", "settlements", "verification"])
@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_a_method_that_there_is_not_is_405_with_those_that_there_are(
    books: Books, path: str, method: str
) -> None:
    client = as_program(books, "journal:read", "exports:read", "settlements:read")
    answer = getattr(client, method)(f"{API}/{path}/")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_a_nul_in_the_query_is_a_problem_too(books: Books) -> None:
    answer = as_person(books, "finance").get(f"{API}/journal-lines/?period=%00")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "malformed"
