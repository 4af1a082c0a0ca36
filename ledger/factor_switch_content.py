"""Calculates. What another release or a restatement would change, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ledger.factor_switch_cost import Change, SwitchLine, SwitchReport


def switch_table(report: SwitchReport) -> Iterator[str]:
    """Lines for a terminal: each line of a bill, each department, and all."""
    basis = ("location-based", "market-based")[report.basis]
    yield f"kgCO2e, {basis}, and {report.currency}; after − before"
    yield _row(("line", "difference", "factor change", "other", report.currency, "factor change"))
    for line in report.lines:
        yield _row((_name(line), *_figures(report, line.kgco2e, line.amount_minor)))
    for code, (kgco2e, amount) in report.departments.items():
        yield _row((f"Σ {code}", *_figures(report, kgco2e, amount)))
    yield _row(("Σ", *_figures(report, report.kgco2e, report.amount_minor)))
    for each in report.missing:
        yield f"Record {each.record_id} keeps its factor: {each.missing}"


def _name(line: SwitchLine) -> str:
    category = "" if line.category is None else f".{line.category}"
    return f"{line.department} {line.period} scope {line.scope}{category}"


def _figures(report: SwitchReport, kgco2e: Change, amount: Change) -> tuple[str, ...]:
    return (
        f"{kgco2e.difference:,.6f}",
        f"{kgco2e.factor_change:,.6f}",
        f"{kgco2e.other_change:,.6f}",
        money(report, amount.difference),
        money(report, amount.factor_change),
    )


def _row(cells: tuple[str, ...]) -> str:
    first, *rest = cells
    return f"{first:<36}" + "".join(f"{cell:>22}" for cell in rest)


def money(report: SwitchReport, minor: Decimal) -> str:
    """An amount in whole units, grouped."""
    return f"{minor.scaleb(-report.currency_exponent):,f}"


def switch_content(report: SwitchReport) -> dict[str, Any]:
    """Everything of it; kilograms and amounts as text."""
    return {
        "scheme": report.scheme,
        "currency": report.currency,
        "basis": ("location", "market")[report.basis],
        "total": _change_content(report, report.kgco2e, report.amount_minor),
        "departments": [
            {"department": code, **_change_content(report, *changes)}
            for code, changes in report.departments.items()
        ],
        "lines": [_line_content(report, line) for line in report.lines],
    }


def _line_content(report: SwitchReport, line: SwitchLine) -> dict[str, Any]:
    price = line.price_per_tonne
    return {
        "department": line.department,
        "period": line.period,
        "scope": line.scope,
        "category": line.category,
        "price_per_tonne": None if price is None else f"{price:f}",
        **_change_content(report, line.kgco2e, line.amount_minor),
        "records": [
            {
                "record": each.record_id,
                "activity": each.activity,
                "quantity": f"{each.quantity:f}",
                "unit": each.unit,
                "factor_before": each.factor_before,
                "factor_after": each.factor_after,
                "before_kgco2e": f"{each.before[report.basis]:f}",
                "after_kgco2e": f"{each.after[report.basis]:f}",
                "difference_kgco2e": f"{each.difference(report.basis):f}",
                "factor_change_kgco2e": f"{each.factor_change(report.basis):f}",
                "other_change_kgco2e": f"{each.other_change(report.basis):f}",
                "missing": each.missing,
            }
            for each in line.records
        ],
    }


def _change_content(report: SwitchReport, kgco2e: Change, amount: Change) -> dict[str, str]:
    return {
        "before_kgco2e": f"{kgco2e.before:f}",
        "after_kgco2e": f"{kgco2e.after:f}",
        "difference_kgco2e": f"{kgco2e.difference:f}",
        "factor_change_kgco2e": f"{kgco2e.factor_change:f}",
        "other_change_kgco2e": f"{kgco2e.other_change:f}",
        "difference": money(report, amount.difference).replace(",", ""),
        "factor_change": money(report, amount.factor_change).replace(",", ""),
        "other_change": money(report, amount.other_change).replace(",", ""),
    }
