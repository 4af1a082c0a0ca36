"""An auditor sees everything and writes nothing: every address, every method, with session and key.

What is compared is the database itself: a hash over every table, but those that signing in and
counting requests keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from departments.inventory.models.activity import ActivityRecord
from departments.organisation.api_keys import SCOPES, issue_key
from ledger.exports.run import Nowhere, export_journal
from ledger.models.exports import JournalExport
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.settlements import SettlementLine
from tests.ledger.books import Books, open_books

pytestmark = pytest.mark.django_db

METHODS = ("post", "put", "patch", "delete")
REFUSED = {400, 403, 404, 405, 415}  # some read a body before they ask who sent it
# POSTs that only read, or are about the auditor's own account and browser.
OPEN = re.compile(
    r"^(admin/(verify|auditor-pack|logout|login|password_change|jsi18n|search)/|i18n/setlang/"
    r"|sign-in/|sign-out/|account/|confirm/|api/v1/(exports/validate|quotes)/|admin/autocomplete/)"
)
# Sessions, throttles, kept answers, and when somebody was here last.
KEPT = {"django_session", "organisation_tally", "organisation_keptreply"}


@pytest.fixture
def books(db: None) -> Books:
    """A posted quarter, an export, an open settlement, a draft: something to spoil everywhere."""
    books = open_books()
    books.emit("CLOUD", date(2023, 2, 1), "1000000")
    books.settle("2023Q1")
    export_journal(
        format_name="generic-csv", into=Nowhere(), by=books.people["finance"], period="2023Q1"
    )
    books.emit("OFFICES", date(2023, 5, 1), "4000")
    books.calculate("2023Q2")
    ActivityRecord.objects.create(
        department=books.departments["CLOUD"],
        activity="reported/scope-1",
        started_on=date(2023, 5, 1),
        ended_on=date(2023, 5, 1),
        quantity=1,
        unit="kg",
        created_by=books.people["contributor"],
    )
    return books


def patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        path = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each, path)
        elif isinstance(each, URLPattern):
            yield path


def addresses(books: Books) -> list[str]:
    """Every address that there is, with something real where it takes a number or a code."""
    newest = {
        "line_id": SettlementLine.objects.latest("pk").pk,
        "entry_id": JournalEntry.objects.latest("pk").pk,
        "journal_line": JournalLine.objects.latest("pk").pk,
        "record_id": ActivityRecord.objects.latest("pk").pk,
        "department": "CLOUD",
        "scheme": "fee",
        "period": "2023Q1",
        "sequence": 1,
        "export_id": 1,
        "sha256": "0" * 64,
    }
    found = set()
    for pattern in patterns(get_resolver()):
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda named: str(newest.get(named[1], 1)), pattern)
        path = path.replace("^", "").replace("\\Z", "").replace("$", "")
        path = re.sub(r"\(\?P<\w+>[^)]*\)", "1", path)
        found.add(path)
    return sorted(found)


def state() -> dict[str, Any]:
    """A hash over each table's rows, and how many there are."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - KEPT
        hashes = {}
        for table in sorted(tables):
            leave = {"organisation_user": ["last_login"], "organisation_apikey": ["last_used_at"]}
            cursor.execute(
                f"SELECT count(*), md5(string_agg((to_jsonb(t) - %s::text[])::text, '' "
                f"ORDER BY to_jsonb(t)::text)) FROM {table} t",
                [leave.get(table, [])],
            )
            hashes[table] = cursor.fetchone()
    hashes.pop("organisation_auditevent")  # a sign-in is an event; what it says is compared above
    return hashes


def bodies(path: str) -> Iterator[dict[str, Any]]:
    yield {"data": {}, "content_type": "application/json"}
    if not path.startswith("api/"):
        yield {"data": {"action": "delete_selected", "_selected_action": "1", "reason": "x"}}


def clients(books: Books) -> dict[str, Client]:
    person = Client(raise_request_exception=False)
    person.force_login(books.people["auditor"])
    issued = issue_key(
        name="All scopes",
        scopes=SCOPES,
        departments=[],
        acts_for=books.people["auditor"],
        expires_at=None,
        at=timezone.now(),
    )
    program = Client(
        raise_request_exception=False, headers={"authorization": f"Bearer {issued.secret}"}
    )
    return {"person": person, "key": program}


def test_no_address_takes_anything_from_an_auditor(books: Books) -> None:
    asked, taken = addresses(books), []
    assert len(asked) > 250
    before: dict[str, Any] = {}
    for who, client in clients(books).items():
        before = before or state()
        for path in asked:
            if OPEN.match(path):
                continue
            for method in METHODS:
                for body in bodies(path):
                    status = getattr(client, method)(f"/{path}", **body).status_code
                    # a page that only shows answers every method alike
                    if status >= 500 or (path.startswith("api/") and status not in REFUSED):
                        taken.append((who, method, path, status))
    assert taken == []
    assert {
        table: (before[table], now) for table, now in state().items() if before[table] != now
    } == {}


def test_steps_that_are_well_asked_for_are_refused_for_the_role(books: Books) -> None:
    record = ActivityRecord.objects.latest("pk").pk
    steps: list[tuple[str, dict[str, Any]]] = [
        ("settlements/", {"scheme": "fee", "period": "2023Q3"}),
        ("settlements/2/approve/", {}),
        ("exports/", {"format": "generic-csv"}),
        ("exports/1/acknowledge/", {"reference": "JE 4711"}),
        ("exports/1/reject/", {"reason": "x"}),
        ("webhook-endpoints/", {"url": "https://example.com/hook"}),
        (f"activities/{record}/submit/", {}),
        (f"activities/{record}/return/", {"reason": "x"}),
    ]
    for who, client in clients(books).items():
        for path, body in steps:
            answer = client.post(f"/api/v1/{path}", body, content_type="application/json")
            assert answer.status_code in (403, 404), (who, path, answer.content)
    assert JournalExport.objects.count() == 1


def test_what_is_open_to_an_auditor_writes_nothing_either(books: Books) -> None:
    client = clients(books)["person"]
    before = state()
    for path in ("admin/verify/", "admin/auditor-pack/"):
        assert client.post(f"/{path}").status_code == 200
    checked = client.post(
        "/api/v1/exports/validate/", {"format": "generic-csv"}, content_type="application/json"
    )
    assert checked.status_code == 200
    for path in addresses(books):
        answer = client.get(f"/{path}")
        assert answer.status_code < 500, path
    assert state() == before
