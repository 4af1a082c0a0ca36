"""Calculates. Why a file can't be read as rows of cells."""

from __future__ import annotations


class TableRefused(Exception):
    """The file as a whole can't be read: why, and what to do."""

    def __init__(self, reason: str, hint: str) -> None:
        self.reason, self.hint = reason, hint
        super().__init__(f"{reason} {hint}")


def broken(what: str) -> TableRefused:
    """The file is damaged, or was written in a way that no spreadsheet program does."""
    return TableRefused(
        f"The workbook is damaged: {what}.",
        "Open it in a spreadsheet program and save it again as .xlsx.",
    )
