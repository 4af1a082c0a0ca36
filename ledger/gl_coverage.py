"""Reads. Which posted money has no account in the general ledger of its legal entity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from ledger.models.gl_mapping import MONEY_KINDS
from ledger.sql import statement


@dataclass(frozen=True, slots=True)
class Gap:
    """A kind of account of a legal entity that was posted to on days without a GL account."""

    legal_entity: str
    account_kind: str
    scheme: str
    account_count: int
    line_count: int
    first_on: date
    last_on: date


def gaps() -> list[Gap]:
    """Every gap, by legal entity, kind and scheme; none, if finance can book everything.

    Kilograms have no account in a general ledger unless somebody maps them, so they are no gap.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement("gl_coverage"), {"kinds": list(MONEY_KINDS)})
        return [Gap(*row) for row in cursor.fetchall()]
