"""Books of two departments, and the application's role: raw, and with the whole program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg2
import pytest
from django.db import connection
from psycopg2.extensions import connection as PsycopgConnection

from config import engines
from departments.inventory.history import note_steps
from departments.inventory.models.activity import ActivityRecord, ImportBatch, ImportPart
from departments.inventory.models.history import RecordStep
from departments.inventory.record_evidence import attach_evidence
from departments.organisation import sight
from departments.organisation.models import Membership, User
from tests.ledger.books import Books, open_books


@pytest.fixture
def books(db: None) -> Books:
    """CLOUD and OFFICES each have a contributor, a file, records, and a posted quarter."""
    books = open_books()
    colleague = User.objects.create(username="offices-contributor")
    Membership.objects.create(
        user=colleague, role="contributor", department=books.departments["OFFICES"]
    )
    books.people[colleague.username] = colleague
    for code, person, kgco2e in [
        ("CLOUD", "contributor", "1000000"),
        ("OFFICES", "offices-contributor", "45671000"),
    ]:
        books.emit(code, date(2023, 3, 1), kgco2e)
        record = ActivityRecord.objects.get(department=books.departments[code])
        note_steps([record.pk], RecordStep.CHANGED, by=books.people[person], at=record.created_at)
        attach_evidence(
            record_id=record.pk,
            file_name="meter.txt",
            content=f"{code} counted {kgco2e}".encode(),
            by=books.people[person],
            at=record.created_at,
        )
        batch = ImportBatch.objects.create(
            file_name=f"{code}.csv",
            sha256=code,
            row_count=1,
            imported_by=books.people[person],
        )
        ImportPart.objects.create(batch=batch, number=0, content=b"a;b")
    books.settle("2023Q1")
    return books


@pytest.fixture
def as_application(books: Books) -> Iterator[None]:
    """The whole program in this process, web server and all, in the application's role."""
    connection.close()
    connection.settings_dict["USER"] = engines.APP_ROLE
    yield
    sight.see(None)
    connection.close()
    connection.settings_dict["USER"] = engines.OWNER_ROLE


@pytest.fixture
def raw(books: Books) -> Iterator[PsycopgConnection]:
    """A connection in the application's role that said nothing yet."""
    facts = connection.settings_dict
    opened = psycopg2.connect(
        host=facts["HOST"], port=5432, dbname=facts["NAME"], user=engines.APP_ROLE
    )
    yield opened
    opened.close()
