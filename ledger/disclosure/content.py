"""Calculates. A disclosure as programs read it: decimals as text, cells with their arithmetic."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ledger.disclosure.answers import Answer, Source
from ledger.disclosure.inventory_views import ViewCell, ViewRow
from ledger.disclosure.tables import CellRow, Disclosure, FilledTable, is_computed


def disclosure_content(found: Disclosure) -> dict[str, Any]:
    """Everything, in a fixed order, so that the same books give the same bytes."""
    year = found.facts.year
    return {
        "framework": found.map.framework,
        "version": found.map.version,
        "title": found.map.title,
        "status": found.map.status,
        "source": found.map.source,
        "year": year.code,
        "starts_on": year.first_day.isoformat(),
        "ends_before": year.ends_before.isoformat(),
        "periods": [{"period": each.code, "is_closed": each.is_closed} for each in year.periods],
        "notes": list(found.notes),
        "tables": [_table(each) for each in found.tables],
        "inventory_views": {
            "views": [
                {
                    "code": view.code,
                    "name": view.name,
                    "note": view.note,
                    "scope2_basis": view.scope2_basis,
                }
                for view in found.views
            ],
            "rows": [_view_row(found, row) for row in found.view_rows],
        },
    }


def _table(filled: FilledTable) -> dict[str, Any]:
    return {
        "code": filled.table.code,
        "requirement": filled.table.requirement,
        "title": filled.table.title,
        "note": filled.table.note,
        "layout": filled.table.layout,
        "rows": [_row(row) for row in filled.rows],
    }


def _row(row: CellRow) -> dict[str, Any]:
    return {
        "row": row.key,
        "label": row.label,
        "cells": [
            {
                "key": cell.key,
                "label": cell.label,
                "datapoint": cell.datapoint,
                "reference": cell.reference,
                "evidence": cell.evidence,
                **_answer(cell.answer),
            }
            for cell in row.cells
        ],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "value": plain(answer.value),
        "unit": answer.unit,
        "origin": answer.origin.value,
        "is_computed": is_computed(answer),
        "arithmetic": list(answer.arithmetic),
        "sources": [_source(each) for each in answer.sources],
    }


def _source(source: Source) -> dict[str, Any]:
    lines = source.lines
    return {
        "scheme": source.scheme,
        "activity_period": lines.period,
        "kind": lines.kind,
        "scope": lines.scope,
        "category": lines.category,
        "durability_class": lines.durability_class,
        "price_per_tonne": plain(lines.price_per_tonne),
        "settled_kgco2e": f"{lines.settled_kgco2e:f}",
        "location_kgco2e": f"{lines.location_kgco2e:f}",
        "market_kgco2e": f"{lines.market_kgco2e:f}",
        "amount": f"{lines.amount:f}",
        "lines": lines.line_count,
    }


def _view_row(found: Disclosure, row: ViewRow) -> dict[str, Any]:
    return {
        "row": row.key,
        "label": row.label,
        "views": [
            {"view": view.code, **_view_cell(cell)}
            for view, cell in zip(found.views, row.cells, strict=True)
        ],
    }


def _view_cell(cell: ViewCell) -> dict[str, Any]:
    return {
        "settled": plain(cell.settled.value),
        "stated": plain(cell.stated_tonnes) if cell.stated else None,
        "tonnes": plain(cell.tonnes),
        "unit": "tCO2e",
        "arithmetic": list(cell.settled.arithmetic),
        "stated_by": [
            {
                "period": each.period,
                "place": each.place,
                "tonnes": plain(each.tonnes),
                "source": each.source,
            }
            for each in cell.stated
        ],
    }


def plain(value: Decimal | str | None) -> str | None:
    """A decimal with every digit and no idle zeros; words as they are."""
    if not isinstance(value, Decimal):
        return value
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
