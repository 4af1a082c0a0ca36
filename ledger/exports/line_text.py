"""Calculates. The statement in which PostgreSQL writes journal lines as the text of a file.

What a line has from its entry or its account is written once an entry or an account; a line only
puts the pieces together. That is what keeps an export at the speed of COPY.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.exports.columns import CREDIT, Column, Level, Notation
from ledger.sql import statement


def text_statement(columns: Iterable[Column], notation: Notation) -> str:
    """The text of every entry that is asked for, in order, with how many lines it has."""
    written: dict[Level, list[str]] = {Level.ENTRY: [], Level.ACCOUNT: []}
    line: list[str] = []
    for level, pieces in _runs(columns, notation):
        if level is Level.LINE:
            line += pieces
            continue
        name = f"text_{len(written[level])}"
        written[level].append(f"{' || '.join(pieces)} AS {name}")
        line.append(f"{level.value}.{name}")
    return statement("export_text").format(
        entry=",\n".join(written[Level.ENTRY]),
        account=",\n".join(written[Level.ACCOUNT]),
        line=" || ".join(line),
        between=literal(notation.quote + notation.lead(CREDIT, False) + notation.quote),
        scheme=notation.text("scheme.code"),
        legal_entity=notation.text("le.code"),
        department=notation.text("d.code"),
        cost_centre=notation.text("cc.code"),
        gl_account=notation.text("g.gl_account"),
        empty=notation.text("NULL::text"),
    )


def _runs(columns: Iterable[Column], notation: Notation) -> list[tuple[Level, list[str]]]:
    """Neighbours that are written together.

    What stands before a line's own column goes with the run before it, and the end with the last.
    """
    runs: list[tuple[Level, list[str]]] = []
    for number, column in enumerate(columns):
        lead = notation.lead(column.name, number == 0)
        cell = f"({column.cell(notation)})"
        lead_and_cell = [literal(lead), cell] if lead else [cell]
        if runs and runs[-1][0] is column.level:
            runs[-1][1].extend(lead_and_cell)
        elif column.level is Level.LINE:
            runs[-1][1].extend(lead_and_cell[:-1])
            runs.append((column.level, [cell]))
        else:
            runs.append((column.level, lead_and_cell))
    runs[-1][1].append(literal(notation.end))
    return runs


def literal(text: str) -> str:
    """Text as an SQL string; percent signs stay as they are when parameters are filled in."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("%", "%%")
    return "E'" + escaped.replace("\r", "\\r").replace("\n", "\\n") + "'"
