"""Entries written by one statement, past the posting door, with whatever facts a test asks for.

Every statement is tried twice, alone and beside eleven good entries: guards plan a few rows in
another way than many.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction

from departments.organisation.constraints import constraint_of
from ledger.models.accounts import Account
from tests.ledger.books import Books

GIVEN = """
    WITH given AS MATERIALIZED (
        SELECT nextval('ledger_journalentry_id_seq') AS id, g.*
          FROM json_to_recordset(%s) AS g(
               n int, entry_date date, period_id bigint, settlement_id bigint, department_id bigint,
               activity_period_id bigint, reverses_id bigint, posted_by_id bigint,
               recorded_xid bigint, recorded_at timestamptz, source_type text, source_id text,
               purpose text, claims boolean, claimed json, lines json)
    )"""
INSERTS = {
    "entry": """
        INSERT INTO ledger_journalentry (
            id, entry_date, period_id, settlement_id, department_id, activity_period_id,
            reverses_id, posted_by_id, recorded_xid, recorded_at, description, source_type,
            source_id, purpose)
        SELECT id, entry_date, period_id, settlement_id, department_id, activity_period_id,
               reverses_id, posted_by_id,
               coalesce(recorded_xid, pg_current_xact_id()::text::bigint),
               coalesce(recorded_at, statement_timestamp()), 'by hand', source_type, source_id,
               purpose FROM given""",
    "source": """
        INSERT INTO ledger_postedsource (source_type, source_id, purpose, entry_id, period_id)
        SELECT coalesce(claimed ->> 'source_type', source_type),
               coalesce(claimed ->> 'source_id', source_id),
               coalesce(claimed ->> 'purpose', purpose),
               coalesce((claimed ->> 'entry_id')::bigint, id),
               coalesce((claimed ->> 'period_id')::bigint, period_id) FROM given WHERE claims""",
    "line": """
        INSERT INTO ledger_journalline (
            entry_id, period_id, account_id, commodity_id, debit, credit)
        SELECT g.id, coalesce(l.period_id, g.period_id), l.account_id, l.commodity, l.debit,
               l.credit
          FROM given g, json_to_recordset(g.lines) AS l(
               period_id bigint, account_id bigint, commodity text, debit bigint, credit bigint)""",
}
FUND, FEE = "Equity:Carbon-Fund:FEE", "Expenses:Carbon-Fee:FEE:CLOUD"
ATMOSPHERE = "Equity:Atmosphere"
NOBODY = 999_999
BESIDE = (0, 11)

Facts = dict[str, Any]


def line(code: str, debit: int = 0, credit: int = 0, commodity: str = "USD", **more: Any) -> Facts:
    """A line on an account ("": one that there is not), in its entry's period if none is said."""
    account = Account.objects.get(code=code).pk if code else NOBODY
    sides = {"debit": debit, "credit": credit}
    return {"account_id": account, "commodity": commodity} | sides | more


def entry(books: Books, **changes: Any) -> Facts:
    """A dollar from the fund to the fee, of its own source, in the open second quarter."""
    return {
        "entry_date": "2023-05-31",
        "period_id": books.periods["2023Q2"].pk,
        "posted_by_id": books.people["finance"].pk,
        "source_type": "test",
        "source_id": "one",
        "purpose": "charge",
        "claims": True,
        "lines": [line(FEE, debit=100), line(FUND, credit=100)],
    } | changes


def statement(asked_first: str) -> str:
    """One statement that writes all; the guard of what stands last in it is asked first."""
    parts = (f", {name} AS ({sql})" for name, sql in INSERTS.items() if name != asked_first)
    return f"{GIVEN}{''.join(parts)}{INSERTS[asked_first]}"


def write(
    books: Books, entries: Sequence[Facts], beside: int = 0, asked_first: str = "line"
) -> str:
    """The promise that a statement would break, or "" and it is written."""
    error = refusal(books, entries, beside, asked_first)
    return str(constraint_of(error)) if error else ""


def refusal(
    books: Books, entries: Sequence[Facts], beside: int = 0, asked_first: str = "line"
) -> IntegrityError | None:
    """What PostgreSQL says to a statement, or None and it is written."""
    good = [entry(books, source_id=f"good {number}") for number in range(beside)]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement(asked_first), [json.dumps([*good, *entries], default=str)])
    except IntegrityError as error:
        return error
    return None


def tried(books: Books, asked_first: str = "line", **changes: Any) -> list[str]:
    """What an entry would break alone and beside others, the other entries' sources apart."""
    return [_undone(books, entry(books, **changes), beside, asked_first) for beside in BESIDE]


def _undone(books: Books, wrong: Facts, beside: int, asked_first: str) -> str:
    with transaction.atomic():
        promise = write(books, [wrong], beside, asked_first)
        transaction.set_rollback(True)
    return promise
