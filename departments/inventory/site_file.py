"""Writes. Sites and readings from CSV files: all rows or none; all problems at once."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import models, transaction

from departments.inventory.entry import read_day, read_number
from departments.inventory.errors import EntryRefused, InventoryError, RowProblem
from departments.inventory.errors.imports import ImportRefused
from departments.inventory.models.sites import Site
from departments.inventory.sites import enter_reading, enter_site
from departments.organisation.errors import NotAllowed
from departments.organisation.models import Department, LegalEntity, User
from departments.organisation.said import said, what_it_says

SITE_COLUMNS = (
    "code",
    "name",
    "kind",
    "place",
    "legal_entity",
    "department",
    "opened_on",
    "closed_on",
    "floor_area_m2",
)
MAY_LACK = ("closed_on", "floor_area_m2")
READING_COLUMNS = (
    "site",
    "indicator",
    "first_day",
    "last_day",
    "quantity",
    "unit",
    "method",
    "source",
)


def import_sites(*, path: Path, by: User, at: datetime) -> list[int]:
    """Enter every site of a file; legal entity and department are codes.

    Returns: the ids, in the order of the file.
    Raises:  ImportRefused, with every problem; NotAllowed; OSError.
    """

    def enter(text: Mapping[str, str]) -> int:
        area, closed = text["floor_area_m2"], text["closed_on"]
        site = enter_site(
            by=by,
            at=at,
            code=text["code"],
            name=text["name"],
            kind=text["kind"],
            place=text["place"],
            legal_entity=_named(LegalEntity, "legal_entity", text["legal_entity"]),
            department=_named(Department, "department", text["department"]),
            opened_on=read_day(text["opened_on"], field="opened_on"),
            closed_on=read_day(closed, field="closed_on") if closed else None,
            floor_area_m2=read_number(area, field="floor_area_m2") if area else None,
        )
        return site.pk

    return _import(path, SITE_COLUMNS, enter)


def import_readings(*, path: Path, by: User, at: datetime) -> list[int]:
    """Enter every reading of a file, for another person to approve; `site` is a code.

    Returns: the ids, in the order of the file.
    Raises:  ImportRefused, with every problem; NotAllowed; OSError.
    """

    def enter(text: Mapping[str, str]) -> int:
        reading = enter_reading(
            by=by,
            at=at,
            site=_named(Site, "site", text["site"]),
            indicator=text["indicator"],
            first_day=read_day(text["first_day"], field="first_day"),
            last_day=read_day(text["last_day"], field="last_day"),
            quantity=text["quantity"],
            unit=text["unit"],
            method=text["method"],
            source=text["source"],
        )
        return reading.pk

    return _import(path, READING_COLUMNS, enter)


@transaction.atomic
def _import(
    path: Path, columns: Sequence[str], enter: Callable[[Mapping[str, str]], int]
) -> list[int]:
    entered: list[int] = []
    problems: list[RowProblem] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        try:
            missing = [c for c in columns if c not in (rows.fieldnames or ()) and c not in MAY_LACK]
            if missing:
                reason = said("Columns are missing: %(missing)s.", missing=", ".join(missing))
                hint = said("The columns are %(columns)s.", columns=", ".join(columns))
                problems.append(RowProblem(1, "", "", reason, hint))
            for row in () if missing else rows:
                text = {name: (row.get(name) or "").strip() for name in columns}
                try:
                    entered.append(enter(text))
                except EntryRefused as refusal:
                    facts = (refusal.field, refusal.value, refusal.reason, refusal.hint)
                    problems.append(RowProblem(rows.line_num, *facts))
                except (InventoryError, NotAllowed) as refusal:
                    problems.append(RowProblem(rows.line_num, "", "", what_it_says(refusal), ""))
        except (UnicodeDecodeError, csv.Error) as error:
            hint = said("Save it as CSV in UTF-8.")
            problems.append(
                RowProblem(
                    rows.line_num, "", "", said("It can't be read: %(error)s.", error=error), hint
                )
            )
    if problems or not entered:
        empty = RowProblem(0, "", "", said("It has no rows."), said("Enter one a line."))
        raise ImportRefused(file_name=path.name, problems=problems or [empty])
    return entered


def _named(model: type[models.Model], field: str, code: str) -> Any:
    found = model._default_manager.filter(code=code).first()
    if found is None:
        raise EntryRefused(
            field=field,
            value=code,
            reason=said("There is no such code."),
            hint=said("Check how it is spelled."),
        )
    return found
