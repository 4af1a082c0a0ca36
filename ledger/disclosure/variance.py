"""Calculates. Whether a price differs from place to place, and whether it changes over time."""

from __future__ import annotations

from itertools import combinations, pairwise

from departments.organisation.said import said
from ledger.disclosure.answers import place, shown
from ledger.disclosure.facts import PricedPeriod, PriceFact, SchemeFacts, Year

UNIFORM, DIFFERENTIATED = "uniform", "differentiated"
STATIC, EVOLUTIONARY = "static", "evolutionary"


def spatial_variance(scheme: SchemeFacts, year: Year) -> tuple[str, str]:
    """Differentiated, if two different prices of the year's lines were in force on one day.

    Returns: the word and the sentence that says why.
    """
    first, after = year.first_day, year.ends_before
    used = {each.price_id for each in scheme.charged}
    prices = [
        each for each in scheme.prices if each.price_id in used and each.overlaps(first, after)
    ]
    for one, other in combinations(_by_id(prices), 2):
        from_on = max(one.starts_on, other.starts_on, first)
        ends = [each.ends_before for each in (one, other) if each.ends_before] + [after]
        if one.price_per_tonne != other.price_per_tonne and from_on < min(ends):
            low, high = sorted((one.price_per_tonne, other.price_per_tonne))
            return DIFFERENTIATED, said(
                "%(low)s and %(high)s %(currency)s per tCO2e were both in force on %(day)s and "
                "charged in %(year)s.",
                low=shown(low),
                high=shown(high),
                currency=scheme.currency,
                day=from_on,
                year=year.code,
            )
    why = said("No two different prices were in force on one day of %(year)s.", year=year.code)
    return UNIFORM, why


def temporal_variance(scheme: SchemeFacts, year: Year) -> tuple[str, str]:
    """Evolutionary, if a price followed another one for the same, or took another one's place.

    Announced prices count. Returns: the word and the sentence that says why.
    """
    return (
        _followed(scheme)
        or _took_place(scheme)
        or (
            STATIC,
            said(
                "No price was followed by another one up to %(year)s, and none is announced.",
                year=year.code,
            ),
        )
    )


def _followed(scheme: SchemeFacts) -> tuple[str, str] | None:
    ordered = sorted(scheme.prices, key=lambda each: (each.key, each.starts_on))
    for one, other in pairwise(ordered):
        if one.key == other.key and one.price_per_tonne != other.price_per_tonne:
            return EVOLUTIONARY, said(
                "%(price)s %(currency)s per tCO2e is followed by %(next)s from %(day)s.",
                price=shown(one.price_per_tonne),
                currency=scheme.currency,
                next=shown(other.price_per_tonne),
                day=other.starts_on,
            )
    return None


def _took_place(scheme: SchemeFacts) -> tuple[str, str] | None:
    """A price that began after a period in which the same place was charged at another one."""
    prices = {each.price_id: each for each in scheme.prices}
    places: dict[tuple[int, int | None], list[PricedPeriod]] = {}
    for each in scheme.history:
        if each.price_id in prices:
            places.setdefault((each.scope, each.category), []).append(each)
    for (scope, category), history in places.items():
        for earlier, later in combinations(sorted(history, key=lambda row: row.first_day), 2):
            old, new = prices[earlier.price_id], prices[later.price_id]
            if old.price_per_tonne != new.price_per_tonne and new.starts_on > earlier.first_day:
                return EVOLUTIONARY, said(
                    "%(place)s was charged %(price)s %(currency)s per tCO2e in the period from "
                    "%(day)s, and %(next)s from %(start)s.",
                    place=place(scope, category),
                    price=shown(old.price_per_tonne),
                    currency=scheme.currency,
                    day=earlier.first_day,
                    next=shown(new.price_per_tonne),
                    start=new.starts_on,
                )
    return None


def _by_id(prices: list[PriceFact]) -> list[PriceFact]:
    """Each price once; a department's stands as often as it has departments below it."""
    return list({each.price_id: each for each in prices}.values())
