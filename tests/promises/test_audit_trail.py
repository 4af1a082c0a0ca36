"""The audit trail: every way to write leaves its row, and nobody takes one away."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg2
import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.utils import timezone
from psycopg2.extensions import connection as PsycopgConnection

from config import engines
from config.audit_trail import TRAIL, WITHOUT_TRAIL, renew_audit_trail
from departments.organisation.api_keys import issue_key
from departments.organisation.audit_trail import TrailFilter, every_event, trail, whole_through
from departments.organisation.models import AuditEvent, CostCentre, Membership, User
from departments.organisation.people import give_role
from ledger.webhooks import endpoints
from pricing import price_setting
from pricing.models import CarbonPrice
from tests.ledger.books import NOON, Books, open_books

pytestmark = pytest.mark.django_db(transaction=True)

COST_CENTRES = (
    "INSERT INTO organisation_costcentre (code, name, legal_entity_id, department_id, in_force, "
    "is_default) SELECT code, 'Cost centre', {entity}, {department}, '[2023-01-01,2024-01-01)', "
    "false FROM unnest(ARRAY['4711', '4712']) AS code"
)


@pytest.fixture
def books(transactional_db: None) -> Books:
    return open_books()


def rows(sql: str, facts: Any = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return list(cursor.fetchall())


def newest(number: int = 1) -> list[AuditEvent]:
    return list(reversed(AuditEvent.objects.order_by("-pk")[:number]))


@contextmanager
def told(role: PsycopgConnection, **settings: str) -> Iterator[Any]:
    """A transaction of the application's role that says for whom and why it works."""
    with role, role.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [f"carbon.{name}", value])
        yield cursor


def two_cost_centres(books: Books) -> str:
    department = books.departments["CLOUD"]
    entity = department.placements.get().legal_entity_id
    return COST_CENTRES.format(entity=entity, department=department.pk)


# Which tables


def test_every_table_is_in_the_trail_or_is_named_with_a_reason():
    there = {
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
            "AND relnamespace = current_schema()::regnamespace"
        )
    }
    hung = dict(
        rows(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger "
            r"WHERE tgname LIKE 'carbon\_trail\_%' GROUP BY 1"
        )
    )
    excepted = {table for tables in WITHOUT_TRAIL.values() for table in tables}
    assert excepted <= there
    assert hung == dict.fromkeys(there - excepted, 4)
    assert {"pricing_carbonprice", "organisation_membership", "ledger_glmapping"} <= set(hung)


def test_a_table_that_comes_later_is_in_it_and_what_is_called_like_a_secret_is_not_shown():
    rows("CREATE TABLE later (id int PRIMARY KEY, words text, smtp_password text); SELECT 1")
    try:
        renew_audit_trail(using="default")
        rows("INSERT INTO later VALUES (1, 'hello', 'hunter2') RETURNING 1")
        (added,) = newest()
        assert (added.table_name, added.object_key, added.action) == ("later", "1", "added")
        assert added.after == {"id": 1, "words": "hello", "smtp_password": "not shown"}
    finally:
        rows("DROP TABLE later; SELECT 1")


# Every way to write


def test_raw_sql_of_the_application_leaves_who_what_before_and_after(
    books: Books, app_role: PsycopgConnection
):
    with told(
        app_role, person=str(books.people["admin"].pk), request="req-7", reason="New plan"
    ) as cursor:
        cursor.execute(two_cost_centres(books))
    added = newest(2)
    assert [event.after["code"] for event in added if event.after] == ["4711", "4712"]
    assert {(event.action, event.before, tuple(event.changed)) for event in added} == {
        ("added", None, ())
    }
    with told(app_role, person=str(books.people["admin"].pk)) as cursor:
        cursor.execute("UPDATE organisation_costcentre SET name = name || ' ' || code")
    changed = newest(2)
    assert [(event.changed, event.before, event.after) for event in changed] == [
        (["name"], {"name": "Cost centre"}, {"name": "Cost centre 4711"}),
        (["name"], {"name": "Cost centre"}, {"name": "Cost centre 4712"}),
    ]
    with told(app_role) as cursor:
        cursor.execute("DELETE FROM organisation_costcentre WHERE code = '4711'")
    (removed,) = newest()
    assert removed.action == "removed"
    assert removed.before is not None
    assert removed.before["name"] == "Cost centre 4711"
    assert [event.person_id for event in (*added, *changed, removed)] == [
        *[books.people["admin"].pk] * 4,
        None,
    ]
    assert [(event.request_id, event.reason) for event in (added[0], changed[0])] == [
        ("req-7", "New plan"),
        ("", ""),
    ]
    assert {event.database_role for event in (*added, *changed, removed)} == {engines.APP_ROLE}
    assert added[0].xid == added[1].xid != changed[0].xid
    assert changed[0].object_key == added[0].object_key


def test_so_do_copy_upserts_and_bulk_writes(books: Books, app_role: PsycopgConnection):
    department = books.departments["CLOUD"]
    entity = department.placements.get().legal_entity_id
    line = f"4711,Copied,{entity},{department.pk},empty,f\n"
    with told(app_role) as cursor:
        cursor.copy_expert(
            "COPY organisation_costcentre (code, name, legal_entity_id, department_id, in_force, "
            "is_default) FROM STDIN (FORMAT csv)",
            io.StringIO(line),
        )
    assert newest()[0].after["name"] == "Copied"  # type: ignore[index]
    with told(app_role) as cursor:
        cursor.execute(
            two_cost_centres(books)
            + " ON CONFLICT (legal_entity_id, code) DO UPDATE SET name = 'Upserted'"
        )
    assert sorted((event.action, event.after["name"]) for event in newest(2)) == [  # type: ignore[index]
        ("added", "Cost centre"),
        ("changed", "Upserted"),
    ]
    before = AuditEvent.objects.count()
    found = list(CostCentre.objects.order_by("code"))
    for each in found:
        each.name = "In bulk"
    CostCentre.objects.bulk_update(found, ["name"])
    CostCentre.objects.update(name="In bulk")  # nothing changes
    assert AuditEvent.objects.count() - before == 2
    rows("TRUNCATE organisation_costcentre; SELECT 1")
    (emptied,) = newest()
    assert (emptied.action, emptied.table_name) == ("emptied", "organisation_costcentre")
    assert emptied.database_role == engines.OWNER_ROLE


def test_what_is_taken_back_leaves_nothing(books: Books, app_role: PsycopgConnection):
    before = AuditEvent.objects.count()
    with app_role.cursor() as cursor:
        cursor.execute(two_cost_centres(books))
    app_role.rollback()
    assert AuditEvent.objects.count() == before


def test_a_page_leaves_person_and_request(books: Books):
    client = Client(headers={"x-request-id": "proxy-1.2"})
    client.force_login(books.people["admin"])
    entity = books.departments["CLOUD"].placements.get().legal_entity_id
    page = f"/admin/organisation/legalentity/{entity}/change/"
    client.post(page, {"name": "Uno", "country": "US", "currency": "USD"})
    event = AuditEvent.objects.filter(table_name="organisation_legalentity").latest("pk")
    assert (event.person_id, event.request_id) == (books.people["admin"].pk, "proxy-1.2")
    assert (event.before, event.after) == ({"name": "One"}, {"name": "Uno"})


def test_a_program_leaves_its_key_and_the_person_it_acts_for(books: Books):
    issued = issue_key(
        name="Program",
        scopes=["webhooks:write"],
        departments=[],
        acts_for=books.people["admin"],
        expires_at=None,
        at=timezone.now(),
    )
    client = Client(headers={"authorization": f"Bearer {issued.secret}"})
    answer = client.post(
        "/api/v1/webhook-endpoints/",
        json.dumps({"url": "https://example.com/hook", "description": "Books"}),
        content_type="application/json",
    )
    assert answer.status_code == 201, answer.content
    event = AuditEvent.objects.filter(table_name="ledger_webhookendpoint").latest("pk")
    assert (event.person_id, event.key_id) == (books.people["admin"].pk, issued.key.pk)
    assert len(event.request_id) == 32


def test_whom_a_row_names_is_told_where_nobody_said_for_whom(books: Books):
    price = CarbonPrice.objects.get(scheme=books.scheme)
    (added,) = AuditEvent.objects.filter(table_name="pricing_carbonprice")
    assert added.named_id is None  # it names two: who proposed and who approved
    assert added.after is not None
    assert added.after["price_per_tonne"] == "15.000000"
    proposed = price_setting.propose_price(
        scheme_id=books.scheme.pk,
        price_per_tonne=price.price_per_tonne,
        starts_on=date(2030, 1, 1),
        scope=3,
        category=7,
        reason="Commuting is cheap to change",
        by=books.people["analyst"],
    )
    (event,) = trail(TrailFilter(table="pricing_carbonprice", object=str(proposed.pk)), limit=5)
    assert (event.person, event.named, event.who) == ("", "analyst", "analyst")
    assert event.reason == "Commuting is cheap to change"


# What is not in it


def test_secrets_and_names_of_people_are_not_in_it(books: Books):
    person = User(username="kim-anders", email="kim@example.com", first_name="Kim")
    person.set_password("a long and secret pass phrase")
    person.save()
    person.set_password("another one")
    person.save()
    issued = issue_key(
        name="Program",
        scopes=["journal:read"],
        departments=[],
        acts_for=person,
        expires_at=None,
        at=timezone.now(),
    )
    Authenticator.objects.create(user=person, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    endpoint, secret = endpoint_with_secret(books)
    secrets = [
        person.password,
        "kim",
        issued.secret,
        issued.key.secret_sha256,
        "JBSWY3DPEHPK3PXP",
        endpoint.salt,
        secret,
    ]
    ((whole,),) = rows(f"SELECT string_agg(t::text, ' ') FROM {TRAIL} t")
    assert [each for each in secrets if each.lower() in whole.lower()] == []
    (changed,) = AuditEvent.objects.filter(table_name="organisation_user", changed=["password"])
    assert changed.after == {"password": "not shown"}
    assert AuditEvent.objects.filter(table_name="mfa_authenticator", action="added").exists()


def endpoint_with_secret(books: Books) -> tuple[Any, str]:
    made = endpoints.create(
        url="https://example.com/hook",
        event_types=[],
        departments=[],
        by=books.people["admin"],
        at=NOON,
    )
    return made.endpoint, made.secret


def test_the_use_of_a_key_is_no_event_but_its_end_is(books: Books):
    issued = issue_key(
        name="Program",
        scopes=["journal:read"],
        departments=[],
        acts_for=books.people["admin"],
        expires_at=None,
        at=timezone.now(),
    )
    before = AuditEvent.objects.count()
    Client(headers={"authorization": f"Bearer {issued.secret}"}).get("/api/v1/me/")
    issued.key.refresh_from_db()
    assert issued.key.last_used_at is not None
    assert AuditEvent.objects.count() == before
    type(issued.key).objects.update(revoked_at=NOON, last_used_at=NOON)
    assert newest()[0].changed == ["last_used_at", "revoked_at"]


# Nobody takes one away


@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT INTO {TRAIL} SELECT * FROM {TRAIL}",
        f"UPDATE {TRAIL} SET reason = 'x'",
        f"DELETE FROM {TRAIL}",
        f"TRUNCATE {TRAIL}",
        f"ALTER TABLE {TRAIL} DISABLE TRIGGER ALL",
        "DROP TRIGGER carbon_trail_changed ON pricing_carbonprice",
        "SELECT organisation_write_event('x', NULL, '{\"id\": 1}', '{id}', '{}', '{}')",
    ],
)
def test_the_application_only_reads_it(books: Books, app_role: PsycopgConnection, statement: str):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), app_role.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [f"UPDATE {TRAIL} SET reason = 'x'", f"DELETE FROM {TRAIL}", f"TRUNCATE {TRAIL}"],
)
def test_its_owner_does_not_rewrite_it_by_mistake(books: Books, statement: str):
    before = AuditEvent.objects.count()
    with pytest.raises(Exception, match="only added to"):
        rows(f"{statement}; SELECT 1")
    assert AuditEvent.objects.count() == before


def test_a_department_sees_nothing_of_it(books: Books, app_role: PsycopgConnection):
    for sees, is_seen in [(str(books.departments["CLOUD"].pk), False), ("", False), ("all", True)]:
        with told(app_role, sees=sees) as cursor:
            cursor.execute(f"SELECT count(*) > 0 FROM {TRAIL}")
            assert cursor.fetchone() == (is_seen,)


# Reading


def test_readers_stop_below_what_another_still_writes(books: Books, app_role: PsycopgConnection):
    with app_role.cursor() as cursor:
        cursor.execute(two_cost_centres(books))  # has its ids, and is not committed
    before = whole_through()
    give_role(user=books.people["contributor"], role="finance")
    seen = list(every_event(TrailFilter()))
    assert seen[-1].event_id <= before
    app_role.commit()
    after = list(every_event(TrailFilter()))
    assert [event.event_id for event in after] == sorted({event.event_id for event in after})
    assert {event.table for event in after[len(seen) :]} >= {
        "organisation_costcentre",
        "organisation_membership",
    }


def test_filters(books: Books):
    member = Membership.objects.get(user=books.people["auditor"])
    key, began = str(member.pk), timezone.now()
    member.delete()
    for wanted, count in [
        (TrailFilter(table="organisation_membership", action="removed"), 1),
        (TrailFilter(table="organisation_membership", object=key), 2),
        (TrailFilter(table="organisation_membership", since=began), 1),
        (TrailFilter(table="organisation_membership", object=key, until=began), 1),
        (TrailFilter(actor="nobody"), 0),
        (TrailFilter(request_id="none"), 0),
    ]:
        assert len(list(every_event(wanted))) == count, wanted
