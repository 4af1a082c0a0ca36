"""Calculates. What an import took in or refused, as people and programs read it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from departments.inventory.calculation_run import Calculated
from departments.inventory.doubts import Doubt
from departments.inventory.errors import RowProblem
from departments.inventory.foreign_files.rows import LeftOut
from departments.organisation.models import Department


class Keep(Enum):
    """What of a file is kept: nothing on a dry run, else all rows, or those without a problem."""

    NOTHING = "nothing"
    ALL_ROWS = "all rows"
    VALID_ROWS = "valid rows"


@dataclass(frozen=True, slots=True)
class RowReport:
    """One row of the file: what it comes to, or what is wrong with it.

    Whose it is and its last day are told of a row without a problem.
    """

    line: int
    external_id: str
    emissions: Calculated | None
    problems: tuple[RowProblem, ...] = ()
    warnings: tuple[Doubt, ...] = ()
    department: Department | None = None
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Unlisted:
    """What a large file holds besides the rows that are listed; results in kgCO2e."""

    accepted: int = 0
    rejected: int = 0
    problems: int = 0
    warnings: int = 0
    location_kgco2e: Decimal = Decimal(0)
    market_kgco2e: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import took in, or would take in; `record_ids` are empty on a dry run.

    Of a large file only rows with problems or warnings are listed, not more than a thousand of
    each; its records are found by `batch_id`. `left_out` is what a file of another program holds
    besides. `understood` is how a file that is not in the standard form was read.
    """

    rows: tuple[RowReport, ...]
    record_ids: tuple[int, ...] = ()
    batch_id: int | None = None
    unlisted: Unlisted = Unlisted()
    left_out: tuple[LeftOut, ...] | None = None
    understood: tuple[str, ...] | None = None

    @property
    def accepted(self) -> int:
        """Rows without a problem."""
        return sum(1 for row in self.rows if not row.problems) + self.unlisted.accepted

    @property
    def rejected(self) -> int:
        """Rows, or the file as a whole, with a problem."""
        return sum(1 for row in self.rows if row.problems) + self.unlisted.rejected

    @property
    def problems(self) -> tuple[RowProblem, ...]:
        """Every problem of every listed row."""
        return tuple(problem for row in self.rows for problem in row.problems)

    @property
    def flagged(self) -> tuple[RowReport, ...]:
        """The listed rows that look wrong and are taken in all the same."""
        return tuple(row for row in self.rows if row.warnings)

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return sum(len(row.warnings) for row in self.rows) + self.unlisted.warnings

    @property
    def market_kgco2e(self) -> Decimal:
        """What the accepted rows come to, market-based: a control total."""
        listed = (row.emissions.market_kgco2e for row in self.rows if row.emissions)
        return sum(listed, self.unlisted.market_kgco2e)


def report_content(report: ImportReport) -> dict[str, Any]:
    """The report as programs read it; decimals as strings, kgCO2e."""
    besides: dict[str, Any] = {}
    if report.left_out is not None:
        besides["left_out"] = [asdict(each) for each in report.left_out]
    if report.understood is not None:
        besides["understood"] = list(report.understood)
    return {
        "rows": [_row_content(row) for row in report.rows],
        "accepted": report.accepted,
        "rejected": report.rejected,
        "warnings": report.warnings,
        "emissions_market_kgco2e": f"{report.market_kgco2e:f}",
        **besides,
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
        "warnings": [_problem_content(doubt) for doubt in row.warnings],
    }


def _problem_content(problem: RowProblem | Doubt) -> dict[str, str]:
    return {
        "column": problem.column,
        "value": problem.value,
        "reason": problem.reason,
        "hint": problem.hint,
    }
