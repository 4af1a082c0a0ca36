"""Calculates. How a file is to be read, and what comes of it: rows in the standard form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from departments.inventory.column_mapping.plan import ColumnPlan
from departments.inventory.errors import RowProblem

Faults = Mapping[int, list[RowProblem]]
NO_FAULTS: Faults = {}


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file: its sheet, empty for the first one; and a plan of its columns.

    Without a plan the columns have to be ours.
    """

    sheet: str = ""
    plan: ColumnPlan | None = None


AS_IT_STANDS = Reading()


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file as it came, and its rows as standard CSV: the same file, or one that is thrown away.

    A row stands in the line where it stood. `faults` are cells, by line, that hold nothing that
    can be read; with `problems` there are no rows. `understood` says how a file in another form was
    read; `header` and `plan` are what a plan came to.
    """

    original: BinaryIO
    rows: BinaryIO
    faults: Faults = field(default_factory=dict)
    problems: tuple[RowProblem, ...] = ()
    understood: tuple[str, ...] | None = None
    header: tuple[str, ...] = ()
    plan: ColumnPlan | None = None
