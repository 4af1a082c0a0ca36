"""Reads. An activity that has not happened, worked out like a row of a file; nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from departments.inventory.activity_file import COLUMNS
from departments.inventory.activity_rows import Enterable, Row, calculate_row, read_row
from departments.inventory.calculation_run import Calculated
from departments.inventory.entry import ALIASES
from departments.inventory.errors.entering import TrialRefused
from departments.inventory.kept_library import kept_library
from departments.inventory.records import Citation, StepDetail, citation_of, steps_of
from departments.organisation.models import Department
from departments.organisation.said import said


@dataclass(frozen=True, slots=True)
class Trial:
    """An activity as it was read, and what it would come to; kgCO2e to the milligram."""

    department_id: int
    department: str
    activity: str
    started_on: date
    ended_on: date
    quantity: Decimal
    unit: str
    place: str
    result: Calculated

    @property
    def citation(self) -> Citation:
        """Where its factor was published."""
        return citation_of(self.result.trace)

    @property
    def steps(self) -> tuple[StepDetail, ...]:
        """The printed arithmetic."""
        return steps_of(self.result.trace)


def try_activity(*, department: Department, facts: Mapping[str, str], on: date) -> Trial:
    """Work out the cells of one row, by column; days that are left out are `on`.

    Raises: TrialRefused, with everything that is wrong, by column.
    """
    cells = dict.fromkeys(COLUMNS, "") | {ALIASES.get(name, name): facts[name] for name in facts}
    cells["department"] = department.code
    cells["ended_on"] = cells["ended_on"] or cells["started_on"] or on.isoformat()
    cells["started_on"] = cells["started_on"] or cells["ended_on"]
    row = Row(line=0, cells=cells)
    for name in sorted(set(cells) - set(COLUMNS)):
        row.refuse(
            name, said("Unknown input."), said("Leave it out, or look up how it is written.")
        )
    read_row(row, Enterable({department.code: department}))
    calculate_row(row, kept_library(), {})
    if row.problems or row.calculated is None:
        raise TrialRefused(row.sorted_problems())
    known = row.facts
    return Trial(
        department_id=department.pk,
        department=department.code,
        activity=known["activity"],
        started_on=known["started_on"],
        ended_on=known["ended_on"],
        quantity=known["quantity"],
        unit=known["unit"],
        place=known["place"].upper(),
        result=row.calculated,
    )
