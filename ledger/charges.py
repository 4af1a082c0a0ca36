"""Reads. Posted settlement lines as charges in the columns of FOCUS 1.0.

https://focus.finops.org/wp-content/uploads/2024/11/FOCUS-spec-v1_0.pdf: what tools for cloud costs
take in. Charges are positive and earnings negative, so that BilledCost adds up to the statements.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.models.settlements import CHARGING, EARNING, LineKind, SettlementLine, SettlementState
from pricing import price_lookup
from pricing.price_lookup import SchemeTerms

BATCH = 1_000
PROVIDER = "Carbon Fee Ledger"
SERVICE_CATEGORY = "Other"  # the list of FOCUS has none for emissions
CATEGORIES = {
    LineKind.CHARGE: "Usage",
    LineKind.INCENTIVE: "Credit",
    LineKind.LEVY: "Adjustment",
    LineKind.ALLOCATION: "Credit",
}


@dataclass(frozen=True, slots=True)
class Charge:
    """One posted line. Costs in whole units of the currency, quantities in kgCO2e and tCO2e.

    Nothing is discounted, so billed, effective, list and contracted cost are one amount: the posted
    one, rounded as it was posted. Ends of periods are the first moment after them.
    """

    line_id: int
    scheme: str
    scheme_name: str
    currency: str
    department: str
    department_name: str
    legal_entity: str
    settlement_id: int
    billing_start: date
    billing_end: date
    charge_start: date
    charge_end: date
    kind: str
    is_true_up: bool
    scope: int | None
    category: int | None
    durability_class: str
    cost: Decimal
    price_per_tonne: Decimal | None
    settled_kgco2e: Decimal
    location_kgco2e: Decimal
    market_kgco2e: Decimal

    @property
    def charge_category(self) -> str:
        return CATEGORIES[LineKind(self.kind)]

    @property
    def description(self) -> str:
        what = {
            LineKind.CHARGE: "Carbon fee",
            LineKind.INCENTIVE: "Incentive for absorbed tonnes",
            LineKind.LEVY: "Levy",
            LineKind.ALLOCATION: "Allocation",
        }[LineKind(self.kind)]
        place = f", Scope {self.scope}" if self.scope else ""
        place += f" category {self.category}" if self.category else ""
        return f"{what} of {self.scheme_name}{place}" + (", true-up" if self.is_true_up else "")

    @property
    def tags(self) -> dict[str, str]:
        """What narrows the line, without what does not apply."""
        facts = {
            "scope": self.scope,
            "category": self.category,
            "durability_class": self.durability_class,
        }
        return {name: str(fact) for name, fact in facts.items() if fact}


def charges(
    *,
    scheme: str | None = None,
    period: str | None = None,
    department_ids: Collection[int] | None = None,
    after_line_id: int = 0,
    limit: int | None = None,
) -> Iterator[Charge]:
    """Posted charges and earnings in the order they were settled; `department_ids` None means all.

    `period` is the one that was billed, the settlement's. Memory stays flat: rows come by keyset.
    """
    terms = {found.id: found for found in price_lookup.all_scheme_terms()}
    lines = SettlementLine.objects.filter(
        settlement__state=SettlementState.POSTED, kind__in=(*CHARGING, *EARNING)
    ).select_related("settlement__period", "activity_period", "department", "legal_entity")
    if scheme is not None:
        lines = lines.filter(scheme_id__in=[one.id for one in terms.values() if one.code == scheme])
    if period is not None:
        lines = lines.filter(settlement__period__code=period)
    if department_ids is not None:
        lines = lines.filter(department_id__in=department_ids)
    left = limit
    while left is None or left > 0:
        size = BATCH if left is None else min(BATCH, left)
        rows = list(lines.filter(pk__gt=after_line_id).order_by("pk")[:size])
        for row in rows:
            yield _charge(row, terms[row.scheme_id])
        if len(rows) < size:
            return
        after_line_id = rows[-1].pk
        left = None if left is None else left - len(rows)


def _charge(line: SettlementLine, terms: SchemeTerms) -> Charge:
    billed, active = line.settlement.period, line.activity_period
    sign = -1 if line.kind in EARNING else 1
    return Charge(
        line_id=line.pk,
        scheme=terms.code,
        scheme_name=terms.name,
        currency=terms.currency,
        department=line.department.code,
        department_name=line.department.name,
        legal_entity=line.legal_entity.code if line.legal_entity else "",
        settlement_id=line.settlement_id,
        billing_start=billed.first_day,
        billing_end=billed.ends_before,
        charge_start=active.first_day,
        charge_end=active.ends_before,
        kind=line.kind,
        is_true_up=line.is_true_up,
        scope=line.scope,
        category=line.category,
        durability_class=line.durability_class,
        cost=Decimal(sign * line.amount_minor).scaleb(-terms.currency_exponent),
        price_per_tonne=line.price_per_tonne,
        settled_kgco2e=_kg(line.settled_mgco2e),
        location_kgco2e=_kg(line.location_mgco2e),
        market_kgco2e=_kg(line.market_mgco2e),
    )


def _kg(mgco2e: Any) -> Decimal:
    return Decimal(mgco2e).scaleb(-6)
