"""Reads. Control totals of a period, each from two sides that have to be equal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ledger.chart_of_accounts import KGCO2E, KGCO2E_EXPONENT
from ledger.sql import statement

_TERMS = (
    "mechanism",
    "keeps_atmosphere",
    "starts_on",
    "after",
    "through",
    "settled_until",
    "ends_before",
    "throughs",
)


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a period's journal in one commodity, in its whole units."""

    commodity: str
    line_count: int
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class CompanyTotal:
    """What all departments' statements add up to, and what the company's own accounts took.

    In whole units of the commodity; fees and emissions are above zero, incentives and removals
    below.
    """

    commodity: str
    statements: int
    departments: Decimal
    company: Decimal


@dataclass(frozen=True, slots=True)
class Due:
    """What one legal entity owes another of a scheme and period, in whole units of the commodity.

    Below zero, where incentives were more than fees.
    """

    scheme: str
    debtor: str
    creditor: str
    commodity: str
    due_to: Decimal
    due_from: Decimal


@dataclass(frozen=True, slots=True)
class Measure:
    """One quantity or amount, recomputed from records, and as it is booked."""

    label: str
    unit: str
    from_records: Decimal
    in_journal: Decimal


@dataclass(frozen=True, slots=True)
class InventoryTotal:
    """What a scheme settled in a period; the departments whose two sides differ in anything."""

    code: str
    measures: tuple[Measure, ...]
    wrong_departments: tuple[str, ...]


def sides_of(period_id: int) -> list[Sides]:
    """Debit and credit of each commodity that a period's journal touches."""
    return [
        Sides(commodity, count, _units(debit, exponent), _units(credit, exponent))
        for commodity, exponent, count, debit, credit in _rows("close_sides", period_id)
    ]


def company_totals_of(period_id: int) -> list[CompanyTotal]:
    """Σ department statements beside fund and atmosphere, by commodity."""
    return [
        CompanyTotal(code, count, _units(departments, exponent), _units(company, exponent))
        for code, exponent, count, departments, company in _rows("close_company", period_id)
    ]


def dues_of(period_id: int) -> list[Due]:
    """What legal entities owe each other of a period, as each of them has it in its books."""
    return [
        Due(scheme, debtor, creditor, unit, _units(due_to, exponent), _units(due_from, exponent))
        for scheme, debtor, creditor, unit, exponent, due_to, due_from in _rows(
            "close_dues", period_id
        )
    ]


def inventory_totals_of(period_id: int) -> list[InventoryTotal]:
    """Emission records × the rules each settlement keeps, beside the journal, by scheme.

    Statement lines are not read. Rounded as they are: round(tonnes so far × price) for each key.
    """
    return [_inventory_of(period_id, *row) for row in _rows("close_schemes", period_id)]


def _inventory_of(
    period_id: int, scheme_id: int, code: str, currency: str, exponent: int, basis: str, *terms: Any
) -> InventoryTotal:
    """How far the settlements reached is told in figures: the planner sees it is a few records."""
    facts = dict(zip(_TERMS, terms, strict=True)) | {
        "scheme_id": scheme_id,
        # milligrams × price per tonne → minor units: ÷ 10^9 mg a tonne, × 10^exponent
        "minor_units_per_mg": Decimal(1).scaleb(exponent - 9),
    }
    query = statement("close_inventory").format(basis=basis)
    return _inventory_total(code, currency, exponent, *_run(query, facts, period_id)[0])


def _inventory_total(
    code: str, currency: str, exponent: int, *sides_and_wrong: Any
) -> InventoryTotal:
    *sides, wrong = sides_and_wrong
    pairs = list(zip(sides[::2], sides[1::2], strict=True))
    measured = [
        (_("emitted"), KGCO2E, KGCO2E_EXPONENT),
        (_("removed"), KGCO2E, KGCO2E_EXPONENT),
        (_("charged"), currency, exponent),
        (_("earned"), currency, exponent),
    ]
    return InventoryTotal(
        code,
        tuple(
            Measure(label, unit, _units(records, places), _units(booked, places))
            for (label, unit, places), (records, booked) in zip(measured, pairs, strict=True)
        ),
        tuple(wrong),
    )


def _rows(name: str, period_id: int) -> list[tuple[Any, ...]]:
    return _run(statement(name), {}, period_id)


def _run(query: str, facts: dict[str, Any], period_id: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, facts | {"period_id": period_id})
        return list(cursor.fetchall())


@contextmanager
def without_nested_loops() -> Iterator[None]:
    """All totals are read within it: the planner takes what one step hands to the next for a
    single row.

    With nested loops, 7,000 records of a period that was closed late took half a minute, not half
    a second.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SET LOCAL enable_nestloop = on")


def _units(minor: Decimal, exponent: int) -> Decimal:
    """Minor units in whole units, with all their decimals."""
    return Decimal(int(minor)).scaleb(-exponent)
