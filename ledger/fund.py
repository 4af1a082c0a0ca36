"""Reads. What a fund holds, has promised and paid, and which milestones of grants are paid."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from ledger.balances import fund_balance
from ledger.sql import statement
from pricing.grant_facts import Budget, Grant
from pricing.grant_lookup import budgets
from pricing.money import Money
from pricing.price_lookup import scheme_terms


@dataclass(frozen=True, slots=True)
class Payment:
    """The entry that paid a milestone, and the one that took it back, if there is one."""

    entry_id: int
    paid_on: date
    paid_by: str
    reversal_id: int | None
    taken_back_on: date | None


@dataclass(frozen=True, slots=True)
class FundPosition:
    """A scheme's fund. `committed` is awarded and not paid yet; `paid` what was not taken back.

    `budget` is the approved one for projects that start on the day that was asked for.
    """

    scheme: str
    currency: str
    may_overdraw: bool
    balance: Money
    committed: Money
    paid: Money
    taken_back: Money
    budget: Budget | None

    @property
    def available(self) -> Money:
        """What the fund holds and has promised nobody."""
        return self.balance - self.committed


def payments(milestone_ids: Collection[int] | None = None) -> dict[int, Payment]:
    """Which of these milestones are paid, by id; None means all."""
    asked = None if milestone_ids is None else [str(pk) for pk in milestone_ids]
    with connection.cursor() as cursor:
        cursor.execute(statement("grant_payments"), {"milestones": asked})
        return {row[0]: Payment(*row[1:]) for row in cursor.fetchall()}


def payments_of(grants: Collection[Grant]) -> dict[int, Payment]:
    """The same for the milestones of grants."""
    return payments([one.id for grant in grants for one in grant.milestones])


def fund_position(*, scheme_code: str, on: date) -> FundPosition:
    """What the fund of a scheme holds, and what of it is promised.

    Raises: SchemeNotFound.
    """
    terms = scheme_terms(code=scheme_code)
    with connection.cursor() as cursor:
        cursor.execute(statement("fund_promised"), {"scheme_id": terms.id})
        committed, paid, taken_back = (int(minor) for minor in cursor.fetchone())
    approved = [one for one in budgets(scheme_id=terms.id) if one.is_approved]
    return FundPosition(
        scheme=terms.code,
        currency=terms.currency,
        may_overdraw=terms.fund_may_overdraw,
        balance=Money.from_decimal(fund_balance(scheme_id=terms.id), terms.currency),
        budget=next((one for one in approved if one.starts_on <= on < one.ends_before), None),
        committed=Money(committed, terms.currency),
        paid=Money(paid, terms.currency),
        taken_back=Money(taken_back, terms.currency),
    )


def as_json(position: FundPosition) -> dict[str, Any]:
    """A fund as programs read it; decimals as strings."""
    budget = position.budget
    return {
        "scheme": position.scheme,
        "currency": position.currency,
        "may_overdraw": position.may_overdraw,
        **{
            name: f"{getattr(position, name).decimal:f}"
            for name in ("balance", "committed", "available", "paid", "taken_back")
        },
        "budget": None
        if budget is None
        else {
            "starts_on": budget.starts_on.isoformat(),
            "ends_before": budget.ends_before.isoformat(),
            "amount": f"{budget.amount.decimal:f}",
            "awarded": f"{budget.awarded.decimal:f}",
            "left": f"{budget.left.decimal:f}",
        },
    }
