"""Reads. Whether a month of a department is complete: what is missing, and what looks wrong."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from json import loads

from django.db import connection

from departments.inventory.set_based import read_sql


@dataclass(frozen=True, slots=True)
class MonthCheck:
    """A department's month, by the last days of its records.

    `missing` are activities and places that have days in each of the three months before, and none
    in this one. `doubtful` records look wrong, `unapproved` ones are drafts or submitted.
    """

    department: str
    month: date
    records: int
    unapproved: int
    estimated: int
    doubtful: int
    missing: tuple[tuple[str, str], ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing and nothing looks wrong."""
        return not self.missing and not self.doubtful


def check_months(
    *, first: date, last: date, department_ids: Collection[int] | None
) -> list[MonthCheck]:
    """Each month from that of `first` to that of `last`, of departments that have records near it.

    `department_ids` None are all departments.
    """
    facts = {
        "from": first.replace(day=1),
        "to": last.replace(day=1),
        "departments": None if department_ids is None else list(department_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(read_sql("completeness"), facts)
        rows = cursor.fetchall()
    found: list[MonthCheck] = []
    for department, month, records, unapproved, estimated, doubtful, series in rows:
        missing = loads(series) if isinstance(series, str) else series
        found.append(
            MonthCheck(
                department=department,
                month=month,
                records=records,
                unapproved=unapproved,
                estimated=estimated,
                doubtful=doubtful,
                missing=tuple((name, place) for name, place in missing),
            )
        )
    return found
