"""Reads and writes. How long who signed in stays so: not past a day's work, not past a break.

A session knows since when it is used and when it was used last; both count on the server, whatever
the browser keeps.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase

BEGAN, USED = "began_at", "used_at"  # seconds since 1970
NOTED_EVERY = timedelta(minutes=1)  # so that reading pages seldom writes


def is_signed_in(session: SessionBase) -> bool:
    """Whether a session is somebody's; one that nobody has read is not."""
    return bool(session.accessed) and SESSION_KEY in session


def has_ended(session: SessionBase, *, at: datetime) -> bool:
    """Whether a session is older than `SESSION_COOKIE_AGE`, or was left alone too long.

    Too long are `SESSION_IDLE_SECONDS`, to the minute.
    """
    now = int(at.timestamp())
    began, used = session.get(BEGAN, now), session.get(USED, now)
    return bool(
        now - began >= settings.SESSION_COOKIE_AGE or now - used >= settings.SESSION_IDLE_SECONDS
    )


def note_use(session: SessionBase, *, at: datetime) -> None:
    """Remember that a session is in use, each minute at most."""
    now = int(at.timestamp())
    if BEGAN not in session:
        session[BEGAN] = now
    if now - session.get(USED, 0) >= NOTED_EVERY.total_seconds():
        session[USED] = now
