"""Writes. Results of activity records: proposed when submitted, numbered when approved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection

from departments.inventory.calculation_run import Calculated
from departments.inventory.errors.absorption import (
    RemovalNeedsCompanyApprover,
    RemovalsExceedMeasurement,
)
from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.emissions import EARNED, EmissionKind, EmissionRecord
from departments.inventory.recipes import filled
from departments.organisation.constraints import constraint_of

BATCH = 2000


def proposed_result(
    record: ActivityRecord,
    calculated: Calculated,
    *,
    supersedes_id: int | None,
    at: datetime,
    **recalculation: Any,
) -> EmissionRecord:
    """The result of a record, not yet stored and not yet approved."""
    return EmissionRecord(
        activity_record=record,
        department_id=record.department_id,
        activity_on=record.ended_on,
        country=calculated.country,
        kind=calculated.kind,
        scope=calculated.scope,
        category=calculated.category,
        durability_class=calculated.durability_class,
        removal_state=calculated.removal_state,
        location_kgco2e=calculated.location_kgco2e,
        market_kgco2e=calculated.market_kgco2e,
        factor_id=calculated.factor_id,
        gwp_set=calculated.gwp_set,
        quality_tier=calculated.quality_tier,
        trace=calculated.trace,
        supersedes_id=supersedes_id,
        calculated_at=at,
        **recalculation,
    )


def trace_of(result: EmissionRecord) -> dict[str, Any]:
    """The printed arithmetic of a result: its own, or its recipe's with the record's quantity."""
    if result.recipe is None:
        trace: dict[str, Any] = result.trace
        return trace
    return filled(result.recipe.template, result.activity_record.quantity)


def store_results(results: Iterable[EmissionRecord]) -> None:
    """Store proposed results in the place of what was proposed for these records before."""
    rows = list(results)
    drop_proposed([row.activity_record_id for row in rows])
    EmissionRecord.objects.bulk_create(rows, batch_size=BATCH)


def drop_proposed(record_ids: Collection[int]) -> None:
    """Delete the results of these records that nobody approved."""
    EmissionRecord.objects.filter(
        activity_record_id__in=record_ids, approval_number__isnull=True
    ).delete()


def approved_results(record_ids: Collection[int]) -> dict[int, EmissionRecord]:
    """The newest approved result of each record, by the record's id, without its trace."""
    rows = EmissionRecord.objects.filter(
        activity_record_id__in=record_ids, approval_number__isnull=False
    ).defer("trace")
    return {row.activity_record_id: row for row in rows.order_by("approval_number")}


def proposed_results(record_ids: Collection[int]) -> dict[int, EmissionRecord]:
    """The newest result of each record that waits for approval, by the record's id."""
    rows = EmissionRecord.objects.filter(
        activity_record_id__in=record_ids, approval_number__isnull=True
    ).defer("trace")
    return {row.activity_record_id: row for row in rows.order_by("pk")}


def superseded_among(results: Iterable[EmissionRecord]) -> set[int]:
    """Ids of the results among those that these would supersede, but others already did."""
    wanted = [row.supersedes_id for row in results if row.supersedes_id is not None]
    taken = EmissionRecord.objects.filter(supersedes__in=wanted, approval_number__isnull=False)
    return {taken_id for taken_id in taken.values_list("supersedes_id", flat=True) if taken_id}


def number_results(result_ids: Collection[int]) -> None:
    """Give approved results their numbers, in one statement under the lock that orders them.

    Raises: RemovalsExceedMeasurement, RemovalNeedsCompanyApprover.
    """
    with connection.cursor() as cursor, claims_refused():
        cursor.execute("SELECT inventory_number_approvals(%s)", [sorted(result_ids)])


@contextmanager
def claims_refused() -> Iterator[None]:
    """Tell in words why verified removals may not earn.

    Raises: RemovalsExceedMeasurement, if they exceed what their project has measured;
            RemovalNeedsCompanyApprover, if one of no project is approved by its department alone.
    """
    try:
        yield
    except IntegrityError as error:
        told: Any = getattr(error.__cause__, "diag", None)
        if constraint_of(error) == "inventory_removals_stay_within_measurement":
            raise RemovalsExceedMeasurement(figures=str(told.message_primary)) from error
        if constraint_of(error) == "inventory_removal_is_measured_or_approved_for_the_company":
            raise RemovalNeedsCompanyApprover(record_id=int(told.message_detail)) from error
        raise


def earns_unmeasured(record: ActivityRecord, result: EmissionRecord) -> bool:
    """Whether a result is a verified removal of no project, so that nobody has measured it."""
    return (
        result.kind == EmissionKind.REMOVAL
        and result.removal_state in EARNED
        and result.market_kgco2e > 0
        and not record.inputs.get("project")
    )
