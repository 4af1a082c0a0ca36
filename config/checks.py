"""Reads. Whether the database and its driver are the ones whose exactness this ledger relies on."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db import connections


@register()
def psycopg2_and_postgresql(**_: Any) -> Sequence[CheckMessage]:
    """PostgreSQL keeps the promises; Django would prefer psycopg 3, silently, if it were there."""
    return [problem for alias in connections for problem in _problems_of(alias)]


def _problems_of(alias: str) -> list[CheckMessage]:
    if connections[alias].vendor != "postgresql":
        return [
            Error(
                f"Database {alias!r} is not PostgreSQL.", hint="Set DATABASE_URL.", id="config.E001"
            )
        ]
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    if is_psycopg3:
        return [
            Error("psycopg 3 is installed.", hint="Remove it; psycopg2 is used.", id="config.E002")
        ]
    return []
