"""Reads. What became of the records of an import, department by department."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, Sum

from departments.inventory.models.activity import ActivityRecord, RecordState
from departments.inventory.models.emissions import EmissionKind, EmissionRecord


@dataclass(frozen=True, slots=True)
class Outcome:
    """Records of one department by state, and what they emitted: kgCO2e, market-based.

    None: no emission among them has a result. Of one that was calculated again counts what is
    approved; what absorbs is no part of it.
    """

    department: str
    name: str
    drafts: int
    submitted: int
    approved: int
    returned: int
    kgco2e: Decimal | None

    @property
    def count(self) -> int:
        """All of them."""
        return self.drafts + self.submitted + self.approved + self.returned


def outcome_of(batch_id: int) -> list[Outcome]:
    """By department; nothing of an import that was undone."""
    states = (
        RecordState.DRAFT,
        RecordState.SUBMITTED,
        RecordState.APPROVED,
        RecordState.RETURNED,
    )
    again = EmissionRecord.objects.filter(
        supersedes=OuterRef("pk"),
        activity_record=OuterRef("activity_record"),
        approval_number__isnull=False,
    )
    sums = dict(
        EmissionRecord.objects.filter(
            Q(supersedes=None) | Q(approval_number__isnull=False),
            activity_record__batch=batch_id,
            kind=EmissionKind.EMISSION,
        )
        .filter(~Exists(again))
        .order_by()
        .values_list("department_id")
        .annotate(kgco2e=Sum("market_kgco2e"))
    )
    rows = (
        ActivityRecord.objects.filter(batch=batch_id)
        .order_by("department__code")
        .values_list("department_id", "department__code", "department__name")
        .annotate(**{f"{state}_count": Count("pk", filter=Q(state=state)) for state in states})
    )
    return [
        Outcome(
            department=code,
            name=name,
            drafts=drafts,
            submitted=submitted,
            approved=approved,
            returned=returned,
            kgco2e=sums.get(department_id),
        )
        for department_id, code, name, drafts, submitted, approved, returned in rows
    ]
