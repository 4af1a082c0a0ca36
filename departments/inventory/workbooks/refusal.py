"""Calculates. Why a file can't be read as rows of cells."""

from __future__ import annotations

from departments.organisation.said import said, together


class TableRefused(Exception):
    """The file as a whole can't be read: why, and what to do."""

    def __init__(self, reason: str, hint: str) -> None:
        self.reason, self.hint = reason, hint
        super().__init__(together(reason, hint))


def broken(what: str) -> TableRefused:
    """The file is damaged, or was written in a way that no spreadsheet program does."""
    return TableRefused(
        said("The workbook is damaged: %(what)s.", what=what),
        said("Open it in a spreadsheet program and save it again as .xlsx."),
    )
