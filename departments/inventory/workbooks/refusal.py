"""Calculates. Why a workbook can't be read."""

from __future__ import annotations


class WorkbookRefused(Exception):
    """The workbook as a whole can't be read: why, and what to do."""

    def __init__(self, reason: str, hint: str) -> None:
        self.reason, self.hint = reason, hint
        super().__init__(f"{reason} {hint}")


def broken(what: str) -> WorkbookRefused:
    """The file is damaged, or was written in a way that no spreadsheet program does."""
    return WorkbookRefused(
        f"The workbook is damaged: {what}.",
        "Open it in a spreadsheet program and save it again as .xlsx.",
    )
