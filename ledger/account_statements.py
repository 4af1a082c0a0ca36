"""Reads. An account's lines, newest first, each with the balance after it: page by page.

A page costs its own lines, whatever the age of the books: the newest balance is kept by period, and
the cursor to the next page carries the balance on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.errors import AccountNotFound
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
    """Where the next page begins: before a line, at the balance that stood before it."""

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
    """A page of an account's lines, in the order they were written, newest first.

    Raises: AccountNotFound.
    """
    account = Account.objects.select_related("commodity").filter(code=code).first()
    if account is None:
        raise AccountNotFound(code)
    exponent = account.commodity.exponent
    balance = after.balance_minor if after else balance_minor(account.pk)
    rows = _rows(account.pk, size + 1, after)
    lines = []
    for line_id, entry_id, entry_date, period, description, debit, credit in rows[:size]:
        amounts = (Decimal(minor).scaleb(-exponent) for minor in (debit, credit, balance))
        lines.append(AccountLine(line_id, entry_id, entry_date, period, description, *amounts))
        balance -= debit - credit
    older = Cursor(lines[-1].line_id, balance) if len(rows) > size else None
    return AccountPage(account.code, account.commodity_id, tuple(lines), older)


def _rows(account_id: int, size: int, after: Cursor | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("account_lines"),
            {
                "account_id": account_id,
                "before": after.before_line_id if after else None,
                "size": size,
            },
        )
        return list(cursor.fetchall())
