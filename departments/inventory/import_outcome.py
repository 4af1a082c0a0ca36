"""Reads. What became of the records of an import, department by department."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from departments.inventory.models.activity import ActivityRecord, RecordState
from departments.inventory.models.emissions import EmissionRecord


@dataclass(frozen=True, slots=True)
class Outcome:
    """Records of one department by state; kgCO2e, market-based, of those that have a result."""

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
    sums = dict(
        EmissionRecord.objects.filter(activity_record__batch=batch_id, supersedes=None)
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
