"""Reads. Layouts of ERP systems as data: columns, widths, limits and the constants they take."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

# What a column may take from a line and its document. Texts may hold anything; the others are
# amounts, days, numbers and codes.
TEXTS = frozenset({"line_text", "document_text", "batch"})
AMOUNTS = frozenset({"debit", "credit", "amount", "tonnes"})
CONVERTED = frozenset({"converted_debit", "converted_credit", "exchange_rate"})
DAYS = frozenset({"posting_date", "conversion_date"})
CODES = frozenset(
    {
        "currency",
        "gl_account",
        "cost_centre",
        "tax_code",
        "segment",
        "trading_partner",
        "department",
        "scheme",
        "period",
        "legal_entity",
        "document_id",
        "voucher",
        "entry_id",
        "file_line",
    }
)
FACTS = TEXTS | AMOUNTS | CONVERTED | DAYS | CODES
NEEDED = ("", "always", "results", "foreign")


@dataclass(frozen=True, slots=True)
class Cell:
    """A column: where its text comes from and what it takes; see SOURCE.md of the layouts."""

    name: str
    fact: str = ""
    facts: tuple[str, ...] = ()
    joined_by: str = ""
    constant: str = ""
    value: str = ""
    longest: int = 0
    allowed: str = ""
    cut: bool = False
    date: str = ""
    needed: str = ""
    otherwise: str = ""
    only_with: str = ""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Constant:
    """What a company has of its own in a system, such as its company code."""

    name: str
    meaning: str
    needed: bool = False
    default: str = ""
    longest: int = 0
    allowed: str = ""

    def problem_of(self, value: str) -> str | None:
        """What is wrong with a value, in words; None, if nothing."""
        if self.longest and len(value) > self.longest:
            return f"{value!r} has {len(value)} characters, and {self.longest} are the most"
        if self.allowed and not re.fullmatch(self.allowed, value):
            return f"{value!r} has characters that aren't allowed ({self.allowed})"
        return None


@dataclass(frozen=True, slots=True)
class Layout:
    """A system's file: `blocks` of a header and lines, or `rows` that repeat their header.

    `document_lines` and `file_lines`: the most lines of a document and a file, 0 for any number.
    """

    name: str
    title: str
    version: int
    shape: str
    columns: tuple[Cell, ...]
    constants: Mapping[str, Constant]
    header: tuple[Cell, ...] = ()
    document_marks: tuple[str, str] = ("", "")
    has_names: bool = True
    zipped: bool = False
    file_name: str = ""
    file_for_each_company: bool = False
    own_currency_alone: bool = False
    document_lines: int = 0
    file_lines: int = 0

    @property
    def converts(self) -> bool:
        """Whether it takes amounts or rates of the currency that a company keeps its books in."""
        return any(cell.fact in CONVERTED for cell in (*self.header, *self.columns))

    @property
    def company_constant(self) -> str:
        """The last constant that a company must have: what the system calls it."""
        return [name for name, constant in self.constants.items() if constant.needed][-1]


@cache
def layout_as_written(name: str) -> dict[str, Any]:
    """The layout's file as plain data, which an export keeps."""
    path = Path(settings.EXPORT_PROFILES) / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def layout_of(name: str, written: Mapping[str, Any]) -> Layout:
    """A layout from plain data.

    Raises: ValueError, if it names what there is not; TypeError for keys that there aren't.
    """
    facts = dict(written)
    constants = {
        key: Constant(name=key, meaning=said["is"], **{k: said[k] for k in said if k != "is"})
        for key, said in facts.pop("constants").items()
    }
    marks = facts.pop("document_marks", ("", ""))
    layout = Layout(
        name=name,
        constants=constants,
        columns=_cells(facts.pop("columns")),
        header=_cells(facts.pop("header", [])),
        document_marks=(marks[0], marks[1]),
        **facts,
    )
    wrong = [
        problem for cell in (*layout.header, *layout.columns) for problem in _wrong(cell, layout)
    ]
    if wrong:
        raise ValueError(f"{name}.toml: {'; '.join(wrong)}")
    return layout


def _cells(written: list[dict[str, Any]]) -> tuple[Cell, ...]:
    return tuple(Cell(**{**cell, "facts": tuple(cell.get("facts", ()))}) for cell in written)


def _wrong(cell: Cell, layout: Layout) -> list[str]:
    facts = [fact for fact in (cell.fact, *cell.facts, cell.only_with) if fact]
    constants = [name for name in (cell.constant, cell.otherwise) if name]
    wrong = [f"{cell.name}: there is no fact {fact!r}" for fact in facts if fact not in FACTS]
    wrong += [
        f"{cell.name}: there is no constant {name!r}"
        for name in constants
        if name not in layout.constants
    ]
    if cell.needed not in NEEDED:
        wrong.append(f"{cell.name}: needed is one of {', '.join(NEEDED[1:])}")
    if bool(cell.date) != (cell.fact in DAYS):
        wrong.append(f"{cell.name}: a day needs its form, and nothing else has one")
    return wrong
