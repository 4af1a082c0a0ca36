"""Reads and writes accounts: the default chart as data, and the accounts that follow from it.

Codes are readable by beancount and hledger as they are. Debit raises expenses and emissions;
the Atmosphere is where emissions and removals meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.models.accounts import Account, AccountKind, Commodity
from pricing.money import minor_exponent
from pricing.price_lookup import SchemeTerms

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
    AccountKind.ACCRUED_EXPENSE: "Expenses:Accrued-Carbon-Fee:{scheme}:{department}",
    AccountKind.ACCRUED_INCOME: "Income:Accrued-Carbon-Incentive:{scheme}:{department}",
    AccountKind.ACCRUED_LIABILITY: "Liabilities:Accrued-Carbon-Fee:{scheme}:{department}",
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
        scheme=scheme_part(place.scheme_code),
        source=source,
        durability=place.durability_class.capitalize(),
    )


def scheme_part(scheme_code: str) -> str:
    """A scheme's code as a part of account codes, e.g. `carbon_fee` → `CARBON-FEE`."""
    return scheme_code.upper().replace("_", "-")


def fund_place(terms: SchemeTerms) -> AccountPlace:
    """Where a scheme's fund is."""
    return AccountPlace(
        AccountKind.CARBON_FUND, terms.currency, scheme_id=terms.id, scheme_code=terms.code
    )


ATMOSPHERE = AccountPlace(AccountKind.ATMOSPHERE, KGCO2E)


def open_scheme_accounts(terms: SchemeTerms) -> None:
    """Open the accounts that all departments share in a scheme: its fund, and the atmosphere.

    A department's own accounts are opened by the shard that first needs them.
    """
    ensure_commodities(terms.currency)
    ensure_accounts([fund_place(terms)] + [ATMOSPHERE] * terms.keeps_atmosphere)


def account_id(place: AccountPlace) -> int:
    """The account of a place that all departments share."""
    return Account.objects.values_list("pk", flat=True).get(code=account_code(place))


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
