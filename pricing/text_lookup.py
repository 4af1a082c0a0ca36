"""Reads. What a company says about a scheme on a day: the approved texts, topic by topic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pricing.models import SchemeText


@dataclass(frozen=True, slots=True)
class TextInForce:
    """An approved text with its version and the two people behind it."""

    text_id: int
    topic: str
    version: int
    text: str
    starts_on: date | None
    ends_before: date | None
    proposed_by: str
    approved_by: str
    approved_at: datetime | None

    @property
    def about(self) -> str:
        """One sentence: which version it is, since when, and by whom."""
        return (
            f"Text “{self.topic}”, version {self.version}, in force from {self.starts_on}; "
            f"proposed by {self.proposed_by}, approved by {self.approved_by}."
        )


def texts_in_force(*, scheme_id: int, on: date) -> dict[str, TextInForce]:
    """Of each topic the approved text of the highest version that is in force on a day."""
    rows = SchemeText.objects.filter(
        scheme_id=scheme_id, approved_by__isnull=False, in_force__contains=on
    ).select_related("proposed_by", "approved_by")
    return {row.topic: _text(row) for row in rows.order_by("version")}


def _text(row: SchemeText) -> TextInForce:
    return TextInForce(
        text_id=row.pk,
        topic=row.topic,
        version=row.version,
        text=row.text,
        starts_on=row.in_force.lower,
        ends_before=row.in_force.upper,
        proposed_by=row.proposed_by.get_username(),
        approved_by=row.approved_by.get_username() if row.approved_by else "",
        approved_at=row.approved_at,
    )
