"""Balances between two days, and windows of the journal, added up and hashed again by hand."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from departments.organisation.api_keys import issue_key
from ledger import reconciliation
from ledger.balances import movements
from ledger.errors.journal import WindowTooWide
from tests.ledger.books import Books

API = "/api/v1"


@pytest.fixture
def settled(books: Books) -> Books:
    """Two quarters of both departments; in the second a late tonne of the first."""
    books.emit("CLOUD", date(2023, 2, 1), "1000000.000001")
    books.emit("OFFICES", date(2023, 2, 2), "20000", scope=2, location_kgco2e="60000")
    books.settle("2023Q1")
    books.emit("CLOUD", date(2023, 2, 3), "3000")
    books.emit("CLOUD", date(2023, 5, 1), "4000")
    books.settle("2023Q2")
    return books


def program(
    books: Books,
    *scopes: str,
    acts_for: str = "finance",
    departments: tuple[str, ...] = (),
) -> APIClient:
    issued = issue_key(
        name="program",
        scopes=scopes or ("journal:read", "accounts:read"),
        departments=[books.departments[code] for code in departments],
        acts_for=books.people[acts_for],
        expires_at=None,
        at=timezone.now(),
    )
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {issued.secret}")


def narrow(books: Books) -> list[APIClient]:
    """A person of CLOUD, and finance's key for CLOUD."""
    return [program(books, acts_for="contributor"), program(books, departments=("CLOUD",))]


def get(client: APIClient, path: str, **query: Any) -> Any:
    answer = client.get(f"{API}/{path}", query)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def lines_of(client: APIClient, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(client, "journal-lines/", limit=200, **query)["data"]
    return found


def hash_by_hand(lines: list[dict[str, Any]]) -> str:
    """As docs/api.md says it."""
    names = ("id", "entry", "entry_date", "account", "commodity", "debit", "credit")
    texts = (",".join(str(line[name]) for name in names) + "\n" for line in lines)
    return sha256("".join(texts).encode()).hexdigest()


# --- reconciliation -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"period": "2023Q1"},
        {"scheme": "fee"},
        {"commodity": "USD"},
        {"account": "Expenses:Carbon-Fee:FEE:CLOUD"},
        {"period": "2023Q2", "commodity": "KGCO2E"},
    ],
)
def test_a_window_is_the_sum_and_the_hash_of_its_lines(settled: Books, query: Any) -> None:
    client = program(settled)
    found, lines = get(client, "reconciliation/", **query), lines_of(client, **query)
    assert lines
    assert found["line_count"] == len(lines)
    assert found["entry_count"] == len({line["entry"] for line in lines})
    assert (found["first_line"], found["last_line"]) == (lines[0]["id"], lines[-1]["id"])
    assert found["sha256"] == hash_by_hand(lines)
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for line in lines:
        sums[line["commodity"]][0] += Decimal(line["debit"])
        sums[line["commodity"]][1] += Decimal(line["credit"])
    told = {
        total["commodity"]: [Decimal(total["debit"]), Decimal(total["credit"])]
        for total in found["totals"]
    }
    assert told == sums
    for total in found["totals"]:
        assert total["balances"] == (total["debit"] == total["credit"])


def test_a_window_by_ids_is_the_same_for_good(settled: Books) -> None:
    client = program(settled)
    before = get(client, "reconciliation/")
    settled.emit("OFFICES", date(2023, 8, 1), "1000")
    settled.settle("2023Q3")
    ends = {"after_line": 0, "through_line": before["through_line"]}
    assert get(client, "reconciliation/", **ends) == before
    after = get(client, "reconciliation/", after_line=before["through_line"])
    newer = [line for line in lines_of(client) if line["id"] > before["through_line"]]
    assert after["line_count"] == len(newer) > 0
    assert after["sha256"] == hash_by_hand(newer)


def test_an_empty_window_says_so(settled: Books) -> None:
    found = get(program(settled), "reconciliation/", period="2023Q3")
    assert (found["line_count"], found["entry_count"], found["totals"]) == (0, 0, [])
    assert (found["first_line"], found["last_line"]) == (None, None)
    assert found["sha256"] == sha256(b"").hexdigest()


def test_a_department_reconciles_its_own_lines_alone(settled: Books) -> None:
    for client in narrow(settled):
        mine = lines_of(client)
        assert {line["department"] for line in mine} == {"CLOUD"}
        found = get(client, "reconciliation/")
        assert found["line_count"] == len(mine)
        assert found["sha256"] == hash_by_hand(mine)
        hidden = get(client, "reconciliation/", account="Expenses:Carbon-Fee:FEE:OFFICES")
        assert hidden["line_count"] == 0


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"period": "2029Q1"}, 404, "period_not_found"),
        ({"scheme": "nowhere"}, 404, "scheme_not_found"),
        ({"from": "2023-01-01"}, 400, "invalid"),
        ({"through_line": "-1"}, 400, "invalid"),
        ({"through_line": "٣"}, 400, "invalid"),
        ({"after_line": str(2**63)}, 400, "invalid"),
    ],
)
def test_a_window_that_there_is_not_is_refused(
    settled: Books, query: Any, status: int, code: str
) -> None:
    answer = program(settled).get(f"{API}/reconciliation/", query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_window_that_is_too_wide_says_how_to_narrow_it(settled: Books) -> None:
    lines = reconciliation.window().line_count
    assert reconciliation.window(most=lines).line_count == lines
    with pytest.raises(WindowTooWide, match="Name a period"):
        reconciliation.window(most=lines - 1)


def test_a_window_takes_two_queries(settled: Books, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        reconciliation.window(period="2023Q1", scheme="fee")


# --- balances -----------------------------------------------------------------------------------


def by_account(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["account"]: row for row in rows}


def test_a_period_has_opening_movement_and_closing(settled: Books) -> None:
    """CLOUD: 1,000.000000001 t × 15 in Q1; in Q2 3 t late and 4 t of its own."""
    fee = "Expenses:Carbon-Fee:FEE:CLOUD"
    first = by_account(get(program(settled), "balances/", period="2023Q1")["data"])[fee]
    assert (first["opening"], first["debit"], first["closing"]) == ("0.00", "15000.00", "15000.00")
    second = by_account(get(program(settled), "balances/", period="2023Q2")["data"])[fee]
    assert (second["opening"], second["debit"], second["credit"], second["closing"]) == (
        "15000.00", "105.00", "0.00", "15105.00",
    )  # fmt: skip
    assert second["opening_minor"] + second["debit_minor"] == second["closing_minor"] == 1510500


@pytest.mark.parametrize(
    "query",
    [{}, {"period": "2023Q2"}, {"from_on": "2023-02-15"}, {"until_on": "2023-05-15"}],
)
def test_all_accounts_add_up_to_nothing(settled: Books, query: Any) -> None:
    rows = get(program(settled), "balances/", **query)["data"]
    for commodity in ("USD", "KGCO2E"):
        mine = [row for row in rows if row["commodity"] == commodity]
        assert mine
        assert sum(Decimal(row["opening"]) for row in mine) == 0
        assert sum(Decimal(row["closing"]) for row in mine) == 0
        assert sum(Decimal(row["debit"]) - Decimal(row["credit"]) for row in mine) == 0


def test_the_closing_is_the_trial_balance_of_that_day(settled: Books) -> None:
    client = program(settled)
    shown = get(client, "trial-balance/", as_of="2023-03-31")["accounts"]
    moved = get(client, "balances/", until_on="2023-03-31")["data"]
    assert {row["account"]: row["closing"] for row in moved} == {
        row["account"]: row["balance"] for row in shown
    }


def test_filters_and_pages_of_balances(settled: Books) -> None:
    client = program(settled)
    everything = get(client, "balances/")["data"]
    wanted = get(client, "balances/", kind="fee_expense", commodity="USD")["data"]
    assert wanted == [row for row in everything if row["kind"] == "fee_expense"]
    page = get(client, "balances/", limit=2)
    assert page["data"] == everything[:2]
    assert page["has_more"]
    rest = get(client, "balances/", limit=200, cursor=page["next_cursor"])
    assert rest["data"] == everything[2:]
    assert not rest["has_more"]


def test_balances_take_two_queries(settled: Books, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        movements(from_on=date(2023, 4, 1), until_on=date(2023, 6, 30))


def test_balances_as_csv_are_all_of_them(settled: Books) -> None:
    client = program(settled)
    answer = client.get(f"{API}/balances/", headers={"accept": "text/csv"})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert by_account(rows).keys() == by_account(get(client, "balances/")["data"]).keys()
    assert {row["closing"] for row in rows} == {
        row["closing"] for row in get(client, "balances/")["data"]
    }
    paged = client.get(f"{API}/balances/", {"limit": 1}, headers={"accept": "text/csv"})
    assert paged.status_code == 422


def test_a_department_sees_its_own_accounts_alone(settled: Books) -> None:
    for client in narrow(settled):
        shown = set(by_account(get(client, "balances/")["data"]))
        assert shown
        assert not any("OFFICES" in code or code.startswith("Equity") for code in shown)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"period": "2029Q1"}, 404, "period_not_found"),
        ({"scheme": "nowhere"}, 404, "scheme_not_found"),
        ({"legal_entity": "nowhere"}, 404, "legal_entity_not_found"),
        ({"period": "2023Q1", "from_on": "2023-01-01"}, 422, "invalid"),
        ({"from_on": "2023-02-02", "until_on": "2023-02-01"}, 422, "window_upside_down"),
        ({"from_on": "20230202"}, 400, "invalid"),
        ({"kind": "cash"}, 400, "invalid"),
        ({"as_of": "2023-02-01"}, 400, "invalid"),
    ],
)
def test_balances_that_there_are_not_are_refused(
    settled: Books, query: Any, status: int, code: str
) -> None:
    answer = program(settled).get(f"{API}/balances/", query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_are_can_be_asked_for(settled: Books, day: str) -> None:
    get(program(settled), "balances/", from_on=day, until_on=day)
    get(program(settled), "trial-balance/", as_of=day)


@pytest.mark.parametrize("path", ["balances/", "reconciliation/"])
def test_they_take_their_scope(settled: Books, path: str) -> None:
    scope = {"balances/": "accounts:read", "reconciliation/": "journal:read"}[path]
    refused = program(settled, "statements:read").get(f"{API}/{path}")
    assert refused.status_code == 403
    assert scope in refused.json()["detail"]
    assert program(settled, scope).get(f"{API}/{path}").status_code == 200
    assert APIClient().get(f"{API}/{path}").status_code == 401
