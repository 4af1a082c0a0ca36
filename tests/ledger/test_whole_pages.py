"""Pages of the journal while it is written: nothing below the last line of a page comes later."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as PsycopgConnection
from rest_framework.test import APIClient

from ledger.journal_lines import whole_through
from tests.ledger.books import Books
from tests.promises.entries_by_hand import ATMOSPHERE, entry, line, statement

EMISSIONS = "Expenses:Emissions:CLOUD:Scope-1"

pytestmark = pytest.mark.django_db(transaction=True)


def write(database: PsycopgConnection, books: Books, number: str) -> None:
    """An entry of two lines, not committed; the slow one is of money, the others of tonnes.

    So they don't wait for each other's balances, as entries of two schemes would not.
    """
    of_tonnes = {
        "lines": [
            line(EMISSIONS, debit=100, commodity="KGCO2E"),
            line(ATMOSPHERE, credit=100, commodity="KGCO2E"),
        ]
    }
    facts = entry(books, source_id=number, **({} if number == "slow" else of_tonnes))
    with database.cursor() as cursor:
        cursor.execute(statement("line"), [json.dumps([facts])])


def page(books: Books, **query: Any) -> dict[str, Any]:
    client = APIClient()
    client.force_login(books.people["finance"])
    answer: dict[str, Any] = client.get("/api/v1/journal-lines/", query).json()
    return answer


def entries(found: dict[str, Any]) -> list[str]:
    return [row["source_id"] for row in found["data"]]


@pytest.fixture
def settled(books: Books) -> Books:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    return books


def test_a_page_waits_for_lines_that_are_being_written_below_others(
    settled: Books, app_role: PsycopgConnection
) -> None:
    before = page(settled)
    other = psycopg2.connect(app_role.dsn)
    try:
        write(app_role, settled, "slow")
        write(other, settled, "fast")
        other.commit()
        assert page(settled) == before  # the slow one's lines will stand between

        write(other, settled, "next")
        app_role.commit()
        assert entries(page(settled))[-4:] == ["slow", "slow", "fast", "fast"]
        other.rollback()
    finally:
        other.close()


def test_walking_by_cursor_misses_no_line(settled: Books, app_role: PsycopgConnection) -> None:
    other = psycopg2.connect(app_role.dsn)
    try:
        write(other, settled, "first")
        other.commit()
        write(app_role, settled, "slow")
        write(other, settled, "fast")
        other.commit()
        one = page(settled, limit=len(page(settled)["data"]) - 1)
        assert one["has_more"]
        app_role.commit()
        rest = page(settled, cursor=one["next_cursor"])
    finally:
        other.close()
    assert (entries(one) + entries(rest))[-6:] == ["first"] * 2 + ["slow"] * 2 + ["fast"] * 2


def test_who_gives_up_holds_nobody_up(settled: Books, app_role: PsycopgConnection) -> None:
    write(app_role, settled, "given up")
    through = whole_through()
    app_role.rollback()
    assert whole_through() == through + 2  # the ids that were drawn, and are no lines


def test_one_writes_many_entries_under_one_lock(
    settled: Books, app_role: PsycopgConnection
) -> None:
    for number in range(5):
        write(app_role, settled, str(number))
    with app_role.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()"
            " AND locktype = 'advisory' AND classid::bigint >> 16 = 7855"
        )
        assert cursor.fetchone() == (1,)
