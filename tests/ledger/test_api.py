"""The ledger's API: who sees what, pages and streams, a settlement from 202 to the journal."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from departments.organisation.api_keys import issue_key
from departments.organisation.models import ApiKey, CostCentre, Membership, User
from ledger import balances, period_close, settlement_run, tasks
from ledger.models.exports import JournalExport
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.settlements import Settlement
from ledger.statements import statement_of
from tests.ledger.books import NOON, Books, found_scheme
from tests.ledger.exporting import export_by_api

API = "/api/v1"
ALL_SCOPES = (
    "journal:read",
    "statements:read",
    "accounts:read",
    "settlements:read",
    "exports:read",
    "exports:write",
)
COMPANY_READS = [
    "journal-lines/",
    "journal-entries/{entry}/",
    "accounts/",
    "trial-balance/",
    "periods/",
    "verification/",
    "statements/",
    "statements/fee/2023Q1/CLOUD/",
    "settlements/",
    "settlements/{settlement}/",
    "exports/",
    "exports/{export}/file/",
]
SCOPE_OF = {
    "journal-lines/": "journal:read",
    "journal-entries/{entry}/": "journal:read",
    "verification/": "journal:read",
    "accounts/": "accounts:read",
    "trial-balance/": "accounts:read",
    "periods/": "statements:read",
    "statements/": "statements:read",
    "statements/fee/2023Q1/CLOUD/": "statements:read",
    "settlements/": "settlements:read",
    "settlements/{settlement}/": "settlements:read",
    "exports/": "exports:read",
    "exports/{export}/file/": "exports:read",
}


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The bell: settlement and number of shards, instead of a broker; a test never commits."""
    bells: list[tuple[int, int]] = []
    monkeypatch.setattr(transaction, "on_commit", lambda ring: ring())
    monkeypatch.setattr(
        tasks,
        "ring",
        lambda settlement_id, *, shard_count: bells.append((settlement_id, shard_count)),
    )
    return bells


@pytest.fixture
def settled(books: Books) -> Books:
    """Two settled quarters of both departments, the first one closed; `contributor` is CLOUD's."""
    books.emit("CLOUD", date(2023, 2, 1), "1000000.000001")
    books.emit("OFFICES", date(2023, 2, 2), "20000", scope=2, location_kgco2e="60000")
    books.emit(
        "CLOUD", date(2023, 3, 1), "5000", durability_class="medium", removal_state="verified"
    )
    books.settle("2023Q1")
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    books.emit("OFFICES", date(2023, 2, 3), "3000")
    books.emit("OFFICES", date(2023, 5, 1), "4000")
    books.settle("2023Q2")
    return books


def as_person(books: Books, name: str) -> APIClient:
    client = APIClient()
    client.force_login(books.people[name])
    return client


def as_program(
    books: Books, *scopes: str, acts_for: str = "finance", departments: tuple[str, ...] = ()
) -> APIClient:
    issued = issue_key(
        name="program",
        scopes=scopes or ALL_SCOPES,
        departments=[books.departments[code] for code in departments],
        acts_for=books.people[acts_for],
        expires_at=None,
        at=timezone.now(),
    )
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {issued.secret}")


def address(path: str) -> str:
    """A path with the ids of what there is."""
    entry, settlement = JournalEntry.objects.first(), Settlement.objects.first()
    assert entry is not None
    assert settlement is not None
    export = JournalExport.objects.first()
    filled = path.format(
        entry=entry.pk, settlement=settlement.pk, export=export.sequence if export else 1
    )
    return f"{API}/{filled}"


def walk(client: APIClient, path: str, **query: Any) -> list[dict[str, Any]]:
    """Every row, page by page."""
    rows: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = client.get(f"{API}/{path}", {**query, **cursor})
        assert answer.status_code == 200, answer.json()
        page = answer.json()
        rows += page["data"]
        if not page["has_more"]:
            assert page["next_cursor"] is None
            return rows
        cursor = {"cursor": page["next_cursor"]}


def export_something(books: Books) -> dict[str, Any]:
    return export_by_api(as_person(books, "finance"), {"format": "jsonl"})


def streamed(answer: Any) -> str:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


# --- who comes in -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", COMPANY_READS)
def test_finance_and_its_key_read_everything_and_a_stranger_nothing(
    settled: Books, path: str
) -> None:
    export_something(settled)
    for client in (as_person(settled, "finance"), as_program(settled, SCOPE_OF[path])):
        assert client.get(address(path)).status_code == 200
    assert APIClient().get(address(path)).status_code == 401


@pytest.mark.parametrize("path", COMPANY_READS)
def test_a_key_without_the_scope_is_refused(settled: Books, path: str) -> None:
    others = [scope for scope in ALL_SCOPES if scope != SCOPE_OF[path]]
    answer = as_program(settled, *others).get(address(path))
    assert answer.status_code == 403
    assert SCOPE_OF[path] in answer.json()["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "trial-balance/",
        "verification/",
        "settlements/",
        "settlements/{settlement}/",
        "exports/",
        "exports/{export}/file/",
    ],
)
def test_company_books_are_closed_to_departments(settled: Books, path: str) -> None:
    export_something(settled)
    person = as_person(settled, "contributor")
    key = as_program(settled, departments=("CLOUD",))
    of_theirs = as_program(settled, acts_for="contributor")
    for client in (person, key, of_theirs):
        for method in (client.get, client.head):
            assert method(address(path)).status_code == 403
    assert key.post(f"{API}/exports/", {"format": "jsonl"}).status_code == 403
    assert JournalExport.objects.count() == 1


# --- departments see their own ------------------------------------------------------------------


def cloud_clients(books: Books) -> list[APIClient]:
    """A person of CLOUD, their key, and finance's key for CLOUD."""
    return [
        as_person(books, "contributor"),
        as_program(books, acts_for="contributor"),
        as_program(books, departments=("CLOUD",)),
    ]


def test_lists_hold_nothing_of_another_department(settled: Books) -> None:
    for client in cloud_clients(settled):
        for path in ("journal-lines/", "accounts/", "statements/"):
            rows = walk(client, path)
            assert rows
            text = json.dumps(rows)
            assert "OFFICES" not in text
            assert "Carbon-Fund" not in text
            assert "Atmosphere" not in text
        for accept in ("text/csv", "application/x-ndjson"):
            text = streamed(client.get(f"{API}/journal-lines/", headers={"accept": accept}))
            assert "CLOUD" in text
            assert "OFFICES" not in text
            assert "Equity" not in text


def test_filters_do_not_open_another_department(settled: Books) -> None:
    for client in cloud_clients(settled):
        for query in (
            {"account": "Expenses:Carbon-Fee:FEE:OFFICES"},
            {"account": "Equity:Carbon-Fund:FEE"},
            {"period": "2023Q2"},
        ):
            assert walk(client, "journal-lines/", **query) == []
        assert walk(client, "statements/", department="OFFICES") == []


def test_another_department_is_not_found(settled: Books) -> None:
    entry = JournalEntry.objects.filter(department__code="OFFICES").first()
    assert entry is not None
    for client in cloud_clients(settled):
        hidden = client.get(f"{API}/statements/fee/2023Q1/OFFICES/")
        absent = client.get(f"{API}/statements/fee/2023Q1/NOWHERE/")
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert hidden.json()["code"] == absent.json()["code"] == "statement_not_found"
        assert client.get(f"{API}/journal-entries/{entry.pk}/").status_code == 404
        assert client.get(f"{API}/statements/fee/2023Q1/CLOUD/").status_code == 200


def test_an_entry_shows_a_department_only_its_lines(settled: Books) -> None:
    entry = JournalEntry.objects.filter(department__code="CLOUD", purpose="charge").first()
    assert entry is not None
    path = f"{API}/journal-entries/{entry.pk}/"
    whole = as_person(settled, "auditor").get(path).json()
    assert len(whole["lines"]) == 4
    for client in cloud_clients(settled):
        accounts = {line["account"] for line in client.get(path).json()["lines"]}
        assert accounts == {
            "Expenses:Carbon-Fee:FEE:CLOUD",
            "Expenses:Emissions:CLOUD:Scope-1",
        }


def test_a_person_without_a_role_sees_no_rows(settled: Books) -> None:
    settled.people["nobody"] = User.objects.create(username="nobody")
    client = as_person(settled, "nobody")
    for path in ("journal-lines/", "accounts/", "statements/"):
        assert walk(client, path) == []


# --- pages, streams, queries --------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 5, 200])
@pytest.mark.parametrize(
    "path", ["journal-lines/", "accounts/", "periods/", "settlements/", "exports/"]
)
def test_cursors_walk_everything_once(settled: Books, path: str, limit: int) -> None:
    for _ in range(3):
        export_something(settled)
    client = as_person(settled, "finance")
    expected = {
        "journal-lines/": JournalLine.objects.count(),
        "accounts/": len(balances.trial_balance()),
        "periods/": 3,
        "settlements/": 2,
        "exports/": 3,
    }
    rows = walk(client, path, limit=limit)
    ids = [row.get("id") or row.get("sequence") or row["code"] for row in rows]
    assert len(ids) == len(set(ids)) == expected[path]
    assert ids == sorted(ids)


@pytest.mark.parametrize("limit", [1, 3])
def test_statements_are_walked_once(settled: Books, limit: int) -> None:
    rows = walk(as_person(settled, "finance"), "statements/", limit=limit)
    assert sorted((row["period"], row["department"]) for row in rows) == [
        ("2023Q1", "CLOUD"),
        ("2023Q1", "OFFICES"),
        ("2023Q2", "OFFICES"),
    ]
    for row in rows:
        found = statement_of(
            department_code=row["department"], scheme_code="fee", period_code=row["period"]
        )
        assert (Decimal(row["charged"]), Decimal(row["earned"])) == (found.charged, found.earned)
        assert as_person(settled, "finance").get(row["url"]).json()["net"] == row["net"]


@pytest.mark.parametrize(
    "query",
    [
        {"period": "2023Q2"},
        {"scheme": "fee"},
        {"account": "Equity:Atmosphere"},
        {"commodity": "USD"},
        {"entry": None},
    ],
)
def test_journal_filters(settled: Books, query: dict[str, Any]) -> None:
    entry = JournalEntry.objects.first()
    assert entry is not None
    query = {name: entry.pk if value is None else value for name, value in query.items()}
    client = as_person(settled, "auditor")
    (name, value), every = next(iter(query.items())), walk(client, "journal-lines/")
    found = walk(client, "journal-lines/", **query)
    assert found == [row for row in every if row[name] == value]
    assert found


def test_a_stream_sends_every_line_as_the_pages_do(settled: Books) -> None:
    client = as_program(settled, "journal:read")
    paged = walk(client, "journal-lines/", limit=3)
    table = client.get(f"{API}/journal-lines/", headers={"accept": "text/csv"})
    assert table["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(streamed(table), newline="")))
    assert [int(row["line_id"]) for row in rows] == [row["id"] for row in paged]
    lines = client.get(f"{API}/journal-lines/", headers={"accept": "application/x-ndjson"})
    objects = [json.loads(line) for line in streamed(lines).splitlines()]
    assert [(row["line_id"], row["debit"]) for row in objects] == [
        (row["id"], row["debit"]) for row in paged
    ]
    one = client.get(f"{API}/journal-lines/", {"commodity": "USD"}, headers={"accept": "text/csv"})
    assert "KGCO2E" not in streamed(one)
    refused = client.get(f"{API}/journal-lines/", {"limit": 5}, headers={"accept": "text/csv"})
    assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("path", COMPANY_READS)
def test_an_unknown_parameter_is_named_with_the_known_ones(settled: Books, path: str) -> None:
    export_something(settled)
    answer = as_person(settled, "finance").get(address(path), {"perod": "2023Q1"})
    assert answer.status_code == 400
    (problem,) = answer.json()["errors"]
    assert problem["field"] == "perod"
    if path == "journal-lines/":
        assert "account, commodity, cursor, entry, limit, period, scheme" in problem["reason"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("journal-lines/", {"entry": "x"}),
        ("journal-lines/", {"entry": "99999999999999999999"}),
        ("journal-lines/", {"limit": "201"}),
        ("journal-lines/", {"cursor": "nonsense"}),
        ("journal-lines/", {"period": "\x00"}),
        ("accounts/", {"as_of": "yesterday"}),
        ("settlements/", {"state": "lost"}),
    ],
)
def test_bad_values_are_400(settled: Books, path: str, query: dict[str, str]) -> None:
    assert as_person(settled, "finance").get(f"{API}/{path}", query).status_code == 400


# --- numbers ------------------------------------------------------------------------------------


def test_amounts_are_exact_and_come_with_minor_units(settled: Books) -> None:
    client = as_person(settled, "finance")
    by_account = {row["account"]: row for row in walk(client, "accounts/")}
    atmosphere = by_account["Equity:Atmosphere"]
    assert (atmosphere["balance"], atmosphere["balance_minor"]) == (
        "-1022000.000001",
        -1_022_000_000_001,
    )
    fee = by_account["Expenses:Carbon-Fee:FEE:CLOUD"]
    assert (fee["balance"], fee["balance_minor"], fee["commodity"]) == ("15000.00", 1500000, "USD")
    rows = walk(client, "journal-lines/", account="Equity:Carbon-Fund:FEE", period="2023Q1")
    assert [(row["amount"], row["amount_minor"]) for row in rows] == [
        (row["amount"], int(Decimal(row["amount"]) * 100)) for row in rows
    ]
    assert rows[0]["recorded_at"].endswith("Z")


def test_trial_balance_foots_and_knows_the_day(settled: Books) -> None:
    client = as_person(settled, "auditor")
    now = client.get(f"{API}/trial-balance/").json()
    assert {total["commodity"]: total["balances"] for total in now["totals"]} == {
        "KGCO2E": True,
        "USD": True,
    }
    q1 = client.get(f"{API}/trial-balance/", {"as_of": "2023-03-31", "scheme": "fee"}).json()
    held = {row["account"]: row["balance"] for row in q1["accounts"]}
    assert held["Expenses:Carbon-Fee:FEE:OFFICES"] == "300.00"
    later = {row["account"]: row["balance"] for row in now["accounts"]}
    assert later["Expenses:Carbon-Fee:FEE:OFFICES"] == "405.00"
    assert client.get(f"{API}/trial-balance/", {"scheme": "none"}).status_code == 404


def test_a_statement_is_what_was_posted(settled: Books) -> None:
    answer = as_person(settled, "contributor").get(f"{API}/statements/fee/2023Q1/CLOUD/")
    found = answer.json()
    kept = statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q1")
    assert (found["charged"], found["earned"], found["net"]) == ("15000.00", "200.00", "14800.00")
    assert (found["net_minor"], found["currency"]) == (1480000, "USD")
    assert (found["sha256"], found["state"]) == (kept.sha256, "closed")
    assert [line["amount"] for line in found["lines"]] == ["15000.00", "-200.00"]


@pytest.mark.parametrize(
    "path", ["journal-entries/{entry}/", "statements/fee/2023Q1/CLOUD/", "trial-balance/"]
)
def test_what_did_not_change_is_not_sent_again(settled: Books, path: str) -> None:
    client = as_person(settled, "finance")
    first = client.get(address(path))
    again = client.get(address(path), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_etag_is_of_what_one_may_see(settled: Books) -> None:
    entry = JournalEntry.objects.filter(department__code="CLOUD", purpose="charge").first()
    assert entry is not None
    path = f"{API}/journal-entries/{entry.pk}/"
    whole = as_person(settled, "finance").get(path)["ETag"]
    answer = as_person(settled, "contributor").get(path, headers={"if-none-match": whole})
    assert answer.status_code == 200


def test_periods_show_their_seal(settled: Books) -> None:
    closed, current, _ = walk(as_person(settled, "contributor"), "periods/")
    assert (closed["code"], closed["starts_on"], closed["ends_on"]) == (
        "2023Q1",
        "2023-01-01",
        "2023-03-31",
    )
    assert (closed["state"], closed["seal"]["number"]) == ("closed", 1)
    assert (current["state"], current["seal"]) == ("open", None)


def test_verification_holds(settled: Books) -> None:
    found = as_person(settled, "auditor").get(f"{API}/verification/").json()
    assert (found["holds"], found["findings"]) == (True, [])
    assert found["checked"]["entries balance"] == JournalEntry.objects.count()


# --- a settlement -------------------------------------------------------------------------------


def test_a_settlement_goes_from_202_to_the_journal(
    books: Books, rung: list[tuple[int, int]]
) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    analyst, approver, finance = (
        as_person(books, name) for name in ("analyst", "approver", "finance")
    )
    begun = analyst.post(f"{API}/settlements/", {"scheme": "fee", "period": "2023Q1"})
    assert begun.status_code == 202
    url = begun["Location"]
    assert begun.json()["state"] == "calculating"
    assert begun.json()["progress"] == {"done": 0, "total": 4, "percent": 0, "errors": []}
    again = analyst.post(f"{API}/settlements/", {"scheme": "fee", "period": "2023Q1"})
    assert again["Location"] == url
    settlement = Settlement.objects.get()
    assert rung == [(settlement.pk, 4)] * 2

    settlement_run.calculate(settlement_id=settlement.pk, at=NOON)  # as a worker does
    found = analyst.get(url).json()
    assert (found["state"], found["progress"]["percent"]) == ("calculated", 100)
    assert (found["total"]["net"], found["total"]["net_minor"]) == ("15.00", 1500)
    assert [row["department"] for row in found["departments"]] == ["CLOUD"]

    own = analyst.post(f"{url}approve/", {})
    assert (own.status_code, own.json()["code"]) == (403, "not_allowed")
    approved = approver.post(f"{url}approve/", {"review_ends_on": "2023-05-01"})
    assert approved.json()["state"] == "approved"
    assert Settlement.objects.get().review_ends_on == date(2023, 5, 1)
    for _ in range(2):
        posted = finance.post(f"{url}post/", {})
        assert (posted.status_code, posted.json()["posted_by"]) == (200, "finance")
    assert JournalEntry.objects.count() == 1
    listed = walk(finance, "settlements/", state="posted", scheme="fee", period="2023Q1")
    assert [(row["url"], row["shards_done"]) for row in listed] == [(url, 4)]


def test_who_prepared_does_not_approve_whatever_their_role(books: Books) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    settlement = books.calculate("2023Q1")
    Membership.objects.create(user=books.people["analyst"], role="sustainability_approver")
    answer = as_person(books, "analyst").post(f"{API}/settlements/{settlement.pk}/approve/", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "approved_by_preparer")
    settlement.refresh_from_db()
    assert settlement.state == "calculated"


def test_a_settlement_is_cancelled(books: Books) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    settlement = books.calculate("2023Q1")
    url = f"{API}/settlements/{settlement.pk}/"
    assert as_person(books, "finance").post(f"{url}cancel/", {}).status_code == 403
    assert as_person(books, "analyst").post(f"{url}cancel/", {}).json()["state"] == "cancelled"


def test_a_stuck_settlement_says_why(books: Books) -> None:
    found_scheme(books, "second", keeps_atmosphere=False, is_approved=False)
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    settlement = settlement_run.prepare(
        scheme_code="second", period_code="2023Q1", by=books.people["analyst"]
    )
    settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    found = as_program(books, "settlements:read").get(f"{API}/settlements/{settlement.pk}/").json()
    (error,) = found["progress"]["errors"]
    assert "CLOUD, Scope 1" in error["error"]


def test_keys_and_others_take_no_steps(books: Books) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    settlement = books.calculate("2023Q1")
    url = f"{API}/settlements/{settlement.pk}/"
    body = {"scheme": "fee", "period": "2023Q1"}
    clients = [
        as_program(books, acts_for="analyst"),
        as_program(books, acts_for="approver"),
        as_person(books, "contributor"),
        as_person(books, "auditor"),
    ]
    for client in clients:
        assert client.post(f"{API}/settlements/", body).status_code == 403
        for step in ("approve", "post", "cancel"):
            assert client.post(f"{url}{step}/", {}).status_code == 403
    settlement.refresh_from_db()
    assert settlement.state == "calculated"


def test_a_browser_needs_its_token_for_a_step(books: Books) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(books.people["analyst"])
    answer = client.post(f"{API}/settlements/", {"scheme": "fee", "period": "2023Q1"})
    assert answer.status_code == 403
    assert not Settlement.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"scheme": "fee"}, 400),
        ({"scheme": "fee", "period": "2023Q1", "state": "posted"}, 400),
        ({"scheme": "none", "period": "2023Q1"}, 404),
        ({"scheme": "fee", "period": "1999"}, 404),
    ],
)
def test_a_settlement_that_can_not_be(
    books: Books, rung: list[tuple[int, int]], body: dict[str, str], status: int
) -> None:
    answer = as_person(books, "analyst").post(f"{API}/settlements/", body)
    assert answer.status_code == status
    assert rung == []
    assert not Settlement.objects.exists()


@pytest.mark.parametrize("person", ["analyst", "finance"])
def test_a_bottomless_body_is_a_bad_request(
    books: Books, rung: list[tuple[int, int]], person: str
) -> None:
    path = {"analyst": "settlements/", "finance": "exports/"}[person]
    answer = as_person(books, person).post(
        f"{API}/{path}", "[" * 990, content_type="application/json"
    )
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["detail"] == "The JSON nests too deeply."
    assert rung == []
    assert not Settlement.objects.exists()
    assert not JournalExport.objects.exists()


def test_steps_of_a_settlement_that_is_not_there(books: Books) -> None:
    client = as_person(books, "approver")
    assert client.get(f"{API}/settlements/77/").status_code == 404
    for step in ("approve", "post", "cancel"):
        assert client.post(f"{API}/settlements/77/{step}/", {}).status_code == 404


# --- exports ------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_name", ["generic-csv", "jsonl", "beancount", "hledger"])
def test_an_export_is_made_listed_and_taken(settled: Books, format_name: str) -> None:
    program = as_program(settled, "exports:read", "exports:write")
    found = export_by_api(program, {"format": format_name, "period": "2023Q1"})
    assert (found["sequence"], found["exported_by"]) == (1, "finance")
    assert found["line_count"] == found["seal"]["line_count"]
    assert all(side["debit"] == side["credit"] for side in found["totals"].values())
    assert walk(program, "exports/") == [found]

    taken = program.get(found["file"])
    content = streamed(taken).encode()
    assert sha256(content).hexdigest() == found["sha256"]
    assert len(content) == found["byte_count"]
    assert taken["Content-Disposition"].startswith('attachment; filename="journal-000001.')
    assert taken["X-Content-Type-Options"] == "nosniff"
    assert streamed(program.get(found["file"])).encode() == content
    again = program.get(found["file"], headers={"if-none-match": taken["ETag"]})
    assert again.status_code == 304


def test_an_export_needs_its_scope_and_its_role(settled: Books) -> None:
    reader = as_program(settled, "exports:read")
    refused = [
        reader.post(f"{API}/exports/", {"format": "jsonl"}),
        as_person(settled, "analyst").post(f"{API}/exports/", {"format": "jsonl"}),
        as_program(settled, acts_for="analyst").post(f"{API}/exports/", {"format": "jsonl"}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 3
    assert not JournalExport.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"format": "quickbooks"}, 400),
        ({}, 400),
        ({"format": "jsonl", "by": "admin"}, 400),
        ({"format": "jsonl", "period": "1999"}, 404),
        ({"format": "jsonl", "commodity": "EUR"}, 404),
    ],
)
def test_an_export_that_can_not_be(settled: Books, body: dict[str, str], status: int) -> None:
    answer = as_person(settled, "finance").post(f"{API}/exports/", body)
    assert answer.status_code == status
    assert not JournalExport.objects.exists()


def test_a_file_that_would_differ_is_refused_before_a_byte(settled: Books) -> None:
    found = export_something(settled)
    CostCentre.objects.create(
        department=settled.departments["CLOUD"],
        legal_entity=settled.departments["CLOUD"].placements.get().legal_entity,
        code="4711",
        name="Cloud",
    )
    answer = as_person(settled, "finance").get(found["file"])
    assert (answer.status_code, answer.json()["code"]) == (409, "export_changed")
    assert as_person(settled, "finance").get(f"{API}/exports/9/file/").status_code == 404


def test_a_revoked_key_and_a_lost_role_close_the_file(settled: Books) -> None:
    found = export_something(settled)
    program = as_program(settled, "exports:read")
    assert program.get(found["file"]).status_code == 200
    Membership.objects.filter(user=settled.people["finance"]).delete()
    assert program.get(found["file"]).status_code == 403
    ApiKey.objects.update(revoked_at=timezone.now())
    assert program.get(found["file"]).status_code == 401


def test_the_schema_and_its_page_are_served(client: Any, db: None) -> None:
    schema = client.get("/api/v1/openapi.yaml")
    assert schema.status_code == 200
    assert b"/api/v1/journal-lines/" in schema.content
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert b"https://" not in page.content
    assert b"<script>" not in page.content
    # scripts fall under default-src, which is this site alone
    assert "script-src" not in page["Content-Security-Policy"]
    assert "default-src 'self'" in page["Content-Security-Policy"]
