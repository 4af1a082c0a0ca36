"""A dump of closed books, restored to a fresh server: they verify, and go on from there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from config import engines
from config.engines import servers
from config.engines.programs import find_postgres
from ledger import balances, period_close, posting, seal, verification
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry
from tests.ledger.books import NOON, Books

pytestmark = pytest.mark.django_db(transaction=True)

FEBRUARY, MAY = date(2023, 2, 1), date(2023, 5, 1)


@pytest.fixture
def other_site() -> Iterator[engines.Engines]:
    """A fresh server in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="cfl-restored-"))
    folder.chmod(0o755)  # the account of the servers enters it
    site = engines.Engines(folder / "var", fast=True)
    engines.ensure(site)
    yield site
    servers.stop(site)
    shutil.rmtree(folder)


@pytest.fixture
def closed(books: Books) -> Books:
    """A closed quarter and one that is only settled, with a true-up and a removal."""
    wrong = books.emit("CLOUD", FEBRUARY, "1000")
    books.emit("OFFICES", FEBRUARY, "2500.4", scope=2, location_kgco2e="3000")
    books.settle("2023Q1")
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    books.emit("CLOUD", FEBRUARY, "1500", supersedes=wrong)
    books.emit("CLOUD", MAY, "3000", durability_class="medium", removal_state="verified")
    books.settle("2023Q2")
    return books


def test_restored_books_verify_and_go_on(
    closed: Books, other_site: engines.Engines, tmp_path: Path
) -> None:
    here, before = places(), what_stands()
    assert before["head"]
    dump(here, tmp_path / "carbon.dump")
    restore(other_site, tmp_path / "carbon.dump")

    with moved_to(other_site):
        verified = verification.verify()
        assert verified.findings == ()
        assert verified.checked["seals"] == 1
        assert what_stands() == before
        assert said_by_verify(other_site).count(before["head"]) == 1
        go_on(closed)
    assert what_stands() == before  # the old books know nothing of it
    assert the_application_may_only_add(other_site)


def what_stands() -> dict[str, Any]:
    return {
        "head": seal.chain_head(),
        "balances": [(row.account, row.debit, row.credit) for row in balances.trial_balance()],
        "entries": list(JournalEntry.objects.order_by("pk").values_list("pk", "description")),
    }


def places() -> list[str]:
    place = connection.settings_dict
    return ["-h", place["HOST"], "-p", "5432", "-d", place["NAME"]]


def dump(place: list[str], file: Path) -> None:
    run("pg_dump", *place, "-U", engines.BACKUP_ROLE, "-Fc", "-f", str(file))


def restore(site: engines.Engines, file: Path) -> None:
    """As docs/operations.md says: into the empty database of a fresh server, then `migrate`."""
    place = [
        "-h",
        str(site.sockets),
        "-p",
        "5432",
        "-U",
        engines.OWNER_ROLE,
        "-d",
        engines.DATABASE,
    ]
    run("pg_restore", "--exit-on-error", *place, str(file))
    manage(site, "migrate", "-v", "0")


def run(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [str(find_postgres() / program), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def manage(site: engines.Engines, *arguments: str) -> str:
    place = f"/{site.sockets}/{engines.DATABASE}"
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": f"postgres://{engines.APP_ROLE}@{place}",
            "DATABASE_OWNER_URL": f"postgres://{engines.OWNER_ROLE}@{place}",
            "SECRET_KEY": "for tests only, and only on this machine",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def said_by_verify(site: engines.Engines) -> str:
    return manage(site, "verify")


@contextmanager
def moved_to(site: engines.Engines) -> Iterator[None]:
    """Django's connection goes to the other server."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(HOST=str(site.sockets), NAME=engines.DATABASE)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def go_on(books: Books) -> None:
    """Close what was open, settle the next quarter, and prove it all again."""
    period_close.close(period_code="2023Q2", by=books.people["finance"], at=NOON)
    books.emit("OFFICES", date(2023, 8, 1), "100")
    books.settle("2023Q3")
    fee = Account.objects.get(code="Expenses:Carbon-Fee:FEE:OFFICES")
    fund = Account.objects.get(code="Equity:Carbon-Fund:FEE")
    posting.post(
        entry_date=date(2023, 8, 1),
        description="after the restore",
        lines=[posting.Line(fee.pk, "USD", debit=1), posting.Line(fund.pk, "USD", credit=1)],
        source=posting.Source("note", "1", "charge"),
        by=books.people["finance"],
    )
    assert verification.verify().findings == ()


def the_application_may_only_add(site: engines.Engines) -> bool:
    opened = psycopg2.connect(
        host=str(site.sockets), dbname=engines.DATABASE, user=engines.APP_ROLE
    )
    try:
        with opened.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("DELETE FROM ledger_journalline")
    finally:
        opened.close()
    return True
