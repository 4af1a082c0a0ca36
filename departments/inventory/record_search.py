"""Reads. Activity records page by page, newest first, and searched a stretch at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from departments.inventory.models.activity import ActivityRecord
from departments.inventory.record_filters import called_exactly, containing
from departments.inventory.records import RecordSummary, summaries_of, visible_records

SEARCHED = 10_000  # records whose words are read at once, however many there are


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Some records; `older_than` is the id to go on with, None where there are no more.

    `searches_on`: the page is not full, and older records were not searched yet.
    """

    rows: tuple[RecordSummary, ...]
    older_than: int | None
    searches_on: bool = False


def record_page(
    *,
    department_ids: Collection[int] | None,
    state: str | None = None,
    search: str = "",
    before_id: int | None = None,
    size: int = 50,
) -> RecordPage:
    """Records of the departments that may be seen (None: all), newest first.

    `search` finds the records with exactly that external id or, if there are none, those whose
    activity, external id, note or department contains it, among so many of the newest. `before_id`
    continues a list, and a search.
    """
    rows = visible_records(department_ids)
    if state:
        rows = rows.filter(state=state)
    words = search.replace("\x00", "")
    exact = rows.filter(called_exactly(words)) if words else rows
    end = None
    if words and exact.exists():
        rows = exact
    elif words:
        end = end_of_stretch(_before(rows, before_id))
        rows = rows.filter(containing(words))
        rows = rows if end is None else rows.filter(pk__gte=end)
    found = summaries_of(_before(rows, before_id).order_by("-pk")[: size + 1])
    shown = tuple(found[:size])
    if len(found) > size:
        return RecordPage(shown, shown[-1].record_id)
    return RecordPage(shown, end, searches_on=end is not None)


def _before(rows: QuerySet[ActivityRecord], before_id: int | None) -> QuerySet[ActivityRecord]:
    return rows if before_id is None else rows.filter(pk__lt=before_id)


def end_of_stretch(rows: QuerySet[ActivityRecord]) -> int | None:
    """The id of the last record of a stretch; None, where it holds all there are."""
    ids = rows.order_by("-pk").values_list("pk", flat=True)[SEARCHED - 1 : SEARCHED + 1]
    last_and_next = list(ids)
    return last_and_next[0] if len(last_and_next) == 2 else None
