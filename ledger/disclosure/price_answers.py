"""Calculates. What a table may ask about internal prices: type, volume, price, shares, variance."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

from departments.organisation.said import joined, said
from ledger.disclosure.answers import (
    BASES,
    UNSETTLED,
    Answer,
    Origin,
    Source,
    added_up,
    counted,
    missing,
    of_rule,
    of_text,
    place,
    share,
    shown,
    sources_of,
)
from ledger.disclosure.facts import Facts, SchemeFacts, Settled, tonnes, total
from ledger.disclosure.rows import PriceRow, SchemeRow, ScopeRow
from ledger.disclosure.variance import spatial_variance, temporal_variance

LOWEST = "The lowest of the prices that posted lines of the year carry: %(prices)s."
HIGHEST = "The highest of the prices that posted lines of the year carry: %(prices)s."

# A scheme


def scheme_type(facts: Facts, row: SchemeRow | PriceRow) -> Answer:
    """Its mechanism, in the framework's own words where the map has them."""
    mechanism = row.scheme.mechanism
    why = said(
        "%(scheme)s has the mechanism “%(mechanism)s”.",
        scheme=row.scheme.code,
        mechanism=said(mechanism),
    )
    return of_rule(mechanism, why)


def scopes_covered(facts: Facts, row: SchemeRow) -> Answer:
    """Every scope and category that something was charged for."""
    return _places(row.scheme, row.scheme.charged)


def lowest_price(facts: Facts, row: SchemeRow) -> Answer:
    return _price(row.scheme, min, LOWEST)


def highest_price(facts: Facts, row: SchemeRow) -> Answer:
    return _price(row.scheme, max, HIGHEST)


def spatial(facts: Facts, row: SchemeRow) -> Answer:
    if not row.scheme.charged:
        return _no_price(row.scheme)
    word, why = spatial_variance(row.scheme, facts.year)
    return Answer(word, Origin.RULE, arithmetic=(why,), sources=_charged(row.scheme))


def temporal(facts: Facts, row: SchemeRow) -> Answer:
    if not row.scheme.charged:
        return _no_price(row.scheme)
    word, why = temporal_variance(row.scheme, facts.year)
    return Answer(word, Origin.RULE, arithmetic=(why,), sources=_charged(row.scheme))


def share_of_selected_scopes(facts: Facts, row: SchemeRow) -> Answer:
    """Charged tonnes of all tonnes of those scopes that anything is charged of."""
    scheme = row.scheme
    scopes = {each.scope for each in scheme.charged}
    selected = [each for each in scheme.emissions if each.scope in scopes]
    found = share(added_up(scheme, scheme.charged), added_up(scheme, selected), places=2)
    if found.value is None:
        return found
    left = total(each.settled_kgco2e for each in selected if each.kind != "charge")
    beside = said(
        "%(tonnes)s t of these scopes were settled and not charged.", tonnes=shown(tonnes(left))
    )
    return replace(found, arithmetic=(*found.arithmetic, beside))


def is_monitored(facts: Facts, row: SchemeRow) -> Answer:
    """Yes, where an approved text says how; silence is no answer."""
    found = of_text(row.scheme, "monitoring")
    if found.value is None:
        return found
    why = said("An approved text says how it is monitored and evaluated.")
    return Answer(said("yes"), Origin.TEXT, arithmetic=(why, *found.arithmetic))


# A price


def volume(facts: Facts, row: PriceRow) -> Answer:
    return _volume(row, "settled")


def volume_by_location(facts: Facts, row: PriceRow) -> Answer:
    return _volume(row, "location")


def volume_by_market(facts: Facts, row: PriceRow) -> Answer:
    return _volume(row, "market")


def price(facts: Facts, row: PriceRow) -> Answer:
    if row.price_per_tonne is None:
        return _no_price(row.scheme)
    return _priced(row.scheme, row.price_per_tonne, row.lines)


def perimeter(facts: Facts, row: PriceRow) -> Answer:
    return _places(row.scheme, row.lines)


# A scope


def scope_name(facts: Facts, row: ScopeRow) -> Answer:
    why = said("As %(scheme)s settled it.", scheme=row.scheme.code)
    return of_rule(said("Scope %(scope)s", scope=row.scope), why)


def gross(facts: Facts, row: ScopeRow) -> Answer:
    return added_up(row.scheme, row.lines)


def gross_by_location(facts: Facts, row: ScopeRow) -> Answer:
    return added_up(row.scheme, row.lines, basis="location")


def gross_by_market(facts: Facts, row: ScopeRow) -> Answer:
    return added_up(row.scheme, row.lines, basis="market")


def covered(facts: Facts, row: ScopeRow) -> Answer:
    return added_up(row.scheme, row.charged)


def uncharged(facts: Facts, row: ScopeRow) -> Answer:
    return added_up(row.scheme, row.uncharged)


def covered_share(facts: Facts, row: ScopeRow) -> Answer:
    return share(covered(facts, row), gross(facts, row), places=1)


def unsettled(facts: Facts, row: ScopeRow) -> Answer:
    """Approved results of the year's days, less what the scheme has settled of them."""
    basis = row.scheme.scope2_basis
    approved = total(
        each.market_kgco2e if basis == "market" else each.location_kgco2e
        for each in facts.approved
        if each.scope == row.scope
    )
    settled = total(each.settled_kgco2e for each in row.lines)
    sentence = said(
        UNSETTLED,
        approved=shown(tonnes(approved)),
        settled=shown(tonnes(settled)),
        scheme=row.scheme.code,
        left=shown(tonnes(approved - settled)),
    )
    return Answer(tonnes(approved - settled), Origin.APPROVED, "tCO2e", (sentence,))


def _volume(row: PriceRow, basis: str) -> Answer:
    if row.price_per_tonne is None:
        return _no_price(row.scheme)
    return added_up(row.scheme, row.lines, basis=basis)


def _price(
    scheme: SchemeFacts, choose: Callable[[Iterable[Decimal]], Decimal], form: str
) -> Answer:
    prices = {each.price_per_tonne for each in scheme.charged if each.price_per_tonne is not None}
    if not prices:
        return _no_price(scheme)
    chosen = choose(prices)
    lines = [each for each in scheme.charged if each.price_per_tonne == chosen]
    found = _priced(scheme, chosen, lines)
    why = said(form, prices=", ".join(shown(each) for each in sorted(prices)))
    return replace(found, arithmetic=(why, *found.arithmetic))


def _priced(scheme: SchemeFacts, amount: Decimal, lines: Iterable[Settled]) -> Answer:
    kept = tuple(lines)
    quantity = tonnes(total(each.settled_kgco2e for each in kept))
    charged = total(each.amount for each in kept)
    count = sum(each.line_count for each in kept)
    sentence = said(
        "%(lines)s posted at %(price)s %(currency)s per tCO2e: %(tonnes)s t, %(amount)s "
        "%(currency)s after rounding each line.",
        lines=counted(count),
        price=shown(amount),
        currency=scheme.currency,
        tonnes=shown(quantity),
        amount=f"{charged:,f}",
    )
    unit = f"{scheme.currency}/tCO2e"
    return Answer(amount, Origin.SETTLED, unit, (sentence,), sources_of(scheme, kept))


def _places(scheme: SchemeFacts, lines: Iterable[Settled]) -> Answer:
    kept = tuple(lines)
    if not kept:
        return _no_price(scheme)
    names = {
        (each.scope or 0, each.category or 0): _place(scheme, each.scope, each.category)
        for each in kept
    }
    found = joined("; ", [names[key] for key in sorted(names)])
    why = said("What %(scheme)s has posted charges for in the year.", scheme=scheme.code)
    return Answer(found, Origin.SETTLED, arithmetic=(why,), sources=sources_of(scheme, kept))


def _place(scheme: SchemeFacts, scope: int | None, category: int | None) -> str:
    """A place; Scope 2 with the basis that the scheme charges it on."""
    named = place(scope, category)
    if scope != 2:
        return named
    return said("%(place)s (%(basis)s)", place=named, basis=BASES[scheme.scope2_basis])


def _charged(scheme: SchemeFacts) -> tuple[Source, ...]:
    return sources_of(scheme, scheme.charged)


def _no_price(scheme: SchemeFacts) -> Answer:
    return missing(
        said(
            "%(scheme)s (%(mechanism)s) charged no tonnes in the year.",
            scheme=scheme.code,
            mechanism=said(scheme.mechanism),
        )
    )
