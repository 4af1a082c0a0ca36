"""Calculates. What a check of the books found wrong, and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise and where it is broken."""

    check: str
    place: str
    detail: str
