"""Writes. A file of activity data → drafts: all of its rows, or none and every problem."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO

from django.db import IntegrityError, transaction

from departments.inventory import comparison, staged_import
from departments.inventory.activity_file import FileRow, is_of_the_file, read_activity_file
from departments.inventory.activity_rows import (
    Enterable,
    Refused,
    Row,
    calculate_row,
    read_row,
)
from departments.inventory.doubts import Doubt
from departments.inventory.errors import RowProblem
from departments.inventory.errors.imports import ImportRefused
from departments.inventory.evidence import digest_of, keep_file
from departments.inventory.factor_choice import FactorLibrary
from departments.inventory.foreign_files.conversion import Conversion
from departments.inventory.history import note_import
from departments.inventory.import_report import ImportReport, Keep, RowReport, report_content
from departments.inventory.models.activity import ActivityRecord, ImportBatch
from departments.inventory.preparation import prepare
from departments.inventory.prepared_file import (
    AS_IT_STANDS,
    NO_FAULTS,
    Faults,
    PreparedFile,
    Reading,
)
from departments.organisation.access import contributed_department_ids
from departments.organisation.constraints import constraint_of
from departments.organisation.models import Department, User
from departments.organisation.said import said

__all__ = ["ImportReport", "RowReport", "import_file", "is_imported", "report_content"]

BATCH = 2000
# Of a smaller file every row is reported with its arithmetic; a larger one is streamed.
MOST_HELD_BYTES = 4 * 1024 * 1024


def is_imported(content: bytes) -> bool:
    """Whether exactly this file was taken in before."""
    digest = sha256(content).hexdigest()
    return ImportBatch.objects.filter(sha256=digest, undone_at__isnull=True).exists()


def import_file(
    *,
    file_name: str,
    content: bytes | BinaryIO,
    by: User,
    at: datetime,
    departments: Iterable[Department],
    dry_run: bool = False,
    converted: Conversion | None = None,
    valid_rows_only: bool = False,
    reading: Reading = AS_IT_STANDS,
) -> ImportReport:
    """Take in a file as drafts, in one transaction; a dry run answers the same and keeps nothing.

    `departments` are those the person may enter activity for; others are unknown to the file.
    Of an open file that is large no more than a part is held, see `ImportReport`. `converted` are
    the rows of a file that another program wrote: the file itself is kept, its lines are named, and
    its external ids must be new to all departments.
    `reading` says how to read a file that is not in the standard form; a workbook is known by its
    content.
    With `valid_rows_only` the rows without a problem are taken in and the others reported, unless
    there is none or the file breaks off.
    Raises: ImportRefused, with every problem of every row, unless it is a dry run.
    """
    file_name = file_name.replace("\x00", "")[-255:] or "file.csv"
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    digest = digest_of(file)
    source = PreparedFile(file, file) if converted is not None else prepare(file, reading)
    enterable = _enterable(by, departments)
    keep = Keep.NOTHING if dry_run else Keep.VALID_ROWS if valid_rows_only else Keep.ALL_ROWS
    try:
        with transaction.atomic():
            batch = ImportBatch.objects.filter(sha256=digest, undone_at__isnull=True).first()
            new = ImportBatch(
                file_name=file_name, sha256=digest, row_count=0, imported_by=by, imported_at=at
            )
            if batch is not None:
                report = ImportReport(_reports([], [_imported_before(batch)], {}))
            elif converted is not None:
                report = _import_converted(new, file, converted, enterable, keep)
            else:
                is_held = isinstance(content, bytes) and source.rows is file
                report = _import_rows(new, source, enterable, keep, is_held=is_held)
            if report.problems and not dry_run and report.batch_id is None:
                raise ImportRefused(
                    file_name=file_name, problems=report.problems, more=report.unlisted.problems
                )
            return report
    except IntegrityError as error:
        raise ImportRefused(file_name=file_name, problems=[_overtaken(error)]) from error


def _enterable(by: User, departments: Iterable[Department]) -> Enterable:
    """Of the departments offered, by code, those that the person may enter for."""
    reach = contributed_department_ids(by)
    return Enterable({d.code: d for d in departments if reach is None or d.pk in reach})


def _import_rows(
    batch: ImportBatch,
    source: PreparedFile,
    departments: Enterable,
    keep: Keep,
    *,
    is_held: bool,
) -> ImportReport:
    """The rows of a file: each as an object, or streamed if they are many and not held anyway."""
    if source.problems:
        report = ImportReport(_reports([], source.problems, {}))
    elif is_held or source.rows.seek(0, io.SEEK_END) <= MOST_HELD_BYTES:
        report = _import_held(batch, source, departments, keep)
    else:
        report = staged_import.import_staged(batch, source, departments, keep)
    return replace(report, understood=source.understood)


def _import_held(
    batch: ImportBatch, source: PreparedFile, departments: Enterable, keep: Keep
) -> ImportReport:
    """Every row of a file as an object."""
    source.rows.seek(0)
    file_rows, problems = read_activity_file(source.rows.read())
    rows = _worked_out(file_rows, departments, source.faults)
    _refuse_recorded(rows)
    doubts = _doubts_of(rows)
    keep = Keep.NOTHING if any(map(is_of_the_file, problems)) else keep
    return _stored(rows, _reports(rows, problems, doubts), batch, source.original, doubts, keep)


def _import_converted(
    batch: ImportBatch,
    file: BinaryIO,
    converted: Conversion,
    departments: Enterable,
    keep: Keep,
) -> ImportReport:
    """The rows of a foreign file, each under the line that it comes from."""
    if converted.problems:
        return ImportReport(_reports([], converted.problems, {}), left_out=converted.left_out)
    file_rows, problems = read_activity_file(converted.content)
    lines = converted.lines
    rows = _worked_out(
        [replace(row, line=line) for row, line in zip(file_rows, lines, strict=True)], departments
    )
    _refuse_recorded(rows, everywhere=True)
    doubts = _doubts_of(rows)
    report = _stored(rows, _reports(rows, problems, doubts), batch, file, doubts, keep)
    return replace(report, left_out=converted.left_out)


def _worked_out(
    file_rows: Iterable[FileRow], departments: Enterable, faults: Faults = NO_FAULTS
) -> list[Row]:
    rows = [Row.of(row.line, row.cells, faults.get(row.line, ())) for row in file_rows]
    library = FactorLibrary()
    refused: Refused = {}
    for row in rows:
        read_row(row, departments)
        calculate_row(row, library, refused)
    _refuse_repeated(rows)
    return rows


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
            reason = said("The same id stands in line %(first_line)s.", first_line=first[key])
            row.refuse("external_id", reason, said("Give every row an id of its own."))
        first.setdefault(key, row.line)


def _refuse_recorded(rows: Iterable[Row], *, everywhere: bool = False) -> None:
    """An id that is recorded in the row's department already, or `everywhere` in any."""
    by_key: dict[tuple[int, str], Row] = {}
    for row in rows:
        if key := _key(row):
            by_key.setdefault(key, row)
    recorded = ActivityRecord.objects.filter(
        external_id__in={external_id for _, external_id in by_key}, supersedes__isnull=True
    )
    if not everywhere:
        recorded = recorded.filter(department_id__in={pk for pk, _ in by_key})
    found = {
        (department_id, external_id): pk
        for pk, department_id, external_id in recorded.values_list(
            "pk", "department_id", "external_id"
        )
    }
    elsewhere = {external_id: pk for (_, external_id), pk in found.items()} if everywhere else {}
    for key, row in by_key.items():
        if key in found:
            _refuse_id(row, found[key], is_here=True)
        elif key[1] in elsewhere:
            _refuse_id(row, elsewhere[key[1]], is_here=False)


def _refuse_id(row: Row, record_id: int, *, is_here: bool) -> None:
    reason = said(
        "Record %(record_id)s of this department has this id already."
        if is_here
        else "Record %(record_id)s of another department has this id already.",
        record_id=record_id,
    )
    row.refuse("external_id", reason, said("Leave the row out, or correct that record."))


def _doubts_of(rows: Iterable[Row]) -> dict[int, list[Doubt]]:
    """By line, what looks wrong in rows that could be taken in."""
    comparison.stage(
        (
            row.line,
            row.facts["department"].pk,
            row.facts["activity"],
            row.facts["unit"],
            row.facts["place"].upper(),
            row.facts["inputs"],
            row.facts["estimated"],
            row.facts["started_on"],
            row.facts["ended_on"],
            row.facts["quantity"],
            row.facts["external_id"],
        )
        for row in rows
        if not row.problems
    )
    return dict(comparison.find_doubts())


def _reports(
    rows: Iterable[Row], problems: Iterable[RowProblem], doubts: Mapping[int, list[Doubt]]
) -> tuple[RowReport, ...]:
    reports = [
        RowReport(
            line=row.line,
            external_id=str(row.facts.get("external_id", "")),
            emissions=None if row.problems else row.calculated,
            problems=row.sorted_problems(),
            warnings=tuple(doubts.get(row.line, ())),
            department=row.facts.get("department"),
            ended_on=row.facts.get("ended_on"),
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
    batch: ImportBatch,
    file: BinaryIO,
    doubts: Mapping[int, list[Doubt]],
    keep: Keep,
) -> ImportReport:
    """The rows as drafts, with the file that they came in; a row with a problem keeps all out,
    unless only valid ones are asked for."""
    valid = [row for row in rows if not row.problems]
    is_whole = not any(report.problems for report in reports)
    if keep == Keep.NOTHING or not valid or not (is_whole or keep == Keep.VALID_ROWS):
        return ImportReport(reports)
    batch.row_count = len(valid)
    batch.save(force_insert=True)
    keep_file(batch, file)
    records = ActivityRecord.objects.bulk_create(
        (_record(row, batch, doubts.get(row.line, [])) for row in valid), batch_size=BATCH
    )
    note_import(batch)
    return ImportReport(reports, tuple(record.pk for record in records), batch.pk)


def _record(row: Row, batch: ImportBatch, doubts: list[Doubt]) -> ActivityRecord:
    facts = row.facts
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
        doubts=comparison.contents(doubts) or None,
        batch=batch,
        import_line=row.line,
        created_by=batch.imported_by,
        created_at=batch.imported_at,
    )


def _imported_before(batch: ImportBatch) -> RowProblem:
    when, who = f"{batch.imported_at:%Y-%m-%d %H:%M} UTC", batch.imported_by.get_username()
    reason = said(
        "%(who)s imported this very file on %(when)s (%(row_count)s rows).",
        who=who,
        when=when,
        row_count=batch.row_count,
    )
    return RowProblem(0, "", batch.file_name, reason, said("There is nothing left to do."))


def _overtaken(error: IntegrityError) -> RowProblem:
    """Somebody else's import was faster, by the promise of the database that says so."""
    name = constraint_of(error)
    if name == "inventory_external_id_is_unique_in_its_department":
        reason = said("Another import has just recorded some of these external ids.")
    elif name == "inventory_file_is_imported_once":
        reason = said("Another import has just taken in this very file.")
    else:
        raise error
    return RowProblem(0, "", "", reason, said("Look at the records, then try again."))
