"""Writes. The only door into the journal: post and reverse, never edit."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction

from departments.organisation.access import Permission, may
from departments.organisation.constraints import constraint_of
from departments.organisation.models import User
from departments.organisation.said import said
from ledger import fund_guard
from ledger.chart_of_accounts import ATMOSPHERE, account_id, fund_place
from ledger.errors.calendar import PeriodClosed, PeriodNotFound
from ledger.errors.journal import (
    AlreadyReversed,
    EntryEmpty,
    EntryNotFound,
    EntryOfSettlement,
    EntryUnbalanced,
    EntryUnbalancedByEntity,
    SourcePostedDifferently,
)
from ledger.errors.settlements import NotAllowed
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry, JournalLine, PostedSource
from ledger.models.periods import AccountingPeriod, PeriodState
from ledger.models.settlements import Settlement
from ledger.sql import statement
from pricing.price_lookup import SchemeTerms

_POST = "SELECT * FROM ledger_post_entries(%s::json, %s::json, %s)"


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


@dataclass(frozen=True, slots=True)
class Entry:
    """One event to post: its day, its lines, and the source that is posted once."""

    entry_date: date
    description: str
    lines: Sequence[Line]
    source: Source
    reverses_id: int | None = None


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
    Raises:  EntryEmpty, EntryUnbalanced, EntryUnbalancedByEntity, PeriodNotFound, PeriodClosed,
             SourcePostedDifferently, FundOverdrawn.
    """
    return post_many(entries=[Entry(entry_date, description, lines, source, reverses_id)], by=by)[0]


def post_many(*, entries: Sequence[Entry], by: User) -> list[int]:
    """Post balanced entries, all or none, by one statement.

    Safe to call twice: a source that is posted already, with the same lines, is answered with its
    entry and not posted again.

    Returns: the entries' ids, in the order given.
    Raises:  as post(), for the first entry that can't be posted.
    """
    for entry in entries:
        check_balance(entry.lines)
    if not entries:
        return []
    with _one_statement(entries), connection.cursor() as cursor:
        cursor.execute(_POST, [*_as_json(entries), by.pk])
        rows = cursor.fetchall()
    answers = list(zip(entries, rows, strict=True))
    for entry, (known_id, _, state) in answers:
        if known_id is None and state != PeriodState.OPEN:
            raise _refusal(entry.entry_date)
    return [entry_id or _same_entry(entry) for entry, (_, entry_id, _) in answers]


def _as_json(entries: Sequence[Entry]) -> tuple[str, str]:
    """The entries, and their lines, each with the number of its entry."""
    heads = [
        {
            "entry_date": entry.entry_date.isoformat(),
            "description": entry.description,
            "source_type": entry.source.type,
            "source_id": entry.source.id,
            "purpose": entry.source.purpose,
            "reverses_id": entry.reverses_id,
        }
        for entry in entries
    ]
    lines = [
        {
            "number": number,
            "account_id": line.account_id,
            "commodity": line.commodity,
            "debit": line.debit,
            "credit": line.credit,
        }
        for number, entry in enumerate(entries, 1)
        for line in entry.lines
    ]
    return json.dumps(heads), json.dumps(lines)


@contextmanager
def _one_statement(entries: Sequence[Entry]) -> Iterator[None]:
    """A statement is a transaction by itself; inside the caller's it gets a savepoint."""
    try:
        if connection.in_atomic_block:
            with transaction.atomic():
                yield
        else:
            yield
    except IntegrityError as error:  # a close that won while we were on our way
        if constraint_of(error) == "ledger_entry_in_open_period":
            raise _refusal(_first_closed_day(entries)) from error
        if constraint_of(error) == "ledger_entry_balances_by_entity":
            differing = (unequal_books(entry.lines) for entry in entries)
            raise EntryUnbalancedByEntity(next(filter(None, differing))) from error
        if constraint_of(error) == fund_guard.PROMISE:
            moved = [
                (line.account_id, line.debit - line.credit)
                for entry in entries
                for line in entry.lines
            ]
            raise fund_guard.refusal(fund_guard.net_debits(moved)) from error
        raise


def unequal_books(lines: Sequence[Line]) -> list[tuple[str, str, int, int]]:
    """The books in which lines don't balance: a legal entity's code, commodity, debit, credit.

    An account that belongs to no legal entity is in the books of "".
    """
    found = Account.objects.filter(pk__in={line.account_id for line in lines})
    entities = dict(found.values_list("pk", "legal_entity__code"))
    sides: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        side = sides[entities.get(line.account_id) or "", line.commodity]
        side[0] += line.debit
        side[1] += line.credit
    return [
        (entity, commodity, debit, credit)
        for (entity, commodity), (debit, credit) in sorted(sides.items())
        if debit != credit
    ]


def _first_closed_day(entries: Sequence[Entry]) -> date:
    """The first of the entries' days that nothing can be posted on any more."""
    opened = AccountingPeriod.objects.filter(state=PeriodState.OPEN)
    days = [entry.entry_date for entry in entries]
    return next((day for day in days if not opened.filter(days__contains=day).exists()), days[0])


def _refusal(day: date) -> PeriodClosed | PeriodNotFound:
    period = AccountingPeriod.objects.filter(days__contains=day).first()
    return PeriodNotFound(day.isoformat()) if period is None else PeriodClosed(period.code)


def _same_entry(entry: Entry) -> int:
    """The entry that this source is posted as already.

    Raises: SourcePostedDifferently.
    """
    source = entry.source
    posted = PostedSource.objects.get(pk=(source.type, source.id, source.purpose))
    same = _lines_of(posted.entry_id, posted.period_id) == sorted(entry.lines, key=_line_order)
    if not same:
        raise SourcePostedDifferently(str(source), posted.entry_id)
    return posted.entry_id


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
            by.get_username(), said("reverse an entry"), Permission.POST_SETTLEMENT.roles_text
        )
    entry = JournalEntry.objects.filter(pk=entry_id).first()
    if entry is None:
        raise EntryNotFound(entry_id)
    if entry.settlement_id is not None:
        raise EntryOfSettlement(entry_id)
    mirrored = [
        Line(line.account_id, line.commodity, debit=line.credit, credit=line.debit)
        for line in _lines_of(entry_id, entry.period_id)
    ]
    source = Source("entry", str(entry_id), "reversal")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(source)])
        reversal = PostedSource.objects.filter(pk=(source.type, source.id, source.purpose)).first()
        if reversal is not None:
            raise AlreadyReversed(entry_id, reversal.entry_id)
        return post(
            entry_date=entry_date,
            description=f"Reversal of entry {entry_id}: {reason}"[:300],
            lines=mirrored,
            source=source,
            by=by,
            reverses_id=entry_id,
        )


def post_lines_of(settlement: Settlement, terms: SchemeTerms, *, by: User) -> int:
    """Post every entry of a settlement in one statement, inside the caller's transaction.

    Returns: the number of journal lines written.
    Raises:  FundOverdrawn, if it pays more than the fund holds with this settlement's own fees.
    """
    fund_guard.lock_fund(terms)
    period = settlement.period
    facts: dict[str, Any] = {
        "settlement_id": settlement.pk,
        "scheme_id": terms.id,
        "fund_id": account_id(fund_place(terms)),
        "atmosphere_id": account_id(ATMOSPHERE) if terms.keeps_atmosphere else None,
        "scheme_name": terms.name,
        "entry_date": period.last_day,
        "period_id": period.pk,
        "period_code": period.code,
        "posted_by": by.pk,
    }
    with connection.cursor() as cursor:
        # Joined from analyzed tables: inside one statement the planner would have to guess.
        cursor.execute("DROP TABLE IF EXISTS pg_temp.moving, pg_temp.numbered")
        cursor.execute("SET LOCAL default_statistics_target = 10")
        cursor.execute(statement("post_1_sum"), facts)
        cursor.execute("ANALYZE moving")
        cursor.execute(statement("post_2_number"))
        cursor.execute("ANALYZE numbered")
        try:
            with transaction.atomic():
                cursor.execute(statement("post_3_write"), facts)
                return int(cursor.rowcount)
        except IntegrityError as error:
            if constraint_of(error) != fund_guard.PROMISE:
                raise
            cursor.execute(
                "SELECT coalesce(sum(minor), 0) FROM moving WHERE account_id = %(fund_id)s", facts
            )
            taken_out = {int(facts["fund_id"]): int(cursor.fetchone()[0])}
            raise fund_guard.refusal(taken_out) from error


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
    """The open period that holds a day, locked so that it can't close meanwhile.

    Raises: PeriodNotFound, PeriodClosed.
    """
    period = AccountingPeriod.objects.filter(days__contains=day).first()
    if period is None:
        raise PeriodNotFound(day.isoformat())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtext('ledger_period'), %s)", [period.pk]
        )
    period.refresh_from_db()
    if period.state != PeriodState.OPEN:
        raise PeriodClosed(period.code)
    return period


def _lines_of(entry_id: int, period_id: int) -> list[Line]:
    rows = JournalLine.objects.filter(entry_id=entry_id, period_id=period_id)
    return sorted(
        (Line(row.account_id, row.commodity_id, row.debit, row.credit) for row in rows),
        key=_line_order,
    )


def _line_order(line: Line) -> tuple[int, str, int, int]:
    return (line.account_id, line.commodity, line.debit, line.credit)
