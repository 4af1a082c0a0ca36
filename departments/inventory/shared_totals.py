"""Reads. What pools emitted, what departments got of it, and what is not allocated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F

from departments.inventory.allocation_plan import (
    NOTHING,
    Figures,
    key_on,
    parts_of,
    pool_results,
    pools,
)
from departments.inventory.calculation.allocation import allocate
from departments.inventory.models.allocation import AllocatedPart
from departments.inventory.totals import results_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolTotal:
    """A pool's emissions of a scope and category, location-based and market-based, in kgCO2e.

    emitted = allocated + kept + unallocated, exactly. `kept` is the pool's own share by its key.
    Unallocated is what no key covers, and what changed since it was last shared out, either sign.
    """

    pool: str
    scope: int
    category: int | None
    emitted: Figures
    allocated: Figures
    kept: Figures
    unallocated: Figures


def pool_totals(*, from_on: date, until_on: date) -> list[PoolTotal]:
    """What every pool emitted between two days, both included, by scope and category."""
    keys = pools()
    emitted: dict[tuple[str, int, int | None], list[tuple[Figures, Figures]]] = {}
    given = _given(from_on, until_on)
    for result in pool_results(list(keys), from_on=from_on, until_on=until_on):
        key = key_on(keys[result.department_id], result.activity_on)
        own = NOTHING
        if key is not None and key.pool in key.quantities:
            own = (
                allocate(result.location_kgco2e, key.quantities)[key.pool],
                allocate(result.market_kgco2e, key.quantities)[key.pool],
            )
        assert result.scope is not None
        place = (result.department.code, result.scope, result.category)
        figures = (result.location_kgco2e, result.market_kgco2e)
        emitted.setdefault(place, []).append((figures, own))
    found = []
    for place in sorted({*emitted, *given}, key=lambda each: (each[0], each[1], each[2] or 0)):
        rows = emitted.get(place, [])
        total, kept = _sum(row for row, _ in rows), _sum(own for _, own in rows)
        allocated = given.get(place, NOTHING)
        found.append(
            PoolTotal(
                pool=place[0],
                scope=place[1],
                category=place[2],
                emitted=total,
                allocated=allocated,
                kept=kept,
                unallocated=(
                    total[0] - allocated[0] - kept[0],
                    total[1] - allocated[1] - kept[1],
                ),
            )
        )
    return found


def is_shared_out(*, until_on: date | None = None) -> bool:
    """Whether every result of a pool is allocated as the keys in force say, and nothing else is.

    With `until_on` activity after that day is left out.
    """
    keys = pools()
    wanted = {}
    for result in pool_results(list(keys), until_on=until_on):
        parts = parts_of(result, key_on(keys[result.department_id], result.activity_on))
        for code, figures in parts.items():
            if figures != NOTHING:
                wanted[result.activity_record_id, code] = figures
    return wanted == _parts_in_force(until_on)


def _given(from_on: date, until_on: date) -> dict[tuple[str, int, int | None], Figures]:
    """What the pools gave away, by pool, scope and category."""
    own = AllocatedPart.objects.filter(department=F("pool_record__department")).values(
        "part_record"
    )
    rows = results_in_force().filter(
        activity_record__in=own, activity_on__gte=from_on, activity_on__lte=until_on
    )
    found: dict[tuple[str, int, int | None], list[Figures]] = {}
    for code, scope, category, location, market in rows.values_list(
        "department__code", "scope", "category", "location_kgco2e", "market_kgco2e"
    ):
        assert scope is not None
        found.setdefault((code, scope, category), []).append((-location, -market))
    return {place: _sum(figures) for place, figures in found.items()}


def _parts_in_force(until_on: date | None) -> dict[tuple[int, str], Figures]:
    of = dict(AllocatedPart.objects.values_list("part_record", "pool_record"))
    rows = results_in_force().filter(activity_record__in=of)
    if until_on is not None:
        rows = rows.filter(activity_on__lte=until_on)
    return {
        (of[record], code): (location, market)
        for record, code, location, market in rows.values_list(
            "activity_record", "department__code", "location_kgco2e", "market_kgco2e"
        )
        if (location, market) != NOTHING
    }


def _sum(rows: Iterable[Figures]) -> Figures:
    location, market = Decimal(0), Decimal(0)
    for row in rows:
        location, market = location + row[0], market + row[1]
    return location, market
