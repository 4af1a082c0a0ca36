"""Writes. Hash the books of a closed period, chained to the seal before; verify reads them back."""

from __future__ import annotations

from hashlib import sha256

from django.db import connection

from ledger.models.periods import AccountingPeriod, PeriodSeal
from ledger.sql import statement


def seal_period(period: AccountingPeriod) -> PeriodSeal:
    """Seal a period that has just been closed, inside the caller's transaction."""
    previous = PeriodSeal.objects.order_by("-number").first()
    line_count, lines_sha256 = hash_lines(period.pk)
    number = previous.number + 1 if previous else 1
    previous_sha256 = previous.chain_sha256 if previous else ""
    return PeriodSeal.objects.create(
        period=period,
        number=number,
        line_count=line_count,
        lines_sha256=lines_sha256,
        previous_sha256=previous_sha256,
        chain_sha256=chain(previous_sha256, number, period.code, line_count, lines_sha256),
    )


def hash_lines(period_id: int) -> tuple[int, str]:
    """How many lines a period has, and the SHA-256 over them: each line's text, each ended by LF.

    Returns: the count, and hex digits.
    """
    digest = sha256()
    count = 0
    with connection.cursor() as cursor:
        cursor.execute(statement("canonical_lines") + " ORDER BY l.id", {"period_id": period_id})
        while rows := cursor.fetchmany(10_000):
            count += len(rows)
            digest.update("".join(f"{line}\n" for line, _ in rows).encode())
    return count, digest.hexdigest()


def chain(previous: str, number: int, period: str, line_count: int, lines_sha256: str) -> str:
    """The link of one seal to the one before: SHA-256 of `previous|number|period|count|lines`."""
    return sha256(f"{previous}|{number}|{period}|{line_count}|{lines_sha256}".encode()).hexdigest()


def chain_head() -> str:
    """The newest seal's chain hash, printed on statements; empty before the first close."""
    newest = PeriodSeal.objects.order_by("-number").first()
    return newest.chain_sha256 if newest else ""
