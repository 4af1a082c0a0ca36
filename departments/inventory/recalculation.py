"""Writes. A new result for an approved record, by new factors or instruments; the old one stays.

The record itself is right and is not touched. Where a reading was wrong, correct the record.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from departments.inventory import results
from departments.inventory.calculation_run import Calculated
from departments.inventory.errors.records import (
    DecidedBySamePerson,
    RecalculationNotPending,
    RecordAlreadyCorrected,
    RecordInWrongState,
    ResultSuperseded,
)
from departments.inventory.history import note_steps
from departments.inventory.instrument_uses import covers_of
from departments.inventory.models.activity import ActivityRecord, RecordState
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.models.history import RecordStep
from departments.inventory.other_release import Libraries, Sets, calculate_with, restated_with
from departments.inventory.submission import (
    for_each,
    lock_records,
    read_reason,
    require_approver,
    require_contributor,
    require_own_facts,
)
from departments.organisation.models import User

COMPARED = ("location_kgco2e", "market_kgco2e", "factor_id", "scope", "category", "gwp_set")


@transaction.atomic
def propose_recalculation(
    *,
    record_ids: Collection[int],
    by: User,
    at: datetime,
    reason: str,
    factor_sets: Sets | None = None,
) -> list[int]:
    """Calculate approved records again, by the factors of today, for another person to approve.

    Electricity that instruments are matched to is covered by them, market-based. `factor_sets` are
    the codes of a release and of the one that takes its place, whatever its year; a record keeps to
    it when it is calculated again, until it is restated with another.
    A proposal that was waiting is replaced; a result that stays the same is not proposed.
    Returns: the ids of the records whose result would change.
    Raises:  RecordInWrongState, RecordAlreadyCorrected, RecordIsAShare and what a calculation
             refuses, for a single record; StepRefused, with every problem; ReasonMissing,
             RecordNotFound, NotAllowed.
    """
    reason = read_reason(reason, step="recalculate")
    records = lock_records(record_ids)
    require_contributor(by, {record.department_id for record in records})
    in_force = results.approved_results([record.pk for record in records])
    corrected = _corrections([record.pk for record in records])
    covers = covers_of([record.pk for record in records])
    libraries = Libraries(factor_sets)
    restated = restated_with([result.pk for result in in_force.values()])

    def recalculated(record: ActivityRecord) -> EmissionRecord | None:
        require_own_facts(record)
        _require_current(record, corrected)
        before = in_force[record.pk]
        library = libraries.asked(restated.get(before.pk))
        calculated = calculate_with(record, library, covers.get(record.pk, ()))
        if _is_same(before, calculated):
            return None
        return results.proposed_result(
            record, calculated, supersedes_id=before.pk, at=at, proposed_by=by, reason=reason
        )

    proposed = for_each(records, recalculated, step="recalculated")
    changed = [result for result in proposed if result is not None]
    results.drop_proposed([record.pk for record in records])
    results.store_results(changed)
    ids = [result.activity_record_id for result in changed]
    note_steps(ids, RecordStep.PROPOSED, by=by, at=at, words=reason)
    return ids


@transaction.atomic
def approve_recalculation(*, record_ids: Collection[int], by: User, at: datetime) -> list[int]:
    """Let recalculated results supersede those in force, as another person than who proposed them.

    Returns: the ids of the records whose result changed.
    Raises:  RecalculationNotPending, DecidedBySamePerson, ResultSuperseded, for a single record;
             StepRefused, with every problem; RemovalNeedsCompanyApprover,
             RemovalsExceedMeasurement, RecordNotFound, NotAllowed.
    """
    records = lock_records(record_ids)
    require_approver(by, {record.department_id for record in records})
    proposed = results.proposed_results([record.pk for record in records])
    taken = results.superseded_among(proposed.values())

    def check(record: ActivityRecord) -> int:
        result = proposed.get(record.pk)
        if result is None or result.proposed_by_id is None:
            raise RecalculationNotPending(record_id=record.pk)
        if result.proposed_by_id == by.pk:
            raise DecidedBySamePerson(record_id=record.pk, person=by.get_username())
        if result.supersedes_id in taken:
            raise ResultSuperseded(record_id=record.pk)
        return result.pk

    result_ids = for_each(records, check, step="recalculated")
    EmissionRecord.objects.filter(pk__in=result_ids).update(approved_by=by)
    results.number_results(result_ids)
    ids = [record.pk for record in records]
    note_steps(ids, RecordStep.RECALCULATED, by=by, at=at)
    return ids


def _require_current(record: ActivityRecord, corrected: dict[int, int]) -> None:
    if record.state != RecordState.APPROVED:
        raise RecordInWrongState(
            record_id=record.pk, state=record.state, step="recalculate", needed="approved"
        )
    if record.pk in corrected:
        raise RecordAlreadyCorrected(record_id=record.pk, correction_id=corrected[record.pk])


def _corrections(record_ids: Collection[int]) -> dict[int, int]:
    """The correction of each record that has one, in whatever state."""
    rows = ActivityRecord.objects.filter(supersedes__in=record_ids)
    return {before: pk for before, pk in rows.values_list("supersedes_id", "pk") if before}


def _is_same(before: EmissionRecord, calculated: Calculated) -> bool:
    return all(getattr(before, name) == getattr(calculated, name) for name in COMPARED)
