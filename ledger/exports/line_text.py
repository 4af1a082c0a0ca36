"""Calculates. The statement in which PostgreSQL writes journal lines as the text of a file.

What a line has from its entry or its account is written once an entry or an account; a line only
puts the pieces together. That is what keeps an export at the speed of COPY.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from ledger.exports.columns import CREDIT, Column, Level, Notation
from ledger.sql import statement


@dataclass(frozen=True, slots=True)
class _Joins:
    """What finds a line's legal entity and cost centre: joins, and SQL of the entity's id and of
    the department of an entry.
    """

    sql: str
    entity_id: str
    department_id: str = "e.department_id"


# In other books than its department's, a line names the department's cost centre there, if any.
_OF_ACCOUNT = """
              LEFT JOIN organisation_costcentre cc
                ON cc.legal_entity_id = a.own_entity_id AND cc.department_id = e.department_id
               AND cc.is_default AND cc.in_force @> e.entry_date
             CROSS JOIN LATERAL (
                   SELECT coalesce(a.own_entity, e.legal_entity) AS legal_entity,
                          CASE WHEN a.own_entity_id <> coalesce(e.legal_entity_id, 0)
                               THEN {cost_centre} ELSE e.cost_centre END AS cost_centre) books
"""
# An entry by hand or of an accrual has no department, but its accounts have.
_OF_LINE = """
              LEFT JOIN organisation_department d
                ON d.id = coalesce(a.department_id, e.department_id)
              LEFT JOIN organisation_departmentplacement lives
                ON lives.department_id = d.id AND lives.in_force @> e.entry_date
              LEFT JOIN organisation_legalentity le
                ON le.id = coalesce(a.own_entity_id, lives.legal_entity_id)
              LEFT JOIN organisation_costcentre cc
                ON cc.legal_entity_id = le.id AND cc.department_id = d.id
               AND cc.is_default AND cc.in_force @> e.entry_date
             CROSS JOIN LATERAL (
                   SELECT {legal_entity} AS legal_entity, {department} AS department,
                          {cost_centre} AS cost_centre) books
"""
_ONLY_DEPARTMENT = """coalesce(e.department_id, (
                               SELECT min(oa.department_id)
                                 FROM ledger_journalline o
                                 JOIN ledger_account oa ON oa.id = o.account_id
                                WHERE o.period_id = p.id AND o.entry_id = e.id
                               HAVING count(DISTINCT oa.department_id) = 1))"""


class Books(Enum):
    """Whose books a line is said to be in: its entry's department's, its account's, or, as an ERP
    needs it, those of its account or of the department of its account.

    Each costs a little more than the one before.
    """

    OF_ENTRY = _Joins("", "e.legal_entity_id")
    OF_ACCOUNT = _Joins(_OF_ACCOUNT, "coalesce(a.own_entity_id, e.legal_entity_id)")
    OF_LINE = _Joins(_OF_LINE, "le.id", _ONLY_DEPARTMENT)


_JOIN_CONVERTED = """
              LEFT JOIN converted ON converted.line_id = l.id"""


def text_statement(
    columns: Iterable[Column], notation: Notation, *, books: Books, converts: bool = False
) -> str:
    """The text of every entry that is asked for, in order, with how many lines it has."""
    joins = books.value
    written: dict[Level, list[str]] = {Level.ENTRY: [], Level.ACCOUNT: []}
    line: list[str] = []
    for level, pieces in _runs(columns, notation):
        if level is Level.LINE:
            line += pieces
            continue
        name = f"text_{len(written[level])}"
        written[level].append(f"{' || '.join(pieces)} AS {name}")
        line.append(f"{level.value}.{name}")
    names = {
        "legal_entity": notation.text("le.code"),
        "department": notation.text("d.code"),
        "cost_centre": notation.text("cc.code"),
    }
    return statement("export_text").format(
        **names,
        entry=",\n".join(written[Level.ENTRY]),
        account=",\n".join(written[Level.ACCOUNT]),
        line=" || ".join(line),
        between=literal(notation.quote + notation.lead(CREDIT, False) + notation.quote),
        scheme=notation.text("scheme.code"),
        period=notation.text("p.code"),
        commodity=notation.text("c.code"),
        books=joins.sql.format(**names) + (_JOIN_CONVERTED if converts else ""),
        converted=statement("export_converted") if converts else "",
        of_entity=joins.entity_id,
        department_id=joins.department_id,
        gl_account=notation.text("g.gl_account"),
        tax_code=notation.text("g.tax_code"),
        gl_segment=notation.text("g.segment"),
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
