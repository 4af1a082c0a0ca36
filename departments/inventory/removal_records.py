"""Reads. Results that are removals: their project, durability, state and kgCO2e."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef

from departments.inventory.models.emissions import EARNED, EmissionKind, EmissionRecord


@dataclass(frozen=True, slots=True)
class RemovalRecord:
    """A removal's result; kgCO2e below zero is a reversal. `project` may be empty."""

    activity: str
    project: str
    durability_class: str
    state: str
    kgco2e: Decimal


def removals_never_settled(*, first_day: date, ends_before: date) -> list[RemovalRecord]:
    """Approved removals in force of these days that earn nothing: contracted or delivered."""
    successors = EmissionRecord.objects.filter(
        supersedes=OuterRef("pk"), approval_number__isnull=False
    )
    rows = EmissionRecord.objects.filter(
        ~Exists(successors),
        kind=EmissionKind.REMOVAL,
        approval_number__isnull=False,
        activity_on__gte=first_day,
        activity_on__lt=ends_before,
    ).exclude(removal_state__in=EARNED)
    found = rows.select_related("activity_record").defer("trace").order_by("pk")
    return [_record(row) for row in found]


def _record(row: EmissionRecord) -> RemovalRecord:
    record = row.activity_record
    return RemovalRecord(
        activity=record.activity,
        project=str((record.inputs or {}).get("project", "")),
        durability_class=row.durability_class,
        state=row.removal_state,
        kgco2e=row.market_kgco2e,
    )
