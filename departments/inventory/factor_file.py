"""Calculates. The file of a published factor set, read and checked: every problem at once."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from typing import Any

from departments.inventory import units
from departments.inventory.calculation.methods import OUTSIDE
from departments.inventory.entry import read_day
from departments.inventory.errors import EntryRefused, RowProblem
from departments.inventory.errors.factors import FactorFileRefused
from departments.organisation.said import said

COLUMNS = (
    "factor_id",
    "source_factor_id",
    "activity",
    "activity_group",
    "scope",
    "scope3_category",
    "place",
    "year",
    "valid_from",
    "valid_to",
    "unit",
    "kgco2e_per_unit",
    "co2_kgco2e",
    "ch4_kgco2e",
    "n2o_kgco2e",
    "biogenic_kgco2e",
    "boundary",
    "gwp_set",
    "suspect",
    "notes",
    "source_url",
)
GWP_COLUMNS = ("gas", "name", "gwp_set", "value", "is_blend", "suspect", "notes", "source_name",
               "source_url", "licence")  # fmt: skip
FIGURES = ("kgco2e_per_unit", "co2_kgco2e", "ch4_kgco2e", "n2o_kgco2e", "biogenic_kgco2e")
KEY = ("activity", "place", "year", "unit", "boundary")
_SET_FACTS = ("code", "publisher", "title", "year", "licence")
_SCOPES = {"1": "1", "2": "2", "3": "3", OUTSIDE: ""}
_MOST_DECIMALS, _MOST_DIGITS = 15, 15
_LENGTHS = {"factor_id": 60, "source_factor_id": 100, "activity": 250, "activity_group": 60,
            "place": 60, "unit": 60, "boundary": 200, "gwp_set": 40, "source_url": 500}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FactorFile:
    """A factor set as published: its facts, its rows as text, and the hash of the file."""

    path: Path
    facts: dict[str, Any]
    rows: list[dict[str, str]]
    sha256: str

    @property
    def code(self) -> str:
        return str(self.facts["code"])


def read_factor_set(folder: Path) -> FactorFile:
    """A folder with set.toml and factors.csv, checked.

    Raises: FactorFileRefused, with every problem there is.
    """
    path = folder / "factors.csv"
    content, facts = _read_bytes(path), _read_facts(folder / "set.toml")
    rows = _read_rows(path, content, COLUMNS)
    problems = [*_count_problems(facts, rows), *_row_problems(rows), *_repeated_keys(rows)]
    if problems:
        raise FactorFileRefused(path=str(path), problems=sorted(problems, key=lambda p: p.line))
    return FactorFile(path=path, facts=facts, rows=rows, sha256=sha256(content).hexdigest())


def read_gwps(path: Path) -> list[dict[str, str]]:
    """The table of global warming potentials as text, checked.

    Raises: FactorFileRefused.
    """
    rows = _read_rows(path, _read_bytes(path), GWP_COLUMNS)
    problems: list[RowProblem] = []
    seen: dict[tuple[str, str], int] = {}
    for line, row in enumerate(rows, start=2):
        problems += _figure_problems(line, "value", row["value"])
        key = (row["gwp_set"], row["gas"])
        if key in seen:
            problems.append(_repeated(line, "gas", row["gas"], seen[key]))
        seen.setdefault(key, line)
    if problems:
        raise FactorFileRefused(path=str(path), problems=problems)
    return rows


def as_copy_text(rows: Iterable[Mapping[str, str]], *, set_id: int) -> io.StringIO:
    """Rows as CSV for COPY, in the order of the table's columns below; empty is NULL."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow(_copied(row, set_id))
    buffer.seek(0)
    return buffer


COPIED = (
    "factor_set_id, code, source_factor_id, activity, activity_group, scope, category, place, "
    "year, in_force, unit, kgco2e_per_unit, co2_kgco2e, ch4_kgco2e, n2o_kgco2e, biogenic_kgco2e, "
    "boundary, gwp_set, suspect, notes, source_url"
)
NULLABLE = "scope, category, in_force, co2_kgco2e, ch4_kgco2e, n2o_kgco2e, biogenic_kgco2e"


def _copied(row: Mapping[str, str], set_id: int) -> list[Any]:
    texts = ("factor_id", "source_factor_id", "activity", "activity_group")
    return [
        set_id,
        *(row[name] for name in texts),
        _SCOPES[row["scope"]],
        row["scope3_category"],
        row["place"].upper(),
        row["year"],
        _range_of(row),
        row["unit"],
        *(row[name] for name in FIGURES),
        row["boundary"],
        row["gwp_set"],
        row["suspect"] == "1",
        row["notes"],
        row["source_url"],
    ]


def _range_of(row: Mapping[str, str]) -> str:
    """`valid_to` is the last day; ranges here end the day after."""
    if not row["valid_from"]:
        return ""
    last = date.fromisoformat(row["valid_to"]) + timedelta(days=1) if row["valid_to"] else ""
    return f"[{row['valid_from']},{last})"


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        hint = said("Name a folder with set.toml and factors.csv, or gwp.csv.")
        raise FactorFileRefused(
            path=str(path),
            problems=[RowProblem(0, "", "", said("%(strerror)s.", strerror=error.strerror), hint)],
        ) from error


def _read_facts(path: Path) -> dict[str, Any]:
    try:
        facts = tomllib.loads(_read_bytes(path).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = RowProblem(
            0, "", "", said("This is not TOML: %(error)s.", error=error), said("Correct the file.")
        )
        raise FactorFileRefused(path=str(path), problems=[problem]) from error
    missing = [name for name in _SET_FACTS if not facts.get(name)]
    if missing:
        problems = [
            RowProblem(0, name, "", said("It is missing."), said("Say it.")) for name in missing
        ]
        raise FactorFileRefused(path=str(path), problems=problems)
    return facts


def _read_rows(path: Path, content: bytes, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        rows = [] if missing else [dict(row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        problem = RowProblem(
            0,
            "",
            "",
            said("This is not CSV in UTF-8: %(error)s.", error=error),
            said("Save it as such."),
        )
        raise FactorFileRefused(path=str(path), problems=[problem]) from error
    if missing:
        hint = said("Every column is needed, if only empty.")
        problems = [
            RowProblem(1, name, "", said("This column is missing."), hint) for name in missing
        ]
        raise FactorFileRefused(path=str(path), problems=problems)
    return [{name: row[name] or "" for name in columns} for row in rows]


def _count_problems(facts: Mapping[str, Any], rows: list[dict[str, str]]) -> Iterator[RowProblem]:
    declared = facts.get("rows", len(rows))
    if declared != len(rows) or not rows:
        reason = said(
            "set.toml declares %(declared)s rows, factors.csv has %(rows)s.",
            declared=declared,
            rows=len(rows),
        )
        yield RowProblem(0, "rows", str(len(rows)), reason, said("Fetch the file again."))


def _row_problems(rows: list[dict[str, str]]) -> Iterator[RowProblem]:
    for line, row in enumerate(rows, start=2):
        for name in FIGURES:
            if row[name] or name == "kgco2e_per_unit":
                yield from _figure_problems(line, name, row[name])
        yield from _fact_problems(line, row)


def _fact_problems(line: int, row: Mapping[str, str]) -> Iterator[RowProblem]:
    hint = said("Correct the row as published.")
    for name in ("factor_id", "activity", "unit"):
        if not row[name]:
            yield RowProblem(line, name, "", said("It is missing."), hint)
    for name, longest in _LENGTHS.items():
        if len(row[name]) > longest:
            yield RowProblem(
                line,
                name,
                row[name],
                said("%(longest)s characters are kept.", longest=longest),
                hint,
            )
    if row["unit"] and not units.is_known(row["unit"]):
        yield RowProblem(line, "unit", row["unit"], said("Nobody knows this unit."), hint)
    if row["scope"] not in _SCOPES:
        yield RowProblem(
            line,
            "scope",
            row["scope"],
            said("It is one of %(scopes)s.", scopes=", ".join(_SCOPES)),
            hint,
        )
    category = row["scope3_category"]
    if category and (row["scope"] != "3" or category not in map(str, range(1, 16))):
        yield RowProblem(line, "scope3_category", category, said("Scope 3 has 1 to 15."), hint)
    if not (row["year"].isdecimal() and len(row["year"]) == 4):
        yield RowProblem(line, "year", row["year"], said("This is not a year."), hint)
    if row["suspect"] not in ("0", "1"):
        yield RowProblem(line, "suspect", row["suspect"], said("It is 0 or 1."), hint)
    yield from _day_problems(line, row)


def _figure_problems(line: int, column: str, text: str) -> Iterator[RowProblem]:
    hint = said("Copy the figure as published, with a point and without separators.")
    try:
        number = Decimal(text)
    except InvalidOperation:
        yield RowProblem(line, column, text, said("This is not a number."), hint)
        return
    if not number.is_finite():
        yield RowProblem(line, column, text, said("This is not a number."), hint)
    elif number < 0:
        yield RowProblem(line, column, text, said("A factor is not below zero."), hint)
    elif number >= Decimal(10) ** _MOST_DIGITS or number != round(number, _MOST_DECIMALS):
        reason = said(
            "At most %(most_digits)s digits and %(most_decimals)s decimals are kept.",
            most_digits=_MOST_DIGITS,
            most_decimals=_MOST_DECIMALS,
        )
        yield RowProblem(line, column, text, reason, hint)


def _repeated_keys(rows: list[dict[str, str]]) -> Iterator[RowProblem]:
    for names in (("factor_id",), KEY):
        seen: dict[tuple[str, ...], int] = {}
        for line, row in enumerate(rows, start=2):
            key = tuple(row[name] for name in names)
            if key in seen:
                yield _repeated(line, ", ".join(names), " ".join(key), seen[key])
            seen.setdefault(key, line)


def _repeated(line: int, column: str, value: str, first_line: int) -> RowProblem:
    reason = said("The same key stands in line %(first_line)s.", first_line=first_line)
    return RowProblem(line, column, value, reason, said("Keep one of them."))


def _day_problems(line: int, row: Mapping[str, str]) -> Iterator[RowProblem]:
    days: list[date] = []
    for name in ("valid_from", "valid_to"):
        if row[name]:
            try:
                days.append(read_day(row[name], field=name))
            except EntryRefused as refusal:
                yield RowProblem(line, name, row[name], refusal.reason, refusal.hint)
    if days != sorted(days):
        hint = said("Exchange the two, or leave valid_to empty.")
        yield RowProblem(line, "valid_to", row["valid_to"], said("It is before valid_from."), hint)
