"""Writes. Seal entries as they come and the whole of a period when it closes; read the head.

The hashing is done by functions of the database, see migrations/0005_entry_seals.sql: the
application's role may ask for a seal, never write one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from django.db import connection, transaction

from ledger.models.periods import AccountingPeriod, PeriodSeal, PeriodState


def seal_period(period: AccountingPeriod) -> PeriodSeal:
    """Seal a period that has just been closed, and all accounts, inside the caller's transaction.

    Raises: IntegrityError `ledger_seal_continues_the_chain`, `ledger_seal_covers_its_period`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_seal_period(%s, statement_timestamp())", [period.pk])
    return PeriodSeal.objects.select_related("period").get(period=period)


def seal_new_entries() -> None:
    """Seal what was committed to open periods since the last time; called again, it does nothing.

    A period keeps no head of its own before it is closed, so this locates what somebody edits
    later, and leaves less to do for the close.
    """
    for period_id in AccountingPeriod.objects.filter(state=PeriodState.OPEN).values_list("pk"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT ledger_seal_entries(%s)", period_id)


def chain_of(seal: PeriodSeal) -> str:
    """The link of a seal to the one before, recomputed from its row and its period's, as hex."""
    period = seal.period
    code = period.code
    fields = [
        seal.previous_sha256,
        seal.number,
        period.pk,
        len(code.encode()),
        code,
        period.first_day.isoformat(),
        period.ends_before.isoformat(),
        period.closed_by_id or "",
        moment(period.closed_at) if period.closed_at else "",
        moment(seal.sealed_at),
        seal.entry_count,
        seal.line_count,
        seal.lines_sha256,
        seal.account_count,
        seal.accounts_sha256,
    ]
    return sha256("|".join(map(str, fields)).encode()).hexdigest()


def moment(at: datetime) -> str:
    """A moment as seals write it: UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def chain_head() -> str:
    """The newest seal's chain hash, printed on statements; empty before the first close."""
    newest = PeriodSeal.objects.order_by("-number").first()
    return newest.chain_sha256 if newest else ""
