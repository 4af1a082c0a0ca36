"""Reads and writes accounts: the default chart as data, and the accounts that follow from it.

Codes are readable by beancount and hledger as they are. Debit raises expenses and emissions;
the Atmosphere is where emissions and removals meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.models.accounts import Account, AccountKind, Commodity
from pricing.money import minor_exponent

KGCO2E = "KGCO2E"
KGCO2E_EXPONENT = 6  # stored to the milligram

# One row a kind: how its code is built from the dimensions it has.
CHART: dict[str, str] = {
    AccountKind.EMISSIONS: "Expenses:Emissions:{department}:{source}",
    AccountKind.REMOVALS: "Income:Removals:{department}:{durability}",
    AccountKind.ATMOSPHERE: "Equity:Atmosphere",
    AccountKind.FEE_EXPENSE: "Expenses:Carbon-Fee:{scheme}:{department}",
    AccountKind.INCENTIVE_INCOME: "Income:Carbon-Incentive:{scheme}:{department}",
    AccountKind.CARBON_FUND: "Equity:Carbon-Fund:{scheme}",
}


@dataclass(frozen=True, slots=True)
class AccountPlace:
    """The dimensions of one account, with the codes its own code is built from."""

    kind: str
    commodity: str
    scheme_id: int | None = None
    scheme_code: str = ""
    department_id: int | None = None
    department_code: str = ""
    scope: int | None = None
    category: int | None = None
    durability_class: str = ""


def account_code(place: AccountPlace) -> str:
    """The account's code, e.g. `Expenses:Emissions:CLOUD:Scope-3:Category-6`."""
    source = f"Scope-{place.scope}"
    if place.category:
        source += f":Category-{place.category}"
    return CHART[place.kind].format(
        department=place.department_code,
        scheme=place.scheme_code.upper().replace("_", "-"),
        source=source,
        durability=place.durability_class.capitalize(),
    )


def ensure_commodities(currency: str) -> None:
    """Create the currency and KGCO2E where they are missing."""
    Commodity.objects.bulk_create(
        [
            Commodity(code=KGCO2E, exponent=KGCO2E_EXPONENT),
            Commodity(code=currency, exponent=minor_exponent(currency)),
        ],
        ignore_conflicts=True,
    )


def ensure_accounts(places: Iterable[AccountPlace]) -> None:
    """Create the accounts that are missing; safe when several do it at once."""
    Account.objects.bulk_create(
        [
            Account(
                code=account_code(place),
                kind=place.kind,
                commodity_id=place.commodity,
                scheme_id=place.scheme_id,
                department_id=place.department_id,
                scope=place.scope,
                category=place.category,
                durability_class=place.durability_class,
            )
            for place in sorted(places, key=account_code)
        ],
        ignore_conflicts=True,
        batch_size=5_000,
    )
