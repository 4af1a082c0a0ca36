"""Reads. kgCO2e by department, month, scope and category, on both bases; approved and in force."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import TruncMonth

from departments.inventory.models.emissions import EARNED, EmissionKind, EmissionRecord
from departments.inventory.models.totals import DayTotal


@dataclass(frozen=True, slots=True)
class Total:
    """kgCO2e of one department, month, kind, scope, category and durability class."""

    department_id: int
    department: str
    month: date
    kind: str
    scope: int | None
    category: int | None
    durability_class: str
    location_kgco2e: Decimal
    market_kgco2e: Decimal


def monthly_totals(
    *,
    department_ids: Collection[int] | None,
    from_on: date | None = None,
    until_on: date | None = None,
) -> list[Total]:
    """Totals by the month of the activity's last day, for the departments that may be seen.

    `from_on` and `until_on` are the first and the last day. Superseded results don't count, and
    removals do once they are verified.
    """
    rows = results_in_force()
    if department_ids is not None:
        rows = rows.filter(department_id__in=department_ids)
    if from_on is not None:
        rows = rows.filter(activity_on__gte=from_on)
    if until_on is not None:
        rows = rows.filter(activity_on__lte=until_on)
    keys = ("department_id", "department__code", "month", "kind", "scope", "category")
    summed = (
        rows.annotate(month=TruncMonth("activity_on"))
        .values_list(*keys, "durability_class")
        .annotate(location=Sum("location_kgco2e"), market=Sum("market_kgco2e"))
        .order_by("department__code", "month", "kind", "scope", "category", "durability_class")
    )
    return [Total(*row) for row in summed]


@dataclass(frozen=True, slots=True)
class PlaceTotal:
    """kgCO2e of one kind, scope and category, all departments and days together."""

    kind: str
    scope: int | None
    category: int | None
    location_kgco2e: Decimal
    market_kgco2e: Decimal


def place_totals(*, from_on: date, until_on: date) -> list[PlaceTotal]:
    """The same of the whole company between two days, both included, by scope and category."""
    keys = ("kind", "scope", "category")
    summed = (
        DayTotal.objects.filter(activity_on__gte=from_on, activity_on__lte=until_on)
        .values_list(*keys)
        .annotate(location=Sum("location_kgco2e"), market=Sum("market_kgco2e"))
        .order_by(*keys)
    )
    return [PlaceTotal(*row) for row in summed]


def results_in_force() -> QuerySet[EmissionRecord]:
    """Approved results that no approved one supersedes; of removals those that earn."""
    successors = EmissionRecord.objects.filter(
        supersedes=OuterRef("pk"), approval_number__isnull=False
    )
    approved = EmissionRecord.objects.filter(approval_number__isnull=False)
    counting = approved.filter(kind=EmissionKind.EMISSION) | approved.filter(
        removal_state__in=EARNED
    )
    return counting.filter(~Exists(successors))
