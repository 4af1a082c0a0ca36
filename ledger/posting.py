"""Writes. The only door into the journal: post and reverse, never edit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from ledger.errors import (
    AccountCodeTaken,
    AlreadyReversed,
    EntryEmpty,
    EntryNotFound,
    EntryOfSettlement,
    EntryUnbalanced,
    NotAllowed,
    PeriodClosed,
    PeriodNotFound,
    SourcePostedDifferently,
)
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.periods import AccountingPeriod, PeriodState
from ledger.models.settlements import Settlement
from ledger.sql import statement
from pricing.mechanisms import moves_money
from pricing.price_lookup import SchemeTerms


@dataclass(frozen=True, slots=True)
class Line:
    """A debit or a credit on an account, in minor units of its commodity."""

    account_id: int
    commodity: str
    debit: int = 0
    credit: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """What an entry comes from; the same source and purpose is posted once."""

    type: str
    id: str
    purpose: str

    def __str__(self) -> str:
        return f"{self.type} {self.id} ({self.purpose})"


@transaction.atomic
def post(
    *,
    entry_date: date,
    description: str,
    lines: Sequence[Line],
    source: Source,
    by: User,
    reverses_id: int | None = None,
) -> int:
    """Post one balanced entry into the open period of its date.

    Safe to call twice with the same source and the same lines: the first entry is the answer.

    Returns: the entry's id.
    Raises:  EntryEmpty, EntryUnbalanced, PeriodNotFound, PeriodClosed, SourcePostedDifferently.
    """
    check_balance(lines)
    period = open_period_of(entry_date)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(source)])
        existing = JournalEntry.objects.filter(
            source_type=source.type, source_id=source.id, purpose=source.purpose
        ).first()
        if existing is not None:
            if _lines_of(existing.pk) == sorted(lines, key=_line_order):
                return existing.pk
            raise SourcePostedDifferently(str(source), existing.pk)
        cursor.execute(
            statement("post_entry"),
            {
                "entry_date": entry_date,
                "period_id": period.pk,
                "description": description,
                "source_type": source.type,
                "source_id": source.id,
                "purpose": source.purpose,
                "reverses_id": reverses_id,
                "posted_by": by.pk,
                "accounts": [line.account_id for line in lines],
                "commodities": [line.commodity for line in lines],
                "debits": [line.debit for line in lines],
                "credits": [line.credit for line in lines],
            },
        )
        return int(cursor.fetchone()[0])


@transaction.atomic
def reverse(*, entry_id: int, entry_date: date, reason: str, by: User) -> int:
    """Post the mirror of an entry, once, into the open period of `entry_date`.

    Never a settlement's entry: its bill would say otherwise. Those are corrected by a record that
    supersedes the wrong one; the next settlement posts the difference.

    Returns: the reversing entry's id.
    Raises:  NotAllowed, EntryNotFound, EntryOfSettlement, AlreadyReversed, PeriodNotFound,
             PeriodClosed.
    """
    if not may(by, Permission.POST_SETTLEMENT):
        raise NotAllowed(
            by.get_username(), "reverse an entry", Permission.POST_SETTLEMENT.roles_text
        )
    entry = JournalEntry.objects.filter(pk=entry_id).first()
    if entry is None:
        raise EntryNotFound(entry_id)
    if entry.settlement_id is not None:
        raise EntryOfSettlement(entry_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"r{entry_id}"])
    reversal = JournalEntry.objects.filter(reverses=entry).first()
    if reversal is not None:
        raise AlreadyReversed(entry_id, reversal.pk)
    mirrored = [
        Line(line.account_id, line.commodity, debit=line.credit, credit=line.debit)
        for line in _lines_of(entry_id)
    ]
    return post(
        entry_date=entry_date,
        description=f"Reversal of entry {entry_id}: {reason}"[:300],
        lines=mirrored,
        source=Source("entry", str(entry_id), "reversal"),
        by=by,
        reverses_id=entry_id,
    )


def post_lines_of(settlement: Settlement, terms: SchemeTerms, *, by: User) -> int:
    """Post every entry of a settlement in one statement, inside the caller's transaction.

    Returns: the number of journal lines written.
    """
    period = settlement.period
    facts: dict[str, Any] = {
        "settlement_id": settlement.pk,
        "currency": terms.currency,
        "keeps_atmosphere": terms.keeps_atmosphere,
        "moves_money": moves_money(terms.mechanism, "charge"),
        "scheme_name": terms.name,
        "entry_date": period.last_day,
        "period_id": period.pk,
        "period_code": period.code,
        "posted_by": by.pk,
    }
    with connection.cursor() as cursor:
        # Joined from analyzed tables: inside one statement the planner would have to guess.
        cursor.execute("DROP TABLE IF EXISTS pg_temp.moving, pg_temp.placed, pg_temp.numbered")
        cursor.execute(statement("post_1_sum"), facts)
        moved = int(cursor.rowcount)
        cursor.execute("ANALYZE moving")
        cursor.execute(statement("post_2_place"))
        if int(cursor.rowcount) != moved:
            raise AccountCodeTaken(terms.code, moved - int(cursor.rowcount))
        cursor.execute(statement("post_3_number"))
        cursor.execute("ANALYZE placed, numbered")
        cursor.execute(statement("post_4_write"), facts)
        return int(cursor.rowcount)


def check_balance(lines: Sequence[Line]) -> None:
    """Refuse lines that are empty or do not balance in every commodity."""
    if len(lines) < 2:
        raise EntryEmpty
    sides: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        sides[line.commodity][0] += line.debit
        sides[line.commodity][1] += line.credit
    for commodity, (debit, credit) in sorted(sides.items()):
        if debit != credit:
            raise EntryUnbalanced(commodity, debit, credit)


def open_period_of(day: date) -> AccountingPeriod:
    """The open period that holds a day, share-locked so that it can't close meanwhile."""
    period = AccountingPeriod.objects.raw(
        "SELECT * FROM ledger_accountingperiod WHERE days @> %s FOR SHARE", [day]
    )
    found = next(iter(period), None)
    if found is None:
        raise PeriodNotFound(day.isoformat())
    if found.state != PeriodState.OPEN:
        raise PeriodClosed(found.code)
    return found


def _lines_of(entry_id: int) -> list[Line]:
    rows = JournalLine.objects.filter(entry_id=entry_id)
    return sorted(
        (Line(row.account_id, row.commodity_id, row.debit, row.credit) for row in rows),
        key=_line_order,
    )


def _line_order(line: Line) -> tuple[int, str, int, int]:
    return (line.account_id, line.commodity, line.debit, line.credit)
