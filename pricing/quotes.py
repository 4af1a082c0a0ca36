"""Reads. What an activity, or so many kgCO2e, would cost a department before it happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from departments.inventory.activity_trial import Trial, try_activity
from departments.organisation.models import Department
from pricing.charging import Charge, charge, plain
from pricing.incentives import earn
from pricing.mechanisms import moves_money
from pricing.money import Money
from pricing.price_lookup import (
    SchemeTerms,
    all_scheme_terms,
    charges,
    incentive_on,
    incentive_rules,
    price_by,
    scheme_terms,
)

CHARGE, INCENTIVE, RECORDED = "charge", "incentive", "recorded"


@dataclass(frozen=True, slots=True)
class Emission:
    """What a quote is about: kgCO2e on both bases, and their place in the method."""

    location_kgco2e: Decimal
    market_kgco2e: Decimal
    scope: int | None
    category: int | None
    country: str = ""
    durability_class: str = ""
    removal_state: str = ""

    @property
    def place(self) -> str:
        """Scope and category for people."""
        if self.durability_class:
            return f"{self.durability_class} removals"
        return f"Scope {self.scope}" + (f" category {self.category}" if self.category else "")


@dataclass(frozen=True, slots=True)
class Quote:
    """What one scheme would say, and the reasons; `price_per_tonne` None: it has no price for it.

    `kind` is that of a statement line: `charge` costs, `incentive` earns, `recorded` does neither.
    `moves_money` is false where the amount would be shown and not booked.
    """

    scheme: str
    scheme_name: str
    kind: str
    basis: str
    kgco2e: Decimal
    amount_minor: int
    currency: str
    price_per_tonne: Decimal | None
    moves_money: bool
    explanation: tuple[str, ...]

    @property
    def amount(self) -> Decimal:
        """In whole units of the currency."""
        return Money(self.amount_minor, self.currency).decimal


@dataclass(frozen=True, slots=True)
class ActivityQuote:
    """An activity worked out, and what each scheme would make of it."""

    trial: Trial
    quotes: tuple[Quote, ...]


def quote_activity(
    *,
    department: Department,
    facts: Mapping[str, str],
    on: date,
    scheme_code: str | None = None,
) -> ActivityQuote:
    """What an activity would cost: the arithmetic of a record, then that of its statement line.

    `facts` are the cells of a row of a file of activity, by column; days left out are `on`.
    Nothing is stored.

    Raises: TrialRefused, SchemeNotFound, NoPriceInForce.
    """
    trial = try_activity(department=department, facts=facts, on=on)
    result = trial.result
    emission = Emission(
        location_kgco2e=result.location_kgco2e,
        market_kgco2e=result.market_kgco2e,
        scope=result.scope,
        category=result.category,
        country=result.country,
        durability_class=result.durability_class,
        removal_state=result.removal_state,
    )
    quotes = quotes_of(
        department_id=department.pk,
        on=trial.ended_on,
        emission=emission,
        scheme_code=scheme_code,
    )
    return ActivityQuote(trial, quotes)


def quotes_of(
    *, department_id: int, on: date, emission: Emission, scheme_code: str | None = None
) -> tuple[Quote, ...]:
    """What each scheme would say about emissions of a department on a day, or one of them.

    Raises: SchemeNotFound, NoPriceInForce.
    """
    schemes = all_scheme_terms() if scheme_code is None else [scheme_terms(code=scheme_code)]
    return tuple(_quote(terms, department_id, on, emission) for terms in schemes)


def quote(
    *,
    scheme_code: str,
    department_id: int,
    on: date,
    kgco2e: Decimal,
    scope: int,
    category: int | None,
    country: str = "",
) -> Quote:
    """What so many kgCO2e would cost a department on a day, with the rounding of a statement line.

    Raises: SchemeNotFound, NoPriceInForce.
    """
    emission = Emission(kgco2e, kgco2e, scope, category, country)
    (found,) = quotes_of(
        department_id=department_id, on=on, emission=emission, scheme_code=scheme_code
    )
    return found


def _quote(terms: SchemeTerms, department_id: int, on: date, emission: Emission) -> Quote:
    kgco2e, basis = _settled(terms, emission)
    if emission.durability_class:
        return _of_removal(terms, on, emission, kgco2e)
    if not charges(terms, on=on, scope=emission.scope, category=emission.category):
        reason = (
            f"Scheme {terms.code} does not charge {emission.place} on {on}: "
            f"{plain(kgco2e)} kg are free."
        )
        return _said(terms, RECORDED, basis, kgco2e, None, None, (reason,))
    assert emission.scope is not None
    price = price_by(
        terms,
        on=on,
        department_id=department_id,
        scope=emission.scope,
        category=emission.category,
        country=emission.country,
    )
    cost = charge(kgco2e=kgco2e, price_per_tonne=price.price_per_tonne, currency=terms.currency)
    words = (*_on_basis(terms, emission), *price.explanation)
    return _said(terms, CHARGE, basis, kgco2e, price.price_per_tonne, cost, words)


def _settled(terms: SchemeTerms, emission: Emission) -> tuple[Decimal, str]:
    """The kgCO2e that the scheme counts, and the basis where there are two."""
    is_market = terms.scope2_basis == "market"
    kgco2e = emission.market_kgco2e if is_market else emission.location_kgco2e
    return kgco2e, str(terms.scope2_basis) if emission.scope == 2 else ""


def _on_basis(terms: SchemeTerms, emission: Emission) -> tuple[str, ...]:
    if emission.scope != 2 or emission.location_kgco2e == emission.market_kgco2e:
        return ()
    return (
        f"Scheme {terms.code} charges Scope 2 {terms.scope2_basis}-based: location-based "
        f"{plain(emission.location_kgco2e)} kg, market-based {plain(emission.market_kgco2e)} kg.",
    )


def _of_removal(terms: SchemeTerms, on: date, emission: Emission, kgco2e: Decimal) -> Quote:
    """What absorbed tonnes would earn once they are verified."""
    rate = incentive_on(
        incentive_rules(terms.id), on=on, durability_class=emission.durability_class
    )
    if rate is None or on < terms.starts_on:
        reason = f"Scheme {terms.code} pays nothing for {emission.place} on {on}."
        return _said(terms, RECORDED, "", kgco2e, None, None, (reason,))
    if emission.removal_state != "verified":
        reason = f"Only verified tonnes earn; these are {emission.removal_state}."
        return _said(terms, RECORDED, "", kgco2e, None, None, (reason,))
    earned = earn(kgco2e=kgco2e, rate_per_tonne=rate.rate_per_tonne, currency=terms.currency)
    words = (
        f"{emission.place.capitalize()} earn {plain(rate.rate_per_tonne)} {terms.currency} per "
        f"tCO2e, in force from {rate.starts_on}"
        + (f" until before {rate.ends_before}." if rate.ends_before else "."),
    )
    return _said(terms, INCENTIVE, "", kgco2e, rate.rate_per_tonne, earned, words)


def _said(
    terms: SchemeTerms,
    kind: str,
    basis: str,
    kgco2e: Decimal,
    price_per_tonne: Decimal | None,
    cost: Charge | None,
    words: tuple[str, ...],
) -> Quote:
    is_booked = cost is not None and moves_money(terms.mechanism, kind)
    shown: dict[str, Any] = {"amount_minor": 0, "explanation": words}
    if cost is not None:
        beside = () if is_booked else (f"Scheme {terms.code} shows this amount and books nothing.",)
        shown = {
            "amount_minor": cost.amount_minor,
            "explanation": (*words, *beside, *cost.explanation),
        }
    return Quote(
        scheme=terms.code,
        scheme_name=terms.name,
        kind=kind,
        basis=basis,
        kgco2e=kgco2e,
        currency=terms.currency,
        price_per_tonne=price_per_tonne,
        moves_money=is_booked,
        **shown,
    )
