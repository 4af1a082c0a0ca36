"""Calculates. A whole statement as rows of a CSV file, which foot."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from departments.organisation.spreadsheet import Cell
from departments.portal import line_table
from ledger.statements import Statement

HEADER = (*line_table.HEADER, "statement_sha256", "verify_url")
KIND, AMOUNT, CURRENCY = (line_table.HEADER.index(name) for name in ("kind", "amount", "currency"))
OPENING, CLOSING = "opening_balance", "closing_balance"


def rows_of(statement: Statement, *, verify_url: str) -> Iterator[list[Cell]]:
    """Opening balance, lines, closing balance: the last amount is the sum of those before it.

    Amounts are charges; what is earned is negative. Each row names the statement's SHA-256.
    """
    proof = [statement.sha256, verify_url]
    yield [*_balance(statement, OPENING, statement.opening_balance), *proof]
    for line in statement.lines:
        yield [*line_table.csv_row(statement, line), *proof]
    yield [*_balance(statement, CLOSING, statement.closing_balance), *proof]


def _balance(statement: Statement, kind: str, amount: Decimal) -> list[Cell]:
    row: list[Cell] = [None, statement.department, statement.scheme, statement.period]
    row += [None] * (len(line_table.HEADER) - len(row))
    row[KIND], row[AMOUNT], row[CURRENCY] = kind, amount, statement.currency
    return row
