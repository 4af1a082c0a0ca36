"""Reads. Which promise the database would not break."""

from __future__ import annotations


def constraint_of(error: BaseException) -> str:
    """The name of the promise that was about to be broken, or nothing."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnostics, "constraint_name", None) or "")
