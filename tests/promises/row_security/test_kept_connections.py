"""What a connection carries from one request to the next, and who says what it sees: nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.test import Client

from config.database.base import OPTIONS, DatabaseWrapper
from departments.inventory.models.activity import ActivityRecord
from departments.organisation import sight
from ledger.balances import trial_balance
from tests.ledger.books import Books
from tests.promises.row_security.clients import body_of, signed_in, with_key

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_is_left_for_the_next_request(books: Books, as_application: None):
    clients = [
        (signed_in(books.people["auditor"]), {"CLOUD", "OFFICES"}),
        (signed_in(books.people["contributor"]), {"CLOUD"}),
        (Client(), set()),
        (with_key(books, acts_for="finance"), {"CLOUD"}),
        (signed_in(books.people["offices-contributor"]), {"OFFICES"}),
    ]
    connection.ensure_connection()
    kept = connection.connection
    for client, departments in [*clients, *reversed(clients)]:
        response = client.get("/api/v1/emission-records/")
        found = response.json().get("data", [])
        assert {row["department"] for row in found} == departments
        assert settings_of(kept) == ("", "")
    assert connection.connection is kept


def test_nothing_is_left_after_a_request_that_broke(
    books: Books, as_application: None, monkeypatch: pytest.MonkeyPatch
):
    from departments.inventory import records

    def broken(**_: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM inventory_emissionrecord")
            assert cursor.fetchone() == (2,)
            cursor.execute("SELECT 1 / 0")

    auditor = signed_in(books.people["auditor"])
    auditor.raise_request_exception = False
    connection.ensure_connection()
    kept = connection.connection
    with monkeypatch.context() as patch:
        patch.setattr(records, "emissions_after", broken)
        assert auditor.get("/api/v1/emission-records/").status_code in (400, 500)
    assert connection.connection is kept
    assert settings_of(kept) == ("", "")
    assert sight.current() is None
    assert ActivityRecord.objects.count() == 0
    contributor = signed_in(books.people["contributor"]).get("/api/v1/emission-records/")
    assert {row["department"] for row in contributor.json()["data"]} == {"CLOUD"}


def test_a_stream_sees_until_it_ends_and_not_longer(books: Books, as_application: None):
    response = signed_in(books.people["contributor"]).get(
        "/api/v1/journal-lines/", headers={"accept": "text/csv"}
    )
    assert sight.current() is not None
    lines = body_of(response).splitlines()
    assert len(lines) == 3  # the heading, CLOUD's fee and its emissions
    assert sight.current() is None
    assert settings_of(connection.connection) == ("", "")


def settings_of(kept: Any) -> tuple[str, str]:
    """What the connection carries outside of a transaction."""
    with kept.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('carbon.sees', true), ''), "
            "coalesce(current_setting('carbon.person', true), '')"
        )
        found: tuple[str, str] = cursor.fetchone()
    return found


# Statements of the program, in and out of transactions


def test_cursors_of_the_server_see_as_their_transaction_does(books: Books, as_application: None):
    sight.see(sight.Sight([books.departments["CLOUD"].pk]))
    outside = list(ActivityRecord.objects.values_list("department__code").iterator(chunk_size=1))
    with transaction.atomic():
        inside = list(ActivityRecord.objects.values_list("department__code").iterator(chunk_size=1))
    assert outside == inside == [("CLOUD",)]


def test_a_statement_that_fails_by_itself_leaves_a_working_connection(
    books: Books, as_application: None
):
    sight.see(sight.Sight(None))
    with pytest.raises(Exception, match="division by zero"), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert connection.get_autocommit()
    assert ActivityRecord.objects.count() == 2


def test_balances_of_a_department_are_its_own_though_all_are_asked_for(
    books: Books, as_application: None
):
    sight.see(sight.Sight([books.departments["CLOUD"].pk]))
    codes = {row.account for row in trial_balance(department_ids=None)}
    assert codes
    assert not any("OFFICES" in code or "Fund" in code for code in codes)


# Who says what


@pytest.mark.parametrize(
    ("module", "inherited", "sees"),
    [
        ("config.wsgi", "all", "nothing"),
        ("config.celery", None, "all"),
        ("manage", None, "nothing"),
    ],
)
def test_web_and_workers_say_what_they_are_whatever_they_inherit(
    program_environment: dict[str, str], module: str, inherited: str | None, sees: str
):
    environment = {**program_environment, "CFL_DATABASE_SEES": inherited or ""}
    if inherited is None:
        del environment["CFL_DATABASE_SEES"]
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import {module}; from django.conf import settings; "
            "options = settings.DATABASES['default']['OPTIONS'];"
            "print(settings.DATABASE_SEES, options.get('options'), options['application_name'])",
        ],
        env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    options = "-c carbon.sees=all" if sees == "all" else None
    assert told.stdout.strip() == f"{sees} {options} -c"


def test_a_command_sees_the_whole_books(books: Books, program_environment: dict[str, str]):
    verified = subprocess.run(
        [sys.executable, "manage.py", "verify", "--json"],
        env=program_environment,
        capture_output=True,
        text=True,
        check=True,
    )
    counted = json.loads(verified.stdout)["checked"]
    assert counted["entries balance"] == 2


def test_a_connection_whose_option_got_lost_is_refused(books: Books):
    facts = {**connection.settings_dict}
    facts["OPTIONS"] = {"options": f"{OPTIONS} -c carbon.sees=nothing"}  # as if it had not come
    with pytest.raises(ImproperlyConfigured, match=r"carbon\.sees=all"):
        DatabaseWrapper(facts, alias="lost").connect()
