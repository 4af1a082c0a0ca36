"""Reads. A large file of activity data, row by row, into what PostgreSQL's COPY takes.

A row whose cells are all plainly right, and whose recipe is known, passes in a few steps. Every
other row is read by the row reader, as each row of a small file is; so its problems are the same.
No more is held than the rows that COPY is about to take, the recipes that it needs, and the first
thousand rows with problems.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice
from json import dumps
from operator import itemgetter
from typing import Any, BinaryIO

from departments.inventory import activity_file
from departments.inventory.activity_file import FileRow
from departments.inventory.activity_rows import (
    Enterable,
    Refused,
    Row,
    calculate_row,
    read_row,
)
from departments.inventory.errors import RowProblem
from departments.inventory.factor_choice import FactorLibrary
from departments.inventory.import_report import RowReport
from departments.inventory.prepared_file import NO_FAULTS, Faults
from departments.inventory.recipes import Recipe, recipe_of

MOST_LISTED = 1000
MOST_KNOWN = 20_000
ROWS_AT_ONCE = 1_000
MOST_EXTERNAL_ID, MOST_NOTE = 100, 500
_ONE_BY_ONE = ("department", "quantity", "external_id", "note")
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
Fits = Callable[[str], Any]


@dataclass(slots=True)
class Refusals:
    """Rows with problems: the first thousand of them, and how many there are."""

    listed: list[RowReport] = field(default_factory=list)
    rows: int = 0
    problems: int = 0
    is_of_the_file: bool = False

    def add(self, report: RowReport) -> None:
        self.rows += 1
        self.problems += len(report.problems)
        if len(self.listed) < MOST_LISTED:
            self.listed.append(report)

    def add_file(self, problem: RowProblem) -> None:
        """Something wrong with the file from that line on."""
        self.is_of_the_file = True
        self.add(RowReport(problem.line, "", None, (problem,)))


@dataclass(frozen=True, slots=True)
class StagedRecipe:
    """Facts that rows share, with the recipe of their results where there is one."""

    number: int
    facts: tuple[str, str, str, str, bool]
    recipe: Recipe | None
    fits: Fits


@dataclass(frozen=True, slots=True)
class _Known:
    """Cells that were read before: their recipe and days, as COPY takes them."""

    text: str
    fits: Fits


class RowStream:
    """The rows of a file as lines for COPY: line, department, recipe, days, quantity, external id,
    note, and two results of a row that was calculated by itself.

    `passing` gives lines that need no look into the database, which COPY keeps busy; `read_waiting`
    those that do. `recipes` are those made since they were last taken away.
    """

    def __init__(
        self,
        file: BinaryIO,
        departments: Enterable,
        library: FactorLibrary,
        faults: Faults = NO_FAULTS,
    ) -> None:
        self._faults = faults
        self.refusals = Refusals()
        self.rows = 0
        self.is_over = False
        self.recipes: list[StagedRecipe] = []
        self._made = 0
        self._departments, self._library = departments, library
        self._codes = {code: str(department.pk) for code, department in departments.items()}
        self._known: dict[Any, _Known] = {}
        self._shared: dict[tuple[Any, ...], StagedRecipe] = {}
        self._refused: Refused = {}
        self._header: list[str] = []
        self._rows = self._decoded(file)
        self._waiting: list[tuple[int, list[str]]] = []

    def passing(self) -> Iterator[str]:
        """Lines, up to the first row that has to be read in full."""
        for line, cells in self._rows:  # the first of them sets what passes
            passed = None if line in self._faults else self._pass(line, cells)
            if passed is None:
                self._waiting.append((line, cells))
                return
            self.rows += 1
            yield passed
        self.is_over = True

    def read_waiting(self) -> list[str]:
        """The row that waits and some of those behind it, read in full where they have to be."""
        if not self._waiting:
            return []
        lines: list[str] = []
        for line, cells in chain(self._waiting, islice(self._rows, ROWS_AT_ONCE)):
            passed = None if line in self._faults else self._pass(line, cells)
            if passed is not None:
                self.rows += 1
                lines.append(passed)
            else:
                lines.extend(self._in_full(line, cells))
        self._waiting.clear()
        return lines

    def _decoded(self, file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
        """Cells, with the line where they begin; what is wrong with the form ends the file."""
        encoding, refused = activity_file.encoding_of(_head_of(file))
        if refused:
            self.refusals.add_file(RowProblem(0, "", "", refused, activity_file.SAVE_AS))
            return
        text = io.TextIOWrapper(file, encoding=encoding, newline="")
        try:
            yield from self._parsed(csv.reader(text, strict=True))
        except UnicodeDecodeError:
            self.refusals = Refusals()  # what was read until there may be another encoding too
            self.refusals.add_file(_where_undecodable(file, encoding))
        finally:
            text.detach()

    def _parsed(self, reader: Any) -> Iterator[tuple[int, list[str]]]:
        self._header, problems = activity_file.read_header(reader)
        for problem in problems:
            self.refusals.add_file(problem)
        if problems:
            return
        self._width = len(self._header)
        self._shared_of = _getters(self._header)[2]
        self._pass = _passer(self._header, self._known, self._codes)
        line = reader.line_num + 1
        try:
            for cells in reader:
                if self.rows >= activity_file.MOST_STREAMED_ROWS:
                    most = activity_file.MOST_STREAMED_ROWS
                    self.refusals.add_file(activity_file.too_many_rows(most))
                    return
                yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            self.refusals.add_file(activity_file.broken(line, error))
        if not self.rows and not self.refusals.rows:
            self.refusals.add_file(activity_file.no_rows())

    def _in_full(self, line: int, cells: list[str]) -> Iterator[str]:
        """The row as the row reader reads it."""
        if activity_file.is_blank(cells):
            return
        self.rows += 1
        shaped = activity_file.row_of(line, cells, self._header)
        if isinstance(shaped, RowProblem):
            self.refusals.add(RowReport(line, "", None, (shaped,)))
            return
        row = Row.of(line, dict(shaped.cells), self._faults.get(line, ()))
        read_row(row, self._departments)
        shared = None if row.problems else self._share(row)
        if shared is not None and shared.fits(f"{row.facts['quantity']:f}"):
            self._remember(shaped, row, shared)
            yield _staged(row, shared)
            return
        calculate_row(row, self._library, self._refused)
        if row.problems:
            shared = None
            external_id = str(row.facts.get("external_id", ""))
            self.refusals.add(RowReport(line, external_id, None, row.sorted_problems()))
        yield _staged(row, shared)

    def _share(self, row: Row) -> StagedRecipe:
        """The recipe of all rows with these facts."""
        facts = row.facts
        inputs = dumps(facts["inputs"], ensure_ascii=False, sort_keys=True)
        place = facts["place"].upper()
        same = (facts["activity"], facts["unit"], place, inputs, facts["estimated"])
        key = (*same, facts["ended_on"].year)
        if key not in self._shared:
            self._forget_when_full()
            recipe = recipe_of(
                activity=facts["activity"],
                ended_on=facts["ended_on"],
                unit=facts["unit"],
                place=place,
                inputs=facts["inputs"],
                is_estimated=facts["estimated"],
                library=self._library,
            )
            self._made += 1
            fits = _fitting(recipe.whole_digits if recipe else 0)
            self._shared[key] = StagedRecipe(self._made, same, recipe, fits)
            self.recipes.append(self._shared[key])
        return self._shared[key]

    def _remember(self, shaped: FileRow, row: Row, shared: StagedRecipe) -> None:
        """Cells like these need not be read again, if they say what they seem to say."""
        if shaped.cells["quantity"].strip():
            self._forget_when_full()
            cells = [*shaped.cells.values(), ""]
            self._known[self._shared_of(cells)] = _Known(_days_of(row, shared), shared.fits)

    def _forget_when_full(self) -> None:
        if len(self._known) + len(self._shared) >= MOST_KNOWN:
            self._known.clear()
            self._shared.clear()


def _passer(
    header: list[str], known: dict[Any, _Known], codes: dict[str, str]
) -> Callable[[int, list[str]], str | None]:
    """A row for COPY, if all is known and plainly right; a closure, since it runs for each row."""
    width = len(header)
    code_of, free_of, shared_of = _getters(header)

    def passed(line: int, cells: list[str]) -> str | None:
        if len(cells) != width:
            return None
        cells.append("")  # stands for the columns that the file does not have
        found, department = known.get(shared_of(cells)), codes.get(code_of(cells))
        quantity, external_id, note = free_of(cells)
        cells.pop()
        if (
            found is None
            or department is None
            or not found.fits(quantity)
            or (external_id and not is_plain(external_id, MOST_EXTERNAL_ID))
            or (note and not is_plain(note, MOST_NOTE))
        ):
            return None
        return f"{line}\t{department}\t{found.text}\t{quantity}\t{external_id}\t{note}\t\\N\t\\N\n"

    return passed


def is_plain(text: str, longest: int) -> bool:
    """Whether a text that is not empty is kept, and handed to COPY, just as it stands."""
    return (
        len(text) <= longest
        and text.isprintable()
        and "\\" not in text
        and text[0] != " "
        and text[-1] != " "
    )


def _getters(header: list[str]) -> tuple[Any, Any, Any]:
    """The department's code; quantity, external id and note; all other cells together."""
    absent = len(header)
    at = {name: header.index(name) if name in header else absent for name in _ONE_BY_ONE}
    code, *free = (at[name] for name in _ONE_BY_ONE)
    shared = [place for place, name in enumerate(header) if name not in _ONE_BY_ONE]
    return itemgetter(code), itemgetter(*free), itemgetter(*shared)


@cache
def _fitting(whole_digits: int) -> Fits:
    """Matches a quantity above zero, written plainly, of at most so many digits and 10 decimals."""
    if not whole_digits:
        return lambda text: None
    pattern = rf"(?=[0.]*[1-9])[0-9]{{1,{whole_digits}}}(?:\.[0-9]{{1,10}})?"
    return re.compile(pattern, re.ASCII).fullmatch


def _days_of(row: Row, shared: StagedRecipe) -> str:
    return f"{shared.number}\t{row.facts['started_on']}\t{row.facts['ended_on']}"


def _staged(row: Row, shared: StagedRecipe | None) -> str:
    """A row that was read in full; of a refused one only what makes it one of a kind."""
    facts = row.facts
    department, external_id = facts.get("department"), facts.get("external_id", "")
    head = f"{row.line}\t{department.pk if department else chr(92) + 'N'}"
    texts = f"{external_id.translate(_ESCAPED)}\t{facts.get('note', '').translate(_ESCAPED)}"
    if shared is None:
        return f"{head}\t\\N\t\\N\t\\N\t\\N\t{texts}\t\\N\t\\N\n"
    found = row.calculated
    results = f"{found.location_kgco2e:f}\t{found.market_kgco2e:f}" if found else "\\N\t\\N"
    return f"{head}\t{_days_of(row, shared)}\t{facts['quantity']:f}\t{texts}\t{results}\n"


def _head_of(file: BinaryIO) -> bytes:
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    return head


def _where_undecodable(file: BinaryIO, encoding: str) -> RowProblem:
    """The first byte that is not of the encoding: a line at a time, from the beginning."""
    file.seek(0)
    for number, line in enumerate(file):
        try:
            line.decode("utf-8" if encoding != "utf-16" else "ascii")
        except UnicodeDecodeError as error:
            return activity_file.undecodable(line, error, encoding, lines_before=number)
    raise AssertionError("the file was decoded after all")
