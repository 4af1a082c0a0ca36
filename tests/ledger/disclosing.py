"""Facts of a scheme in few words, for what is calculated from them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ledger.disclosure.facts import (
    Facts,
    PeriodFact,
    PricedPeriod,
    PriceFact,
    SchemeFacts,
    Settled,
    Year,
)

FY24 = Year("FY24", (PeriodFact(1, "FY24", date(2024, 1, 1), date(2025, 1, 1), True),))


def lines(
    tonnes: str,
    scope: int | None = 1,
    category: int | None = None,
    *,
    price: tuple[int, str] | None = (1, "15"),
    location: str = "",
    durability_class: str = "",
) -> Settled:
    """Settled lines of FY24: charged, or recorded if there is no price; market-based tonnes."""
    kgco2e = Decimal(tonnes) * 1000
    per_tonne = Decimal(price[1]) if price else None
    return Settled(
        period="FY24",
        period_id=1,
        kind="charge" if price else "recorded",
        scope=scope,
        category=category,
        durability_class=durability_class,
        price_id=price[0] if price else None,
        price_per_tonne=per_tonne,
        location_kgco2e=Decimal(location) * 1000 if location else kgco2e,
        market_kgco2e=kgco2e,
        settled_kgco2e=kgco2e,
        amount=Decimal(tonnes) * (per_tonne or 0),
        line_count=1,
    )


def price(
    number: int,
    per_tonne: str,
    starts_on: date,
    ends_before: date | None = None,
    key: tuple[int, int, int, str] = (0, 0, 0, ""),
) -> PriceFact:
    return PriceFact(number, Decimal(per_tonne), key, starts_on, ends_before)


def scheme(*settled: Settled, **facts: Any) -> SchemeFacts:
    """A fee in dollars, market-based, that keeps the atmosphere."""
    usual: dict[str, Any] = {
        "id": 1,
        "code": "fee",
        "name": "Fee",
        "mechanism": "fee",
        "currency": "USD",
        "scope2_basis": "market",
        "is_illustrative": False,
        "keeps_atmosphere": True,
        "prices": (),
        "history": (),
        "texts": {},
    }
    return SchemeFacts(settled=settled, **usual | facts)


def facts(*schemes: SchemeFacts, **more: Any) -> Facts:
    return Facts(FY24, schemes, more.pop("removals", ()), more.pop("approved", ()), **more)


def charged_in(first_day: date, price_id: int, scope: int = 1) -> PricedPeriod:
    return PricedPeriod(first_day, scope, None, price_id)
