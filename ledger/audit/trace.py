"""Reads. A journal line back to what it is made of: statement lines, records, evidence, people.

What each statement line adds to the journal line is worked out anew, by the rules of posting, and
compared: a trace says itself whether it adds up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from departments.inventory.evidence_reading import Evidence
from departments.inventory.history import HistoryEvent
from departments.inventory.records import RecordPast, pasts_of
from departments.organisation.said import said
from ledger.errors.journal import JournalLineNotFound
from ledger.journal_lines import JournalRow, journal_rows
from ledger.models.accounts import AccountKind
from ledger.models.manual_entries import ManualEntry
from ledger.models.settlements import CHARGING, Settlement, SettlementLine
from ledger.sql import statement
from ledger.statements import LineDetail, SettledRecordDetail, line_detail

RECORDS_SHOWN = 20  # results of a statement line at once


@dataclass(frozen=True, slots=True)
class Step:
    """Who took a step, and when; `words` is what was said with it."""

    step: str
    by: str
    at: datetime | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class TracedRecord:
    """A result with its arithmetic, who did what with its record, and the files that prove it."""

    settled: SettledRecordDetail
    history: tuple[HistoryEvent, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class TracedLine:
    """A statement line and what it adds to the journal line, in minor units: a debit above zero.

    `next_after` continues its records, if there are more than are shown.
    """

    adds_minor: int
    detail: LineDetail
    records: tuple[TracedRecord, ...]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a journal line comes from. `adds_up` is None where no settlement posted it."""

    line: JournalRow
    entry: tuple[JournalRow, ...]
    steps: tuple[Step, ...]
    input_sha256: str
    lines: tuple[TracedLine, ...]
    adds_up: bool | None
    manual_entry_id: int | None
    reverses: int | None
    reversed_by: int | None
    seal_number: int | None
    seal_chain_sha256: str
    sealed_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of traced_entry.sql."""

    id: int
    period_id: int
    settlement_id: int | None
    department_id: int | None
    activity_period_id: int | None
    is_removal: bool
    posted_by: str | None
    recorded_at: datetime
    account_id: int
    account_kind: str
    legal_entity_id: int | None
    counterparty_id: int | None
    minor: int
    seal_number: int | None
    seal_chain_sha256: str | None
    sealed_at: datetime | None
    manual_entry_id: int | None
    reversed_by: int | None


def trace(*, line_id: int, records_after: int = 0) -> Trace:
    """Everything behind a journal line, for those who see the whole company.

    Raises: JournalLineNotFound.
    """
    entry = _entry(line_id)
    rows = tuple(journal_rows(entry_id=entry.id))
    line = next(row for row in rows if row.line_id == line_id)
    adding = list(_adding(entry))
    settlement = _settlement(entry)
    return Trace(
        line=line,
        entry=rows,
        steps=tuple(_steps(entry, settlement)),
        input_sha256=settlement.input_sha256 if settlement else "",
        lines=tuple(_traced(row, adds, records_after) for row, adds in adding),
        adds_up=sum(adds for _, adds in adding) == entry.minor if settlement else None,
        manual_entry_id=entry.manual_entry_id,
        reverses=line.reverses,
        reversed_by=entry.reversed_by,
        seal_number=entry.seal_number,
        seal_chain_sha256=entry.seal_chain_sha256 or "",
        sealed_at=entry.sealed_at,
    )


def _entry(line_id: int) -> _Entry:
    with connection.cursor() as cursor:
        cursor.execute(statement("audit/traced_entry"), {"line_id": line_id})
        row = cursor.fetchone()
    if row is None:
        raise JournalLineNotFound(line_id)
    return _Entry(*row)


def _settlement(entry: _Entry) -> Settlement | None:
    if entry.settlement_id is None:
        return None
    people = ("prepared_by", "approved_by", "posted_by")
    return Settlement.objects.select_related(*people).get(pk=entry.settlement_id)


def _steps(entry: _Entry, settlement: Settlement | None) -> Iterable[Step]:
    if settlement is not None:
        yield _step(said("settlement prepared"), settlement.prepared_by, settlement.prepared_at)
        yield _step(said("settlement approved"), settlement.approved_by, settlement.approved_at)
        yield _step(said("settlement posted"), settlement.posted_by, settlement.posted_at)
    elif entry.manual_entry_id is not None:
        manual = ManualEntry.objects.select_related("proposed_by", "decided_by").get(
            pk=entry.manual_entry_id
        )
        words = " · ".join(part for part in (manual.reason, manual.evidence) if part)
        yield _step(said("entry by hand proposed"), manual.proposed_by, manual.proposed_at, words)
        decided = (manual.decided_by, manual.decided_at, manual.decision_reason)
        yield _step(said("entry by hand approved"), *decided)
    yield Step(said("entry recorded"), entry.posted_by or "", entry.recorded_at)


def _step(step: str, person: Any, at: datetime | None, words: str = "") -> Step:
    return Step(step, person.get_username() if person else "", at, words)


def _adding(entry: _Entry) -> Iterable[tuple[SettlementLine, int]]:
    """The statement lines of an entry that its account takes part in, with what each adds there."""
    if entry.settlement_id is None or entry.department_id is None:
        return
    lines = SettlementLine.objects.filter(
        settlement_id=entry.settlement_id,
        department_id=entry.department_id,
        activity_period_id=entry.activity_period_id,
    )
    no_removals = lines.filter(durability_class="")
    removals = lines.exclude(durability_class="")
    for row in (removals if entry.is_removal else no_removals).order_by("pk"):
        adds = _adds(row, entry)
        if adds is not None:
            yield row, adds


def _adds(row: SettlementLine, entry: _Entry) -> int | None:
    """What a line adds to the entry's account, a debit above zero; None, if it has no part."""
    tonnes = -row.settled_mgco2e if row.durability_class else row.settled_mgco2e
    money = row.amount_minor if row.kind in CHARGING else -row.amount_minor
    if entry.account_id == row.quantity_account_id:
        return tonnes
    if entry.account_id == row.money_account_id:
        return money
    if entry.account_kind == AccountKind.ATMOSPHERE and row.quantity_account_id is not None:
        return -tonnes
    if row.money_account_id is None:
        return None
    if entry.account_kind == AccountKind.CARBON_FUND:
        return -money
    if entry.account_kind == AccountKind.DUE_TO and entry.legal_entity_id == row.legal_entity_id:
        return -money
    if entry.account_kind == AccountKind.DUE_FROM and entry.counterparty_id == row.legal_entity_id:
        return money
    return None


def _traced(row: SettlementLine, adds: int, records_after: int) -> TracedLine:
    detail = line_detail(
        line_id=row.pk,
        department_ids=None,
        records_after=records_after,
        most_records=RECORDS_SHOWN + 1,
    )
    shown = detail.records[:RECORDS_SHOWN]
    pasts = pasts_of([each.emission.record_id for each in shown])
    has_more = len(detail.records) > RECORDS_SHOWN
    return TracedLine(
        adds_minor=adds,
        detail=detail,
        records=tuple(_traced_record(each, pasts) for each in shown),
        next_after=shown[-1].emission.emission_record_id if has_more else None,
    )


def _traced_record(settled: SettledRecordDetail, pasts: dict[int, RecordPast]) -> TracedRecord:
    past = pasts[settled.emission.record_id]
    return TracedRecord(settled, past.history, past.evidence)
