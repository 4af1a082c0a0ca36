"""Reads and writes. How often a password may be tried for a name from one place."""

from __future__ import annotations

from hashlib import sha256

from django.core.cache import cache

TRIES = 10
SECONDS = 15 * 60


def is_exhausted(*, username: str, address: str) -> bool:
    """Whether a quarter of an hour's tries are used up."""
    return bool(cache.get(_key(username, address), 0) >= TRIES)


def note_failure(*, username: str, address: str) -> None:
    """Count a wrong password; the quarter of an hour begins with the first one."""
    key = _key(username, address)
    cache.add(key, 0, timeout=SECONDS)
    cache.incr(key)


def forget_failures(*, username: str, address: str) -> None:
    """A right password ends the count."""
    cache.delete(_key(username, address))


def _key(username: str, address: str) -> str:
    return "sign-in-" + sha256(f"{username.casefold()}\0{address}".encode()).hexdigest()
