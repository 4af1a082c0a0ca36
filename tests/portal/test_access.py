"""Every address of the portal, asked by everybody: a page that this list lacks fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from departments.inventory.record_evidence import attach_evidence
from departments.inventory.records import list_records
from departments.organisation.notice_models import Notice
from departments.portal import urls
from ledger import disputes
from ledger.statements import statement_lines, statement_of
from tests.ledger.books import Books
from tests.ledger.granting import apply

NOON = datetime(2023, 3, 1, 12, tzinfo=UTC)

# name → what its address needs; D is the department's code, L one of its lines, R a record, G a
# grant of it, H the hash of its statement, E a file that proves that record, P a dispute of it,
# N a notice of its contributor
ADDRESSES: dict[str, tuple[str, ...]] = {
    "home": (),
    "choose_bill": (),
    "company": (),
    "atmosphere": (),
    "method": (),
    "grants": (),
    "grant": ("G",),
    "grant_step": ("G",),
    "grant_begin": (),
    "grant_new": ("D",),
    "quote": (),
    "all_activity": (),
    "approvals": (),
    "decide": (),
    "line": ("L",),
    "activity_record": ("R",),
    "activity_edit": ("R",),
    "activity_correct": ("R",),
    "activity_submit": ("R",),
    "evidence_add": ("R",),
    "evidence": ("R", "E"),
    "evidence_remove": ("R", "E"),
    "activity": ("D",),
    "activity_new": ("D",),
    "activity_submit_chosen": ("D",),
    "upload_any": (),
    "upload_any_columns": (),
    "upload_any_confirm": (),
    "upload_any_owners": (),
    "upload_any_errors": (),
    "upload": ("D",),
    "upload_columns": ("D",),
    "upload_confirm": ("D",),
    "upload_owners": ("D",),
    "upload_errors": ("D",),
    "bill": ("D", "fee", "2023Q1"),
    "lines": ("D", "fee", "2023Q1"),
    "lines_csv": ("D", "fee", "2023Q1"),
    "statement_pdf": ("D", "fee", "2023Q1"),
    "statement_json": ("D", "fee", "2023Q1"),
    "statement_csv": ("D", "fee", "2023Q1"),
    "disputes": (),
    "dispute_new": ("L",),
    "dispute_withdraw": ("P",),
    "verify": (),
    "what_if": ("D", "fee", "2023Q1"),
    "team": (),
    "notices": (),
    "notice_settings": (),
    "notices_read": (),
    "notice": ("N",),
    "notice_read": ("N",),
    "verify_hash": ("H",),
}
ONLY_POST = {"decide", "activity_submit", "upload_confirm", "grant_step", "dispute_withdraw"}
ONLY_POST |= {"evidence_add", "evidence_remove", "notices_read", "notice_read"}
ONLY_POST |= {"activity_submit_chosen", "upload_any_confirm"}
# There is nothing to fetch before a file was checked
OF_A_FILE = {"upload_errors", "upload_columns", "upload_any_errors", "upload_any_columns"}
HIDING = sorted(
    name for name, needs in ADDRESSES.items() if set(needs) & {"D", "L", "H", "R", "G", "P", "N"}
)


def address_of(name: str, books: Books, department: str) -> str:
    department_id = books.departments[department].pk
    line = statement_lines(scheme_code="fee", department_ids=[department_id])[0]
    record = list_records(department_ids=[department_id])[-1]
    statement = statement_of(department_code=department, scheme_code="fee", period_code="2023Q1")
    known = {
        "D": department,
        "H": statement.sha256,
        "L": line.line_id,
        "R": record.record_id,
    }
    if "E" in ADDRESSES[name]:
        known["E"] = attach_evidence(
            record_id=record.record_id,
            file_name="meter.txt",
            content=b"412500 kWh",
            by=books.people["analyst"],
            at=NOON,
        )
    if "N" in ADDRESSES[name]:
        of_department = Notice.objects.filter(department_ids=[department_id])
        known["N"] = of_department.filter(user__username__endswith="contributor")[0].pk
    if "G" in ADDRESSES[name]:
        known["G"] = apply(books, department).pk
    if "P" in ADDRESSES[name]:
        known["P"] = disputes.open_dispute(
            line_id=line.line_id, reason="Not ours", by=books.people["analyst"], at=NOON
        ).pk
    return reverse(f"portal:{name}", args=[known.get(need, need) for need in ADDRESSES[name]])


def ask(client: Client, name: str, address: str):
    return client.post(address) if name in ONLY_POST else client.get(address)


def test_no_address_is_missing_from_the_matrix():
    assert {pattern.name for pattern in urls.urlpatterns} == set(ADDRESSES)


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_a_stranger_is_sent_to_sign_in_and_back(books: Books, client: Client, name: str):
    address = address_of(name, books, "CLOUD")
    response = ask(client, name, address)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in/?next=/")


@pytest.mark.parametrize("name", HIDING)
def test_another_departments_page_does_not_exist(
    books: Books, browse: Callable[[str], Client], name: str
):
    address = address_of(name, books, "CLOUD")
    assert ask(browse("offices-contributor"), name, address).status_code == 404


@pytest.mark.parametrize("name", sorted(set(ADDRESSES) - ONLY_POST - OF_A_FILE))
def test_ones_own_page_opens_and_is_never_stored(
    books: Books, browse: Callable[[str], Client], name: str
):
    response = browse("contributor").get(address_of(name, books, "CLOUD"))
    assert response.status_code in (200, 302), name
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("person", ["auditor", "cloud-approver"])
@pytest.mark.parametrize("name", ["activity_new", "upload"])
def test_only_contributors_enter_activity(
    books: Books, browse: Callable[[str], Client], name: str, person: str
):
    status = browse(person).get(address_of(name, books, "CLOUD")).status_code
    assert status == (200 if person == "cloud-approver" else 403)


def test_another_departments_record_can_not_be_decided(
    books: Books, browse: Callable[[str], Client]
):
    record = list_records(department_ids=[books.departments["OFFICES"].pk])[0]
    decision = {"records": record.record_id, "decision": "approve"}
    response = browse("cloud-approver").post(reverse("portal:decide"), decision)
    assert response.status_code == 404


def test_a_missing_scheme_or_period_is_a_404(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    for scheme, period in [("nothing", "2023Q1"), ("fee", "2099Q1"), ("fee", "2023Q3")]:
        assert client.get(f"/departments/CLOUD/{scheme}/{period}/").status_code == 404
