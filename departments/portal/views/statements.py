"""Door. Statements to take away (PDF, JSON, CSV), and which statement a hash is of."""

from __future__ import annotations

import json
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation

from departments.organisation.access import visible_department_ids
from departments.organisation.spreadsheet import as_csv
from departments.organisation.telling import refusal_told
from departments.portal import statement_table
from departments.portal.errors import FontMissing
from departments.portal.forms import BillChoice
from departments.portal.statement_document import document_of
from departments.portal.typesetting import typeset
from departments.portal.views.page import PersonRequest, page
from ledger import statements
from ledger.converted_bill import converted_bill, told_converted
from ledger.statement_search import statement_by_hash
from ledger.statements import Statement

SHA256 = re.compile(r"[0-9a-f]{64}")


@page
def download_pdf(request: PersonRequest, department: str, scheme: str, period: str) -> HttpResponse:
    """The statement as tagged PDF, in the page's language or the one that `lang` names."""
    statement = _statement(request, department, scheme, period)
    wished = request.GET.get("lang", "")
    language = wished if wished in dict(settings.LANGUAGES) else translation.get_language()
    with translation.override(language):
        content = document_of(
            statement,
            verify_url=_verify_url(request, statement),
            converted=converted_bill(statement),
        )
    try:
        pdf = typeset("statement.typ", content, at=statement.posted_at, fonts=settings.PDF_FONTS)
    except FontMissing as refusal:
        context = {"statement": statement, "reason": refusal_told(refusal)}
        return render(request, "portal/no_pdf.html", context, status=refusal.http_status)
    return _file(pdf, "application/pdf", statement, "pdf")


@page
def download_json(
    request: PersonRequest, department: str, scheme: str, period: str
) -> HttpResponse:
    """The statement as `manage.py statement --json` gives it, with where to verify it."""
    statement = _statement(request, department, scheme, period)
    content = statements.statement_content(statement)
    content |= told_converted(statement) | {"verify_url": _verify_url(request, statement)}
    told = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    return _file(told.encode(), "application/json", statement, "json")


@page
def download_csv(request: PersonRequest, department: str, scheme: str, period: str) -> HttpResponse:
    """The statement as a table that foots: opening balance, every line, closing balance."""
    statement = _statement(request, department, scheme, period)
    rows = statement_table.rows_of(statement, verify_url=_verify_url(request, statement))
    told = as_csv(statement_table.HEADER, rows)
    return _file(told.encode(), "text/csv; charset=utf-8", statement, "csv")


@page
def verify(request: PersonRequest) -> HttpResponse:
    """Where somebody pastes a hash."""
    given = "".join(request.GET.get("sha256", "").split()).lower()
    if SHA256.fullmatch(given):
        return redirect("portal:verify_hash", given)
    return render(request, "portal/verify.html", {"given": given, "is_malformed": bool(given)})


@page
def verify_hash(request: PersonRequest, sha256: str) -> HttpResponse:
    """Which statement a hash is of and whether it still holds; 404 for none that may be seen."""
    found = None
    if SHA256.fullmatch(sha256):
        wish = BillChoice(request.GET)
        named = (wish.department, wish.scheme, wish.period)
        found = statement_by_hash(
            sha256=sha256,
            department_ids=visible_department_ids(request.user),
            named=named if all(named) else None,
        )
    context = {"given": sha256, "found": found, "is_unknown": found is None}
    return render(request, "portal/verify.html", context, status=200 if found else 404)


def _statement(request: PersonRequest, department: str, scheme: str, period: str) -> Statement:
    return statements.statement_of(
        department_code=department,
        scheme_code=scheme,
        period_code=period,
        department_ids=visible_department_ids(request.user),
    )


def _verify_url(request: HttpRequest, statement: Statement) -> str:
    return request.build_absolute_uri(reverse("portal:verify_hash", args=[statement.sha256]))


def _file(content: bytes, kind: str, statement: Statement, ending: str) -> HttpResponse:
    name = f"{statement.department}-{statement.scheme}-{statement.period}-statement.{ending}"
    disposition = "inline" if ending == "pdf" else "attachment"
    return HttpResponse(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'{disposition}; filename="{name}"'},
    )
