"""Calculates. How a file in its writer's own form is to be read, checked against its header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from departments.inventory.activity_file import COLUMNS, REQUIRED
from departments.inventory.column_mapping.names import guesses, unit_in
from departments.inventory.errors import RowProblem
from departments.organisation.said import said

DAY_ORDERS = ("dmy", "mdy", "ymd")
DECIMAL_SIGNS = ("point", "comma")
ENCODINGS = ("utf-8", "utf-16", "cp1252", "cp949")
MOST_SKIPPED = 1000


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """Which column of a file is which of ours, and how its figures are written.

    `columns` gives the file's column for ours; `fixed` a value for columns that the file lacks;
    `units` our unit for the file's word. What is empty is told from the file, and said.
    `is_guessed` takes the columns that are not named from their names.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    day_order: str = ""
    decimal_sign: str = ""
    encoding: str = ""
    skip_rows: int = 0
    is_guessed: bool = False

    def content(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    def changed(self, **changes: Any) -> ColumnPlan:
        """The plan with what is given in its place; names and words are added to those it has."""
        given = {name: value for name, value in changes.items() if value}
        for name in ("columns", "fixed", "units"):
            if name in given:
                given[name] = {**getattr(self, name), **given[name]}
        return replace(self, **given)


def plan_of(content: Mapping[str, Any]) -> ColumnPlan:
    """A plan as it was kept."""
    return ColumnPlan(**{name: content[name] for name in ColumnPlan.__slots__ if name in content})


def settled(plan: ColumnPlan, header: list[str]) -> ColumnPlan:
    """The plan with every column found in the header, as the header spells it.

    A column that has our name is ours, unless the plan says otherwise; a unit in the name of the
    quantity's column counts for all rows, unless there is a column of units.
    """
    spelled = {name.strip().casefold(): name for name in header}
    columns = {
        ours: spelled.get(theirs.strip().casefold(), theirs)
        for ours, theirs in plan.columns.items()
    }
    own = {name: spelled[name] for name in COLUMNS if name in spelled}
    taken = {*columns.values()}
    for ours, theirs in (own | (guesses(header) if plan.is_guessed else {})).items():
        is_free = ours not in columns and ours not in plan.fixed
        if is_free and (theirs not in taken or (ours in _DAYS and _shares(columns, theirs))):
            columns[ours] = theirs
            taken.add(theirs)
    fixed = dict(plan.fixed)
    unit = unit_in(columns.get("quantity", ""))
    if unit and "unit" not in columns and "unit" not in fixed:
        fixed["unit"] = unit
    return replace(plan, columns=columns, fixed=fixed)


_DAYS = ("started_on", "ended_on")


def _shares(columns: Mapping[str, str], theirs: str) -> bool:
    """Whether only a day was taken from that column yet: a month says both days."""
    return all(ours in _DAYS for ours, name in columns.items() if name == theirs)


def plan_problems(plan: ColumnPlan, header: list[str], line: int) -> list[RowProblem]:
    """What keeps a settled plan from reading a file with this header."""
    problems = [
        RowProblem(
            line,
            name,
            "",
            said("This column stands %(count)s times.", count=count),
            said("Keep one."),
        )
        for name, count in Counter(name for name in header if name.strip()).items()
        if count > 1 and name in plan.columns.values()
    ]
    for ours in (*plan.columns, *plan.fixed):
        if ours not in COLUMNS:
            near = get_close_matches(ours, COLUMNS, n=1)
            hint = (
                said("Did you mean %(nearest)s?", nearest=near[0])
                if near
                else said("Known are %(known)s.", known=", ".join(COLUMNS))
            )
            problems.append(RowProblem(0, ours, "", said("Unknown column."), hint))
    for ours, theirs in plan.columns.items():
        if theirs not in header:
            hint = said("The file has %(header)s.", header=listed(header))
            reason = said("The file has no column “%(theirs)s”.", theirs=theirs)
            problems.append(RowProblem(line, ours, "", reason, hint))
    for ours in REQUIRED:
        if ours not in plan.columns and ours not in plan.fixed:
            hint = said(
                "Say which column it is, or a value for all rows. The file has %(header)s.",
                header=listed(header),
            )
            reason = said("No column of the file is known to be this one.")
            problems.append(RowProblem(line, ours, "", reason, hint))
    return [*problems, *_setting_problems(plan)]


def _setting_problems(plan: ColumnPlan) -> Iterable[RowProblem]:
    allowed = (
        ("day_order", DAY_ORDERS),
        ("decimal_sign", DECIMAL_SIGNS),
        ("encoding", ENCODINGS),
    )
    for name, values in allowed:
        value = getattr(plan, name)
        if value and value not in values:
            hint = said("Known are %(known)s.", known=", ".join(values))
            yield RowProblem(
                0,
                "",
                str(value)[:40],
                said("This is no %(what)s.", what=said(name.replace("_", " "))),
                hint,
            )
    if not 0 <= plan.skip_rows <= MOST_SKIPPED:
        yield RowProblem(
            0, "", str(plan.skip_rows), said("So many rows are not skipped."), said("Look again.")
        )


def listed(header: Iterable[str]) -> str:
    """The names of a header in words."""
    return ", ".join(f"“{name}”" for name in header if name.strip())
