"""Reads and writes. The clock of a sandbox: it runs on from where it was last set.

Only doors look at the clock, and all of them by `django.utils.timezone.now`. In a sandbox that is
this one. What the database itself writes (when an entry was recorded, a seal made) stays real.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

import psycopg2
from django.db import connection
from django.utils import timezone
from psycopg2.errors import UndefinedTable

_real_now: Callable[[], datetime] = timezone.now
_KEPT_SECONDS = 1.0  # so long a process may not know that the clock was set


class _Offset:
    """How far the sandbox is ahead of the world, as it was last read."""

    ahead = timedelta(0)
    read_at = -_KEPT_SECONDS


def install() -> None:
    """Let every door of this process look at the sandbox's clock."""
    timezone.now = now


def now() -> datetime:
    """The moment in this sandbox."""
    if time.monotonic() - _Offset.read_at >= _KEPT_SECONDS:
        _Offset.ahead, _Offset.read_at = _ahead(), time.monotonic()
    return _real_now() + _Offset.ahead


def set_to(day: date) -> datetime:
    """Set the clock to the beginning of a day, UTC, unless it is later already.

    Returns: the moment in the sandbox.
    """
    moment = datetime.combine(day, time_of_day(), UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE carbon_sandbox.clock SET set_at = clock_timestamp(), "
            "set_to = greatest(%s, set_to + (clock_timestamp() - set_at))",
            [moment],
        )
    _Offset.read_at = -_KEPT_SECONDS
    return now()


def _ahead() -> timedelta:
    """On a connection of its own: the caller's may be in a transaction that has failed."""
    looking = psycopg2.connect(**connection.get_connection_params())
    try:
        with looking.cursor() as cursor:
            cursor.execute("SELECT set_to - set_at FROM carbon_sandbox.clock")
            found = cursor.fetchone()
            return found[0] if found else timedelta(0)
    except UndefinedTable:  # the sandbox is being made
        return timedelta(0)
    finally:
        looking.close()
