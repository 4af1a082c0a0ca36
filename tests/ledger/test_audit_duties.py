"""Who approved whose work, and who may do what: counted from the rows."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, override
from rest_framework.test import APIClient

from departments.organisation import access_review, sight
from departments.organisation.api_keys import issue_key, revoke_key
from departments.organisation.models import Membership, Role, User
from departments.organisation.people import give_role
from ledger.audit import duties
from tests.ledger.books import NOON, Books

pytestmark = pytest.mark.django_db

KINDS = {
    "inventory_absorptionmeasurement",
    "inventory_absorptionproject",
    "inventory_activityrecord",
    "inventory_allocationkey",
    "inventory_emissionrecord",
    "inventory_factorset",
    "inventory_instrument",
    "inventory_sitereading",
    "ledger_climateaim",
    "ledger_dispute",
    "ledger_manualentry",
    "ledger_settlement",
    "pricing_abatementrate",
    "pricing_baseline",
    "pricing_carbonprice",
    "pricing_contribution",
    "pricing_eventrate",
    "pricing_grantapplication",
    "pricing_grantbudget",
    "pricing_grantmeasurement",
    "pricing_grantmilestone",
    "pricing_incentivecap",
    "pricing_incentiverate",
}


@pytest.fixture
def settled(books: Books) -> Books:
    books.emit("CLOUD", date(2023, 2, 1), "1000000")
    books.emit("OFFICES", date(2023, 2, 1), "2000")
    books.settle("2023Q1")
    return books


def forged(sql: str, *facts: Any) -> None:
    """A write that the guards would refuse."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, facts)
        cursor.execute("SET LOCAL session_replication_role = origin")


# Separation of duties


def test_every_table_with_a_preparer_and_a_decider_is_in_it() -> None:
    assert {duty.table for duty in duties.duties()} >= KINDS
    decided = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name in duties.DECIDED
    }
    assert {duty.table for duty in duties.duties()} == decided


def test_pairs_are_counted_by_kind_and_person(settled: Books) -> None:
    found = {(pair.table, pair.preparer, pair.decider): pair for pair in duties.pairs()}
    assert not any(pair.is_same_person for pair in found.values())
    assert found["ledger_settlement", "analyst", "approver"].count == 1
    records = [pair for pair in duties.pairs() if pair.table == "inventory_activityrecord"]
    assert {pair.first_at for pair in records} == {None}  # these books don't say when
    assert {(pair.prepared_as, pair.preparer, pair.decider, pair.count) for pair in records} == {
        ("created_by", "contributor", "approver", 2),
        ("submitted_by", "contributor", "approver", 2),
    }


def test_the_window_has_its_first_moment_and_not_its_last(settled: Books) -> None:
    def of_settlements(**window: Any) -> int:
        pairs = duties.pairs(**window)
        return sum(pair.count for pair in pairs if pair.table == "ledger_settlement")

    assert of_settlements(since=NOON) == 1
    assert of_settlements(until=NOON) == 0
    assert of_settlements(since=NOON + timedelta(seconds=1)) == 0
    assert of_settlements(since=NOON, until=NOON + timedelta(seconds=1)) == 1


def test_the_same_person_is_found_though_the_database_would_refuse_it(settled: Books) -> None:
    call_command("separation_of_duties", stdout=io.StringIO())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE ledger_settlement "
            "DROP CONSTRAINT ledger_settlement_approved_by_another_person"
        )
    forged("UPDATE ledger_settlement SET approved_by_id = prepared_by_id")
    (first, *rest) = duties.pairs()
    assert (first.table, first.preparer, first.is_same_person) == (
        "ledger_settlement",
        "analyst",
        True,
    )
    assert not any(pair.is_same_person for pair in rest)
    with pytest.raises(CommandError, match=r"1 of [0-9,]+ were decided by whoever"):
        call_command("separation_of_duties", stdout=io.StringIO())
    page = Client()
    page.force_login(settled.people["auditor"])
    counted = page.get("/admin/duties/?since=").content.decode()
    assert "same person" in counted
    assert "1 was decided by whoever prepared it." in counted


def test_the_page_is_there_before_every_decision_is_counted(
    settled: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Client()
    page.force_login(settled.people["auditor"])
    counted = page.get("/admin/duties/?since=").content.decode()
    assert "nobody decided their own work" in counted
    monkeypatch.setattr(duties, "pairs", _not_now)
    at_once = page.get("/admin/duties/").content.decode()
    for way in ('hx-get="?since="', 'href="?since="'):
        assert way in at_once
    assert "nobody decided their own work" not in at_once
    for place in ("decisions", "duties-verdict"):
        assert at_once.count(f'id="{place}"') == counted.count(f'id="{place}"') == 1


def _not_now(**_: Any) -> list[duties.Pair]:
    raise AssertionError("the page waits for what is counted")


def test_what_its_author_took_back_was_decided_by_nobody(settled: Books) -> None:
    analyst = settled.people["analyst"]
    forged(
        "INSERT INTO ledger_manualentry (entry_date, description, reason, evidence, state, "
        "proposed_by_id, proposed_at, decided_by_id, decided_at, decision_reason, recorded_xid) "
        "VALUES ('2023-03-31', 'x', 'x', '', 'withdrawn', %s, now(), %s, now(), '', 1)",
        analyst.pk,
        analyst.pk,
    )
    assert not any(pair.table == "ledger_manualentry" for pair in duties.pairs())


def test_every_decision_is_streamed(settled: Books) -> None:
    client = APIClient()
    client.force_login(settled.people["auditor"])
    path = "/api/v1/separation-of-duties/"
    text = client.get(path, headers={"accept": "text/csv"}).getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert ("ledger_settlement", "analyst", "approver") in {
        (row["table"], row["preparer"], row["decider"]) for row in rows
    }
    assert len(rows) == sum(pair["count"] for pair in client.get(path).json()["data"])
    out = io.StringIO()
    call_command("separation_of_duties", each=True, stdout=out)
    assert out.getvalue() == text


@pytest.mark.parametrize(
    ("roles", "count"),
    [
        ({Role.FINANCE}, 0),
        ({Role.SUSTAINABILITY_ANALYST}, 0),
        ({Role.CONTRIBUTOR, Role.APPROVER}, 0),
        ({Role.AUDITOR}, 0),
        ({Role.AUDITOR, Role.VIEWER}, 1),
        ({Role.SUSTAINABILITY_ANALYST, Role.SUSTAINABILITY_APPROVER}, 1),
        ({Role.CONTRIBUTOR, Role.SUSTAINABILITY_APPROVER}, 1),
        ({Role.ADMINISTRATOR, Role.FINANCE}, 1),
        ({Role.ADMINISTRATOR, Role.SUSTAINABILITY_APPROVER}, 2),
    ],
)
def test_roles_that_conflict(roles: set[Role], count: int) -> None:
    assert len(duties.reasons(roles)) == count


def test_conflicts_name_person_and_reason(settled: Books) -> None:
    assert duties.conflicts() == []
    Membership.objects.create(user=settled.people["analyst"], role="sustainability_approver")
    (found,) = duties.conflicts()
    assert found.person == "analyst"
    assert "price" in found.why
    assert "settlement" in found.why
    page = Client(headers={"Accept-Language": "ko"})
    page.force_login(settled.people["auditor"])
    shown = page.get("/admin/duties/").content.decode()
    assert "준비와 승인을 모두 할 수 있음: 정산" in shown
    assert "may prepare" not in shown


def test_as_what_people_prepared_and_decided_is_told() -> None:
    columns = (*duties.PREPARED, *duties.DECIDED)
    with override("ko"):
        words = [gettext(column.replace("_", " ")) for column in columns]
    assert [word for word in words if word.isascii()] == []


def test_whatever_has_two_halves_is_named_for_translation() -> None:
    assert sorted(what for what, *_ in duties.halves()) == sorted(duties.WHAT)


# Access


@pytest.mark.django_db(transaction=True)
def test_the_review_says_since_when_and_by_whom(books: Books) -> None:
    sight.because(sight.Cause(person_id=books.people["admin"].pk, reason="New in finance"))
    try:
        give_role(user=books.people["contributor"], role="finance")
    finally:
        sight.because(None)
    User.objects.create(username="gone", is_active=False)
    rows = {(row.person, row.role): row for row in access_review.people()}
    given = rows["contributor", "finance"]
    assert (given.given_by, given.reason, given.department) == ("admin", "New in finance", "")
    assert given.since is not None
    assert rows["contributor", "contributor"].department == "CLOUD"
    gone = rows["gone", ""]
    assert (gone.is_active, gone.since, gone.given_by) == (False, None, "")


def test_the_review_of_keys_says_what_they_may_and_whether_they_live(books: Books) -> None:
    wide = issue_key(
        name="Wide",
        scopes=["journal:read"],
        departments=[],
        acts_for=books.people["finance"],
        expires_at=None,
        at=NOON,
    )
    one = issue_key(
        name="One",
        scopes=["statements:read", "departments:read"],
        departments=[books.departments["CLOUD"]],
        acts_for=books.people["contributor"],
        expires_at=None,
        at=NOON,
    )
    revoke_key(one.key, at=NOON)
    found = {key.name: key for key in access_review.keys(at=NOON)}
    assert (found["Wide"].departments, found["Wide"].is_active) == ((), True)
    assert (found["One"].departments, found["One"].is_active) == (("CLOUD",), False)
    assert found["One"].scopes == ("departments:read", "statements:read")
    out = io.StringIO()
    call_command("access_review", keys=True, format="jsonl", stdout=out)
    assert wide.secret not in out.getvalue()
    assert wide.key.secret_sha256 not in out.getvalue()


@pytest.mark.parametrize("path", ["access-review", "key-review", "separation-of-duties"])
def test_reviews_are_for_auditors_and_administrators(books: Books, path: str) -> None:
    for name, status in [("auditor", 200), ("admin", 200), ("finance", 403), ("contributor", 403)]:
        client = APIClient()
        client.force_login(books.people[name])
        assert client.get(f"/api/v1/{path}/").status_code == status, name


@pytest.mark.parametrize("path", ["access", "duties"])
def test_so_are_their_pages_and_files(books: Books, path: str) -> None:
    issue_key(
        name="Wide",
        scopes=["journal:read"],
        departments=[],
        acts_for=books.people["finance"],
        expires_at=None,
        at=timezone.now(),
    )
    for name, status in [("auditor", 200), ("admin", 200), ("finance", 403), ("analyst", 403)]:
        client = Client()
        client.force_login(books.people[name])
        assert client.get(f"/admin/{path}/").status_code == status, name
        assert (f"/admin/{path}/" in client.get("/admin/").content.decode()) is (status == 200)
        for wanted in ("people", "keys"):
            answer = client.get(f"/admin/{path}/", {"csv": wanted})
            assert answer.status_code == status
            if status == 200:
                assert answer["Content-Type"].startswith("text/csv")
