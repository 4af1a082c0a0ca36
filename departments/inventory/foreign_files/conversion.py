"""Calculates. A file of CodeCarbon, Slurm or OpenCost into a CSV file as the import reads it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from departments.inventory.activity_file import COLUMNS
from departments.inventory.calculation.shares import split
from departments.inventory.errors import RowProblem
from departments.inventory.foreign_files import codecarbon, opencost, slurm
from departments.inventory.foreign_files.rows import (
    DECIMALS,
    ForeignFile,
    ForeignRow,
    LeftOut,
    missing_columns,
    number,
    written,
)
from departments.organisation.said import said

FORMATS: Mapping[str, Callable[[str], ForeignFile]] = {
    "codecarbon": codecarbon.read,
    "slurm": slurm.read,
    "opencost": opencost.read,
}
MOST_BYTES = 8 * 1024 * 1024  # tens of thousands of jobs, each reported with its arithmetic
# Figures that a share of a job has a share of.
_SHARED = ("quantity", "machine_energy_kwh")

Owners = Mapping[str, Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Conversion:
    """The rows as CSV, the line of the foreign file for each, and what did not become a row."""

    content: bytes
    lines: tuple[int, ...]
    left_out: tuple[LeftOut, ...]
    problems: tuple[RowProblem, ...]


def convert(
    content: bytes, *, file_format: str, owners: Owners, fixed: Mapping[str, str]
) -> Conversion:
    """The rows of a foreign file, each for the departments that share its owner.

    `owners` gives departments with their shares by account, project or namespace; an owner that is
    not in it is taken for a department's code. `fixed` are columns that all rows get, whatever
    the file says. A share of a job is exact: all shares of it add up to the job.
    """
    if len(content) > MOST_BYTES:
        reason = said(
            "It has %(count)s bytes; at most %(most)s are taken at once.",
            count=f"{len(content):,}",
            most=f"{MOST_BYTES:,}",
        )
        return _refused([RowProblem(0, "", "", reason, said("Split it, e.g. by month."))])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _refused(
            [RowProblem(0, "", "", said("The file is not UTF-8."), said("Export it anew."))]
        )
    file = FORMATS[file_format](text)
    problems = [*file.problems, *_fixed_problems(fixed)]
    if not problems and not file.rows:
        hint = said("Look at what was left out, and ask for a wider range of days.")
        problems.append(RowProblem(0, "", "", said("No row of this file is activity."), hint))
    if problems:
        return _refused(problems, file.left_out)
    rows = [row for each in file.rows for row in _for_departments(each, owners, fixed)]
    return Conversion(
        _as_csv(row.cells for row in rows),
        tuple(row.line for row in rows),
        tuple(sorted(file.left_out, key=lambda each: each.line)),
        (),
    )


def read_owners(text: str) -> tuple[dict[str, dict[str, Decimal]], list[RowProblem]]:
    """A CSV file with owner, department and, where several share one, share.

    Shares of one owner are taken in proportion; 1 each where none are given.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""))
    hint = said("Needed are owner and department; share is optional.")
    problems = missing_columns(reader.fieldnames or (), ("owner", "department"), hint)
    owners: dict[str, dict[str, Decimal]] = {}
    for row in [] if problems else reader:
        share = number(row.get("share") or "1")
        owner, department = (row["owner"] or "").strip(), (row["department"] or "").strip()
        of_owner = owners.setdefault(owner, {})
        if share is None or share <= 0 or not department or department in of_owner:
            reason = said("This is no department with a share above 0, or it stands twice.")
            value = f"{owner} {department} {row.get('share') or ''}"
            problems.append(
                RowProblem(reader.line_num, "share", value, reason, said("Correct the row."))
            )
        else:
            of_owner[department] = share
    return owners, problems


def _refused(problems: Iterable[RowProblem], left_out: Iterable[LeftOut] = ()) -> Conversion:
    return Conversion(b"", (), tuple(left_out), tuple(problems))


def _fixed_problems(fixed: Mapping[str, str]) -> list[RowProblem]:
    hint = said("Known are %(known)s.", known=", ".join(COLUMNS))
    reason = said("Unknown column.")
    return [RowProblem(0, name, "", reason, hint) for name in fixed if name not in COLUMNS]


def _for_departments(
    row: ForeignRow, owners: Owners, fixed: Mapping[str, str]
) -> Iterable[ForeignRow]:
    shares = owners.get(row.owner) or {fixed.get("department", row.owner): Decimal(1)}
    parts: dict[str, dict[str, str]] = {}
    for name in _SHARED:
        if figure := row.cells.get(name):
            split_up = split(Decimal(figure), shares, decimals=DECIMALS)
            parts[name] = {code: written(part) for code, part in split_up.items()}
    for code in shares:
        own = {name: part[code] for name, part in parts.items()}
        given = {name: value for name, value in fixed.items() if name != "department"}
        yield ForeignRow(row.line, row.owner, row.cells | own | given | {"department": code})


def _as_csv(rows: Iterable[Mapping[str, str]]) -> bytes:
    held = list(rows)
    used = [name for name in COLUMNS if any(name in row for row in held)]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, used, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(held)
    return buffer.getvalue().encode()
