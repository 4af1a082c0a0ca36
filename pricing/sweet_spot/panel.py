"""Calculates. The panel that the sweet spot is read from: its cells, and a CSV file as cells.

Tonnes, prices and drivers are exact as they are read; estimates made of them are floats.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from pricing.errors import PanelProblem, PanelUnusable
from pricing.sweet_spot.periods import PeriodKey, in_sequence, period_key

COLUMNS = ("department", "category", "period", "emissions_kgco2e", "price_per_tonne", "driver")
NEEDED = COLUMNS[:-1]
_LARGEST = Decimal("1e18")


@dataclass(frozen=True, slots=True)
class Cell:
    """What one department emitted in one category and period, and the price it knew.

    kgCO2e; the price is per tonne, 0 where there was none; the driver (headcount, revenue) is in
    any unit, None where nobody knows it.
    """

    department: str
    category: str
    period: str
    emissions_kgco2e: Decimal
    price_per_tonne: Decimal
    driver: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """Cells, each of another department, category and period, with the periods in sequence."""

    cells: tuple[Cell, ...]
    frequency: str
    sequence: dict[str, int] = field(repr=False)
    without_emissions: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.cells


def panel_of(cells: Sequence[Cell], *, without_emissions: int = 0) -> Panel:
    """Cells with their periods in sequence.

    Raises: PanelUnusable, if labels are unreadable or name periods of different kinds.
    """
    labels = list(dict.fromkeys(cell.period for cell in cells))
    keys = {label: period_key(label) for label in labels}
    problems = [
        PanelProblem(
            0,
            "period",
            label,
            "no known form of a period: write FY20, 2021, 2021Q3 or 2021-07",
        )
        for label, key in keys.items()
        if key is None
    ]
    known: dict[str, PeriodKey] = {label: key for label, key in keys.items() if key}
    kinds = sorted({key.kind for key in known.values()})
    if len(kinds) > 1:
        problems.append(
            PanelProblem(
                0,
                "period",
                ", ".join(kinds),
                "periods of different kinds are mixed: a panel has years, or quarters, or months",
            )
        )
    if problems:
        raise PanelUnusable(problems)
    if not known:
        return Panel((), "number", {}, without_emissions)
    frequency, order = in_sequence(known.values())
    sequence = {label: order[key] for label, key in known.items()}
    return Panel(tuple(cells), frequency, sequence, without_emissions)


def read_panel(content: bytes) -> Panel:
    """A CSV file as a panel: UTF-8 with or without a byte order mark, a header, one cell a row.

    An empty price is 0 (no price yet), a driver that is empty or no column is unknown, empty
    emissions are a cell that is missing; further columns are passed over.
    Raises: PanelUnusable, with every problem of the file.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PanelUnusable(
            [
                PanelProblem(
                    line,
                    "",
                    f"byte {content[error.start]:#04x}",
                    "the file is not UTF-8: save it as CSV UTF-8",
                )
            ]
        ) from error
    rows = _Rows(text)
    cells = list(rows.cells())
    if not rows.problems and not cells:
        rows.tell(1, "", "", "the file has no cell with emissions")
    if rows.problems:
        raise PanelUnusable(rows.problems)
    return panel_of(cells, without_emissions=rows.without_emissions)


class _Rows:
    """The rows of a file, and what is wrong with them."""

    def __init__(self, text: str) -> None:
        self.problems: list[PanelProblem] = []
        self.without_emissions = 0
        self._reader = csv.reader(io.StringIO(text, newline=""))
        self._first_line: dict[tuple[str, str, PeriodKey], int] = {}
        self._kinds: dict[str, int] = {}

    def tell(self, line: int, column: str, value: str, reason: str) -> None:
        self.problems.append(PanelProblem(line, column, value, reason))

    def cells(self) -> Iterator[Cell]:
        try:
            header = next(self._reader, None)
            places = self._places(header)
            if places is None:
                return
            for row in self._reader:
                if any(value.strip() for value in row):
                    cell = self._cell(self._reader.line_num, row, places)
                    if cell is not None:
                        yield cell
        except csv.Error as error:
            self.tell(self._reader.line_num, "", "", f"no CSV: {error}")
        if len(self._kinds) > 1:
            kinds = ", ".join(f"{kind} in line {line}" for kind, line in self._kinds.items())
            self.tell(0, "period", kinds, "periods of different kinds are mixed")

    def _places(self, header: list[str] | None) -> dict[str, int] | None:
        if not header or not any(name.strip() for name in header):
            self.tell(1, "", "", f"the file is empty: its header is {','.join(COLUMNS)}")
            return None
        names = [name.strip().lower().replace(" ", "_") for name in header]
        missing = [name for name in NEEDED if name not in names]
        repeated = [name for name in COLUMNS if names.count(name) > 1]
        for name in missing:
            self.tell(1, name, ",".join(header)[:80], "this column is missing")
        for name in repeated:
            self.tell(1, name, ",".join(header)[:80], "this column is there more than once")
        return (
            None
            if missing or repeated
            else {name: names.index(name) for name in COLUMNS if name in names}
        )

    def _cell(self, line: int, row: list[str], places: dict[str, int]) -> Cell | None:
        if len(row) <= max(places.values()):
            self.tell(line, "", ",".join(row)[:80], f"{len(row)} values are too few")
            return None
        value = {name: row[place].strip() for name, place in places.items()}
        before = len(self.problems)
        if not value["department"]:
            self.tell(line, "department", "", "a cell needs its department")
        key = self._period(line, value["period"])
        emissions = self._number(line, "emissions_kgco2e", value)
        price = self._number(line, "price_per_tonne", value)
        driver = self._number(line, "driver", value) if "driver" in value else None
        if key is not None:
            self._once(line, value, key)
        if len(self.problems) > before:
            return None
        if emissions is None:
            self.without_emissions += 1
            return None
        return Cell(
            department=value["department"],
            category=value["category"],
            period=value["period"],
            emissions_kgco2e=emissions,
            price_per_tonne=price if price is not None else Decimal(0),
            driver=driver,
        )

    def _period(self, line: int, label: str) -> PeriodKey | None:
        key = period_key(label)
        if key is None:
            known = "write FY20, 2021, 2021Q3 or 2021-07"
            self.tell(line, "period", label, f"no known form of a period: {known}")
        else:
            self._kinds.setdefault(key.kind, line)
        return key

    def _number(self, line: int, column: str, value: dict[str, str]) -> Decimal | None:
        text = value[column]
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            self.tell(line, column, text, "no number: write it like 1234.5")
            return None
        if not number.is_finite() or abs(number) > _LARGEST:
            self.tell(line, column, text, "no number that anything can be worked out with")
        elif number < 0:
            self.tell(line, column, text, "below zero")
        return number

    def _once(self, line: int, value: dict[str, str], key: PeriodKey) -> None:
        place = (value["department"], value["category"], key)
        first = self._first_line.setdefault(place, line)
        if first != line:
            named = f"{value['department']}, {value['category']}, {value['period']}"
            self.tell(line, "period", named, f"this cell is there twice: first in line {first}")
