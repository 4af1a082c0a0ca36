"""Reads. Disputes of the departments that may be seen, and whether a line may be disputed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from ledger.models.disputes import Dispute, DisputeState
from ledger.models.periods import PeriodState
from ledger.models.settlements import Settlement, SettlementState
from ledger.sql import statement
from ledger.statements import StatementLine, present_line
from pricing import price_lookup
from pricing.price_lookup import SchemeTerms


@dataclass(frozen=True, slots=True)
class DisputeDetail:
    """A dispute with the line that it is about; `amount` is the line's, in its currency."""

    dispute_id: int
    department: str
    scheme: str
    period: str
    line: StatementLine
    reason: str
    evidence: str
    state: str
    opened_by: str
    opened_at: datetime
    decided_by: str
    decided_at: datetime | None
    answer: str
    record_id: int | None
    manual_entry_id: int | None

    def may_be_withdrawn(self, department_ids: Collection[int] | None) -> bool:
        """Whether who enters activity of these departments (None: of all) may take it back."""
        is_theirs = department_ids is None or self.line.department_id in department_ids
        return self.state == DisputeState.OPEN and is_theirs

    @property
    def amount(self) -> Decimal:
        return self.line.amount


def counted_in(period_id: int) -> tuple[int, int]:
    """How many disputes there are of the bills of a period, and how many of them wait."""
    with connection.cursor() as cursor:
        cursor.execute(statement("close_disputes"), {"period_id": period_id})
        found, waiting = cursor.fetchone()
    return int(found), int(waiting)


def list_disputes(
    *,
    department_ids: Collection[int] | None,
    line_id: int | None = None,
    dispute_id: int | None = None,
    before_id: int | None = None,
    limit: int | None = None,
) -> list[DisputeDetail]:
    """Disputes, newest first; `department_ids` None is every department.

    `before_id` goes on with a list of `limit`.
    """
    rows = Dispute.objects.select_related(
        "line__settlement__period",
        "line__department",
        "line__activity_period",
        "line__legal_entity",
        "opened_by",
        "decided_by",
    )
    if department_ids is not None:
        rows = rows.filter(department_id__in=department_ids)
    if line_id is not None:
        rows = rows.filter(line_id=line_id)
    if dispute_id is not None:
        rows = rows.filter(pk=dispute_id)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    found = list(rows.order_by("-pk")[:limit])
    schemes = {row.line.scheme_id for row in found}
    terms = {pk: price_lookup.scheme_terms(scheme_id=pk) for pk in schemes}
    return [_present(row, terms[row.line.scheme_id]) for row in found]


def last_day_to_dispute(*, settlement_id: int, on: date) -> tuple[bool, date | None]:
    """Whether lines of a settlement may be disputed on a day, and the last day if there is one."""
    settlement = Settlement.objects.select_related("period").get(pk=settlement_id)
    last = settlement.review_ends_on
    is_open = (
        settlement.state == SettlementState.POSTED
        and settlement.period.state == PeriodState.OPEN
        and (last is None or on <= last)
    )
    return is_open, last


def _present(row: Dispute, terms: SchemeTerms) -> DisputeDetail:
    return DisputeDetail(
        dispute_id=row.pk,
        department=row.line.department.code,
        scheme=terms.code,
        period=row.line.settlement.period.code,
        line=present_line(row.line, terms),
        reason=row.reason,
        evidence=row.evidence,
        state=DisputeState(row.state).value,
        opened_by=row.opened_by.get_username(),
        opened_at=row.opened_at,
        decided_by=row.decided_by.get_username() if row.decided_by else "",
        decided_at=row.decided_at,
        answer=row.answer,
        record_id=row.record_id,
        manual_entry_id=row.manual_entry_id,
    )
