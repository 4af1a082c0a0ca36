"""Doors. Disclosures: tables of sustainability standards, each figure down to its lines."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from departments.organisation.said import said
from departments.organisation.telling import refusal_told
from ledger.disclosure import reading
from ledger.disclosure.answers import Answer, Origin, Source, place, shown
from ledger.disclosure.content import disclosure_content
from ledger.disclosure.datapoint_map import datapoint_maps
from ledger.disclosure.facts import tonnes
from ledger.disclosure.inventory_views import ViewCell
from ledger.disclosure.tables import Cell, CellRow, Disclosure, FilledTable
from ledger.disclosure.workbook import WORKBOOK_TYPE, write_workbook
from ledger.errors import LedgerError
from pricing.errors import PricingError
from pricing.sentences import told

ORIGINS = {
    Origin.SETTLED: gettext_lazy("From posted statement lines"),
    Origin.RULE: gettext_lazy("From the scheme's terms and approved prices"),
    Origin.TEXT: gettext_lazy("An approved text of the scheme"),
    Origin.APPROVED: gettext_lazy("Approved, in no posted settlement"),
    Origin.MISSING: gettext_lazy("There is no value"),
}


EVIDENCE = {
    "read": gettext_lazy("as read"),
    "secondary": gettext_lazy("as cited"),
}


class DisclosureForm(forms.Form):
    """A version of a framework, and a year that something was posted for."""

    standard = forms.ChoiceField(label=gettext_lazy("Standard"))
    year = forms.ChoiceField(label=gettext_lazy("Year"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = [(each.code, told(each.title)) for each in datapoint_maps()]
        self.fields["standard"].choices = titles  # type: ignore[attr-defined]
        self.fields["year"].choices = [(code, code) for code in reading.years()]  # type: ignore[attr-defined]


@require_GET
def disclosures_page(request: HttpRequest) -> HttpResponse:
    """A standard and a year; before anything is chosen, ESRS and the newest year."""
    form = DisclosureForm(request.GET or _usual() or None)
    found, problem = _found(form)
    return TemplateResponse(
        request,
        "ledger/admin/disclosures.html",
        {
            **admin.site.each_context(request),
            "title": _("Disclosures"),
            "form": form,
            "problem": problem,
            "found": found,
            **(_shown(found) if found else {}),
        },
    )


@require_GET
def disclosure_file(request: HttpRequest) -> HttpResponse:
    """The same as a file: XLSX, or JSON."""
    found, problem = _found(DisclosureForm(request.GET))
    if found is None:
        return HttpResponse(problem or _("Choose a standard and a year."), status=400)
    name = f"{found.map.code}-{found.facts.year.code}"
    if request.GET.get("as") == "json":
        text = json.dumps(disclosure_content(found), ensure_ascii=False, indent=2)
        answer = HttpResponse(f"{text}\n", content_type="application/json")
        name += ".json"
    else:
        file = io.BytesIO()
        write_workbook(found, file)
        answer = HttpResponse(file.getvalue(), content_type=WORKBOOK_TYPE)
        name += ".xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _usual() -> dict[str, str]:
    years = reading.years()
    maps = datapoint_maps()
    if not years or not maps:
        return {}
    first = next((each for each in maps if each.framework == "esrs"), maps[0])
    return {"standard": first.code, "year": years[0]}


def _found(form: DisclosureForm) -> tuple[Disclosure | None, str]:
    """The disclosure that a form asks for, or what is wrong."""
    if not form.is_bound or not form.is_valid():
        return None, ""
    framework, _dash, version = form.cleaned_data["standard"].rpartition("-")
    try:
        return reading.disclosure(
            framework=framework, version=version, year=form.cleaned_data["year"]
        ), ""
    except (LedgerError, PricingError) as refusal:
        return None, refusal_told(refusal)


def _shown(found: Disclosure) -> dict[str, Any]:
    return {
        "tables": [_table(each) for each in found.tables],
        "views": found.views,
        "view_rows": [
            {"label": row.label, "cells": [_view_cell(cell) for cell in row.cells]}
            for row in found.view_rows
        ],
        "stated": [
            {
                "period": each.period,
                "place": each.place,
                "tonnes": shown(each.tonnes),
                "source": each.source,
            }
            for each in sorted(
                {each for row in found.view_rows for cell in row.cells for each in cell.stated},
                key=lambda each: (each.period, each.place),
            )
        ],
        "file": reverse("admin:disclosure_file")
        + "?"
        + urlencode({"standard": found.map.code, "year": found.facts.year.code}),
    }


def _table(filled: FilledTable) -> dict[str, Any]:
    rows = [
        {"label": row.label, "cells": [_cell(cell, row) for cell in row.cells]}
        for row in filled.rows
    ]
    columns = [
        {"label": column.label, "number": _number(filled, at), "unit": _unit(filled, at)}
        for at, column in enumerate(filled.table.columns)
    ]
    return {
        "table": filled.table,
        "is_form": filled.table.layout == "form",
        "columns": columns,
        "rows": rows,
        "lines": [
            {**column, "cells": [row["cells"][at] for row in rows]}
            for at, column in enumerate(columns)
        ],
    }


def _number(filled: FilledTable, at: int) -> str:
    """Its numbers in the framework, and how they are known."""
    column = filled.table.columns[at]
    ids = [column.datapoint, *(column.datapoint_of or {}).values(), column.reference]
    numbers = ", ".join(part for part in ids if part)
    known = EVIDENCE.get(column.evidence) if numbers else None
    return f"{numbers} · {known}" if known else numbers


def _unit(filled: FilledTable, at: int) -> str:
    """The unit of a column, where all its figures have the same."""
    units = {row.cells[at].answer.unit for row in filled.rows if row.cells[at].answer.unit}
    return next(iter(units)) if len(units) == 1 and filled.table.layout == "table" else ""


def _cell(cell: Cell, row: CellRow) -> dict[str, Any]:
    answer = cell.answer
    return {
        "value": answer.shown,
        "unit": answer.unit,
        "is_figure": isinstance(answer.value, Decimal),
        "is_long": isinstance(answer.value, str) and len(answer.value) > 60,
        "row": row.label,
        **_why(answer),
    }


def _why(answer: Answer) -> dict[str, Any]:
    return {
        "origin": ORIGINS[answer.origin],
        "sentences": answer.arithmetic,
        "links": [
            {"address": _lines_address(each), "label": _lines_label(each)}
            for each in answer.sources
        ],
    }


def _view_cell(cell: ViewCell) -> dict[str, Any]:
    return {
        "value": "–" if cell.tonnes is None else shown(cell.tonnes),
        "settled": cell.settled.shown,
        "stated": shown(cell.stated_tonnes) if cell.stated else "",
        **_why(cell.settled),
    }


def _lines_label(source: Source) -> str:
    lines = source.lines
    return said(
        "%(scheme)s, %(period)s, %(place)s: %(tonnes)s t%(price)s",
        scheme=source.scheme,
        period=lines.period,
        place=place(lines.scope, lines.category, lines.durability_class),
        tonnes=shown(tonnes(lines.settled_kgco2e)),
        price="" if lines.price_per_tonne is None else f" × {shown(lines.price_per_tonne)}",
    )


def _lines_address(source: Source) -> str:
    """The list of exactly these statement lines."""
    lines = source.lines
    asked: dict[str, Any] = {
        "scheme__id__exact": source.scheme_id,
        "settlement__state__exact": "posted",
        "activity_period__id__exact": lines.period_id,
        "kind__exact": lines.kind,
    }
    for name, value in (("scope", lines.scope), ("category", lines.category)):
        asked |= {f"{name}__isnull": "True"} if value is None else {f"{name}__exact": value}
    if lines.price_id is not None:
        asked["price__id__exact"] = lines.price_id
    if lines.durability_class:
        asked["durability_class__exact"] = lines.durability_class
    return f"{_lines_list()}?{urlencode(asked)}"


@cache
def _lines_list() -> str:
    """A year's tables lead there a thousand times."""
    return reverse("admin:ledger_settlementline_changelist")
