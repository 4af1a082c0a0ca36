"""Calculates. What in a release of factors looks wrong, though it can be read.

A slip by a factor of a thousand and a grid of zero are kept as suspect, so that nobody uses them
unasked; parts that don't add up and other zeros are shown to who loads the release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from departments.inventory.calculation.arithmetic import per, plus
from departments.inventory.entry import plain
from departments.organisation.said import Said, said

PARTS = ("co2_kgco2e", "ch4_kgco2e", "n2o_kgco2e")
GRID = "electricity/grid"
# Factors change by half from year to year, never by hundreds of times.
SLIP = Decimal(100)
RELATIVE_ROUNDING = Decimal("0.000001")

Key = tuple[str, str, str, str]
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Flag:
    """A row that a person should look at; `is_suspect` keeps it from being used unasked."""

    line: int
    factor_id: str
    kind: str
    says: str
    is_suspect: bool = False

    def __str__(self) -> str:
        return str(self.sentence())

    def sentence(self) -> Said:
        """All of it in a row, to be told."""
        return said(
            "line %(line)s, %(factor)s: %(says)s",
            line=self.line,
            factor=self.factor_id,
            says=self.says,
        )


def flags_of(rows: Iterable[Row], neighbours: Mapping[Key, Decimal]) -> list[Flag]:
    """Everything that looks wrong in a release.

    `neighbours` are the figures of the publisher's nearest other release; within the release a
    year's neighbour is the year before. Rows that are marked suspect already are not flagged.
    """
    found: list[Flag] = []
    before: dict[Key, tuple[str, Decimal]] = {}
    ordered = sorted(enumerate(rows, start=2), key=lambda item: item[1]["year"])
    for line, row in ordered:
        key, figure = key_of(row), Decimal(row["kgco2e_per_unit"])
        year, neighbour = before.get(key, (said("the other release"), neighbours.get(key)))
        if row["suspect"] != "1":
            found += _parts(line, row, figure)
            found += _zero(line, row, figure, neighbour)
            found += _slip(line, row, figure, neighbour, year)
            if figure:
                before[key] = (row["year"], figure)
    return sorted(found, key=lambda flag: flag.line)


def key_of(row: Row) -> Key:
    """What is the same factor in another year or release."""
    return row["activity"], row["place"].upper(), row["unit"], row["boundary"]


def _parts(line: int, row: Row, figure: Decimal) -> Iterator[Flag]:
    """CO2 + CH4 + N2O against the printed sum, as far as its last digit tells."""
    if not all(row[name] for name in PARTS):
        return
    total = plus(Decimal(row[name]) for name in PARTS)
    exponent = figure.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    allowed = max(2 * Decimal(1).scaleb(-decimals), figure * RELATIVE_ROUNDING)
    if abs(total - figure) > allowed:
        says = said(
            "CO2, CH4 and N2O add up to %(total)s, the printed sum is %(figure)s.",
            total=f"{total:f}",
            figure=f"{figure:f}",
        )
        yield Flag(line, row["factor_id"], "parts", says)


def _zero(line: int, row: Row, figure: Decimal, neighbour: Decimal | None) -> Iterator[Flag]:
    """A grid of zero, or a zero where the neighbour has none."""
    if figure or not (row["activity"] == GRID or neighbour):
        return
    says = said("It is 0.")
    if neighbour:
        says = said("It is 0; beside it is %(neighbour)s.", neighbour=f"{neighbour:f}")
    yield Flag(line, row["factor_id"], "zero", says, is_suspect=row["activity"] == GRID)


def _slip(
    line: int, row: Row, figure: Decimal, neighbour: Decimal | None, year: str
) -> Iterator[Flag]:
    if not figure or not neighbour:
        return
    if not neighbour < figure * SLIP < neighbour * SLIP * SLIP:
        times = f"{plain(round(per(figure, neighbour), 3)):,f}"
        says = said(
            "%(figure)s is %(times)s times the %(neighbour)s of %(year)s.",
            figure=f"{figure:f}",
            times=times,
            neighbour=f"{neighbour:f}",
            year=year,
        )
        yield Flag(line, row["factor_id"], "slip", says, is_suspect=True)
