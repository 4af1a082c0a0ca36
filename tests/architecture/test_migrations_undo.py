"""Every promise's SQL is taken back by the undo file beside it, and can be made again."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

PROMISES = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"


def count_of(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_promises_go_and_come_back() -> None:
    before = count_of(PROMISES)
    assert before > 0
    try:
        for label, first in [
            ("ledger", "0001"),
            ("pricing", "0001"),
            ("inventory", "0002"),
            ("organisation", "0001"),
        ]:
            call_command("migrate", label, first, verbosity=0)
        assert count_of(PROMISES) == 0
    finally:
        call_command("migrate", verbosity=0)
    assert count_of(PROMISES) == before
