"""Reads. The notices of a person, the newest first, as long as they may see what it is about."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from departments.organisation.access import visible_department_ids
from departments.organisation.models import User
from departments.organisation.notice_models import Notice

AT_ONCE = 50


def notices_of(user: User, *, before_id: int | None = None) -> list[Notice]:
    """Fifty notices, and one more if there are older ones."""
    rows = _shown_to(user, visible_department_ids(user))
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return list(rows.order_by("-pk")[: AT_ONCE + 1])


def unread_count(user: User, *, at_most: int = 100) -> int:
    """How many the person has not read; no more than `at_most` are counted."""
    unread = _shown_to(user, visible_department_ids(user)).filter(read_at__isnull=True)
    return unread.order_by()[:at_most].count()


def is_shown(notice: Notice, visible: Collection[int] | None) -> bool:
    """Whether somebody who sees these departments (None: all) is still told of it."""
    return visible is None or set(notice.department_ids) <= set(visible)


def _shown_to(user: User, visible: Collection[int] | None) -> QuerySet[Notice]:
    rows = Notice.objects.filter(user=user)
    return rows if visible is None else rows.filter(department_ids__contained_by=sorted(visible))
