"""Calculates. The text of a cell of an ERP file, and what is wrong with it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from departments.organisation.said import said
from ledger.exports.generic_csv import FORMULA_MARKS
from ledger.exports.layouts import AMOUNTS, CONVERTED, DAYS, TEXTS, Cell
from ledger.exports.problems import Problems
from ledger.exports.setup import Setup

_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")


def text_of(cell: Cell, facts: dict[str, Any], setup: Setup, problems: Problems) -> str:
    """What stands in a cell; a code that the system would not take is a problem, never changed."""
    entity = facts["legal_entity"]
    if cell.only_with and not facts[cell.only_with]:
        return ""
    if cell.value:
        return cell.value
    if cell.constant:
        text = setup.constant(entity, cell.constant)
        if not text and cell.needed == "foreign":
            problems.add(_missing_constant(cell.constant, entity, setup), facts["entry_id"])
        return text
    if cell.fact in AMOUNTS:
        return _amount(facts[cell.fact])
    if cell.fact in CONVERTED:
        return _converted(cell, facts[cell.fact])
    if cell.fact in DAYS:
        return facts[cell.fact].strftime(cell.date) if facts[cell.fact] else ""
    if cell.fact in TEXTS:
        text = neutral(str(facts[cell.fact]))
        return text[: cell.longest] if cell.cut else text
    return _code(cell, facts, setup, problems)


def neutral(text: str) -> str:
    """Text on one line that no spreadsheet takes for a formula."""
    flat = _BREAKS.sub(" ", text)
    return f"'{flat}" if flat.lstrip(" ").startswith(FORMULA_MARKS) else flat


def _amount(amount: Decimal | None) -> str:
    """Exact, with `.`; nothing stays empty, so that the other side is blank."""
    return "" if amount is None else f"{amount:f}"


def _converted(cell: Cell, amount: Decimal | None) -> str:
    """An amount of the company's own currency, or a rate without idle zeros."""
    if amount is None or cell.fact != "exchange_rate":
        return _amount(amount)
    return f"{(amount * cell.times).normalize():f}"


def _code(cell: Cell, facts: dict[str, Any], setup: Setup, problems: Problems) -> str:
    names = cell.facts or ((cell.fact,) if cell.fact else ())
    values = [str(facts[name]) for name in names]
    text = cell.joined_by.join(value for value in values if value)
    if not all(values) and (
        cell.needed == "always" or (cell.needed == "results" and facts["is_result"])
    ):
        for name, value in zip(names, values, strict=True):
            if not value:
                problems.add(_missing_fact(name, facts), facts["entry_id"])
    elif not text and cell.otherwise:
        text = setup.constant(facts["legal_entity"], cell.otherwise)
    if wrong := _refused(cell, text):
        problems.add(wrong, facts["entry_id"])
    return text


def _refused(cell: Cell, text: str) -> str | None:
    if not text:
        return None
    if cell.longest and len(text) > cell.longest:
        return said(
            "%(column)s %(text)s has %(count)s characters, and %(most)s are the most",
            column=cell.name,
            text=repr(text),
            count=len(text),
            most=cell.longest,
        )
    if cell.allowed and not re.fullmatch(cell.allowed, text):
        return said(
            "%(column)s %(text)s has characters that aren't allowed (%(allowed)s)",
            column=cell.name,
            text=repr(text),
            allowed=cell.allowed,
        )
    if text.startswith(FORMULA_MARKS):
        return said("%(column)s %(text)s begins like a formula", column=cell.name, text=repr(text))
    return None


def _missing_fact(name: str, facts: dict[str, Any]) -> str:
    entity, kind = facts["legal_entity"], facts["account_kind"]
    if name == "gl_account":
        if facts["scheme"]:
            return said(
                "%(kind)s of %(entity)s (scheme %(scheme)s) has no GL account on these days: load "
                "one with load_gl_mapping",
                kind=kind,
                entity=entity,
                scheme=facts["scheme"],
            )
        return said(
            "%(kind)s of %(entity)s has no GL account on these days: load one with load_gl_mapping",
            kind=kind,
            entity=entity,
        )
    if name == "cost_centre":
        return said(
            "Department %(department)s has no cost centre in %(entity)s on these days: enter its "
            "default one",
            department=facts["department"] or said("none"),
            entity=entity,
        )
    return said("%(kind)s of %(entity)s has no %(name)s", kind=kind, entity=entity, name=name)


def _missing_constant(name: str, entity: str, setup: Setup) -> str:
    return said(
        "%(entity)s has no %(name)s for %(format)s: load one with load_export_profile",
        entity=entity,
        name=name,
        format=setup.layout.name,
    )


def missing_constants(entity: str, setup: Setup) -> list[str]:
    """Constants that a company must have and has not."""
    return [
        _missing_constant(name, entity, setup)
        for name, known in setup.layout.constants.items()
        if known.needed and not setup.constant(entity, name)
    ]
