"""Reads and writes. How often something happened in a while: wrong passwords, a key's requests.

A while begins with the first time and ends for all of them together. The counts stand in the
database, so that every process of the web server counts the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

from departments.organisation.models import Tally

_ADD = """
    INSERT INTO organisation_tally AS t (subject_sha256, count, ends_at)
    VALUES (%(subject)s, 1, %(ends_at)s)
        ON CONFLICT (subject_sha256) DO UPDATE
       SET count = CASE WHEN t.ends_at > %(at)s THEN t.count + 1 ELSE 1 END,
           ends_at = CASE WHEN t.ends_at > %(at)s THEN t.ends_at ELSE excluded.ends_at END
    RETURNING count, ends_at
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """How often it happened so far, and when the while ends."""

    count: int
    ends_at: datetime

    def seconds_left(self, *, at: datetime) -> int:
        """Whole seconds until the while has ended, rounded up."""
        return max(0, -((at - self.ends_at) // timedelta(seconds=1)))


def add(*, subject: str, lasts: timedelta, at: datetime) -> Counted:
    """Count one more; the first one begins a while that lasts so long."""
    facts: dict[str, Any] = {"subject": _hash(subject), "ends_at": at + lasts, "at": at}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")  # a crash may forget a count
        cursor.execute(_ADD, facts)
        return Counted(*cursor.fetchone())


def counted(*, subject: str, at: datetime) -> Counted:
    """How often it happened in the while that goes on."""
    found = Tally.objects.filter(pk=_hash(subject), ends_at__gt=at).first()
    return Counted(found.count, found.ends_at) if found else Counted(0, at)


def forget(*, subject: str) -> None:
    """Begin from nothing."""
    Tally.objects.filter(pk=_hash(subject)).delete()


def forget_ended(*, at: datetime) -> int:
    """Delete the counts whose while has ended.

    Returns: how many.
    """
    return Tally.objects.filter(ends_at__lte=at).delete()[0]


def _hash(subject: str) -> str:
    """What stands in the table names nobody."""
    return sha256(subject.encode("utf-8", "replace")).hexdigest()
