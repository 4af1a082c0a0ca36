"""Calculates. The statement in which PostgreSQL writes journal lines as the text of a file.

What a line has from its entry or its account is written once an entry or an account; a line only
puts the pieces together. That is what keeps an export at the speed of COPY.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.exports.columns import CREDIT, Column, Level, Notation
from ledger.sql import statement

# In other books than its department's, a line names the department's cost centre there, if any.
_BOOKS = """
              LEFT JOIN organisation_costcentre cc
                ON cc.legal_entity_id = a.own_entity_id AND cc.department_id = e.department_id
               AND cc.is_default AND cc.in_force @> e.entry_date
             CROSS JOIN LATERAL (
                   SELECT coalesce(a.own_entity, e.legal_entity) AS legal_entity,
                          CASE WHEN a.own_entity_id <> coalesce(e.legal_entity_id, 0)
                               THEN {cost_centre} ELSE e.cost_centre END AS cost_centre) books
"""


def text_statement(columns: Iterable[Column], notation: Notation, *, tells_books: bool) -> str:
    """The text of every entry that is asked for, in order, with how many lines it has.

    `tells_books`: whether any account names its legal entity; it costs a little.
    """
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
        books=_BOOKS.format(cost_centre=notation.text("cc.code")) if tells_books else "",
        of_entity=(
            "coalesce(a.own_entity_id, e.legal_entity_id)" if tells_books else "e.legal_entity_id"
        ),
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
