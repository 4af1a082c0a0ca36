"""Reads. A file in its writer's own form into standard CSV, by a plan; and says how it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from departments.inventory.activity_file import COLUMNS, is_blank, no_rows
from departments.inventory.column_mapping.figures import (
    DayColumns,
    NumberColumn,
    Seen,
    iso_day,
    plain_number,
)
from departments.inventory.column_mapping.names import MONTHS, guesses, plain_name
from departments.inventory.column_mapping.plan import (
    ColumnPlan,
    listed,
    plan_problems,
    settled,
)
from departments.inventory.column_mapping.tables import Table, table_of
from departments.inventory.entry import NUMBERS
from departments.inventory.errors import RowProblem
from departments.inventory.prepared_file import PreparedFile
from departments.inventory.spool import Spool
from departments.inventory.workbooks.refusal import TableRefused
from departments.inventory.workbooks.sheet_rows import SheetRow
from departments.organisation.said import either, joined, said

DAYS = ("started_on", "ended_on")
FIGURES = NUMBERS | {"quantity"}
ROWS_LOOKED_AT = 20
_SIGNS = {"point": ".", "comma": ","}
_SIGN_WORDS = {".": said("a decimal point"), ",": said("a decimal comma")}
_IN_WORDS = {"dmy": said("day first"), "mdy": said("month first"), "ymd": said("year first")}


def translated(file: BinaryIO, *, sheet: str, plan: ColumnPlan) -> PreparedFile:
    """The rows of a file as the plan reads them.

    Raises: TableRefused, where it is no table.
    """
    table = table_of(file, sheet=sheet, encoding=plan.encoding)
    header = header_of(table, plan)
    plan = settled(plan, header.cells)
    problems = plan_problems(plan, header.cells, header.line)
    found: tuple[str, ...] = (*table.notes, *_column_notes(header, plan))
    if not problems:
        survey = _surveyed(table, header, plan)
        problems = survey.problems
        found += tuple(survey.notes)
        if not problems:
            return _written(file, table, header, plan, survey, found)
    return PreparedFile(
        file,
        file,
        problems=tuple(problems),
        understood=found,
        header=tuple(header.cells),
        plan=plan,
    )


def header_of(table: Table, plan: ColumnPlan) -> SheetRow:
    """The row that names the columns: the one of the first rows with most names that are known.

    It is the first that is not empty where none has, or after the rows to skip.

    Raises: TableRefused, if there is nothing.
    """
    filled = (row for row in table.rows() if row.line > plan.skip_rows and not is_blank(row.cells))
    rows = list(islice(filled, 1 if plan.skip_rows else ROWS_LOOKED_AT))
    if not rows:
        raise TableRefused(said("The file is empty."), said("The first row names the columns."))
    wanted = {name.strip().casefold() for name in plan.columns.values()} | set(COLUMNS)

    def known(row: SheetRow) -> int:
        names = [name.strip() for name in row.cells]
        own = {name for name in names if name.casefold() in wanted}
        return len(own | {*guesses(names).values()} if plan.is_guessed else own)

    best = max(rows, key=known)
    best = best if known(best) else rows[0]
    return SheetRow(best.line, [" ".join(name.split()) for name in best.cells])


def _column_notes(header: SheetRow, plan: ColumnPlan) -> Iterator[str]:
    if header.line > 1:
        yield said(
            "The columns are named in line %(line)s; what stands above is not read.",
            line=header.line,
        )
    known = {theirs: ours for ours, theirs in plan.columns.items() if theirs == ours}
    other = [
        said("“%(theirs)s” is %(ours)s", theirs=theirs, ours=ours)
        for ours, theirs in plan.columns.items()
        if theirs not in known
    ]
    if other:
        yield said("Columns: %(columns)s.", columns=joined(", ", other))
    unread = [name for name in header.cells if name and name not in plan.columns.values()]
    if unread:
        yield said("Columns that are not read: %(columns)s.", columns=listed(unread))
    if plan.fixed:
        values = ", ".join(f"{name} = {text}" for name, text in plan.fixed.items())
        yield said("In every row: %(values)s.", values=values)


@dataclass(slots=True)
class _Survey:
    """What was decided over whole columns, and what could not be."""

    day_order: str = ""
    signs: dict[str, str] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _surveyed(table: Table, header: SheetRow, plan: ColumnPlan) -> _Survey:
    """Look at every day and number once before any is read."""
    places = {ours: header.cells.index(theirs) for ours, theirs in plan.columns.items()}
    days, numbers = DayColumns(), {name: NumberColumn() for name in places if name in FIGURES}
    watched = [(name, at) for name, at in places.items() if name in DAYS or name in numbers]
    for row in _rows_below(table, header):
        for name, at in watched:
            if at < len(row.cells) and at not in row.typed and (text := row.cells[at].strip()):
                looked_at: DayColumns | NumberColumn = numbers.get(name) or days
                looked_at.add(Seen(row.line, name, text))
    survey = _Survey()
    _decide_days(survey, plan, days)
    for name, column in numbers.items():
        _decide_sign(survey, plan, name, column)
    return survey


def _rows_below(table: Table, header: SheetRow) -> Iterator[SheetRow]:
    return (row for row in table.rows() if row.line > header.line and not is_blank(row.cells))


def _decide_days(survey: _Survey, plan: ColumnPlan, days: DayColumns) -> None:
    unsure = days.either or days.day_first or days.month_first
    if plan.day_order in ("dmy", "mdy"):
        survey.day_order = plan.day_order
        survey.notes.append(said("Days: %(order)s, as told.", order=_IN_WORDS[plan.day_order]))
    elif days.day_first and days.month_first:
        first, second = days.day_first, days.month_first
        reason = said(
            "Here the day is first, in line %(line)s the month (“%(text)s”).",
            line=second.line,
            text=second.text,
        )
        survey.problems.append(_problem(first, reason, said("Write all days alike.")))
    elif days.day_first or days.month_first:
        shown = days.day_first or days.month_first
        assert shown is not None
        survey.day_order = "dmy" if days.day_first else "mdy"
        read = iso_day(shown.text, survey.day_order, is_last=True)
        survey.notes.append(
            said(
                "Days: %(order)s, as “%(text)s” in line %(line)s shows: %(read)s.",
                order=_IN_WORDS[survey.day_order],
                text=shown.text,
                line=shown.line,
                read=read,
            )
        )
    elif unsure:
        readings = either(iso_day(unsure.text, order, is_last=True) for order in ("dmy", "mdy"))
        reason = said(
            "It may be %(readings)s, and no other day of the file tells.", readings=readings
        )
        survey.problems.append(_problem(unsure, reason, said("Tell the date format: dmy or mdy.")))


def _decide_sign(survey: _Survey, plan: ColumnPlan, name: str, column: NumberColumn) -> None:
    shown = column.comma or column.point or column.either
    if plan.decimal_sign:
        survey.signs[name] = _SIGNS[plan.decimal_sign]
        if shown:
            sign = _SIGN_WORDS[survey.signs[name]]
            survey.notes.append(said("%(name)s: %(sign)s, as told.", name=name, sign=sign))
    elif column.comma and column.point:
        reason = said(
            "Here it is a decimal comma, in line %(line)s a point (“%(text)s”).",
            line=column.point.line,
            text=column.point.text,
        )
        survey.problems.append(_problem(column.comma, reason, said("Write all numbers alike.")))
    elif column.comma or column.point:
        assert shown is not None
        survey.signs[name] = "," if column.comma else "."
        read = plain_number(shown.text, survey.signs[name])
        survey.notes.append(
            said(
                "%(name)s: %(sign)s, as “%(text)s” in line %(line)s shows: %(read)s.",
                name=name,
                sign=_SIGN_WORDS[survey.signs[name]],
                text=shown.text,
                line=shown.line,
                read=read,
            )
        )
    elif column.either:
        readings = either(plain_number(column.either.text, sign) for sign in (".", ","))
        reason = said(
            "It may be %(readings)s, and no other number of the column tells.", readings=readings
        )
        survey.problems.append(
            _problem(column.either, reason, said("Tell the decimal sign: point or comma."))
        )


def _problem(seen: Seen, reason: str, hint: str) -> RowProblem:
    return RowProblem(seen.line, seen.column, seen.text[:100], reason, hint)


# The rows, one by one


def _written(
    file: BinaryIO,
    table: Table,
    header: SheetRow,
    plan: ColumnPlan,
    survey: _Survey,
    notes: tuple[str, ...],
) -> PreparedFile:
    ours = [name for name in COLUMNS if name in plan.columns or name in plan.fixed]
    places = {name: header.cells.index(theirs) for name, theirs in plan.columns.items()}
    changes = _Changes()
    readers = {name: _reader(name, plan, survey, changes) for name in ours}
    spool = Spool(ours)
    for row in _rows_below(table, header):
        here = SheetRow(row.line, [])
        for at, name in enumerate(ours):
            place = places.get(name, -1)
            text = row.cells[place].strip() if 0 <= place < len(row.cells) else ""
            if place in row.faults:
                here.faults[at] = row.faults[place]
            elif text or place < 0:
                text = readers[name](text, place in row.typed)
            here.cells.append(text)
        spool.write(here)
    columns: dict[int, list[int]] = {}
    for at, name in enumerate(ours):
        columns.setdefault(places.get(name, -1), []).append(at)
    spool.add_merged(table.remarks.merged, columns)
    told = (*notes, *changes.notes(), *spool.notes(table.remarks))
    return PreparedFile(
        file,
        spool.finished(),
        faults=spool.faults,
        problems=() if spool.lines else (no_rows(),),
        understood=told,
        header=tuple(header.cells),
        plan=plan,
    )


@dataclass(slots=True)
class _Changes:
    """What was read in another way than it stands, by what was made of it."""

    units: dict[tuple[str, str], int] = field(default_factory=dict)
    months: int = 0

    def notes(self) -> Iterator[str]:
        for (word, unit), count in self.units.items():
            yield (
                said("Unit “%(word)s” is read as %(unit)s: 1 time.", word=word, unit=unit)
                if count == 1
                else said(
                    "Unit “%(word)s” is read as %(unit)s: %(count)s times.",
                    word=word,
                    unit=unit,
                    count=f"{count:,}",
                )
            )
        if self.months:
            yield said("A first day in a column of months is read as the whole month.")


def _reader(
    name: str, plan: ColumnPlan, survey: _Survey, changes: _Changes
) -> Callable[[str, bool], str]:
    """What turns a cell of this column, and whether it is typed, into its text."""
    if name not in plan.columns:
        value = plan.fixed[name]
        return lambda text, is_typed: value
    if name in DAYS:
        shared = plan.columns.get("started_on") == plan.columns.get("ended_on")
        is_month = shared and plain_name(plan.columns[name]) in MONTHS
        return _day_reader(survey, changes, is_last=name == "ended_on", is_month=is_month)
    if name in FIGURES:
        sign = survey.signs.get(name, ".")
        return lambda text, is_typed: text if is_typed else plain_number(text, sign)
    if name == "unit" and plan.units:
        return _unit_reader(plan, changes)
    return lambda text, is_typed: text


def _day_reader(
    survey: _Survey, changes: _Changes, *, is_last: bool, is_month: bool
) -> Callable[[str, bool], str]:
    def read(text: str, is_typed: bool) -> str:
        day = text if is_typed else iso_day(text, survey.day_order, is_last=is_last)
        if is_month and is_last and day.endswith("-01"):
            changes.months += 1
            return iso_day(day[:7], "", is_last=True)
        return day

    return read


def _unit_reader(plan: ColumnPlan, changes: _Changes) -> Callable[[str, bool], str]:
    words = {word.strip().casefold(): unit for word, unit in plan.units.items()}

    def read(text: str, is_typed: bool) -> str:
        unit = words.get(text.casefold(), text)
        if unit != text:
            changes.units[text, unit] = changes.units.get((text, unit), 0) + 1
        return unit

    return read
