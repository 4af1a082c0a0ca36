"""Calculates. CSV for spreadsheets and imports: UTF-8, CRLF, `.` decimals, nothing that runs."""

from __future__ import annotations

from departments.organisation import spreadsheet
from ledger.exports.columns import Notation
from ledger.exports.line_text import literal

# Text in the database has no NUL, and no literal can name it.
FORMULA_MARKS = tuple(mark for mark in spreadsheet.FORMULA_MARKS if mark != "\0")
QUOTED_FOR = (",", '"', "\r", "\n")


def text(sql: str) -> str:
    """A cell that no spreadsheet runs, in quotes where the reader needs them.

    An apostrophe goes before what begins like a formula, spaces aside.
    """
    marks = ", ".join(literal(mark) for mark in FORMULA_MARKS)
    neutral = f"CASE WHEN left(ltrim({sql}, ' '), 1) IN ({marks}) THEN '''' || {sql} ELSE {sql} END"
    needs_quotes = " OR ".join(f"strpos({sql}, {literal(mark)}) > 0" for mark in QUOTED_FOR)
    quoted = f"""'"' || replace({neutral}, '"', '""') || '"'"""
    return f"coalesce(CASE WHEN {needs_quotes} THEN {quoted} ELSE {neutral} END, '')"


NOTATION = Notation(
    header=lambda names: ",".join(names) + "\r\n",
    end="\r\n",
    lead=lambda name, is_first: "" if is_first else ",",
    text=text,
    number=lambda sql: f"coalesce(({sql})::text, '')",
    quote="",
)
