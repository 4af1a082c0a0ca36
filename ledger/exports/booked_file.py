"""Reads. What an ERP booked, from a CSV file: sums of accounts, or lines with their document."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from departments.organisation.said import said
from ledger.errors.exports import ReconciliationRefused

NEEDED = ("legal_entity", "currency", "account")
OPTIONAL = ("cost_centre", "document", "amount", "debit", "credit")
AMOUNT = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class BookedRow:
    """A row of the file; `amount` is debit less credit."""

    line: int
    legal_entity: str
    currency: str
    account: str
    cost_centre: str
    document: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BookedFile:
    """Its rows, and whether they tell cost centres and documents apart."""

    rows: list[BookedRow]
    has_cost_centres: bool
    has_documents: bool


def read_booked(content: bytes) -> BookedFile:
    """The rows of a file.

    Columns: legal_entity (its code here, or what the system calls it), currency, account; amount
    (debit above zero) or debit and credit; and, if the system tells them, cost_centre and document.

    Raises: ReconciliationRefused, with every problem and its line.
    """
    try:
        text = content.decode("utf-8-sig")
        table = csv.DictReader(io.StringIO(text, newline=""))
        names, found = tuple(table.fieldnames or ()), list(table)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReconciliationRefused(
            [said("the file is no CSV in UTF-8: %(error)s", error=str(error))]
        ) from error
    problems = _wrong_columns(names)
    if problems:
        raise ReconciliationRefused(problems)
    rows: list[BookedRow] = []
    for line, row in enumerate(found, start=2):  # the first line is the header
        texts = {name: (row.get(name) or "").strip() for name in (*NEEDED, *OPTIONAL)}
        wrong: list[str] = [
            said("%(name)s is empty", name=name) for name in NEEDED if not texts[name]
        ]
        amount = _amount(texts, wrong)
        problems += [
            said("line %(line)s: %(problem)s", line=line, problem=problem) for problem in wrong
        ]
        rows.append(
            BookedRow(
                line=line,
                legal_entity=texts["legal_entity"],
                currency=texts["currency"],
                account=texts["account"],
                cost_centre=texts["cost_centre"],
                document=texts["document"],
                amount=amount,
            )
        )
    if problems:
        raise ReconciliationRefused(problems)
    return BookedFile(rows, "cost_centre" in names, "document" in names)


def _wrong_columns(names: Iterable[str]) -> list[str]:
    known = (*NEEDED, *OPTIONAL)
    problems: list[str] = [
        said("there is no column %(name)s", name=name) for name in NEEDED if name not in names
    ]
    problems += [
        said(
            "column %(name)s is unknown; known: %(known)s", name=repr(name), known=", ".join(known)
        )
        for name in names
        if name not in known
    ]
    has_sides = "debit" in names and "credit" in names
    if ("amount" in names) == has_sides:
        problems.append(said("there is a column amount, or both debit and credit"))
    return problems


def _amount(texts: Mapping[str, str], wrong: list[str]) -> Decimal:
    amounts = {name: texts[name] for name in ("amount", "debit", "credit") if texts[name]}
    if not amounts:
        wrong.append(said("there is no amount"))
    for name, text in amounts.items():
        if not AMOUNT.fullmatch(text):
            wrong.append(
                said(
                    "%(name)s %(text)s is no amount; write it as 1234.50",
                    name=name,
                    text=repr(text),
                )
            )
    if wrong:
        return Decimal(0)
    if "amount" in amounts:
        return Decimal(amounts["amount"])
    return Decimal(amounts.get("debit", "0")) - Decimal(amounts.get("credit", "0"))
