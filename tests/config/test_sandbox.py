"""A sandbox has the company's rules and a clock of its own; the books know nothing of it."""

from __future__ import annotations

import io
import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.sandbox.places import NameRefused, database_of, sandbox_of, settings_of
from departments.organisation.api_keys import issue_key
from ledger import period_close, seal, verification
from tests.counting import rows_by_table
from tests.ledger.books import NOON, Books, open_books

Sandbox = Callable[..., str]


# names and settings


def test_a_database_is_named_after_books_and_sandbox() -> None:
    assert database_of("carbon", "may-close") == "carbon_sandbox_may_close"
    assert sandbox_of("carbon", "carbon_sandbox_may_close") == "may-close"
    assert sandbox_of("carbon", "carbon") == ""
    assert sandbox_of("carbon", "other_carbon_sandbox_may") == ""


@pytest.mark.parametrize("name", ["", "May", "may_close", "1st", "a" * 21, "may/close", "май"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(NameRefused, match="small letter"):
        database_of("carbon", name)


def test_a_name_that_postgresql_would_cut_is_refused() -> None:
    with pytest.raises(NameRefused, match="63 bytes"):
        database_of("c" * 50, "may-close")


def test_nothing_of_a_sandbox_leaves_or_is_mixed_up_with_the_books() -> None:
    books = {
        "DATABASES": {"default": {"NAME": "carbon", "HOST": "db"}},
        "SECRET_KEY": "of the books",
        "SESSION_COOKIE_NAME": "sessionid",
    }
    found = settings_of("may-close", settings=books, var=Path("/srv/var"))
    assert found["DATABASES"]["default"] == {"NAME": "carbon_sandbox_may_close", "HOST": "db"}
    assert found["SECRET_KEY"] != books["SECRET_KEY"]
    assert found["SECRET_KEY"] != settings_of("june", settings=books, var=Path())["SECRET_KEY"]
    assert found["SESSION_COOKIE_NAME"] != books["SESSION_COOKIE_NAME"]
    assert found["BROKER_URL"] == "memory://"
    assert found["EMAIL_BACKEND"].endswith("dummy.EmailBackend")
    assert found["SENDS_MAIL"] is False
    assert (found["WATCHED_FOLDER"], found["WEBHOOK_ALLOWED_HOSTS"]) == ("", [])
    assert found["SEAL_HEADS_FILE"] == Path(
        "/srv/var/sandboxes/carbon_sandbox_may_close/seal-heads.txt"
    )
    assert books["SECRET_KEY"] == "of the books"


# which ledger answers


@pytest.mark.django_db
def test_the_api_says_which_ledger_it_is(client: Client, settings: Any) -> None:
    assert client.get("/api/v1/me/")["CFL-Ledger"] == "books"
    assert client.get("/api/v1/me/", headers={"CFL-Ledger": "books"}).status_code == 401
    misdirected = client.get("/api/v1/me/", headers={"CFL-Ledger": "sandbox/may-close"})
    assert (misdirected.status_code, misdirected.json()["code"]) == (421, "other_ledger")
    assert misdirected["CFL-Ledger"] == "books"
    assert "CFL-Ledger" not in client.get("/sign-in/")
    settings.SANDBOX = "may-close"
    assert client.get("/api/v1/me/")["CFL-Ledger"] == "sandbox/may-close"
    assert client.get("/api/v1/me/", headers={"CFL-Ledger": "books"}).status_code == 421


@pytest.mark.django_db
def test_pages_say_that_they_are_not_the_books(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert b"not the books" not in client.get("/sign-in/").content
    settings.SANDBOX = "may-close"
    monkeypatch.setattr(timezone, "now", lambda: datetime(2031, 5, 2, 9, tzinfo=UTC))
    page = client.get("/sign-in/").content.decode()
    assert "Sandbox may-close: here it is 2031-05-02. These are not the books." in page
    books = open_books()
    client.force_login(books.people["finance"])
    assert "Sandbox may-close, 2031-05-02: not the books" in client.get("/admin/").content.decode()


# from its making to its end


@pytest.fixture
def sandbox(
    books: Books, program_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sandbox]:
    """Runs the command here; what it starts works on this test's database."""
    for name, value in program_environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> str:
        out = io.StringIO()
        call_command("sandbox", *arguments, stdout=out)
        return out.getvalue()

    for is_before in (True, False):  # whatever a test that was killed has left, and this one
        if in_sandbox("SELECT 1", there=False):
            run("drop", "rehearsal-1")
        if is_before:
            yield run


def in_sandbox(query: str, *, there: bool = True) -> list[Any]:
    """The rows of a query in the sandbox, by its owner."""
    name = database_of(str(connection.settings_dict["NAME"]), "rehearsal-1")
    try:
        opened = psycopg2.connect(**{**connection.get_connection_params(), "dbname": name})
    except psycopg2.OperationalError:
        if there:
            raise
        return []
    with opened, opened.cursor() as cursor:
        cursor.execute(query)
        rows: list[Any] = cursor.fetchall()
    opened.close()
    return rows


@pytest.fixture
def books(transactional_db: None) -> Books:
    """A first quarter that is closed, and tonnes in the second and third; somebody has a key."""
    books = open_books()
    books.emit("CLOUD", date(2023, 2, 1), "100000")
    books.settle("2023Q1")
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    books.emit("CLOUD", date(2023, 5, 1), "10000")
    books.emit("OFFICES", date(2023, 8, 1), "7000.5", scope=2, location_kgco2e="9000")
    person = books.people["finance"]
    person.set_password("meadow-harbour-lantern-42")
    person.email = "finance@company.example"
    person.save()
    issue_key(
        name="ERP",
        scopes=["journal:read"],
        departments=(),
        acts_for=person,
        expires_at=None,
        at=NOON,
    )
    return books


def what_stands() -> dict[str, Any]:
    found = verification.verify()
    return {
        "rows": rows_by_table(),
        "head": seal.chain_head(),
        "holds": found.holds,
        "checked": found.checked,
    }


def test_half_a_year_is_rehearsed_and_the_books_are_as_they_were(
    sandbox: Sandbox, capfd: pytest.CaptureFixture[str]
) -> None:
    """10 t × $15 in the second quarter, 7.0005 t × $15 = $105.01 in the third, none before."""
    before = what_stands()
    assert "it is 2023-04-01" in sandbox("create", "rehearsal-1")
    (clock,) = in_sandbox("SELECT set_to FROM carbon_sandbox.clock")
    assert clock == (datetime(2023, 4, 1, tzinfo=UTC),)
    assert in_sandbox("SELECT count(*) FROM ledger_journalentry") == [(0,)]
    secrets = "SELECT count(*) FROM organisation_user WHERE password NOT LIKE '!%' OR email <> ''"
    assert in_sandbox(secrets) == [(0,)]
    assert in_sandbox("SELECT count(*) FROM organisation_apikey") == [(0,)]
    asleep = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'"
    assert in_sandbox(asleep) == [(0,)]
    with pytest.raises(CommandError, match="is there already"):
        sandbox("create", "rehearsal-1")
    capfd.readouterr()

    sandbox("advance", "rehearsal-1", "--to", "2023-10-01")
    told = capfd.readouterr().out
    assert "fee 2023Q2: 1 records, charged 150.00 USD" in told
    assert "fee 2023Q3: 1 records, charged 105.01 USD" in told
    assert re.search(r"2 periods closed, 2 settlements posted.*books hold", told)
    sandbox("run", "rehearsal-1", "trial_balance", "--json")
    accounts = json.loads(capfd.readouterr().out)["accounts"]
    fund = next(row for row in accounts if row["account"] == "Equity:Carbon-Fund:FEE")
    assert fund["balance"] == "-255.01"
    status = sandbox("status")
    assert status.startswith("rehearsal-1: it is 2023-10-01")
    assert "closed 2 (2023Q3 last)" in status
    assert what_stands() == before
    with pytest.raises(CommandError, match="There are: rehearsal-1"):
        sandbox("advance", "rehearsal-2", "--to", "2023-10-01")


def test_a_year_in_months_from_rules_alone_is_served_by_its_own_clock(
    sandbox: Sandbox, program_environment: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing is recorded there yet, so that nothing is charged; the books have quarters."""
    before = what_stands()
    monthly = ("--from", "2030-07-01", "--calendar", "month", "--starts-in", "7", "--no-records")
    sandbox("create", "rehearsal-1", *monthly)
    assert in_sandbox("SELECT count(*) FROM inventory_activityrecord") == [(0,)]
    assert in_sandbox("SELECT count(*) FROM inventory_emissionrecord") == [(0,)]
    capfd.readouterr()
    sandbox("advance", "rehearsal-1", "--to", "2031-07-01")
    told = capfd.readouterr().out
    assert "12 periods closed, 12 settlements posted" in told
    assert "FY31-M12 is closed" in told
    page, answered = served(program_environment)
    assert "Sandbox rehearsal-1: here it is 2031-07-01" in page
    assert answered == "sandbox/rehearsal-1"
    assert what_stands() == before
    assert abs(timezone.now() - datetime.now(UTC)) < timedelta(minutes=1)  # ours is as it was


def served(environment: dict[str, str]) -> tuple[str, str]:
    """A page of the sandbox's own server, and which ledger its API says it is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        site = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with subprocess.Popen(
        [sys.executable, "manage.py", "sandbox", "serve", "rehearsal-1", "--port", site[17:]],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as serving:
        try:
            assert serving.stdout is not None
            assert any("with the password" in line for line in serving.stdout)
            page = urlopen(f"{site}/sign-in/").read().decode()
            return page, urlopen(f"{site}/api/v1/openapi.yaml").headers["CFL-Ledger"]
        finally:
            serving.terminate()


def test_the_books_are_never_rehearsed(books: Books, sandbox: Sandbox) -> None:
    with pytest.raises(CommandError, match="These are the books"):
        call_command("rehearse", to="2023-10-01")
    with pytest.raises(CommandError, match="There is none yet"):
        sandbox("drop", "rehearsal-1")
    with pytest.raises(CommandError, match="small letter"):
        sandbox("drop", "Rehearsal")
    assert "There is no sandbox" in sandbox("status")
