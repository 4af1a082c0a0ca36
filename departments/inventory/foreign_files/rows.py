"""Calculates. What a file of another program comes to, before departments are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation, localcontext

from departments.inventory.errors import RowProblem
from departments.organisation.said import Said, said

DECIMALS = 10  # of a quantity
PRECISION = 50
MOST_DIGITS = 15  # before the point, as in every quantity
_LONGEST_FIGURE = 400  # characters; every float that a program writes is shorter
_YEARS = range(1990, 2101)


@dataclass(frozen=True, slots=True)
class ForeignRow:
    """A job as a row of activity, but for its department: `owner` is who it was run for."""

    line: int
    owner: str
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of the file that is no activity, or was counted already, and why."""

    line: int
    what: str
    why: str

    def __str__(self) -> str:
        return str(self.sentence())

    def sentence(self) -> Said:
        """All of it in a row, to be told."""
        return said(
            "line %(line)s: %(what)s: %(why)s", line=self.line, what=self.what, why=self.why
        )


@dataclass(slots=True)
class ForeignFile:
    """All rows of a file, what was left out of it, and what can't be read."""

    rows: list[ForeignRow] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)

    def refuse(self, line: int, column: str, value: str, reason: str, hint: str) -> None:
        """Note a problem; the file is then not taken in."""
        self.problems.append(RowProblem(line, column, value[:100], reason, hint))


def missing_columns(columns: Iterable[str], needed: Iterable[str], hint: str) -> list[RowProblem]:
    """A problem for each column that the file does not have."""
    present = set(columns)
    reason = said("This column is missing.")
    return [RowProblem(1, name, "", reason, hint) for name in needed if name not in present]


def number(text: str) -> Decimal | None:
    """A figure as programs write it, 1.5e-05 included; None if it is none, not finite, or such that
    no quantity could hold it."""
    figure = text.strip()
    if len(figure) > _LONGEST_FIGURE:
        return None
    try:
        value = Decimal(figure)
    except InvalidOperation:
        return None
    return value if value.is_finite() and is_in_range(value) else None


def is_in_range(value: Decimal) -> bool:
    """Whether it has at most 15 digits before its point, and no exponent beyond a float's."""
    return not value or -_LONGEST_FIGURE < value.adjusted() < MOST_DIGITS


def rounded(value: Decimal) -> Decimal:
    """To the ten decimals of a quantity, half to even: programs measure no more."""
    with localcontext(prec=PRECISION):
        return value.quantize(Decimal(1).scaleb(-DECIMALS))


def written(value: Decimal) -> str:
    """A quantity as the import reads it: no exponent, no idle zeros."""
    text = f"{rounded(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment(text: str) -> datetime | None:
    """A moment in ISO 8601, with or without an offset; None if it is none, or of another age."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def wall_clock(text: str) -> datetime | None:
    """The same without its offset: what clocks showed where it ran, so that rows that say an offset
    can be told before or after those that say none."""
    found = moment(text)
    return None if found is None else found.replace(tzinfo=None)
