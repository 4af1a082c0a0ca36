"""Writes. Who entered or submitted records hears that they were returned, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlencode

from departments.inventory.models.activity import ActivityRecord, RecordState
from departments.organisation.models import Department, User
from departments.organisation.notice_models import NoticeKind
from departments.organisation.notices import News, Target, tell

LONGEST_REASON = 200  # in a notice; the record has all of it


def tell_returned(
    records: Collection[ActivityRecord], *, by: User, at: datetime, reason: str
) -> None:
    """One notice a person and department, in the caller's transaction, however many records.

    Whoever returned them is told nothing.
    """
    of: dict[tuple[int, int], list[int]] = defaultdict(list)
    for record in records:
        for user_id in {record.created_by_id, record.submitted_by_id} - {None, by.pk}:
            of[record.department_id, user_id].append(record.pk)  # type: ignore[index]
    codes = dict(Department.objects.filter(pk__in={pk for pk, _ in of}).values_list("pk", "code"))
    for (department_id, user_id), ids in sorted(of.items()):
        facts = {
            "count": len(ids),
            "department": codes[department_id],
            "by": by.get_username(),
            "reason": reason[:LONGEST_REASON],
        }
        # The first record can be returned once at a moment, so the key names the step.
        tell(
            kind=NoticeKind.RECORD_RETURNED,
            key=f"{NoticeKind.RECORD_RETURNED}:{min(ids)}:{at.isoformat()}",
            news=[News(user_id, [department_id], _target(codes[department_id], ids), facts)],
            at=at,
        )


def _target(code: str, ids: list[int]) -> Target:
    if len(ids) == 1:
        return Target("activity_record", (str(ids[0]),))
    return Target("activity", (code,), urlencode({"state": str(RecordState.RETURNED)}))
