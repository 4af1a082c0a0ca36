"""Writes. Entries by hand: one person proposes, another decides, and approving posts.

No account is closed to them, since every one of them can need a correction that no record
explains. A bill is never touched: its figures are proven against its settlement's own entries, and
a manual entry has a source of its own (`manual`), which `verify` proves against the proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from departments.organisation.said import Said, said
from ledger import posting
from ledger.errors import FieldProblem
from ledger.errors.proposals import (
    DecidedByProposer,
    ManualEntryDecided,
    ManualEntryInvalid,
    ManualEntryNotFound,
    ManualEntryNotPosted,
    ReversalProposed,
    WithdrawnByAnother,
)
from ledger.errors.settlements import NotAllowed
from ledger.manual_lines import WrittenLine, period_problems, read_lines
from ledger.models.manual_entries import ManualEntry, ManualEntryLine, ManualEntryState
from ledger.posting import Line, Source

LONGEST = {"description": 300, "reason": 2_000, "evidence": 2_000}


@transaction.atomic
def propose(
    *,
    entry_date: date,
    description: str,
    reason: str,
    lines: Sequence[WrittenLine],
    by: User,
    at: datetime,
    evidence: str = "",
) -> ManualEntry:
    """Propose an entry on existing accounts, for another person to approve.

    Raises: NotAllowed; ManualEntryInvalid, with every problem at once.
    """
    _require(by, Permission.PROPOSE_ENTRY, said("propose a manual entry"))
    read, problems = read_lines(lines)
    texts = {"description": description, "reason": reason, "evidence": evidence}
    problems = [*_text_problems(texts), *period_problems(entry_date), *problems]
    if problems:
        raise ManualEntryInvalid(problems)
    return _write(ManualEntry(entry_date=entry_date, proposed_by=by, proposed_at=at, **texts), read)


@transaction.atomic
def propose_reversal(
    *, manual_entry_id: int, entry_date: date, reason: str, by: User, at: datetime
) -> ManualEntry:
    """Propose to take an approved entry back, once, in the open period of `entry_date`.

    Raises: NotAllowed, ManualEntryNotFound, ManualEntryNotPosted, ReversalProposed;
            ManualEntryInvalid, with every problem at once.
    """
    _require(by, Permission.PROPOSE_ENTRY, said("propose to reverse a manual entry"))
    entry = _locked(manual_entry_id)
    if entry.state != ManualEntryState.APPROVED:
        raise ManualEntryNotPosted(entry.pk, entry.state)
    other = entry.reversals.filter(
        state__in=[ManualEntryState.PROPOSED, ManualEntryState.APPROVED]
    ).first()
    if other is not None:
        raise ReversalProposed(entry.pk, other.pk, other.state)
    problems = [*_text_problems({"reason": reason}), *period_problems(entry_date)]
    if problems:
        raise ManualEntryInvalid(problems)
    reversal = ManualEntry(
        entry_date=entry_date,
        description=f"Reversal of manual entry {entry.pk}: {entry.description}"[:300],
        reason=reason,
        reverses=entry,
        proposed_by=by,
        proposed_at=at,
    )
    mirrored = [
        Line(line.account_id, line.commodity, debit=line.credit, credit=line.debit)
        for line in _lines_of(entry)
    ]
    return _write(reversal, mirrored)


@transaction.atomic
def approve(*, manual_entry_id: int, by: User, at: datetime) -> ManualEntry:
    """Approve what another person proposed, and post it. Called again, it changes nothing.

    Raises: NotAllowed, ManualEntryNotFound, DecidedByProposer, ManualEntryDecided; PeriodClosed,
            if its period was closed meanwhile.
    """
    entry = _to_decide(manual_entry_id, ManualEntryState.APPROVED, by)
    if entry.state == ManualEntryState.APPROVED:
        return entry
    entry.posted_entry_id = _post(entry, by)
    return _decide(entry, ManualEntryState.APPROVED, by, at)


@transaction.atomic
def reject(*, manual_entry_id: int, reason: str, by: User, at: datetime) -> ManualEntry:
    """Refuse what another person proposed, with a reason. Called again, it changes nothing.

    Raises: NotAllowed, ManualEntryNotFound, DecidedByProposer, ManualEntryDecided;
            ManualEntryInvalid, without a reason.
    """
    entry = _to_decide(manual_entry_id, ManualEntryState.REJECTED, by)
    if entry.state == ManualEntryState.REJECTED:
        return entry
    problems = _text_problems({"reason": reason})
    if problems:
        raise ManualEntryInvalid(problems)
    entry.decision_reason = reason
    return _decide(entry, ManualEntryState.REJECTED, by, at)


@transaction.atomic
def withdraw(*, manual_entry_id: int, by: User, at: datetime) -> ManualEntry:
    """Take one's own proposal back. Called again, it changes nothing.

    Raises: ManualEntryNotFound, WithdrawnByAnother, ManualEntryDecided.
    """
    entry = _locked(manual_entry_id)
    if entry.proposed_by_id != by.pk:
        author = entry.proposed_by.get_username()
        raise WithdrawnByAnother(by.get_username(), entry.pk, author)
    if entry.state == ManualEntryState.WITHDRAWN:
        return entry
    _require_undecided(entry)
    return _decide(entry, ManualEntryState.WITHDRAWN, by, at)


def _write(entry: ManualEntry, lines: Sequence[Line]) -> ManualEntry:
    entry.save(force_insert=True)
    ManualEntryLine.objects.bulk_create(
        ManualEntryLine(
            manual_entry=entry,
            account_id=line.account_id,
            commodity_id=line.commodity,
            debit=line.debit,
            credit=line.credit,
        )
        for line in lines
    )
    return entry


def _post(entry: ManualEntry, by: User) -> int:
    """The journal entry of an approved proposal, inside the caller's transaction."""
    if entry.reverses is None:
        return posting.post(
            entry_date=entry.entry_date,
            description=entry.description,
            lines=_lines_of(entry),
            source=Source("manual", str(entry.pk), "entry"),
            by=by,
        )
    posted_entry_id = entry.reverses.posted_entry_id
    assert posted_entry_id is not None  # a constraint says so: it is approved
    return posting.reverse(
        entry_id=posted_entry_id, entry_date=entry.entry_date, reason=entry.reason, by=by
    )


def _lines_of(entry: ManualEntry) -> list[Line]:
    return [
        Line(line.account_id, line.commodity_id, debit=line.debit, credit=line.credit)
        for line in entry.lines.order_by("id")
    ]


def _to_decide(manual_entry_id: int, decision: ManualEntryState, by: User) -> ManualEntry:
    """The proposal, locked, if this person may decide it, or has it decided like this already."""
    _require(by, Permission.APPROVE_ENTRY, said("decide a manual entry"))
    entry = _locked(manual_entry_id)
    if entry.proposed_by_id == by.pk:
        raise DecidedByProposer(by.get_username(), entry.pk)
    if entry.state != decision:
        _require_undecided(entry)
    return entry


def _decide(entry: ManualEntry, state: ManualEntryState, by: User, at: datetime) -> ManualEntry:
    entry.state, entry.decided_by, entry.decided_at = state, by, at
    entry.save()
    return entry


def _locked(manual_entry_id: int) -> ManualEntry:
    found = ManualEntry.objects.select_for_update().filter(pk=manual_entry_id).first()
    if found is None:
        raise ManualEntryNotFound(manual_entry_id)
    return found


def _require(by: User, permission: Permission, step: Said) -> None:
    if not may(by, permission):
        raise NotAllowed(by.get_username(), step, permission.roles_text)


def _require_undecided(entry: ManualEntry) -> None:
    if entry.state != ManualEntryState.PROPOSED:
        decided_by = entry.decided_by
        assert decided_by is not None
        raise ManualEntryDecided(entry.pk, entry.state, decided_by.get_username())


def _text_problems(texts: dict[str, str]) -> list[FieldProblem]:
    problems = []
    for field, text in texts.items():
        if not text.strip() and field != "evidence":
            problems.append(FieldProblem(field, said("Write it for those who read it later.")))
        elif len(text) > LONGEST[field]:
            words = said(
                "At most %(most)s characters; these are %(count)s.",
                most=LONGEST[field],
                count=len(text),
            )
            problems.append(FieldProblem(field, words))
    return problems
