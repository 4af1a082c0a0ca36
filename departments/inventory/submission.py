"""Writes. Activity records on their way: draft → submitted → approved | returned, and corrected.

Every verb is one transaction that locks the records in the order of their ids. Steps over many
records happen for all or none, and a step that was already taken is not taken again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from departments.inventory import comparison, results
from departments.inventory.errors import InventoryError, RecordProblem
from departments.inventory.errors.absorption import RemovalNeedsCompanyApprover
from departments.inventory.errors.records import (
    DecidedBySamePerson,
    EvidenceStays,
    ExternalIdTaken,
    ReasonMissing,
    RecordAlreadyCorrected,
    RecordChangedSince,
    RecordInWrongState,
    RecordNotDeletable,
    RecordNotEditable,
    RecordNotFound,
    ResultSuperseded,
    StepRefused,
)
from departments.inventory.errors.sharing import RecordIsAShare
from departments.inventory.history import note_steps
from departments.inventory.models.activity import ALLOCATED, ActivityRecord, RecordState
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.models.history import RecordStep
from departments.inventory.other_release import Libraries, calculate_with, restated_with
from departments.inventory.record_fields import FIELDS, read_fields
from departments.inventory.return_notices import tell_returned
from departments.organisation.access import (
    Permission,
    may,
    may_approve_records,
    may_contribute,
)
from departments.organisation.constraints import constraint_of
from departments.organisation.errors import NotAllowed
from departments.organisation.models import Department, User
from departments.organisation.said import either, said, what_it_says, word

Checked = TypeVar("Checked")

LONGEST_REASON = 500
CONTRIBUTORS = said("contributor of the department, or sustainability analyst")
APPROVERS = said("approver of the department, or sustainability approver")
_EXTERNAL_ID = "inventory_external_id_is_unique_in_its_department"
_OPEN = (RecordState.DRAFT, RecordState.RETURNED)


@transaction.atomic
def create_record(*, by: User, at: datetime, **facts: Any) -> ActivityRecord:
    """Enter a draft; facts are the names in `record_fields.FIELDS`, decimals or their text.

    Raises: EntryRefused, UnknownActivity, ExternalIdTaken; NotAllowed.
    """
    record = ActivityRecord(**read_fields(facts))
    require_contributor(by, [record.department_id])
    record.created_by, record.created_at = by, at
    return _saved(record)


@transaction.atomic
def edit_record(
    *, record_id: int, by: User, at: datetime, changes: Mapping[str, Any]
) -> ActivityRecord:
    """Change a draft or a returned record; a submitted one becomes a draft again.

    Raises: RecordNotEditable, if it is approved; EntryRefused, UnknownActivity, ExternalIdTaken;
            RecordNotFound, NotAllowed.
    """
    (record,) = lock_records([record_id])
    require_contributor(by, [record.department_id])
    if record.state == RecordState.APPROVED:
        raise RecordNotEditable(record_id=record_id, state=record.state)
    _apply(record, changes)
    require_contributor(by, [record.department_id])
    if record.state == RecordState.SUBMITTED:
        record.state, record.submitted_by, record.submitted_at = RecordState.DRAFT, None, None
    record.edited_by = by
    results.drop_proposed([record_id])
    note_steps([record_id], RecordStep.CHANGED, by=by, at=at)
    return _saved(record)


@transaction.atomic
def delete_draft(*, record_id: int, by: User) -> None:
    """Delete a record that nobody approved or is looking at.

    Raises: RecordNotDeletable, EvidenceStays, RecordNotFound, NotAllowed.
    """
    (record,) = lock_records([record_id])
    require_contributor(by, [record.department_id])
    if record.state not in _OPEN:
        raise RecordNotDeletable(record_id=record_id, state=record.state)
    if record.evidence.exists():
        raise EvidenceStays(record_id=record_id)
    results.drop_proposed([record_id])
    record.delete()


@transaction.atomic
def submit_records(*, record_ids: Collection[int], by: User, at: datetime) -> list[int]:
    """Calculate drafts and returned records, and hand them to an approver with their results.

    Returns: the ids that were submitted now; those submitted before are left alone.
    Raises:  what a calculation refuses, for a single record; StepRefused, with the problem of
             every record; RecordNotFound, NotAllowed.
    """
    records = lock_records(record_ids)
    require_contributor(by, {record.department_id for record in records})
    going = [record for record in records if record.state != RecordState.SUBMITTED]
    superseded = results.approved_results([r.supersedes_id for r in going if r.supersedes_id])
    libraries, restated = Libraries(), restated_with([row.pk for row in superseded.values()])

    def result_of(record: ActivityRecord) -> EmissionRecord:
        _require_state(record, _OPEN, step="submit")
        before = superseded.get(record.supersedes_id or 0)
        library = libraries.kept(restated.get(before.pk) if before else None)
        calculated = calculate_with(record, library)
        return results.proposed_result(
            record, calculated, supersedes_id=before.pk if before else None, at=at
        )

    results.store_results(for_each(going, result_of, step="submitted"))
    ids = [record.pk for record in going]
    if going:
        comparison.look_again(going)
    ActivityRecord.objects.filter(pk__in=ids).update(
        state=RecordState.SUBMITTED,
        submitted_by=by,
        submitted_at=at,
        decided_by=None,
        decided_at=None,
        return_reason="",
    )
    note_steps(ids, RecordStep.SUBMITTED, by=by, at=at)
    return ids


@transaction.atomic
def approve_records(
    *,
    record_ids: Collection[int],
    by: User,
    at: datetime,
    seen: Mapping[int, int] = MappingProxyType({}),
) -> list[int]:
    """Approve submitted records, as another person than who entered, changed or submitted them.

    Their results become chargeable; what they supersede does not count any more, so that whoever
    approves a correction that moves to another department decides for both. `seen` are the results
    that the person looked at, by record: no other is approved in their place.
    Returns: the ids that were approved now; those approved before are left alone.
    Raises:  DecidedBySamePerson, RecordInWrongState, RecordChangedSince, ResultSuperseded,
             RemovalNeedsCompanyApprover, for a single record; StepRefused, with the problem of
             every record; RemovalsExceedMeasurement, RecordNotFound, NotAllowed.
    """
    records = lock_records(record_ids)
    require_approver(by, _losing_and_gaining(records))
    going = [record for record in records if record.state != RecordState.APPROVED]
    proposed = results.proposed_results([record.pk for record in going])
    taken = results.superseded_among(proposed.values())
    is_verifier = may(by, Permission.VERIFY_REMOVAL)

    def check(record: ActivityRecord) -> int:
        _require_decidable(record, by, step="approve")
        result = proposed[record.pk]
        if seen.get(record.pk, result.pk) != result.pk:
            raise RecordChangedSince(record_id=record.pk)
        if result.supersedes_id in taken:
            raise ResultSuperseded(record_id=record.pk)
        if not is_verifier and results.earns_unmeasured(record, result):
            raise RemovalNeedsCompanyApprover(record_id=record.pk)
        return result.pk

    result_ids = for_each(going, check, step="approved")
    ids = [record.pk for record in going]
    ActivityRecord.objects.filter(pk__in=ids).update(
        state=RecordState.APPROVED, decided_by=by, decided_at=at
    )
    results.number_results(result_ids)
    note_steps(ids, RecordStep.APPROVED, by=by, at=at)
    return ids


@transaction.atomic
def return_records(
    *, record_ids: Collection[int], by: User, at: datetime, reason: str
) -> list[int]:
    """Send submitted records back to the department, and say why.

    Returns: the ids that were returned now; those returned before are left alone.
    Raises:  as `approve_records`; ReasonMissing.
    """
    reason = read_reason(reason, step="return")
    records = lock_records(record_ids)
    require_approver(by, {record.department_id for record in records})
    going = [record for record in records if record.state != RecordState.RETURNED]
    for_each(going, lambda r: _require_decidable(r, by, step="return"), step="returned")
    ids = [record.pk for record in going]
    ActivityRecord.objects.filter(pk__in=ids).update(
        state=RecordState.RETURNED, decided_by=by, decided_at=at, return_reason=reason
    )
    note_steps(ids, RecordStep.RETURNED, by=by, at=at, words=reason)
    tell_returned(going, by=by, at=at, reason=reason)
    return ids


@transaction.atomic
def correct_record(
    *, record_id: int, by: User, at: datetime, changes: Mapping[str, Any], reason: str
) -> ActivityRecord:
    """Draft a new record that shall supersede an approved one; it is submitted and approved anew.

    What `changes` does not name stays as it was; the external id stays in any case.
    Raises: RecordInWrongState, RecordAlreadyCorrected, RecordIsAShare, ReasonMissing;
            EntryRefused, UnknownActivity; RecordNotFound, NotAllowed.
    """
    reason = read_reason(reason, step="correct")
    (before,) = lock_records([record_id])
    require_contributor(by, [before.department_id])
    require_own_facts(before)
    _require_state(before, (RecordState.APPROVED,), step="correct")
    other = before.corrections.first()
    if other is not None:
        raise RecordAlreadyCorrected(record_id=record_id, correction_id=other.pk)
    record = ActivityRecord(
        department_id=before.department_id,
        activity=before.activity,
        started_on=before.started_on,
        ended_on=before.ended_on,
        quantity=before.quantity,
        unit=before.unit,
        place=before.place,
        inputs=before.inputs,
        note=before.note,
        is_estimated=before.is_estimated,
        supersedes=before,
        correction_reason=reason,
        created_by=by,
        created_at=at,
    )
    _apply(record, changes)
    record.external_id = before.external_id
    require_contributor(by, [record.department_id])
    return _saved(record)


# What the steps share


def lock_records(record_ids: Collection[int]) -> list[ActivityRecord]:
    """The records, locked in the order of their ids.

    Raises: RecordNotFound, for the first that is missing.
    """
    wanted = set(record_ids)
    found = list(
        ActivityRecord.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    )
    missing = wanted - {record.pk for record in found}
    if missing:
        raise RecordNotFound(min(missing))
    return found


def require_contributor(by: User, department_ids: Iterable[int]) -> None:
    """Refuse whoever may not enter activity of these departments.

    Raises: NotAllowed.
    """
    if not all(may_contribute(by, department_id) for department_id in set(department_ids)):
        raise NotAllowed(by.get_username(), said("enter activity of this department"), CONTRIBUTORS)


def require_approver(by: User, department_ids: Iterable[int]) -> None:
    """Refuse whoever may not decide records of these departments.

    Raises: NotAllowed.
    """
    if not all(may_approve_records(by, department_id) for department_id in set(department_ids)):
        raise NotAllowed(by.get_username(), said("decide records of this department"), APPROVERS)


def _losing_and_gaining(records: Collection[ActivityRecord]) -> set[int]:
    """The departments of records, and those that a correction takes tonnes away from.

    Raises: RecordNotFound, for what a correction supersedes and this person may not see.
    """
    corrected = {record.supersedes_id for record in records if record.supersedes_id is not None}
    losing = dict(
        ActivityRecord.objects.filter(pk__in=corrected).values_list("pk", "department_id")
    )
    if hidden := corrected - losing.keys():
        raise RecordNotFound(min(hidden))
    return {record.department_id for record in records} | set(losing.values())


def require_own_facts(record: ActivityRecord) -> None:
    """Refuse a share of a pool's emissions, which follows from another record.

    Raises: RecordIsAShare.
    """
    if record.activity == ALLOCATED:
        raise RecordIsAShare(record_id=record.pk)


def read_reason(reason: str, *, step: str) -> str:
    """A reason without blanks at its ends.

    Raises: ReasonMissing, if nothing is left or it is longer than 500 characters.
    """
    text = reason.replace("\x00", "").strip()
    if not text or len(text) > LONGEST_REASON:
        raise ReasonMissing(step=step)
    return text


def for_each(
    records: Collection[ActivityRecord], check: Callable[[ActivityRecord], Checked], *, step: str
) -> list[Checked]:
    """What a check finds for each record; the problems of all of them are refused at once.

    Raises: the refusal itself, for a single record; StepRefused, with every problem.
    """
    checked: list[Checked] = []
    problems: list[RecordProblem] = []
    for record in records:
        try:
            checked.append(check(record))
        except InventoryError as refusal:
            if len(records) == 1:
                raise
            problems.append(RecordProblem(record.pk, refusal.code, what_it_says(refusal)))
    if problems:
        raise StepRefused(step=step, problems=problems)
    return checked


def _require_state(record: ActivityRecord, states: Collection[str], *, step: str) -> None:
    if record.state not in states:
        needed = either([word(str(state)) for state in states])
        raise RecordInWrongState(record_id=record.pk, state=record.state, step=step, needed=needed)


def _require_decidable(record: ActivityRecord, by: User, *, step: str) -> None:
    _require_state(record, (RecordState.SUBMITTED,), step=step)
    if by.pk in (record.created_by_id, record.edited_by_id, record.submitted_by_id):
        raise DecidedBySamePerson(record_id=record.pk, person=by.get_username())


def _apply(record: ActivityRecord, changes: Mapping[str, Any]) -> None:
    """Put changed facts on the record, and check the record they make."""
    facts = {name: getattr(record, name) for name in FIELDS} | dict(changes)
    site = facts["inputs"].get("site") if facts["inputs"] else None
    if site and site != record.inputs.get("site") and facts["place"] == record.place:
        facts["place"] = ""  # that of the site before; the new one has its own
    for name, value in read_fields(facts).items():
        setattr(record, name, value)


def _saved(record: ActivityRecord) -> ActivityRecord:
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError as error:
        if constraint_of(error) != _EXTERNAL_ID:
            raise
        department = Department.objects.get(pk=record.department_id)
        raise ExternalIdTaken(external_id=record.external_id, department=department.code) from error
    return record
