"""Calculates. The XML of a sheet into rows of text, as it streams by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from departments.inventory.workbooks.cell_text import (
    CellFault,
    Shown,
    day_text,
    number_text,
    time_fault,
    unescaped,
    written_moment,
)
from departments.inventory.workbooks.package import Attributes
from departments.inventory.workbooks.refusal import TableRefused, broken
from departments.organisation.said import said

MOST_COLUMNS = 256
MOST_ROWS = 1_048_576
MOST_MERGED = 10_000
LONGEST_CELL = 32_767
_TYPED = {"n", "b", "d"}
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet; `faults` are its cells that can't be read, by their column from 0.

    `typed` are those that hold a number, day or switch, not text that looks like one.
    """

    line: int
    cells: list[str]
    faults: dict[int, CellFault] = field(default_factory=dict)
    typed: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Remarks:
    """What is worth saying of a sheet besides its cells."""

    rounded: int = 0
    first_rounded: str = ""
    hidden_rows: int = 0
    first_hidden: int = 0
    merged: list[str] = field(default_factory=list)


def column_name(number: int) -> str:
    """The letters of a column, which counts from 0: 0 is A, 26 is AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def place_of(name: str) -> tuple[int, int]:
    """Column, from 0, and line, from 1, of a cell such as C17.

    Raises: TableRefused.
    """
    found = _PLACE.fullmatch(name)
    if found is None:
        raise broken(said("it has a cell %(name)s", name=f"{name[:20]!r}"))
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(found[2])


_NAMES = [column_name(number) for number in range(16_385)]


class SheetReader:
    """Takes what an XML parser finds in a sheet; `taken` gives the rows that are complete."""

    def __init__(self, words: Sequence[str], formats: Sequence[Shown], *, is_1904: bool) -> None:
        self.remarks = Remarks()
        self._words, self._formats, self._is_1904 = words, formats, is_1904
        self._done: list[SheetRow] = []
        self._row = SheetRow(0, [])
        self._column = -1
        self._texts: list[str] | None = None
        self._length = 0
        self._phonetic = 0
        self._kind, self._format, self._value = "n", Shown.NUMBER, ""
        self._is_formula = self._has_value = False

    def taken(self) -> list[SheetRow]:
        """The rows that were completed since this was asked last."""
        done, self._done = self._done, []
        return done

    def start(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""
        if tag == "c":
            self._start_cell(attributes)
        elif tag in ("v", "t"):
            self._texts = [] if not self._phonetic else None
            self._has_value = True
        elif tag == "f":
            self._is_formula = True
        elif tag == "rPh":
            self._phonetic += 1
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "mergeCell" and len(self.remarks.merged) < MOST_MERGED:
            self.remarks.merged.append(attributes.get("ref", ""))

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag in ("v", "t"):
            self._value += "".join(self._texts or ())
            self._texts = None
        elif tag == "c":
            self._end_cell()
        elif tag == "rPh":
            self._phonetic -= 1
        elif tag == "row":
            self._done.append(self._row)

    def text(self, piece: str) -> None:
        """Text within an element."""
        if self._texts is not None:
            self._length += len(piece)
            if self._length > LONGEST_CELL:
                raise broken(
                    said(
                        "a cell in row %(line)s holds more than %(longest_cell)s",
                        line=self._row.line,
                        longest_cell=f"{LONGEST_CELL:,}",
                    )
                )
            self._texts.append(piece)

    def _start_row(self, attributes: Attributes) -> None:
        before = self._row.line
        named = attributes.get("r", "")
        line = int(named) if named.isdecimal() and len(named) < 9 else before + 1
        if not before < line <= MOST_ROWS:
            raise broken(said("row %(line)s follows row %(before)s", line=line, before=before))
        self._row, self._column = SheetRow(line, []), -1
        if attributes.get("hidden") in ("1", "true"):
            self.remarks.hidden_rows += 1
            self.remarks.first_hidden = self.remarks.first_hidden or line

    def _start_cell(self, attributes: Attributes) -> None:
        name = attributes.get("r")
        column = self._column + 1
        if name and name != f"{_NAMES[column]}{self._row.line}":
            column = place_of(name)[0]
        if column <= self._column:
            raise broken(said("cell %(name)s stands twice", name=name))
        self._column = column
        self._kind, self._value, self._length = attributes.get("t", "n"), "", 0
        self._is_formula = self._has_value = False
        style = attributes.get("s", "0")
        at = int(style) if style.isdecimal() and len(style) < 7 else -1
        self._format = self._formats[at] if 0 <= at < len(self._formats) else Shown.NUMBER

    def _end_cell(self) -> None:
        cells = self._row.cells
        try:
            text = self._read()
        except CellFault as fault:
            text = fault.value
            self._row.faults[self._column] = fault
        if text == "":
            return
        if self._column >= MOST_COLUMNS:
            reason = said(
                "Cell %(name)s is filled; %(most_columns)s columns are read at most.",
                name=self._name(),
                most_columns=MOST_COLUMNS,
            )
            raise TableRefused(reason, said("Delete the columns that are not needed."))
        if self._kind in _TYPED:
            self._row.typed.add(self._column)
        cells.extend([""] * (self._column + 1 - len(cells)))
        cells[self._column] = text

    def _name(self) -> str:
        return f"{_NAMES[self._column]}{self._row.line}"

    def _read(self) -> str:
        """The text of the cell that ends.

        Raises: CellFault.
        """
        raw = self._value
        if self._kind == "s":
            at = int(raw) if raw.isdecimal() and len(raw) < 9 else -1
            if not 0 <= at < len(self._words):
                raise broken(
                    said("cell %(name)s refers to a text that is not there", name=self._name())
                )
            return self._words[at]
        cell = self._name()
        if self._is_formula and not self._has_value:
            hint = said(
                "Open the file in a spreadsheet program, look at %(cell)s and save the file.",
                cell=cell,
            )
            raise CellFault("=", said("The result of this formula was not saved."), hint)
        if self._kind == "e":
            hint = said("Mend the formula in %(cell)s, then save the file again.", cell=cell)
            raise CellFault(raw, said("The cell holds an error."), hint)
        if self._kind in ("str", "inlineStr"):
            return unescaped(raw)
        if raw == "":
            return ""
        if self._kind == "b":
            return "true" if raw in ("1", "true") else "false"
        if self._kind == "d":
            return written_moment(raw, cell)
        return self._read_number(raw, cell)

    def _read_number(self, raw: str, cell: str) -> str:
        if self._format == Shown.DAY:
            return day_text(raw, cell, is_1904=self._is_1904)
        if self._format == Shown.TIME:
            raise time_fault(raw, cell)
        text, was_cut = number_text(raw, cell)
        if was_cut:
            self.remarks.rounded += 1
            self.remarks.first_rounded = self.remarks.first_rounded or cell
        return text
