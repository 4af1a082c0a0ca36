"""Writes. The accounts that a settlement will post to, created where they are missing."""

from __future__ import annotations

from typing import Any

from ledger.chart_of_accounts import KGCO2E, AccountPlace, ensure_accounts, ensure_commodities
from ledger.models.accounts import AccountKind
from ledger.models.settlements import LineKind, Settlement, SettlementLine
from pricing.price_lookup import SchemeTerms

# Which account of the department a line moves money on.
MONEY_ACCOUNT: dict[str, str] = {
    LineKind.CHARGE: AccountKind.FEE_EXPENSE,
    LineKind.INCENTIVE: AccountKind.INCENTIVE_INCOME,
}


def open_accounts(settlement: Settlement, terms: SchemeTerms) -> None:
    """Create what posting a settlement will touch, where it is missing."""
    ensure_commodities(terms.currency)
    ensure_accounts(accounts_of(settlement, terms))


def accounts_of(settlement: Settlement, terms: SchemeTerms) -> set[AccountPlace]:
    """Every account that posting a settlement touches."""
    money: dict[str, Any] = {
        "commodity": terms.currency,
        "scheme_id": terms.id,
        "scheme_code": terms.code,
    }
    places = {AccountPlace(AccountKind.CARBON_FUND, **money)}
    if terms.keeps_atmosphere:
        places.add(AccountPlace(AccountKind.ATMOSPHERE, KGCO2E))
    dimensions = ("kind", "scope", "category", "durability_class")
    combinations = (
        SettlementLine.objects.filter(settlement=settlement)
        .values_list("department_id", "department__code", *dimensions)
        .distinct()
        .order_by()
    )
    for department_id, code, kind, *source in combinations:
        department: dict[str, Any] = {"department_id": department_id, "department_code": code}
        if kind in MONEY_ACCOUNT:
            places.add(AccountPlace(MONEY_ACCOUNT[kind], **money, **department))
        if terms.keeps_atmosphere:
            places.add(_kilogram_place(department, *source))
    return places


def _kilogram_place(
    department: dict[str, Any], scope: int | None, category: int | None, durability: str
) -> AccountPlace:
    if durability:
        return AccountPlace(AccountKind.REMOVALS, KGCO2E, **department, durability_class=durability)
    return AccountPlace(AccountKind.EMISSIONS, KGCO2E, **department, scope=scope, category=category)
