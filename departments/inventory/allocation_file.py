"""Reads. The shares of an allocation key from a CSV file; all problems at once."""

from __future__ import annotations

import csv
from pathlib import Path

from departments.inventory.entry import read_quantity
from departments.inventory.errors import EntryRefused, RowProblem
from departments.inventory.errors.imports import ImportRefused
from departments.organisation.models import Department
from departments.organisation.said import said

COLUMNS = ("department", "quantity")


def read_shares(path: Path) -> dict[str, str]:
    """Quantities of the driver by department code, as they stand in the file.

    Raises: ImportRefused, with every problem; OSError.
    """
    known = set(Department.objects.values_list("code", flat=True))
    shares: dict[str, str] = {}
    problems: list[RowProblem] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        try:
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                hint = said("The columns are %(columns)s.", columns=", ".join(COLUMNS))
                reason = said("Columns are missing: %(missing)s.", missing=", ".join(missing))
                problems.append(RowProblem(1, "", "", reason, hint))
            for row in () if missing else rows:
                code, quantity = ((row[name] or "").strip() for name in COLUMNS)
                problems += _problems(rows.line_num, code, quantity, known, shares)
                shares[code] = quantity
        except (UnicodeDecodeError, csv.Error) as error:
            hint = said("Save it as CSV in UTF-8.")
            problems.append(
                RowProblem(
                    rows.line_num, "", "", said("It can't be read: %(error)s.", error=error), hint
                )
            )
    if problems or not shares:
        empty = RowProblem(0, "", "", said("It has no rows."), said("Enter one department a line."))
        raise ImportRefused(file_name=path.name, problems=problems or [empty])
    return shares


def _problems(
    line: int, code: str, quantity: str, known: set[str], before: dict[str, str]
) -> list[RowProblem]:
    found = []
    if code not in known:
        hint = said("Enter the code of a department.")
        found.append(
            RowProblem(line, "department", code, said("There is no such department."), hint)
        )
    if code in before:
        hint = said("Enter each department once.")
        found.append(RowProblem(line, "department", code, said("It is there already."), hint))
    try:
        if not read_quantity(quantity):
            hint = said("Leave the department out.")
            found.append(RowProblem(line, "quantity", quantity, said("This is nothing."), hint))
    except EntryRefused as refusal:
        found.append(RowProblem(line, "quantity", quantity, refusal.reason, refusal.hint))
    return found
