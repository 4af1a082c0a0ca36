"""Reads. What was settled of a scheme, as the panel that the sweet spot is estimated from.

A cell is a department's tonnes of a scope, or Scope 3 category, in an activity period, on the
scheme's own basis and with every true-up so far; its price is the mean of the prices they were
settled at, by tonnes, and 0 where nothing was charged. Nothing says yet how many people or how much
revenue a department has, so the driver is empty.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

from django.db import connection

from ledger.sql import statement
from pricing.price_lookup import scheme_terms
from pricing.sweet_spot.panel import Cell, Panel, panel_of

_MILLIGRAMS = Decimal(1_000_000)


def settled_panel(*, scheme_code: str) -> Panel:
    """The panel of a scheme's posted settlements; empty if none is posted.

    Raises: SchemeNotFound.
    """
    terms = scheme_terms(code=scheme_code)
    with connection.cursor() as cursor:
        cursor.execute(statement("sweet_spot_panel"), {"scheme": terms.id})
        rows = cursor.fetchall()
    labels = _labels({row[3] for row in rows})
    return panel_of(
        [
            Cell(
                department=department,
                category=f"Scope {scope}" if category is None else f"Scope {scope}.{category}",
                period=labels[first_day],
                emissions_kgco2e=max(milligrams, Decimal(0)) / _MILLIGRAMS,
                price_per_tonne=price,
            )
            for department, scope, category, first_day, milligrams, price in rows
        ]
    )


def _labels(first_days: set[date]) -> dict[date, str]:
    """The months that periods begin in; or numbers, where several begin in one month."""
    months = {day: f"{day:%Y-%m}" for day in first_days}
    if max(Counter(months.values()).values(), default=1) == 1:
        return months
    return {day: f"P{number}" for number, day in enumerate(sorted(first_days), start=1)}
