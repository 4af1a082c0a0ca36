"""Reads. Which exchange rate applies on a day: its own, or the newest of the week before it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from departments.organisation.said import said
from pricing.errors import ExchangeRateMissing
from pricing.models import ExchangeRate

OLDEST_DAYS = 7  # a rate of a Friday serves a weekend with holidays, not the next month


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of one currency for one unit of another, the day it is of, and who says so."""

    from_currency: str
    to_currency: str
    rate: Decimal
    rate_on: date
    source: str

    @property
    def text(self) -> str:
        """`1 USD = 0.9125 EUR, 2023-03-31 (European Central Bank)`, in any language."""
        rate = f"{self.rate.normalize():f}"
        day = self.rate_on.isoformat()
        return f"1 {self.from_currency} = {rate} {self.to_currency}, {day} ({self.source})"


@dataclass(slots=True)
class Rates:
    """Approved rates at hand, so that asking for one reads nothing."""

    by_pair: Mapping[tuple[str, str], list[Rate]]
    used: dict[tuple[str, str, date], Rate] = field(default_factory=dict)

    def of(self, from_currency: str, to_currency: str, on: date) -> Rate | None:
        """The rate that applies on a day; None, where there is none of that week."""
        rates = self.by_pair.get((from_currency, to_currency), [])
        place = bisect_right(rates, on, key=lambda rate: rate.rate_on)
        if not place or on - rates[place - 1].rate_on >= timedelta(days=OLDEST_DAYS):
            return None
        found = self.used[from_currency, to_currency, on] = rates[place - 1]
        return found


def approved_rates(to_currencies: Collection[str]) -> Rates:
    """Every approved rate into these currencies; of several of one day the one approved last."""
    rows = ExchangeRate.objects.filter(
        to_currency__in=to_currencies, approved_by__isnull=False
    ).order_by("from_currency", "to_currency", "rate_on", "-approved_at", "-pk")
    newest = rows.distinct("from_currency", "to_currency", "rate_on")
    by_pair: dict[tuple[str, str], list[Rate]] = {}
    for row in newest:
        found = Rate(row.from_currency, row.to_currency, row.rate, row.rate_on, row.source)
        by_pair.setdefault((row.from_currency, row.to_currency), []).append(found)
    return Rates(by_pair)


def rate_of(*, from_currency: str, to_currency: str, on: date) -> Rate:
    """The rate that applies on a day.

    Raises: ExchangeRateMissing.
    """
    row = (
        ExchangeRate.objects.filter(
            from_currency=from_currency,
            to_currency=to_currency,
            rate_on__lte=on,
            rate_on__gt=on - timedelta(days=OLDEST_DAYS),
            approved_by__isnull=False,
        )
        .order_by("-rate_on", "-approved_at", "-pk")
        .first()
    )
    if row is None:
        raise ExchangeRateMissing([missing(from_currency, to_currency, on)])
    return Rate(row.from_currency, row.to_currency, row.rate, row.rate_on, row.source)


def missing(from_currency: str, to_currency: str, on: date) -> str:
    """What is missing, in words: `EUR for USD on 2023-03-31`."""
    return said(
        "%(wanted)s for %(given)s on %(day)s", wanted=to_currency, given=from_currency, day=on
    )


def list_rates(*, waiting: bool = False) -> Iterable[tuple[int, str, str, str, str]]:
    """Each rate: number, what, its source, who proposed it, who approved it (empty: it waits)."""
    rows = ExchangeRate.objects.select_related("proposed_by", "approved_by")
    for row in rows.filter(approved_by__isnull=True) if waiting else rows:
        approved = row.approved_by.get_username() if row.approved_by else ""
        yield row.pk, str(row), row.source, row.proposed_by.get_username(), approved
