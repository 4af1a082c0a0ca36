"""The audit trail by API, command and desk: who may read it, and that nothing is left out."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from departments.organisation.api_keys import issue_key
from departments.organisation.models import AuditEvent, Membership
from tests.ledger.books import Books, open_books

pytestmark = pytest.mark.django_db(transaction=True)
EVENTS = "/api/v1/audit-events/"
DESK = "/admin/organisation/auditevent/"


@pytest.fixture
def books(transactional_db: None) -> Books:
    return open_books()


def as_person(books: Books, name: str) -> APIClient:
    client = APIClient()
    client.force_login(books.people[name])
    return client


def as_program(
    books: Books, scope: str, *, acts_for: str = "auditor", **narrowed: Any
) -> APIClient:
    issued = issue_key(
        name="program",
        scopes=[scope],
        departments=narrowed.get("departments", []),
        acts_for=books.people[acts_for],
        expires_at=None,
        at=timezone.now(),
    )
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {issued.secret}")


# The API


def test_pages_and_streams_say_the_same(books: Books) -> None:
    client, found, cursor = as_person(books, "auditor"), [], None
    while True:
        query = {"limit": 7} | ({"cursor": cursor} if cursor else {})
        page = client.get(EVENTS, query).json()
        found += page["data"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    assert [event["id"] for event in found] == list(
        AuditEvent.objects.order_by("pk").values_list("pk", flat=True)
    )
    lines = client.get(EVENTS, headers={"accept": "application/x-ndjson"}).getvalue().decode()
    told = [json.loads(line) for line in lines.splitlines()]
    assert [{**event, "at": ""} for event in told] == [{**event, "at": ""} for event in found]
    text = client.get(EVENTS, headers={"accept": "text/csv"}).getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["id"], row["table"], json.loads(row["after"])) for row in rows] == [
        (str(event["id"]), event["table"], event["after"]) for event in found
    ]
    paged = client.get(EVENTS, {"limit": 1}, headers={"accept": "text/csv"})
    assert paged.status_code == 422


def test_filters(books: Books) -> None:
    client = as_person(books, "admin")
    rates = client.get(EVENTS, {"table": "pricing_incentiverate", "action": "added"}).json()["data"]
    assert [event["after"]["rate_per_tonne"] for event in rates] == ["40.000000"]
    assert (
        client.get(EVENTS, {"until": rates[0]["at"], "limit": 200}).json()["data"][-1]["id"]
        < (rates[0]["id"])
    )
    assert client.get(EVENTS, {"actor": "nobody"}).json()["data"] == []
    refused = client.get(EVENTS, {"tables": "x", "action": "read"})
    assert refused.status_code == 400
    assert "table" in str(refused.json())


@pytest.mark.parametrize("name", ["analyst", "approver", "finance", "contributor"])
def test_others_may_not_read_it(books: Books, name: str) -> None:
    client = as_person(books, name)
    assert client.get(EVENTS).status_code == 403
    assert as_program(books, "audit:read", acts_for=name).get(EVENTS).status_code == 403
    page = Client()
    page.force_login(books.people[name])
    assert page.get(DESK, follow=True).status_code == 403


def test_a_key_needs_its_scope_and_the_whole_company(books: Books) -> None:
    assert as_program(books, "audit:read").get(EVENTS).status_code == 200
    assert as_program(books, "journal:read").get(EVENTS).status_code == 403
    one = as_program(books, "audit:read", departments=[books.departments["CLOUD"]])
    assert one.get(EVENTS).status_code == 403
    assert as_person(books, "auditor").post(EVENTS, {}).status_code in (403, 405)


# The command


def test_the_command_writes_what_was_asked_for(books: Books) -> None:
    out = io.StringIO()
    call_command("audit_log", table="pricing_scheme", format="jsonl", stdout=out)
    (event,) = [json.loads(line) for line in out.getvalue().splitlines()]
    assert (event["action"], event["after"]["code"]) == ("added", "fee")
    out = io.StringIO()
    call_command("audit_log", "--until=2001-01-01", stdout=out)
    assert out.getvalue().splitlines()[0].startswith("id,at,action,table,object,person,")
    assert len(out.getvalue().splitlines()) == 1


def test_who_gives_a_role_by_command_is_kept(books: Books) -> None:
    call_command(
        "give_role",
        "--to=contributor",
        "--role=finance",
        "--by=admin",
        "--reason=Kim is on leave",
        stdout=io.StringIO(),
    )
    member = Membership.objects.get(user=books.people["contributor"], role="finance")
    event = AuditEvent.objects.get(
        table_name="organisation_membership", object_key=str(member.pk), action="added"
    )
    assert (event.person_id, event.reason) == (books.people["admin"].pk, "Kim is on leave")


# The desk


def test_a_row_leads_to_its_history_and_back(books: Books) -> None:
    client = Client()
    client.force_login(books.people["admin"])
    entity = books.departments["CLOUD"].placements.get().legal_entity_id
    page = f"/admin/organisation/legalentity/{entity}/"
    changed = {"name": "Uno", "country": "US", "currency": "USD", "trail_reason": "It is Spanish"}
    assert client.post(f"{page}change/", changed).status_code == 302
    assert f"{page}history/" in client.get(f"{page}change/").content.decode()
    history = client.get(f"{page}history/", follow=True)
    shown = history.content.decode()
    assert history.redirect_chain[-1][0].startswith(DESK)
    assert "admin" in shown
    event = AuditEvent.objects.filter(table_name="organisation_legalentity").latest("pk")
    assert event.reason == "It is Spanish"
    detail = client.get(f"{DESK}{event.pk}/change/").content.decode()
    for words in ("It is Spanish", "Uno", "One", f"{page}change/", event.request_id):
        assert words in detail
    assert client.post(f"{DESK}{event.pk}/change/", {}).status_code == 403
    assert client.get(f"{DESK}add/").status_code == 403


@pytest.mark.parametrize(
    ("term", "is_found"),
    [("analyst", False), ("pricing_scheme", True), ("nothing like it", False), ("", True)],
)
def test_the_list_is_searched_by_whole_words(books: Books, term: str, is_found: bool) -> None:
    client = Client()
    client.force_login(books.people["auditor"])
    shown = client.get(DESK, {"q": term}).content.decode()
    assert ("table_name=pricing_scheme&amp;object_key" in shown) is is_found


def test_finance_gets_no_link_to_what_it_may_not_read(books: Books) -> None:
    client = Client()
    client.force_login(books.people["finance"])
    entity = books.departments["CLOUD"].placements.get().legal_entity_id
    page = f"/admin/organisation/legalentity/{entity}/"
    shown = client.get(f"{page}change/").content.decode()
    assert "history/" not in shown
    assert DESK not in shown
    assert client.get(f"{page}history/").status_code == 403
