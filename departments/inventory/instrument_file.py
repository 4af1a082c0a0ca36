"""Writes. Instruments from a CSV file: all rows or none; all problems at once."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from departments.inventory.entry import read_day, read_number
from departments.inventory.errors import EntryRefused, RowProblem
from departments.inventory.errors.imports import ImportRefused
from departments.inventory.errors.instruments import InstrumentTaken
from departments.inventory.instruments import enter_instrument, require
from departments.organisation.access import Permission
from departments.organisation.models import LegalEntity, User
from departments.organisation.said import said, what_it_says

REQUIRED = (
    "kind",
    "registry",
    "serial",
    "market",
    "generated_from",
    "generated_to",
    "volume_kwh",
    "technology",
    "kgco2e_per_kwh",
    "factor_source",
    "evidence",
)
COLUMNS = (*REQUIRED, "legal_entity")


@transaction.atomic
def import_instruments(*, path: Path, by: User, at: datetime) -> list[int]:
    """Enter every row of a file; `legal_entity` is a code, or empty for the whole company.

    Returns: the ids, in the order of the file.
    Raises:  ImportRefused, with every problem; NotAllowed; OSError.
    """
    require(by, Permission.ENTER_INSTRUMENT, said("enter instruments"))
    entered: list[int] = []
    problems: list[RowProblem] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        try:
            _require_columns(rows.fieldnames or ())
            for row in rows:
                try:
                    entered.append(enter_instrument(by=by, at=at, **_facts(row)).pk)
                except EntryRefused as refusal:
                    problems.append(_problem(rows.line_num, refusal))
                except InstrumentTaken as refusal:
                    place = (rows.line_num, "serial", row["serial"])
                    problems.append(RowProblem(*place, what_it_says(refusal), ""))
        except (UnicodeDecodeError, csv.Error) as error:
            hint = said("Save it as CSV in UTF-8.")
            problems.append(
                RowProblem(
                    rows.line_num, "", "", said("It can't be read: %(error)s.", error=error), hint
                )
            )
        except EntryRefused as refusal:
            problems.append(_problem(1, refusal))
    if problems or not entered:
        empty = RowProblem(0, "", "", said("It has no rows."), said("Enter one instrument a line."))
        raise ImportRefused(file_name=path.name, problems=problems or [empty])
    return entered


def _require_columns(names: Any) -> None:
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise EntryRefused(
            field=missing[0],
            value="",
            reason=said("Columns are missing: %(missing)s.", missing=", ".join(missing)),
            hint=said("The columns are %(columns)s.", columns=", ".join(COLUMNS)),
        )


def _facts(row: Mapping[str, str | None]) -> dict[str, Any]:
    """What a row says, read exactly.

    Raises: EntryRefused.
    """
    text = {name: (row.get(name) or "").strip() for name in COLUMNS}
    return text | {
        "generated_from": read_day(text["generated_from"], field="generated_from"),
        "generated_to": read_day(text["generated_to"], field="generated_to"),
        "volume_kwh": read_number(text["volume_kwh"], field="volume_kwh"),
        "kgco2e_per_kwh": read_number(text["kgco2e_per_kwh"], field="kgco2e_per_kwh"),
        "legal_entity": _legal_entity(text["legal_entity"]),
    }


def _legal_entity(code: str) -> LegalEntity | None:
    if not code:
        return None
    found = LegalEntity.objects.filter(code=code).first()
    if found is None:
        hint = said("Enter the code of a legal entity, or nothing for the whole company.")
        raise EntryRefused(
            field="legal_entity",
            value=code,
            reason=said("There is no such legal entity."),
            hint=hint,
        )
    return found


def _problem(line: int, refusal: EntryRefused) -> RowProblem:
    return RowProblem(line, refusal.field, refusal.value, refusal.reason, refusal.hint)
