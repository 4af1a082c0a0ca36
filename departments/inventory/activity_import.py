"""Writes. A CSV file of activity data → drafts: all of its rows, or none and every problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

from django.db import IntegrityError, transaction

from departments.inventory.activity_file import read_activity_file
from departments.inventory.activity_rows import Refused, Row, calculate_row, read_row
from departments.inventory.calculation_run import Calculated
from departments.inventory.errors import (
    ImportRefused,
    RowProblem,
)
from departments.inventory.evidence import keep_file
from departments.inventory.factor_choice import FactorLibrary
from departments.inventory.models.activity import ActivityRecord, ImportBatch
from departments.organisation.access import may_contribute
from departments.organisation.constraints import constraint_of
from departments.organisation.models import Department, User

BATCH = 2000


@dataclass(frozen=True, slots=True)
class RowReport:
    """One row of the file: what it comes to, or what is wrong with it."""

    line: int
    external_id: str
    emissions: Calculated | None
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import took in, or would take in; `record_ids` are empty on a dry run."""

    rows: tuple[RowReport, ...]
    record_ids: tuple[int, ...] = ()
    batch_id: int | None = None

    @property
    def accepted(self) -> int:
        """Rows without a problem."""
        return sum(1 for row in self.rows if not row.problems)

    @property
    def rejected(self) -> int:
        """Rows, or the file as a whole, with a problem."""
        return len(self.rows) - self.accepted

    @property
    def problems(self) -> tuple[RowProblem, ...]:
        """Every problem of every row."""
        return tuple(problem for row in self.rows for problem in row.problems)


def is_imported(content: bytes) -> bool:
    """Whether exactly this file was taken in before."""
    return ImportBatch.objects.filter(sha256=sha256(content).hexdigest()).exists()


def import_file(
    *,
    file_name: str,
    content: bytes,
    by: User,
    at: datetime,
    departments: Iterable[Department],
    dry_run: bool = False,
) -> ImportReport:
    """Take in a file as drafts, in one transaction; a dry run answers the same and keeps nothing.

    `departments` are those the person may enter activity for; others are unknown to the file.
    Raises: ImportRefused, with every problem of every row, unless it is a dry run.
    """
    file_name = file_name.replace("\x00", "")[-255:] or "file.csv"
    try:
        with transaction.atomic():
            rows, problems = _checked(content, by, {d.code: d for d in departments})
            reports = _reports(rows, problems)
            if dry_run:
                return ImportReport(reports)
            found = tuple(problem for report in reports for problem in report.problems)
            if found:
                raise ImportRefused(file_name=file_name, problems=found)
            return _stored(rows, reports, file_name, content, by, at)
    except IntegrityError as error:
        raise ImportRefused(file_name=file_name, problems=[_overtaken(error)]) from error


def _checked(
    content: bytes, by: User, departments: Mapping[str, Department]
) -> tuple[list[Row], list[RowProblem]]:
    batch = ImportBatch.objects.filter(sha256=sha256(content).hexdigest()).first()
    if batch is not None:
        return [], [_imported_before(batch)]
    file_rows, problems = read_activity_file(content)
    rows = [Row(row.line, row.cells) for row in file_rows]
    departments = _enterable(rows, by, departments)
    library = FactorLibrary()
    refused: Refused = {}
    for row in rows:
        read_row(row, departments)
        calculate_row(row, library, refused)
    _refuse_repeated(rows)
    _refuse_recorded(rows)
    return rows, problems


def _enterable(
    rows: Iterable[Row], by: User, departments: Mapping[str, Department]
) -> dict[str, Department]:
    """Of the departments that the file names, those offered that the person may enter for."""
    named = {row.cells["department"].strip() for row in rows}
    return {
        code: department
        for code, department in departments.items()
        if code in named and may_contribute(by, department.pk)
    }


# The rows together


def _key(row: Row) -> tuple[int, str] | None:
    department, external_id = row.facts.get("department"), row.facts.get("external_id")
    return (department.pk, external_id) if department and external_id else None


def _refuse_repeated(rows: Iterable[Row]) -> None:
    first: dict[tuple[int, str], int] = {}
    for row in rows:
        key = _key(row)
        if key is None:
            continue
        if key in first:
            reason = f"The same id stands in line {first[key]}."
            row.refuse("external_id", reason, "Give every row an id of its own.")
        first.setdefault(key, row.line)


def _refuse_recorded(rows: Iterable[Row]) -> None:
    by_key = {key: row for row in rows if (key := _key(row))}
    recorded = ActivityRecord.objects.filter(
        department_id__in={department_id for department_id, _ in by_key},
        external_id__in={external_id for _, external_id in by_key},
        supersedes__isnull=True,
    )
    for pk, department_id, external_id in recorded.values_list(
        "pk", "department_id", "external_id"
    ):
        row = by_key.get((department_id, external_id))
        if row is not None:
            reason = f"Record {pk} of this department has this id already."
            row.refuse("external_id", reason, "Leave the row out, or correct that record.")


def _reports(rows: Iterable[Row], problems: Iterable[RowProblem]) -> tuple[RowReport, ...]:
    reports = [
        RowReport(
            line=row.line,
            external_id=str(row.facts.get("external_id", "")),
            emissions=None if row.problems else row.calculated,
            problems=row.sorted_problems(),
        )
        for row in rows
    ]
    by_line: dict[int, list[RowProblem]] = {}
    for problem in problems:
        by_line.setdefault(problem.line, []).append(problem)
    reports += [RowReport(line, "", None, tuple(found)) for line, found in by_line.items()]
    return tuple(sorted(reports, key=lambda report: report.line))


def _stored(
    rows: list[Row],
    reports: tuple[RowReport, ...],
    file_name: str,
    content: bytes,
    by: User,
    at: datetime,
) -> ImportReport:
    batch = ImportBatch.objects.create(
        file_name=file_name,
        sha256=sha256(content).hexdigest(),
        row_count=len(rows),
        imported_by=by,
        imported_at=at,
    )
    keep_file(batch, BytesIO(content))
    records = ActivityRecord.objects.bulk_create(
        (_record(row.facts, batch, by, at) for row in rows), batch_size=BATCH
    )
    return ImportReport(reports, tuple(record.pk for record in records), batch.pk)


def _record(facts: dict[str, Any], batch: ImportBatch, by: User, at: datetime) -> ActivityRecord:
    return ActivityRecord(
        department=facts["department"],
        activity=facts["activity"],
        started_on=facts["started_on"],
        ended_on=facts["ended_on"],
        quantity=facts["quantity"],
        unit=facts["unit"],
        place=facts["place"].upper(),
        inputs=facts["inputs"],
        external_id=facts["external_id"],
        note=facts["note"],
        is_estimated=facts["estimated"],
        batch=batch,
        created_by=by,
        created_at=at,
    )


def _imported_before(batch: ImportBatch) -> RowProblem:
    when, who = f"{batch.imported_at:%Y-%m-%d %H:%M} UTC", batch.imported_by.get_username()
    reason = f"{who} imported this very file on {when} ({batch.row_count} rows)."
    return RowProblem(0, "", batch.file_name, reason, "There is nothing left to do.")


def _overtaken(error: IntegrityError) -> RowProblem:
    """Somebody else's import was faster, by the promise of the database that says so."""
    name = constraint_of(error)
    if name == "inventory_external_id_is_unique_in_its_department":
        reason = "Another import has just recorded some of these external ids."
    elif "sha256" in name:
        reason = "Another import has just taken in this very file."
    else:
        raise error
    return RowProblem(0, "", "", reason, "Look at the records, then try again.")


def report_content(report: ImportReport) -> dict[str, Any]:
    """The report as programs read it; decimals as strings, kgCO2e."""
    return {
        "rows": [_row_content(row) for row in report.rows],
        "accepted": report.accepted,
        "rejected": report.rejected,
    }


def _row_content(row: RowReport) -> dict[str, Any]:
    emissions = row.emissions
    location = None if emissions is None else f"{emissions.location_kgco2e:f}"
    market = None if emissions is None else f"{emissions.market_kgco2e:f}"
    return {
        "line": row.line,
        "external_id": row.external_id,
        "emissions_kgco2e": market,
        "emissions_location_kgco2e": location,
        "emissions_market_kgco2e": market,
        "trace": None if emissions is None else emissions.trace,
        "errors": [_problem_content(problem) for problem in row.problems],
    }


def _problem_content(problem: RowProblem) -> dict[str, str]:
    return {
        "column": problem.column,
        "value": problem.value,
        "reason": problem.reason,
        "hint": problem.hint,
    }
