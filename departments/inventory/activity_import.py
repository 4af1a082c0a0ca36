"""Writes. A CSV file of activity data → drafts: all of its rows, or none and every problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction

from departments.inventory.activity_file import REQUIRED, read_activity_file
from departments.inventory.calculation_run import Calculated, Draft, calculate, method_of
from departments.inventory.entry import INPUTS, read_day, read_inputs, read_quantity, read_switch
from departments.inventory.entry import read_text as read_plain_text
from departments.inventory.errors import (
    EntryRefused,
    FactorNotFound,
    GwpNotFound,
    ImportRefused,
    InventoryError,
    NotCalculable,
    ResultTooLarge,
    RowProblem,
    UnknownActivity,
)
from departments.inventory.factor_choice import FactorLibrary
from departments.inventory.models.activity import ActivityRecord, ImportBatch
from departments.inventory.record_fields import require_order
from departments.inventory.submission import constraint_of
from departments.organisation.access import may_contribute
from departments.organisation.models import Department, User

BATCH = 2000
LONGEST_VALUE = 100
# Inputs that may be entered in place of quantity and unit, best first.
STANDS_FOR = {
    "compute": (("accelerator_hours", "h"), ("energy_kwh", "kWh"), ("requests", "requests")),
    "removal": (("tonnes", "tCO2e"), ("area_ha", "ha")),
    "removal-reversal": (("released_tonnes", "tCO2e"),),
    "electricity": (("energy_kwh", "kWh"),),
}
_TEXTS = {"activity": 250, "unit": 60, "place": 60, "external_id": 100, "note": 500}


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


@dataclass(slots=True)
class _Row:
    """A row on its way from text to a record."""

    line: int
    cells: dict[str, str]
    facts: dict[str, Any] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    calculated: Calculated | None = None

    def refuse(self, column: str, reason: str, hint: str) -> None:
        value = self.cells.get(column, "").replace("\x00", "␀")[:LONGEST_VALUE]
        self.problems.append(RowProblem(self.line, column, value, reason, hint))

    def is_refused(self, column: str) -> bool:
        """Whether something is wrong with that cell already."""
        return any(problem.column == column for problem in self.problems)

    def sorted_problems(self) -> tuple[RowProblem, ...]:
        """The problems in the order of the columns."""
        columns = [*self.cells, ""]
        return tuple(
            sorted(
                self.problems,
                key=lambda p: columns.index(p.column if p.column in self.cells else ""),
            )
        )


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
) -> tuple[list[_Row], list[RowProblem]]:
    batch = ImportBatch.objects.filter(sha256=sha256(content).hexdigest()).first()
    if batch is not None:
        return [], [_imported_before(batch)]
    file_rows, problems = read_activity_file(content)
    rows = [_Row(row.line, row.cells) for row in file_rows]
    departments = _enterable(rows, by, departments)
    library = FactorLibrary()
    refused: Refused = {}
    for row in rows:
        _read(row, departments)
        _calculate(row, library, refused)
    _refuse_repeated(rows)
    _refuse_recorded(rows)
    return rows, problems


def _enterable(
    rows: Iterable[_Row], by: User, departments: Mapping[str, Department]
) -> dict[str, Department]:
    """Of the departments that the file names, those offered that the person may enter for."""
    named = {row.cells["department"].strip() for row in rows}
    return {
        code: department
        for code, department in departments.items()
        if code in named and may_contribute(by, department.pk)
    }


# One row


def _read(row: _Row, departments: Mapping[str, Department]) -> None:
    """Text into facts; every cell that can't be read is a problem of its own."""
    _fill_quantity(row.cells)
    for name in REQUIRED:
        if not row.cells[name].strip():
            row.refuse(name, "It is missing.", "Every row needs it.")
    filled = {name for name, text in row.cells.items() if text.strip()}
    if "department" in filled:
        _read_department(row, departments)
    for name in ("started_on", "ended_on"):
        if name in filled:
            _try(row, name, lambda text, name=name: read_day(text, field=name))
    if "quantity" in filled:
        _try(row, "quantity", read_quantity)
    for name, longest in _TEXTS.items():
        _try(row, name, lambda text, n=name, m=longest: read_plain_text(text, field=n, longest=m))
    _try(row, "estimated", lambda text: read_switch(text, field="estimated"))
    inputs: dict[str, Any] = {}
    row.facts["inputs"] = inputs
    for name in sorted(filled & INPUTS):
        try:
            inputs |= read_inputs({name: row.cells[name]})
        except EntryRefused as refusal:
            row.refuse(name, refusal.reason, refusal.hint)
    if {"started_on", "ended_on"} <= row.facts.keys():
        _try_order(row)


def _fill_quantity(cells: dict[str, str]) -> None:
    """Where a row has no quantity but the input that it stands for, that is the quantity."""
    if cells["quantity"].strip() or cells["unit"].strip():
        return
    kind = cells["activity"].strip().partition("/")[0]
    for name, unit in STANDS_FOR.get(kind, ()):
        if cells.get(name, "").strip():
            cells["quantity"], cells["unit"] = cells[name], unit
            return


def _try(row: _Row, name: str, read: Any) -> None:
    try:
        row.facts[name] = read(row.cells.get(name, ""))
    except EntryRefused as refusal:
        row.refuse(name, refusal.reason, refusal.hint)


def _try_order(row: _Row) -> None:
    started_on: date = row.facts["started_on"]
    try:
        require_order(started_on, row.facts["ended_on"])
    except EntryRefused as refusal:
        row.refuse("ended_on", refusal.reason, refusal.hint)


def _read_department(row: _Row, departments: Mapping[str, Department]) -> None:
    code = row.cells["department"].strip()
    if code in departments:
        row.facts["department"] = departments[code]
        return
    near = get_close_matches(code.upper(), departments, n=1)
    hint = f"Did you mean {near[0]}?" if near else "Enter the code of a department you enter for."
    row.refuse("department", "There is no such department, or it is not yours.", hint)


Refused = dict[tuple[str, ...], InventoryError]


def _calculate(row: _Row, library: FactorLibrary, refused: Refused) -> None:
    """Work out the row; what was refused whatever the quantity is not worked out twice.

    A row with a fault is worked out as far as its other cells allow, so that all faults are named.
    """
    draft = _draft(row.facts)
    if draft is None:
        _check_activity(row, library)
        return
    key = (draft.activity, draft.unit, draft.place, str(draft.ended_on.year), repr(draft.inputs))
    try:
        if key in refused:
            raise refused[key]
        row.calculated = calculate(draft, library=library)
    except InventoryError as refusal:
        column = _column(refusal)
        if isinstance(refusal, WHATEVER_THE_QUANTITY) or column == "unit":
            refused[key] = refusal
        if not row.problems or (column in CHECKED_ANYWAY and not row.is_refused(column)):
            row.refuse(*_explained(refusal))


def _draft(facts: Mapping[str, Any]) -> Draft | None:
    """The activity to work out, 1 of it where the quantity is at fault; None without the rest."""
    if not (facts.get("activity") and facts.get("unit") and "ended_on" in facts):
        return None
    return Draft(
        activity=facts["activity"],
        ended_on=facts["ended_on"],
        quantity=facts.get("quantity", Decimal(1)),
        unit=facts["unit"],
        place=facts.get("place", "").upper(),
        inputs=facts["inputs"],
        is_estimated=facts.get("estimated", False),
    )


def _check_activity(row: _Row, library: FactorLibrary) -> None:
    """Where a row can't be worked out, say at least whether its activity is known."""
    try:
        if row.facts.get("activity"):
            method_of(row.facts["activity"], library)
    except UnknownActivity as refusal:
        row.refuse("activity", refusal.reason, refusal.hint)


# The column that most likely has to change for each refusal.
_COLUMN_OF_MISSING = {"activity": "activity", "place": "place", "year": "ended_on", "unit": "unit"}
_COLUMN_OF_CAUSE = {"unknown_unit": "unit", "incompatible_units": "unit"}


CHECKED_ANYWAY = ("activity", "unit", "place")
WHATEVER_THE_QUANTITY = (FactorNotFound, UnknownActivity, GwpNotFound)


def _explained(refusal: InventoryError) -> tuple[str, str, str]:
    """Column, reason and hint of a calculation that refused."""
    if isinstance(refusal, EntryRefused | FactorNotFound | UnknownActivity):
        return _column(refusal), refusal.reason, refusal.hint
    sentence, _, rest = str(refusal).partition(". ")
    return _column(refusal), f"{sentence.rstrip('.')}.", rest


def _column(refusal: InventoryError) -> str:
    if isinstance(refusal, EntryRefused):
        return refusal.field
    if isinstance(refusal, FactorNotFound):
        return _COLUMN_OF_MISSING[refusal.missing]
    if isinstance(refusal, NotCalculable):
        return _COLUMN_OF_CAUSE.get(refusal.cause_code, "quantity")
    return "quantity" if isinstance(refusal, ResultTooLarge) else "activity"


# The rows together


def _key(row: _Row) -> tuple[int, str] | None:
    department, external_id = row.facts.get("department"), row.facts.get("external_id")
    return (department.pk, external_id) if department and external_id else None


def _refuse_repeated(rows: Iterable[_Row]) -> None:
    first: dict[tuple[int, str], int] = {}
    for row in rows:
        key = _key(row)
        if key is None:
            continue
        if key in first:
            reason = f"The same id stands in line {first[key]}."
            row.refuse("external_id", reason, "Give every row an id of its own.")
        first.setdefault(key, row.line)


def _refuse_recorded(rows: Iterable[_Row]) -> None:
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


def _reports(rows: Iterable[_Row], problems: Iterable[RowProblem]) -> tuple[RowReport, ...]:
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
    rows: list[_Row],
    reports: tuple[RowReport, ...],
    file_name: str,
    content: bytes,
    by: User,
    at: datetime,
) -> ImportReport:
    batch = ImportBatch.objects.create(
        file_name=file_name,
        sha256=sha256(content).hexdigest(),
        content=content,
        row_count=len(rows),
        imported_by=by,
        imported_at=at,
    )
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
