"""Writes. Disputes of posted lines: a department opens one, another person answers it.

The line stays as it was posted. What an accepted dispute puts right is posted as any correction is:
a corrected record comes as a true-up with the next settlement, an entry by hand takes two people.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from departments.inventory.records import emission_details
from departments.organisation.access import Permission, may, may_contribute
from departments.organisation.models import User
from departments.organisation.said import said
from ledger import notices
from ledger.errors import FieldProblem
from ledger.errors.disputes import (
    DisputeAnsweredByOpener,
    DisputeDecided,
    DisputeExists,
    DisputeInvalid,
    DisputeNotFound,
    DisputeTooLate,
    RecordNotInLine,
)
from ledger.errors.settlements import LineNotFound, NotAllowed
from ledger.models.disputes import Dispute, DisputeState
from ledger.models.manual_entries import ManualEntry, ManualEntryState
from ledger.models.periods import PeriodState
from ledger.models.settlements import SettledRecord, SettlementLine, SettlementState

LONGEST = 2_000


@transaction.atomic
def open_dispute(
    *, line_id: int, reason: str, by: User, at: datetime, evidence: str = ""
) -> Dispute:
    """Dispute a posted line until the last day of its settlement's review, and in an open period.

    Raises: LineNotFound; NotAllowed, except for who enters activity of its department;
            DisputeInvalid, DisputeExists, DisputeTooLate.
    """
    line = (
        SettlementLine.objects.select_related("settlement__period", "department")
        .filter(pk=line_id, settlement__state=SettlementState.POSTED)
        .first()
    )
    if line is None:
        raise LineNotFound(line_id)
    if not may_contribute(by, line.department_id):
        raise NotAllowed(
            by.get_username(), said("dispute this line"), said("contributor or approver")
        )
    _refuse_texts(reason=reason, evidence=evidence)
    standing = Dispute.objects.filter(line=line, state=DisputeState.OPEN).first()
    if standing is not None:
        raise DisputeExists(line.pk, standing.pk)
    last_day = line.settlement.review_ends_on
    is_late = last_day is not None and at.date() > last_day
    if is_late or line.settlement.period.state == PeriodState.CLOSED:
        raise DisputeTooLate(line.pk, line.settlement.period.code, last_day)
    return Dispute.objects.create(
        line=line,
        department=line.department,
        reason=reason.strip(),
        evidence=evidence.strip(),
        opened_by=by,
        opened_at=at,
    )


@transaction.atomic
def withdraw(*, dispute_id: int, by: User, at: datetime) -> Dispute:
    """Take a dispute back, by somebody of its department. Called again, it changes nothing.

    Raises: DisputeNotFound, NotAllowed, DisputeDecided.
    """
    dispute = _locked(dispute_id)
    if not may_contribute(by, dispute.department_id):
        raise NotAllowed(
            by.get_username(), said("withdraw this dispute"), said("contributor or approver")
        )
    return _decide(dispute, DisputeState.WITHDRAWN, by, at)


@transaction.atomic
def reject(*, dispute_id: int, reason: str, by: User, at: datetime) -> Dispute:
    """Let the line stand, with the reason. Called again, it changes nothing.

    Raises: DisputeNotFound, NotAllowed, DisputeAnsweredByOpener, DisputeInvalid, DisputeDecided.
    """
    dispute = _to_answer(dispute_id, by)
    _refuse_texts(reason=reason)
    dispute.answer = dispute.answer or reason.strip()
    return _decide(dispute, DisputeState.REJECTED, by, at)


@transaction.atomic
def accept(
    *,
    dispute_id: int,
    reason: str,
    by: User,
    at: datetime,
    record_id: int | None = None,
    manual_entry_id: int | None = None,
) -> Dispute:
    """Accept it, naming what puts it right: a record of the line, or an entry by hand.

    The record is then corrected by its department; its true-up comes with the next settlement. The
    entry is one that is proposed or approved. Called again, it changes nothing.

    Raises: DisputeNotFound, NotAllowed, DisputeAnsweredByOpener, RecordNotInLine, DisputeInvalid,
            DisputeDecided.
    """
    dispute = _to_answer(dispute_id, by)
    if dispute.state == DisputeState.OPEN:
        _refuse_texts(reason=reason)
        _refuse_remedy(dispute, record_id, manual_entry_id)
        dispute.answer = reason.strip()
        dispute.record_id = record_id
        dispute.manual_entry_id = manual_entry_id
    return _decide(dispute, DisputeState.ACCEPTED, by, at)


def _refuse_remedy(dispute: Dispute, record_id: int | None, manual_entry_id: int | None) -> None:
    if (record_id is None) == (manual_entry_id is None):
        words = said(
            "Name either the record that is corrected or the entry by hand that puts it right."
        )
        raise DisputeInvalid([FieldProblem("record_id", words)])
    if record_id is not None and record_id not in records_of_line(dispute.line_id):
        raise RecordNotInLine(record_id, dispute.line_id)
    if manual_entry_id is not None and not _stands(manual_entry_id):
        words = said(
            "There is no entry by hand %(number)s that is proposed or approved.",
            number=manual_entry_id,
        )
        raise DisputeInvalid([FieldProblem("manual_entry_id", words)])


def _stands(manual_entry_id: int) -> bool:
    standing = (ManualEntryState.PROPOSED, ManualEntryState.APPROVED)
    return ManualEntry.objects.filter(pk=manual_entry_id, state__in=standing).exists()


def records_of_line(line_id: int) -> set[int]:
    """The activity records that a line settled."""
    settled = SettledRecord.objects.filter(line_id=line_id).values_list(
        "emission_record_id", flat=True
    )
    return {detail.record_id for detail in emission_details(emission_record_ids=list(settled))}


def _locked(dispute_id: int) -> Dispute:
    dispute = Dispute.objects.select_for_update().filter(pk=dispute_id).first()
    if dispute is None:
        raise DisputeNotFound(dispute_id)
    return dispute


def _to_answer(dispute_id: int, by: User) -> Dispute:
    dispute = _locked(dispute_id)
    if not may(by, Permission.ANSWER_DISPUTE):
        roles = Permission.ANSWER_DISPUTE.roles_text
        raise NotAllowed(by.get_username(), said("answer a dispute"), roles)
    if dispute.opened_by_id == by.pk:
        raise DisputeAnsweredByOpener(by.get_username(), dispute.pk)
    return dispute


def _decide(dispute: Dispute, state: DisputeState, by: User, at: datetime) -> Dispute:
    if dispute.state == state:
        return dispute
    if dispute.state != DisputeState.OPEN:
        raise DisputeDecided(dispute.pk, dispute.state)
    dispute.state, dispute.decided_by, dispute.decided_at = state, by, at
    dispute.save()
    if state != DisputeState.WITHDRAWN:
        notices.dispute_answered(dispute, at=at)
    return dispute


def _refuse_texts(**texts: str) -> None:
    problems = [
        FieldProblem(
            name,
            said(
                "It has %(count)s characters; at most %(most)s fit.",
                count=f"{len(text):,}",
                most=f"{LONGEST:,}",
            ),
        )
        for name, text in texts.items()
        if len(text) > LONGEST
    ]
    if not texts["reason"].strip():
        words = said("Say what is wrong, so that it can be mended.")
        problems.append(FieldProblem("reason", words))
    if problems:
        raise DisputeInvalid(problems)
