"""Reads. Results that are removals: their project, durability, state and kgCO2e."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from departments.inventory.models.emissions import EARNED, EmissionKind, EmissionRecord


@dataclass(frozen=True, slots=True)
class RemovalRecord:
    """A removal's result; kgCO2e below zero is a reversal. `project` may be empty."""

    emission_record_id: int
    activity: str
    project: str
    durability_class: str
    state: str
    kgco2e: Decimal


def removals_between(*, first_day: date, ends_before: date) -> dict[int, RemovalRecord]:
    """Approved removals of these days by their id, superseded ones among them."""
    return {row.pk: _record(row) for row in _approved_between(first_day, ends_before)}


def removals_never_settled(*, first_day: date, ends_before: date) -> list[RemovalRecord]:
    """Approved removals in force of these days that earn nothing: contracted or delivered."""
    successors = EmissionRecord.objects.filter(
        supersedes=OuterRef("pk"), approval_number__isnull=False
    )
    rows = _approved_between(first_day, ends_before).filter(~Exists(successors))
    return [_record(row) for row in rows.exclude(removal_state__in=EARNED).order_by("pk")]


def _approved_between(first_day: date, ends_before: date) -> QuerySet[EmissionRecord]:
    rows = EmissionRecord.objects.filter(
        kind=EmissionKind.REMOVAL,
        approval_number__isnull=False,
        activity_on__gte=first_day,
        activity_on__lt=ends_before,
    )
    return rows.select_related("activity_record").defer("trace")


def _record(row: EmissionRecord) -> RemovalRecord:
    record = row.activity_record
    return RemovalRecord(
        emission_record_id=row.pk,
        activity=record.activity,
        project=str((record.inputs or {}).get("project", "")),
        durability_class=row.durability_class,
        state=row.removal_state,
        kgco2e=row.market_kgco2e,
    )
