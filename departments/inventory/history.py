"""Reads and writes. Who did what with a record, when and why; steps write theirs as they happen.

A step of a whole import is one row: which records it concerned follows from the state they were in.
What records themselves say of their last steps stands in for steps taken before these were kept,
and for records that are made approved, such as shares of a pool.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from departments.inventory.models.activity import ActivityRecord, ImportBatch, RecordState
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.models.history import RecordEvent, RecordStep
from departments.organisation.models import User

_OPEN = (RecordState.DRAFT, RecordState.RETURNED)
_STATE_AFTER: dict[str, str] = {
    RecordStep.SUBMITTED: RecordState.SUBMITTED,
    RecordStep.APPROVED: RecordState.APPROVED,
    RecordStep.RETURNED: RecordState.RETURNED,
}


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """Who did what to a record, when and why; `at` is None where it was not kept.

    An import names its file and, where it was kept, the line; what superseded the record, the
    other record.
    """

    at: datetime | None
    by: str
    step: str
    reason: str = ""
    file_name: str = ""
    line: int | None = None
    other_record_id: int | None = None


def note_steps(
    record_ids: Collection[int], step: RecordStep, *, by: User, at: datetime, words: str = ""
) -> None:
    """Keep what was done with these records, in the step's own transaction."""
    RecordEvent.objects.bulk_create(
        RecordEvent(record_id=record_id, step=step, by=by, at=at, words=words)
        for record_id in record_ids
    )


def note_batch_step(
    batch_id: int, step: RecordStep, *, by: User, at: datetime, words: str = ""
) -> None:
    """The same for an import as a whole, by one row."""
    RecordEvent.objects.create(batch_id=batch_id, step=step, by=by, at=at, words=words)


def note_import(batch: ImportBatch) -> None:
    """Keep that a file came in, once its records are there."""
    note_batch_step(
        batch.pk,
        RecordStep.IMPORTED,
        by=batch.imported_by,
        at=batch.imported_at,
        words=batch.file_name,
    )


def history_of(
    record: ActivityRecord,
    results: Iterable[EmissionRecord],
    corrections: Iterable[ActivityRecord],
    kept: Iterable[RecordEvent],
) -> tuple[HistoryEvent, ...]:
    """Everything that was done with a record, in the order of time; `kept` are its kept steps."""
    kept = list(kept)
    events = [_entered(record, kept)]
    events += [
        HistoryEvent(each.at, each.by.get_username(), each.step, each.words)
        for each in _concerning(kept)
    ]
    known = {(event.step, event.at) for event in events}
    told = [*_told_by_record(record), *_told_by_results(results)]
    events += [event for event in told if (event.step, event.at) not in known]
    events += _superseded(corrections)
    return tuple(sorted(events, key=lambda event: event.at or record.created_at))


def kept_steps(records: Collection[ActivityRecord]) -> dict[int, list[RecordEvent]]:
    """The steps that were kept of records and of the imports they came with, oldest first."""
    of_any = Q(record_id__in=[each.pk for each in records])
    batches = {each.batch_id for each in records if each.batch_id is not None}
    if batches:
        of_any |= Q(batch_id__in=batches)
    rows = list(RecordEvent.objects.filter(of_any).select_related("by").order_by("pk"))
    return {
        record.pk: [
            row
            for row in rows
            if row.record_id == record.pk
            or (row.batch_id is not None and row.batch_id == record.batch_id)
        ]
        for record in records
    }


def _entered(record: ActivityRecord, kept: Iterable[RecordEvent]) -> HistoryEvent:
    by = record.created_by.get_username()
    if record.batch_id is None:
        return HistoryEvent(record.created_at, by, "entered", record.correction_reason)
    name = next((each.words for each in kept if each.step == RecordStep.IMPORTED), "")
    return HistoryEvent(record.created_at, by, "imported", file_name=name, line=record.import_line)


def _concerning(kept: Iterable[RecordEvent]) -> Iterator[RecordEvent]:
    """Of a record's steps and those of its import, those that it took itself."""
    state: str = RecordState.DRAFT
    for each in kept:
        if each.batch_id is not None:
            is_submitted = each.step == RecordStep.SUBMITTED and state in _OPEN
            is_approved = each.step == RecordStep.APPROVED and state == RecordState.SUBMITTED
            if not (is_submitted or is_approved):
                continue
        elif each.step == RecordStep.CHANGED and state == RecordState.SUBMITTED:
            state = RecordState.DRAFT
        state = _STATE_AFTER.get(each.step, state)
        yield each


def _told_by_record(record: ActivityRecord) -> Iterator[HistoryEvent]:
    if record.submitted_by and record.submitted_at:
        by = record.submitted_by.get_username()
        yield HistoryEvent(record.submitted_at, by, "submitted")
    if record.decided_by and record.decided_at:
        by = record.decided_by.get_username()
        if record.state == RecordState.APPROVED:
            yield HistoryEvent(record.decided_at, by, "approved")
        else:
            yield HistoryEvent(record.decided_at, by, "returned", record.return_reason)


def _told_by_results(results: Iterable[EmissionRecord]) -> Iterator[HistoryEvent]:
    """Who proposed a recalculation; what it came to, the results themselves say."""
    for result in results:
        if result.proposed_by:
            by = result.proposed_by.get_username()
            step = str(RecordStep.PROPOSED.value)
            yield HistoryEvent(result.calculated_at, by, step, result.reason)


def _superseded(corrections: Iterable[ActivityRecord]) -> Iterator[HistoryEvent]:
    for each in corrections:
        if each.state == RecordState.APPROVED and each.decided_by is not None:
            yield HistoryEvent(
                each.decided_at,
                each.decided_by.get_username(),
                "superseded",
                each.correction_reason,
                other_record_id=each.pk,
            )


def was_submitted(record: ActivityRecord, *, since: datetime) -> bool:
    """Whether a record, or its import as a whole, was submitted at this moment or later."""
    kept = kept_steps([record])[record.pk]
    return any(each.step == RecordStep.SUBMITTED and each.at >= since for each in kept)
