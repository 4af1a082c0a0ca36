"""Calculates. What programs narrow records and results by, as a condition on records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which records are wanted; what is None or empty narrows nothing.

    `activity` is one, or the path above several. The days are those on which the activity ended,
    both included: the last day names period and price. `updated_since` keeps what was entered,
    submitted, approved or returned from then on.
    """

    state: str | None = None
    external_id: str = ""
    department: str = ""
    activity: str = ""
    from_on: date | None = None
    until_on: date | None = None
    updated_since: datetime | None = None

    def condition(self, to_record: str = "") -> Q:
        """The condition; `to_record` is the way there from another table, such as a result's."""
        named = {
            "state": self.state,
            "external_id": self.external_id,
            "department__code": self.department,
            "ended_on__gte": self.from_on,
            "ended_on__lte": self.until_on,
        }
        wanted = Q(**{f"{to_record}{name}": value for name, value in named.items() if value})
        if self.activity:
            wanted &= Q(**{f"{to_record}activity": self.activity}) | Q(
                **{f"{to_record}activity__startswith": f"{self.activity}/"}
            )
        if self.updated_since is not None:
            steps = ("created_at", "submitted_at", "decided_at")
            taken = Q()
            for step in steps:
                taken |= Q(**{f"{to_record}{step}__gte": self.updated_since})
            wanted &= taken
        return wanted


EVERYTHING = RecordFilter()


def called_exactly(external_id: str) -> Q:
    """Records with that external id. Two halves, since each has an index of its own."""
    named = Q(external_id=external_id)
    return named & Q(supersedes__isnull=True) | named & Q(supersedes__isnull=False)


def containing(words: str) -> Q:
    """Records whose activity, external id, note or department contains some words."""
    return (
        Q(activity__icontains=words)
        | Q(external_id__icontains=words)
        | Q(note__icontains=words)
        | Q(department__code__icontains=words)
    )
