"""Reads. One row of an activity file: text into facts, facts into a result, and every problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from departments.inventory import units
from departments.inventory.activity_file import REQUIRED
from departments.inventory.calculation_run import Calculated, Draft, calculate, method_of
from departments.inventory.entry import (
    INPUTS,
    read_day,
    read_inputs,
    read_quantity,
    read_switch,
    read_text,
)
from departments.inventory.errors import EntryRefused, InventoryError, RowProblem
from departments.inventory.errors.entering import NotCalculable, ResultTooLarge, UnknownActivity
from departments.inventory.errors.factors import FactorNotFound, GwpNotFound
from departments.inventory.factor_choice import MOST_SUGGESTIONS, FactorLibrary
from departments.inventory.record_fields import require_order
from departments.inventory.site_places import placed, site_places
from departments.organisation.models import Department
from departments.organisation.said import either, in_two, said, what_it_says

LONGEST_VALUE = 100
# Inputs that may be entered in place of quantity and unit, best first.
STANDS_FOR = {
    "compute": (
        ("accelerator_hours", "h"),
        ("energy_kwh", "kWh"),
        ("machine_energy_kwh", "kWh"),
        ("requests", "requests"),
    ),
    "removal": (("tonnes", "tCO2e"), ("area_ha", "ha")),
    "removal-reversal": (("released_tonnes", "tCO2e"),),
    "electricity": (("energy_kwh", "kWh"),),
}
_TEXTS = {"activity": 250, "unit": 60, "place": 60, "external_id": 100, "note": 500}


@dataclass(slots=True)
class Row:
    """A row on its way from text to a record."""

    line: int
    cells: dict[str, str]
    facts: dict[str, Any] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    calculated: Calculated | None = None
    faulty: frozenset[str] = frozenset()

    @classmethod
    def of(cls, line: int, cells: dict[str, str], faults: Iterable[RowProblem]) -> Row:
        """A row, some of whose cells may be known to hold nothing that can be read."""
        known = list(faults)
        return cls(line, cells, problems=known, faulty=frozenset(p.column for p in known))

    def refuse(self, column: str, reason: str, hint: str) -> None:
        """Note a problem; of a faulty cell its fault says all."""
        if column in self.faulty:
            return
        value = self.cells.get(column, "").replace("\x00", "␀")[:LONGEST_VALUE]
        self.problems.append(RowProblem(self.line, column, value, reason, hint))

    def is_refused(self, column: str) -> bool:
        """Whether something is wrong with that cell already."""
        return any(problem.column == column for problem in self.problems)

    def sorted_problems(self) -> tuple[RowProblem, ...]:
        """The problems in the order of the columns."""
        columns = [*self.cells, ""]
        return tuple(
            sorted(
                self.problems,
                key=lambda p: columns.index(p.column if p.column in self.cells else ""),
            )
        )


class Enterable(dict[str, Department]):
    """The departments by code that a person may enter for, and which of them was meant; and the
    places of sites."""

    @cached_property
    def sites(self) -> dict[str, str]:
        """Read once, and only if a row names a site."""
        return site_places()

    def nearest(self, code: str) -> str:
        """The code spelled most like it, or nothing; nothing too after a hundred questions."""
        self._asked: dict[str, str] = getattr(self, "_asked", {})
        if code not in self._asked and len(self._asked) < MOST_SUGGESTIONS:
            near = get_close_matches(code.upper(), self, n=1)
            self._asked[code] = near[0] if near else ""
        return self._asked.get(code, "")


def read_row(row: Row, departments: Enterable) -> None:
    """Text into facts; every cell that can't be read is a problem of its own."""
    _fill_quantity(row.cells)
    for name in REQUIRED:
        if not row.cells[name].strip():
            row.refuse(name, said("It is missing."), _missing_hint(name, row.cells["activity"]))
    filled = {name for name, text in row.cells.items() if text.strip()}
    if "department" in filled:
        _read_department(row, departments)
    for name in ("started_on", "ended_on"):
        if name in filled:
            _try(row, name, lambda text, name=name: read_day(text, field=name))
    if "quantity" in filled:
        _try(row, "quantity", read_quantity)
    for name, longest in _TEXTS.items():
        _try(row, name, lambda text, n=name, m=longest: read_text(text, field=n, longest=m))
    _try(row, "estimated", lambda text: read_switch(text, field="estimated"))
    inputs: dict[str, Any] = {}
    row.facts["inputs"] = inputs
    for name in sorted(filled & INPUTS):
        try:
            inputs |= read_inputs({name: row.cells[name]})
        except EntryRefused as refusal:
            row.refuse(name, refusal.reason, refusal.hint)
    if "site" in inputs:
        _read_site(row, inputs, departments)
    if {"started_on", "ended_on"} <= row.facts.keys():
        _try_order(row)


def _read_site(row: Row, inputs: dict[str, Any], departments: Enterable) -> None:
    """A site that is known; where the row says no place, it stands for its own."""
    try:
        inputs["site"], row.facts["place"] = placed(
            inputs["site"], row.facts.get("place", ""), departments.sites
        )
    except EntryRefused as refusal:
        row.refuse("site", refusal.reason, refusal.hint)


def _fill_quantity(cells: dict[str, str]) -> None:
    """Where quantity or unit is missing, the input that the quantity stands for says both."""
    quantity, unit = cells["quantity"].strip(), cells["unit"].strip()
    if quantity and unit:
        return
    kind = cells["activity"].strip().partition("/")[0]
    for name, its_unit in STANDS_FOR.get(kind, ()):
        figure = cells.get(name, "").strip()
        if figure and quantity in ("", figure) and (not unit or _is_same(unit, its_unit)):
            cells["quantity"], cells["unit"] = figure, unit or its_unit
            return


def _missing_hint(name: str, activity: str) -> str:
    stands = STANDS_FOR.get(activity.strip().partition("/")[0], ())
    if name not in ("quantity", "unit") or not stands:
        return said("Every row needs it.")
    return said(
        "Enter it, or leave quantity and unit out and enter %(names)s.",
        names=_or(n for n, _ in stands),
    )


def _or(names: Iterable[str]) -> str:
    *most, last = names
    return either([", ".join(most), last] if most else [last])


def _is_same(unit: str, other: str) -> bool:
    return units.is_known(unit) and units.canonical(unit) == units.canonical(other)


def _try(row: Row, name: str, read: Any) -> None:
    try:
        row.facts[name] = read(row.cells.get(name, ""))
    except EntryRefused as refusal:
        row.refuse(name, refusal.reason, refusal.hint)


def _try_order(row: Row) -> None:
    started_on: date = row.facts["started_on"]
    try:
        require_order(started_on, row.facts["ended_on"])
    except EntryRefused as refusal:
        row.refuse("ended_on", refusal.reason, refusal.hint)


def _read_department(row: Row, departments: Enterable) -> None:
    code = row.cells["department"].strip()
    if code in departments:
        row.facts["department"] = departments[code]
        return
    near = departments.nearest(code)
    hint = (
        said("Did you mean %(nearest)s?", nearest=near)
        if near
        else said("Enter the code of a department you enter for.")
    )
    row.refuse("department", said("There is no such department, or it is not yours."), hint)


Refused = dict[tuple[str, ...], InventoryError]


def calculate_row(row: Row, library: FactorLibrary, refused: Refused) -> None:
    """Work out the row; what was refused whatever the quantity is not worked out twice.

    A row with a fault is worked out as far as its other cells allow, so that all faults are named.
    """
    draft = _draft(row.facts)
    if draft is None:
        _check_activity(row, library)
        return
    key = (draft.activity, draft.unit, draft.place, str(draft.ended_on.year), repr(draft.inputs))
    try:
        if key in refused:
            raise refused[key]
        row.calculated = calculate(draft, library=library)
    except InventoryError as refusal:
        column = _column(refusal)
        if isinstance(refusal, WHATEVER_THE_QUANTITY) or column == "unit":
            refused[key] = refusal
        if not row.problems or (column in CHECKED_ANYWAY and not row.is_refused(column)):
            row.refuse(*_explained(refusal))


def _draft(facts: Mapping[str, Any]) -> Draft | None:
    """The activity to work out, 1 of it where the quantity is at fault; None without the rest."""
    if not (facts.get("activity") and facts.get("unit") and "ended_on" in facts):
        return None
    return Draft(
        activity=facts["activity"],
        ended_on=facts["ended_on"],
        quantity=facts.get("quantity", Decimal(1)),
        unit=facts["unit"],
        place=facts.get("place", "").upper(),
        inputs=facts["inputs"],
        is_estimated=facts.get("estimated", False),
    )


def _check_activity(row: Row, library: FactorLibrary) -> None:
    """Where a row can't be worked out, say at least whether its activity is known."""
    try:
        if row.facts.get("activity"):
            method_of(row.facts["activity"], library)
    except UnknownActivity as refusal:
        row.refuse("activity", refusal.reason, refusal.hint)


# The column that most likely has to change for each refusal.
_COLUMN_OF_MISSING = {"activity": "activity", "place": "place", "year": "ended_on", "unit": "unit"}
_COLUMN_OF_CAUSE = {"unknown_unit": "unit", "incompatible_units": "unit"}


CHECKED_ANYWAY = ("activity", "unit", "place", "grid_kgco2e_per_kwh", "hardware")
WHATEVER_THE_QUANTITY = (FactorNotFound, UnknownActivity, GwpNotFound)


def _explained(refusal: InventoryError) -> tuple[str, str, str]:
    """Column, reason and hint of a calculation that refused."""
    if isinstance(refusal, EntryRefused | FactorNotFound | UnknownActivity):
        return _column(refusal), refusal.reason, refusal.hint
    return _column(refusal), *in_two(what_it_says(refusal))


def _column(refusal: InventoryError) -> str:
    if isinstance(refusal, EntryRefused):
        return refusal.field
    if isinstance(refusal, FactorNotFound):
        return _COLUMN_OF_MISSING[refusal.missing]
    if isinstance(refusal, NotCalculable):
        return _COLUMN_OF_CAUSE.get(refusal.cause_code, refusal.field or "quantity")
    return "quantity" if isinstance(refusal, ResultTooLarge) else "activity"
