"""Calculates. What kind a file is, told from its bytes and never from its name."""

from __future__ import annotations

import csv
import io
import zipfile
from itertools import islice

from departments.inventory.models.evidence import KINDS

PDF, JPEG, PNG = b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STARTS = ((PDF, "application/pdf"), (JPEG, "image/jpeg"), (PNG, "image/png"))
_ENCODINGS = ("utf-8-sig", "cp949", "cp1252")
_BLANK = frozenset("\t\n\r\f")
_ROWS_LOOKED_AT = 20


def kind_of(content: bytes) -> str | None:
    """The content type of a file; None for what is none of the kinds that are taken."""
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return WORKBOOK if _is_workbook(content) else None
    text = _text_of(content)
    if text is None:
        return None
    return "text/csv" if _is_table(text) else "text/plain"


def download_name(file_name: str, kind: str) -> str:
    """The name of a file with an ending of its kind, so that no program takes it for another."""
    ending = KINDS[kind]
    endings = (ending, ".jpeg") if kind == "image/jpeg" else (ending,)
    return file_name if file_name.lower().endswith(endings) else file_name + ending


def shown_name(file_name: str) -> str:
    """A name without path, signs that can't be printed, and more than 255 characters."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in name if sign.isprintable())[-255:].strip() or "file"


def _is_workbook(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    has_macros = any(name.endswith("vbaProject.bin") for name in names)
    return {"[Content_Types].xml", "xl/workbook.xml"} <= names and not has_macros


def _text_of(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _printable(content, "utf-16")
    found = (_printable(content, encoding) for encoding in _ENCODINGS)
    return next((text for text in found if text is not None), None)


def _printable(content: bytes, encoding: str) -> str | None:
    """The text, if it has no sign that only programs write."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    is_text = all((sign >= " " and not "\x7f" <= sign < "\xa0") or sign in _BLANK for sign in text)
    return text if is_text and text.strip() else None


def _is_table(text: str) -> bool:
    """Whether its first lines have equally many cells, two at least."""
    for sign in ",;\t|":
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
        try:
            widths = [len(row) for row in islice(reader, _ROWS_LOOKED_AT) if row]
        except csv.Error:
            continue
        if len(widths) > 1 and len(set(widths)) == 1 and widths[0] > 1:
            return True
    return False
