"""Writes. Notices: told in the transaction of what happened, once a person; read by that person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from departments.organisation.models import User
from departments.organisation.notice_models import Notice, NoticeKind


@dataclass(frozen=True, slots=True)
class Target:
    """The page of the portal that a notice leads to: its name, arguments and query."""

    page: str
    arguments: tuple[str, ...] = ()
    query: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What one person is told: names and percents, never an amount, of departments they see."""

    user_id: int
    department_ids: Collection[int]
    target: Target
    facts: Mapping[str, Any] = field(default_factory=dict)


def tell(*, kind: NoticeKind, key: str, news: Iterable[News], at: datetime) -> None:
    """Leave a notice for each active person in the caller's transaction; the same key, once."""
    wanted = {one.user_id: one for one in news}
    active = User.objects.filter(pk__in=wanted, is_active=True).values_list("pk", flat=True)
    rows = [
        Notice(
            user_id=pk,
            kind=kind,
            key=key,
            department_ids=sorted(wanted[pk].department_ids),
            facts=dict(wanted[pk].facts),
            page=wanted[pk].target.page,
            page_arguments=list(wanted[pk].target.arguments),
            page_query=wanted[pk].target.query,
            happened_at=at,
            mail_due_at=at,
        )
        for pk in sorted(active)
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def mark_read(*, notice_id: int, by: User, at: datetime) -> Notice | None:
    """Note that a person has read a notice of theirs; None if there is none. Again, no change."""
    notice = Notice.objects.filter(pk=notice_id, user=by).first()
    if notice is not None and notice.read_at is None:
        notice.read_at = at
        notice.save(update_fields=["read_at"])
    return notice


def mark_all_read(*, by: User, through_id: int, at: datetime) -> int:
    """Note that a person has read what they were shown, up to a notice; what came since stays new.

    Returns: how many were new.
    """
    new = Notice.objects.filter(user=by, read_at__isnull=True, pk__lte=through_id)
    return new.update(read_at=at)
