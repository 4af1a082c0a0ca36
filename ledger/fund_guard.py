"""Reads and locks. What a fund holds may be taken out of it, by one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import connection

from ledger.errors.journal import FundOverdrawn
from ledger.models.accounts import Account, AccountKind
from pricing.money import Money
from pricing.price_lookup import SchemeTerms

PROMISE = "ledger_fund_is_not_overdrawn"


def lock_fund(terms: SchemeTerms) -> None:
    """The lock of the fund's guard, before any row: who waits here holds nothing others need."""
    if not terms.fund_may_overdraw:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger_fund'), %s)", [terms.id])


def refusal(taken_out: Mapping[int, int]) -> FundOverdrawn:
    """Why so many minor units may not leave these accounts, of which one is a fund's."""
    fund = Account.objects.filter(pk__in=taken_out, kind=AccountKind.CARBON_FUND)
    short = [(one, taken_out[one.pk] - _held(one)) for one in fund]
    account, _ = max(short, key=lambda each: each[1])
    held, asked = (
        str(Money(minor, account.commodity_id)) for minor in (_held(account), taken_out[account.pk])
    )
    return FundOverdrawn(account.code, held, asked)


def net_debits(lines: Iterable[tuple[int, int]]) -> dict[int, int]:
    """What leaves each account, of (account, debit minus credit)."""
    sums: dict[int, int] = {}
    for account, minor in lines:
        sums[account] = sums.get(account, 0) + minor
    return sums


def _held(account: Account) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_fund_holds(%s)", [account.scheme_id])
        return int(cursor.fetchone()[0])
