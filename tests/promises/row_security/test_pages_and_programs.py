"""Pages and API in the application's role, when every filter by department is gone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.evidence import EvidenceFile
from departments.organisation import access, sight
from departments.organisation.models import Department
from departments.organisation.notice_models import Notice
from departments.portal import urls as portal_urls
from ledger.models.journal import JournalEntry
from ledger.statements import statement_of
from tests.ledger.books import Books
from tests.ledger.granting import apply
from tests.promises.row_security.clients import body_of, signed_in, with_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def without_first_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every view and API believes that everybody may see all departments."""
    opened: list[tuple[str, Any, Callable[..., Any]]] = [
        ("visible_department_ids", access.visible_department_ids, lambda *_, **__: None),
        ("departments_visible_to", access.departments_visible_to, every_department),
    ]
    for name, module in list(sys.modules.items()):
        if name.startswith(("departments.", "ledger.", "config.")) and module is not access:
            for function, original, instead in opened:
                if getattr(module, function, None) is original:
                    monkeypatch.setattr(module, function, instead)


def every_department(*_: Any, **__: Any) -> Any:
    return Department.objects.all()


OFFICES_FIGURES = ("45671", "45,671", "685065", "685,065", "685.065")  # kg, tonnes, dollars
PORTAL = {
    "home": [],
    "choose_bill": [],
    "company": [],
    "atmosphere": [],
    "method": [],
    "quote": [],
    "verify": [],
    "verify_hash": ["H"],
    "grants": [],
    "grant": ["G"],
    "grant_begin": [],
    "grant_new": ["OFFICES"],
    "disputes": [],
    "dispute_new": ["L"],
    "all_activity": [],
    "approvals": [],
    "line": ["L"],
    "activity_record": ["R"],
    "activity_edit": ["R"],
    "activity_correct": ["R"],
    "evidence": ["R", "F"],
    "activity": ["OFFICES"],
    "activity_new": ["OFFICES"],
    "upload_any": [],
    "upload_any_columns": [],
    "upload_any_errors": [],
    "upload_any_owners": [],
    "upload": ["OFFICES"],
    "upload_columns": ["OFFICES"],
    "upload_errors": ["OFFICES"],
    "upload_owners": ["OFFICES"],
    "bill": ["OFFICES", "fee", "2023Q1"],
    "what_if": ["OFFICES", "fee", "2023Q1"],
    "team": [],
    "notices": [],
    "notice": ["N"],
    "notice_settings": [],
    "lines": ["OFFICES", "fee", "2023Q1"],
    "lines_csv": ["OFFICES", "fee", "2023Q1"],
    "statement_pdf": ["OFFICES", "fee", "2023Q1"],
    "statement_json": ["OFFICES", "fee", "2023Q1"],
    "statement_csv": ["OFFICES", "fee", "2023Q1"],
}
ONLY_POST = {"decide", "activity_submit", "upload_confirm", "evidence_add", "evidence_remove"}
ONLY_POST |= {"activity_submit_chosen", "upload_any_confirm"}
ONLY_POST |= {"grant_step", "dispute_withdraw", "notices_read", "notice_read"}
API = [
    "journal-lines/",
    "journal-entries/{E}/",
    "accounts/",
    "trial-balance/",
    "verification/",
    "statements/",
    "statements/fee/2023Q1/OFFICES/",
    "charges/",
    "settlements/",
    "activities/",
    "activities/{R}/",
    "activities/{R}/evidence/",
    "activities/{R}/evidence/{F}/",
    "emission-records/",
]


@pytest.fixture
def offices(books: Books) -> dict[str, int | str]:
    """A line, a record, an entry, a grant and the hash of the statement of OFFICES."""
    department = books.departments["OFFICES"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(id) FROM ledger_settlementline WHERE department_id = %s", [department.pk]
        )
        (line,) = cursor.fetchone()
    return {
        "L": line,
        "R": ActivityRecord.objects.get(department=department).pk,
        "F": EvidenceFile.objects.get(record__department=department).pk,
        "E": JournalEntry.objects.filter(department=department).latest("id").pk,
        "G": apply(books, "OFFICES", by=books.people["offices-contributor"]).pk,
        "N": Notice.objects.get(user=books.people["offices-contributor"]).pk,
        "H": statement_of(
            department_code="OFFICES", scheme_code="fee", period_code="2023Q1"
        ).sha256,
    }


def portal_address(name: str, offices: dict[str, int | str]) -> str:
    return reverse(f"portal:{name}", args=[offices.get(need, need) for need in PORTAL[name]])


def test_no_page_is_missing_here():
    assert {pattern.name for pattern in portal_urls.urlpatterns} - ONLY_POST == set(PORTAL)


def test_pages_hide_other_departments_though_their_filters_are_gone(
    books: Books, offices: dict[str, int | str], as_application: None, without_first_wall: None
):
    client, auditor = signed_in(books.people["contributor"]), signed_in(books.people["auditor"])
    shown = set()
    for name in PORTAL:
        address = portal_address(name, offices)
        body = body_of(client.get(address, follow=True))
        assert [figure for figure in OFFICES_FIGURES if figure in body] == [], name
        if any(figure in body_of(auditor.get(address)) for figure in OFFICES_FIGURES):
            shown.add(name)
    assert {
        "bill",
        "what_if",
        "lines",
        "lines_csv",
        "line",
        "activity_record",
        "activity",
        "company",
    } <= shown


@pytest.mark.parametrize("program", ["person", "key", "finance's key"])
def test_the_api_hides_other_departments_though_its_filters_are_gone(
    books: Books,
    offices: dict[str, int | str],
    as_application: None,
    without_first_wall: None,
    program: str,
):
    client = {
        "person": lambda: signed_in(books.people["contributor"]),
        "key": lambda: with_key(books, acts_for="contributor"),
        "finance's key": lambda: with_key(books, acts_for="finance"),
    }[program]()
    auditor = signed_in(books.people["auditor"])
    shown = set()
    for address in API:
        for accept in ("application/json", "text/csv", "application/x-ndjson"):
            place = f"/api/v1/{address.format(**offices)}"
            body = body_of(client.get(place, headers={"accept": accept}))
            assert [figure for figure in OFFICES_FIGURES if figure in body] == [], (place, accept)
            seen = body_of(auditor.get(place, headers={"accept": accept}))
            if any(figure in seen for figure in OFFICES_FIGURES):
                shown.add((address, accept))
    assert {
        ("journal-lines/", "application/json"),
        ("journal-lines/", "text/csv"),
        ("journal-lines/", "application/x-ndjson"),
        ("accounts/", "application/json"),
        ("statements/fee/2023Q1/OFFICES/", "application/json"),
        ("activities/{R}/", "application/json"),
        ("emission-records/", "application/json"),
    } <= shown


def test_a_record_of_another_department_can_not_be_decided_by_its_number(
    books: Books, as_application: None, without_first_wall: None
):
    sight.see(sight.Sight(None))
    record = ActivityRecord.objects.create(
        department=books.departments["OFFICES"],
        activity="reported/scope-1",
        started_on=date(2023, 1, 1),
        ended_on=date(2023, 1, 1),
        quantity=Decimal(1),
        unit="kg",
        state="submitted",
        created_by=books.people["offices-contributor"],
        submitted_by=books.people["offices-contributor"],
    )
    client = signed_in(books.people["contributor"])
    decided = client.post(reverse("portal:decide"), {"records": record.pk, "decision": "approve"})
    assert decided.status_code == 404
    sight.see(sight.Sight(None))
    record.refresh_from_db()
    assert record.state == "submitted"
