"""Calculates. Which results a page showed: it says so itself, one `record:result` for each."""

from __future__ import annotations

from collections.abc import Iterable

MOST_DIGITS = 18  # fewer than a bigint's, so that every number fits one


def seen_results(marks: Iterable[str]) -> dict[int, int]:
    """The results that were shown, by record; what is no such mark is left out."""
    pairs = (mark.partition(":") for mark in marks)
    return {
        int(record): int(result)
        for record, _, result in pairs
        if _is_number(record) and _is_number(result)
    }


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
