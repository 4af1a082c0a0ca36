"""Reads. An account's lines, newest first, each with the balance after it: page by page.

A page costs its own lines, whatever the age of the books: the newest balance is kept by period, and
the cursor to the next page carries the balance on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection

from ledger.errors.journal import AccountNotFound
from ledger.models.accounts import Account
from ledger.sql import statement


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One line of an account, in whole units of its commodity; the balance is debit − credit."""

    line_id: int
    entry_id: int
    entry_date: date
    period: str
    description: str
    debit: Decimal
    credit: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins: before a line of a period, at the balance that stood there."""

    period_id: int
    before_line_id: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Lines of an account, newest first; `older` is None on the last page."""

    account: str
    commodity: str
    lines: tuple[AccountLine, ...]
    older: Cursor | None


def balance_minor(account_id: int) -> int:
    """An account's balance now, debit − credit, in minor units of its commodity."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(debit - credit), 0) FROM ledger_periodbalance"
            " WHERE account_id = %s",
            [account_id],
        )
        return int(cursor.fetchone()[0])


def account_page(*, code: str, size: int = 25, after: Cursor | None = None) -> AccountPage:
    """A page of an account's lines: the newest period first, in it the line that was written last.

    Period by period, so that a page reads one or two partitions, however old the books are.
    Raises: AccountNotFound.
    """
    account = Account.objects.select_related("commodity").filter(code=code).first()
    if account is None:
        raise AccountNotFound(code)
    exponent = account.commodity.exponent
    balance = after.balance_minor if after else balance_minor(account.pk)
    rows = list(islice(_newest(account.pk, size + 1, after), size + 1))
    lines = []
    for _, period, line_id, entry_id, entry_date, description, debit, credit in rows[:size]:
        amounts = (Decimal(minor).scaleb(-exponent) for minor in (debit, credit, balance))
        lines.append(AccountLine(line_id, entry_id, entry_date, period, description, *amounts))
        balance -= debit - credit
    older = Cursor(rows[size - 1][0], rows[size - 1][2], balance) if len(rows) > size else None
    return AccountPage(account.code, account.commodity_id, tuple(lines), older)


def _newest(account_id: int, size: int, after: Cursor | None) -> Iterator[tuple[Any, ...]]:
    """Lines with their period's id and code, from the cursor on."""
    start = after.period_id if after else None
    for period_id, period in _rows("account_periods", account_id=account_id, **{"from": start}):
        before = after.before_line_id if after and period_id == start else None
        facts = {"period_id": period_id, "before": before, "size": size}
        for row in _rows("account_lines", account_id=account_id, **facts):
            yield (period_id, period, *row)


def _rows(name: str, **facts: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement(name), facts)
        return list(cursor.fetchall())
