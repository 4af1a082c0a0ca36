"""Reads. Markets in which an instrument may be used, and the countries that belong to each."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from departments.inventory.errors import EntryRefused
from departments.organisation.said import either, said

TABLE = Path(__file__).resolve().parents[2] / "fixtures" / "instruments" / "markets.csv"


def countries_of(market: str) -> tuple[str, ...]:
    """The countries of a market, ISO 3166-1 alpha-2: those of the table, else the country itself.

    Raises: EntryRefused.
    Source: GHG Protocol Scope 2 Guidance (2015), table 7.1, criterion 5.
    """
    if market in _markets():
        return _markets()[market]
    if len(market) == 2 and market.isascii() and market.isalpha() and market.isupper():
        return (market,)
    known = either(sorted(_markets()))
    raise EntryRefused(
        field="market",
        value=market,
        reason=said("There is no such market."),
        hint=said(
            "Enter the two capital letters of a country, e.g. US, or %(known)s.", known=known
        ),
    )


@cache
def _markets() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["market"], []).append(row["country"])
    return {market: tuple(sorted(countries)) for market, countries in found.items()}
