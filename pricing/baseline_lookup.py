"""Reads. Approved baselines of a scheme, and whether whoever proposed one is of its department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from departments.organisation.models import Membership
from departments.organisation.tree import ancestors_of
from pricing.models import Baseline, Measure


@dataclass(frozen=True, slots=True)
class SignedBaseline:
    """A baseline in kgCO2e over its days, who proposed it, and whether it is their own."""

    department: str
    kgco2e: Decimal
    last_day: date
    proposed_by: str
    is_their_own: bool


def approved_baselines(scheme_id: int) -> list[SignedBaseline]:
    """Every approved baseline in tonnes, by department and days.

    It is somebody's own where they have a role in its department, or in one above it on its last
    day; a role in the whole company is none.
    """
    rows = Baseline.objects.filter(
        scheme_id=scheme_id, measure=Measure.KGCO2E, approved_by__isnull=False
    ).select_related("department", "proposed_by")
    roles = {
        (m.user_id, m.department_id) for m in Membership.objects.filter(department__isnull=False)
    }
    people = {user_id for user_id, _ in roles}
    found = []
    for row in rows.order_by("department__code", "in_force", "pk"):
        last_day = (row.in_force.upper or date.max) - timedelta(days=1)
        is_somewhere = row.proposed_by_id in people
        above = ancestors_of(row.department_id, on=last_day) if is_somewhere else []
        theirs = any((row.proposed_by_id, pk) in roles for pk in (row.department_id, *above))
        found.append(
            SignedBaseline(
                row.department.code,
                row.quantity,
                last_day,
                row.proposed_by.get_username(),
                theirs,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class CarbonBudget:
    """What a department may emit between two days: an approved baseline above zero, in kgCO2e."""

    baseline_id: int
    department_id: int
    department: str
    kgco2e: Decimal
    scope: int | None
    category: int | None
    starts_on: date
    ends_before: date


def carbon_budgets(scheme_id: int, *, from_on: date, until: date) -> list[CarbonBudget]:
    """Those of a scheme that are in force on some day from one until another, both inclusive."""
    rows = Baseline.objects.filter(
        scheme_id=scheme_id,
        measure=Measure.KGCO2E,
        approved_by__isnull=False,
        quantity__gt=0,
        in_force__overlap=(from_on, until + timedelta(days=1)),
    ).select_related("department")
    return [
        CarbonBudget(
            row.pk,
            row.department_id,
            row.department.code,
            row.quantity,
            row.scope,
            row.category,
            row.in_force.lower or date.min,
            row.in_force.upper or date.max,
        )
        for row in rows.order_by("department__code", "in_force", "pk")
    ]
