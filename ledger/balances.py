"""Reads. What accounts hold: the trial balance, the fund, the atmosphere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Sum

from departments.organisation.models import LegalEntity
from ledger.errors.journal import LegalEntityNotFound, WindowUpsideDown
from ledger.models.accounts import AccountKind
from ledger.models.journal import PeriodBalance
from ledger.sql import statement
from pricing.price_lookup import scheme_terms


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """One account of the trial balance, in whole units of its commodity (USD, KGCO2E)."""

    account_id: int
    account: str
    kind: str
    commodity: str
    debit: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        """Debit minus credit."""
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class AccountMovement:
    """What an account held before a window, took in it, and holds after it; in whole units."""

    account_id: int
    account: str
    kind: str
    commodity: str
    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        """Opening + debit − credit; debit above zero."""
        return self.opening + self.debit - self.credit


def trial_balance(
    *,
    scheme_id: int | None = None,
    as_of: date | None = None,
    department_ids: set[int] | None = None,
    legal_entity: str | None = None,
) -> list[AccountBalance]:
    """Every account that was ever posted to, by code; the debits equal the credits per commodity.

    `as_of` counts entries up to and including that day. `scheme_id` keeps the accounts of that
    scheme, with those in kgCO2e if it is the one that keeps the atmosphere. `department_ids` keeps
    the accounts of those departments. `legal_entity` is a code: it keeps the accounts in that one's
    books, which balance by themselves, of schemes that say whose books their fund is in. Costs
    accounts × periods, however many lines there are.

    Raises: LegalEntityNotFound, SchemeNotFound.
    """
    if legal_entity is not None and not LegalEntity.objects.filter(code=legal_entity).exists():
        raise LegalEntityNotFound(legal_entity)
    keeps_atmosphere = scheme_id is not None and scheme_terms(scheme_id=scheme_id).keeps_atmosphere
    with connection.cursor() as cursor:
        cursor.execute(
            statement("trial_balance"),
            {
                "scheme_id": scheme_id,
                "keeps_atmosphere": keeps_atmosphere,
                "as_of": as_of,
                "legal_entity": legal_entity,
                "department_ids": None if department_ids is None else sorted(department_ids),
            },
        )
        rows = cursor.fetchall()
    return [
        AccountBalance(
            account_id,
            code,
            kind,
            commodity,
            Decimal(debit).scaleb(-exponent),
            Decimal(credit).scaleb(-exponent),
        )
        for account_id, code, kind, commodity, exponent, debit, credit in rows
    ]


def movements(
    *,
    from_on: date | None = None,
    until_on: date | None = None,
    scheme_id: int | None = None,
    department_ids: set[int] | None = None,
    legal_entity: str | None = None,
) -> list[AccountMovement]:
    """Accounts that were posted to by `until_on`, with what moved from `from_on` to it, by code.

    Both days count; None leaves that end open. The openings add up to zero in each commodity, and
    so do the closings, unless departments narrow them. Two trial balances, whatever moved between.

    Raises: LegalEntityNotFound, SchemeNotFound, WindowUpsideDown.
    """
    if from_on is not None and until_on is not None and until_on < from_on:
        raise WindowUpsideDown(from_on, until_on)
    narrowed: dict[str, Any] = {
        "scheme_id": scheme_id,
        "department_ids": department_ids,
        "legal_entity": legal_entity,
    }
    before: dict[int, AccountBalance] = {}
    if from_on is not None and from_on > date.min:
        rows = trial_balance(as_of=from_on - timedelta(days=1), **narrowed)
        before = {row.account_id: row for row in rows}
    return [
        _moved(row, before.get(row.account_id)) for row in trial_balance(as_of=until_on, **narrowed)
    ]


def _moved(now: AccountBalance, before: AccountBalance | None) -> AccountMovement:
    nothing = Decimal(0)
    none_before = nothing * now.balance  # with the decimals of the commodity
    return AccountMovement(
        account_id=now.account_id,
        account=now.account,
        kind=now.kind,
        commodity=now.commodity,
        opening=before.balance if before else none_before,
        debit=now.debit - (before.debit if before else nothing),
        credit=now.credit - (before.credit if before else nothing),
    )


def fund_balance(*, scheme_id: int) -> Decimal:
    """What the carbon fund of a scheme holds, in its currency: fees in, incentives out.

    Costs periods, however many accounts and lines there are.
    """
    kept = PeriodBalance.objects.filter(
        account__kind=AccountKind.CARBON_FUND, account__scheme_id=scheme_id
    )
    sums = kept.values_list("account__commodity__exponent").annotate(Sum("credit"), Sum("debit"))
    return sum(
        (Decimal(credit - debit).scaleb(-exponent) for exponent, credit, debit in sums), Decimal(0)
    )


def atmosphere_balance(*, as_of: date | None = None) -> Decimal:
    """kgCO2e the company has put into the air since its first record, less what it took out."""
    return -sum(
        (row.balance for row in trial_balance(as_of=as_of) if row.kind == AccountKind.ATMOSPHERE),
        Decimal(0),
    )
