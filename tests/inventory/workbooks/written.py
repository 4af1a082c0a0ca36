"""Workbooks for tests: as a spreadsheet program writes them, and by hand where none would."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import xlsxwriter

HEADER = ("department", "activity", "started_on", "ended_on", "external_id", "quantity", "unit")
GOOD = ("CLOUD", "electricity/grid", date(2024, 1, 1), date(2024, 1, 31), "a", 412500.0, "kWh")
SHEET = '<worksheet xmlns="urn:any"><sheetData>{}</sheetData></worksheet>'


def workbook(
    *rows: Sequence[Any], change: Callable[[Any, Any], None] | None = None, name: str = "Data"
) -> bytes:
    """A workbook of one sheet, days formatted as days; `change` may do more to it."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet = book.add_worksheet(name)
        for line, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(line, column, value, day)
                elif value is not None:
                    sheet.write(line, column, value)
        if change is not None:
            change(book, sheet)
    return buffer.getvalue()


def by_hand(rows: str = "", *, sheet: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """The smallest workbook, with these rows as XML, or this whole sheet."""
    parts: dict[str, bytes | str] = {
        "_rels/.rels": '<Relationships><Relationship Id="r1" Type="x/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns:r="urn:r"><sheets><sheet name="Data" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" '
        'Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet or SHEET.format(rows),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | (more or {})).items():
            archive.writestr(name, content)
    return buffer.getvalue()
