"""Reads. What a bill comes to in the currency of its department's books: told, never posted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from departments.organisation.models import DepartmentPlacement
from departments.organisation.said import what_it_says
from ledger.statements import Statement
from pricing.errors import ExchangeRateMissing
from pricing.exchange_lookup import Rate, rate_of
from pricing.money import EXACT, minor_exponent, round_half_away


@dataclass(frozen=True, slots=True)
class ConvertedBill:
    """A bill's net in another currency, with its rate; both None where no rate is approved."""

    currency: str
    net: Decimal | None
    rate: Rate | None
    missing: str = ""

    def content(self) -> dict[str, Any]:
        """As programs read it."""
        rate = self.rate
        return {
            "currency": self.currency,
            "net": None if self.net is None else f"{self.net:f}",
            "rate": None if rate is None else f"{rate.rate.normalize():f}",
            "rate_date": None if rate is None else rate.rate_on.isoformat(),
            "rate_source": None if rate is None else rate.source,
        }


def converted_bill(statement: Statement) -> ConvertedBill | None:
    """The bill's net at the rate of its last day, rounded once, half away from zero.

    In the currency of the legal entity whose books its department is in on that day. None where
    that is the bill's own, or the department is in nobody's books. It is no part of the statement's
    hash: a corrected rate changes it.
    """
    placed = (
        DepartmentPlacement.objects.filter(
            department__code=statement.department, in_force__contains=statement.ends_on
        )
        .select_related("legal_entity")
        .first()
    )
    own = placed.legal_entity.currency if placed else statement.currency
    if own == statement.currency:
        return None
    try:
        rate = rate_of(from_currency=statement.currency, to_currency=own, on=statement.ends_on)
    except ExchangeRateMissing as refusal:
        return ConvertedBill(own, None, None, what_it_says(refusal))
    exponent = minor_exponent(own)
    minor = round_half_away(EXACT.multiply(statement.net, rate.rate), exponent)
    return ConvertedBill(own, Decimal(minor).scaleb(-exponent, context=EXACT), rate)


def told_converted(statement: Statement) -> dict[str, Any]:
    """`converted` for programs, beside a statement in another currency; else nothing."""
    found = converted_bill(statement)
    return {"converted": found.content()} if found else {}
