"""Reads and writes accounts: the default chart as data, and the accounts that follow from it.

Codes are readable by beancount and hledger as they are. Debit raises expenses and emissions;
the Atmosphere is where emissions and removals meet. Where a scheme tells books apart, an account is
in those of one legal entity: a department's code names it where it isn't the fund's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from departments.organisation.models import LegalEntity
from ledger.errors.journal import AccountCodeTaken
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
    AccountKind.FEE_EXPENSE: "Expenses:Carbon-Fee:{scheme}:{department}{books}",
    AccountKind.INCENTIVE_INCOME: "Income:Carbon-Incentive:{scheme}:{department}{books}",
    AccountKind.LEVY_EXPENSE: "Expenses:Carbon-Levy:{scheme}:{department}{books}",
    AccountKind.FEE_RETURN: "Income:Carbon-Fee-Return:{scheme}:{department}{books}",
    AccountKind.CARBON_FUND: "Equity:Carbon-Fund:{scheme}",
    AccountKind.ACCRUED_EXPENSE: "Expenses:Accrued-Carbon-Fee:{scheme}:{department}{books}",
    AccountKind.ACCRUED_INCOME: "Income:Accrued-Carbon-Incentive:{scheme}:{department}{books}",
    AccountKind.ACCRUED_LIABILITY: "Liabilities:Accrued-Carbon-Fee:{scheme}:{department}{books}",
    AccountKind.DUE_TO: "Liabilities:Due-To:{entity}:{counterparty}:{scheme}",
    AccountKind.DUE_FROM: "Assets:Due-From:{entity}:{counterparty}:{scheme}",
}


@dataclass(frozen=True, slots=True)
class AccountPlace:
    """The dimensions of one account, with the codes its own code is built from.

    `books` is the part of a department's code that names a legal entity other than the fund's.
    """

    kind: str
    commodity: str
    scheme_id: int | None = None
    scheme_code: str = ""
    department_id: int | None = None
    department_code: str = ""
    scope: int | None = None
    category: int | None = None
    durability_class: str = ""
    legal_entity_id: int | None = None
    counterparty_id: int | None = None
    entity: str = ""
    counterparty: str = ""
    books: str = ""


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
        entity=place.entity,
        counterparty=place.counterparty,
        books=place.books,
    )


def scheme_part(scheme_code: str) -> str:
    """A scheme's code as a part of account codes, e.g. `carbon_fee` → `CARBON-FEE`."""
    return scheme_code.upper().replace("_", "-")


def fund_place(terms: SchemeTerms) -> AccountPlace:
    """Where a scheme's fund is."""
    return AccountPlace(
        AccountKind.CARBON_FUND,
        terms.currency,
        scheme_id=terms.id,
        scheme_code=terms.code,
        legal_entity_id=terms.fund_entity_id,
    )


def entity_part(entity: LegalEntity) -> str:
    """A legal entity's code as a part of account codes, e.g. `de_20` → `DE-20`."""
    part = re.sub("[^A-Z0-9]+", "-", entity.code.upper()).strip("-")
    return part or f"ENTITY-{entity.pk}"


def books_part(terms: SchemeTerms, entity: LegalEntity | None) -> str:
    """What a department's account in an entity's books has behind its code: `:DE20`, or nothing."""
    if entity is None or entity.pk == terms.fund_entity_id:
        return ""
    return f":{entity_part(entity)}"


ATMOSPHERE = AccountPlace(AccountKind.ATMOSPHERE, KGCO2E)
# Emissions from before anything was recorded: of no department, scope or category.
HISTORICAL_CODE = "Expenses:Emissions:Historical"


def open_scheme_accounts(terms: SchemeTerms, others: set[int]) -> None:
    """Open the accounts that departments share in a scheme: its fund, the atmosphere, and what the
    fund's legal entity and the others are due.

    A department's own accounts are opened by the shard that first needs them.

    Raises: AccountCodeTaken, if another legal entity's accounts have these codes.
    """
    ensure_commodities(terms.currency)
    ensure_accounts([fund_place(terms)] + [ATMOSPHERE] * terms.keeps_atmosphere)
    if others:
        _open_due_accounts(terms, others)


def ensure_historical() -> None:
    """Open the account of historical emissions, and the atmosphere's, where they are missing."""
    Commodity.objects.bulk_create(
        [Commodity(code=KGCO2E, exponent=KGCO2E_EXPONENT)], ignore_conflicts=True
    )
    ensure_accounts([ATMOSPHERE])
    historical = Account(code=HISTORICAL_CODE, kind=AccountKind.EMISSIONS, commodity_id=KGCO2E)
    Account.objects.bulk_create([historical], ignore_conflicts=True)


def _open_due_accounts(terms: SchemeTerms, others: set[int]) -> None:
    assert terms.fund_entity_id is not None  # else no books are told apart
    entities = LegalEntity.objects.in_bulk({*others, terms.fund_entity_id})
    fund = entities.pop(terms.fund_entity_id)
    ensure_accounts(
        place
        for other in entities.values()
        for place in (
            _due_place(AccountKind.DUE_TO, terms, other, fund),
            _due_place(AccountKind.DUE_FROM, terms, fund, other),
        )
    )
    found = Account.objects.filter(scheme_id=terms.id, counterparty__isnull=False)
    debtors = found.filter(kind=AccountKind.DUE_TO).values_list("legal_entity_id", flat=True)
    missing = others - set(debtors)
    if missing:
        raise AccountCodeTaken(terms.code, len(missing))


def _due_place(
    kind: str, terms: SchemeTerms, entity: LegalEntity, counterparty: LegalEntity
) -> AccountPlace:
    return AccountPlace(
        kind,
        terms.currency,
        scheme_id=terms.id,
        scheme_code=terms.code,
        legal_entity_id=entity.pk,
        counterparty_id=counterparty.pk,
        entity=entity_part(entity),
        counterparty=entity_part(counterparty),
    )


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
                legal_entity_id=place.legal_entity_id,
                counterparty_id=place.counterparty_id,
            )
            for place in sorted(places, key=account_code)
        ],
        ignore_conflicts=True,
        batch_size=5_000,
    )
