"""Reads and writes. How often a password may be tried for a name from one place."""

from __future__ import annotations

from datetime import datetime, timedelta

from departments.organisation import tallies

TRIES = 10
LASTS = timedelta(minutes=15)


def seconds_to_wait(*, username: str, address: str, at: datetime) -> int:
    """Until a password may be tried again; 0 while tries are left."""
    tried = tallies.counted(subject=_subject(username, address), at=at)
    return tried.seconds_left(at=at) if tried.count >= TRIES else 0


def note_failure(*, username: str, address: str, at: datetime) -> None:
    """Count a wrong password; the quarter of an hour begins with the first one."""
    tallies.add(subject=_subject(username, address), lasts=LASTS, at=at)


def forget_failures(*, username: str, address: str) -> None:
    """A right password ends the count."""
    tallies.forget(subject=_subject(username, address))


def _subject(username: str, address: str) -> str:
    return f"sign-in\0{username.casefold()}\0{address}"
