"""Reads. Emissions that left one department and came up in another, between two ranges of days."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from departments.inventory.models.emissions import EmissionKind
from departments.inventory.totals import results_in_force

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Moved:
    """An activity at a place that one department had before, and another one after, in kgCO2e."""

    activity: str
    place: str
    from_department: str
    to_department: str
    kgco2e_before: Decimal
    kgco2e_after: Decimal


def moved_between(*, before: Days, after: Days, within_percent: Decimal) -> list[Moved]:
    """Each department whose emissions of an activity and place are gone in the second range, with
    the department that had none of them before and now has as many, within so many per cent.

    Location-based, of results in force; ranges are end exclusive. Each department is named once for
    an activity and place, beside the one that comes nearest.
    """
    sums = [_sums(before), _sums(after)]
    found = []
    for activity, place in sorted(sums[0].keys() & sums[1].keys()):
        had, has = sums[0][activity, place], sums[1][activity, place]
        gone = sorted((code for code in had if not has.get(code)), key=lambda c: (-had[c], c))
        new = {code for code in has if not had.get(code)}
        for code in gone:
            near = sorted(new, key=lambda other: (abs(has[other] - had[code]), other))
            if near and abs(has[near[0]] - had[code]) * 100 <= had[code] * within_percent:
                new.remove(near[0])
                found.append(Moved(activity, place, code, near[0], had[code], has[near[0]]))
    return found


def _sums(days: Days) -> dict[tuple[str, str], dict[str, Decimal]]:
    """kgCO2e above zero by activity and place, then by department."""
    rows = (
        results_in_force()
        .filter(kind=EmissionKind.EMISSION, activity_on__gte=days[0], activity_on__lt=days[1])
        .order_by()
        .values_list("activity_record__activity", "activity_record__place", "department__code")
        .annotate(kgco2e=Sum("location_kgco2e"))
    )
    found: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    for activity, place, department, kgco2e in rows:
        if kgco2e > 0:
            found[activity, place][department] = kgco2e
    return found
