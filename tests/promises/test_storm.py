"""Thousands of identical POSTs with one Idempotency-Key, 200 at a time: one entry, one answer.

`make storm POSTS=10000` sends them all; `make test` sends a few hundred.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from departments.organisation.api_keys import issue_key
from departments.organisation.models import KeptReply
from ledger import verification
from ledger.models.journal import JournalEntry
from ledger.models.manual_entries import ManualEntry
from tests.ledger.books import Books
from tests.ledger.by_hand import FEE, FUND, propose, settled_quarter
from tests.promises.storm import AT_A_TIME, THREADS, WORKERS, storm, web_server

pytestmark = pytest.mark.django_db(transaction=True)

POSTS = int(os.environ.get("CFL_STORM_POSTS", "600"))
PROPOSAL = {
    "entry_date": "2023-05-31",
    "description": "Fee of a site that was sold",
    "reason": "The buyer takes it over",
    "lines": [{"account": FUND, "debit": "12.50"}, {"account": FEE, "credit": "12.50"}],
}


@pytest.fixture
def quarter(books: Books) -> Books:
    return settled_quarter(books)


@pytest.fixture
def server(quarter: Books, program_environment: dict[str, str], tmp_path: Path) -> Iterator[Path]:
    with web_server(tmp_path, program_environment) as socket:
        yield socket
    assert "Traceback" not in (tmp_path / "web.log").read_text()


def secret_of(books: Books, person: str) -> str:
    return issue_key(
        name=f"storm of {person}",
        scopes=["manual:write", "manual:approve"],
        departments=[],
        acts_for=books.people[person],
        expires_at=None,
        at=timezone.now(),
    ).secret


def connections() -> int:
    """Those to this test's database, beside our own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def test_identical_proposals_are_one_manual_entry(
    quarter: Books, server: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blown = storm(
        server,
        "/api/v1/manual-entries/",
        PROPOSAL,
        posts=POSTS,
        secret=secret_of(quarter, "analyst"),
        key="sale-of-a-site",
    )
    with capsys.disabled():
        print(f"\nproposing: {blown}")
    entry = ManualEntry.objects.get()
    assert len(blown.answers) == 1
    [((status, content), count)] = blown.answers.items()
    assert (status, count) == (201, POSTS)
    assert json.loads(content)["id"] == entry.pk
    assert KeptReply.objects.count() == 1
    assert connections() <= WORKERS * THREADS


def test_identical_approvals_are_one_journal_entry(
    quarter: Books, server: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal, before = propose(quarter), JournalEntry.objects.count()
    blown = storm(
        server,
        f"/api/v1/manual-entries/{proposal.pk}/approve/",
        {},
        posts=POSTS,
        secret=secret_of(quarter, "approver"),
        key="approval",
    )
    with capsys.disabled():
        print(f"\napproving: {blown}")
    assert len(blown.answers) == 1
    [((status, content), count)] = blown.answers.items()
    assert (status, count) == (200, POSTS)
    assert JournalEntry.objects.count() == before + 1
    posted = JournalEntry.objects.latest("id")
    assert json.loads(content)["journal_entry"] == posted.pk
    assert connections() <= WORKERS * THREADS
    assert verification.verify().holds


def test_a_crowd_of_different_bodies_under_one_key_is_one_entry_and_refusals(
    quarter: Books, server: Path
) -> None:
    """Whoever comes first decides what the key means; nobody else's entry slips in."""
    secret = secret_of(quarter, "analyst")
    for number in range(3):
        blown = storm(
            server,
            "/api/v1/manual-entries/",
            PROPOSAL | {"reason": f"reason {number}"},
            posts=AT_A_TIME // 4,
            secret=secret,
            key="one-key",
        )
        assert set(blown.statuses) == ({201} if number == 0 else {422})
    assert ManualEntry.objects.get().reason == "reason 0"
