"""Door. Bills: which one, what is due and why, every line, and the arithmetic of a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from departments.inventory.evidence_reading import evidence_counts
from departments.organisation.access import Permission, may, may_contribute, visible_department_ids
from departments.organisation.spreadsheet import as_csv
from departments.portal import arithmetic, bill, line_table, words
from departments.portal.charts import bar_chart
from departments.portal.choices import Offer, department_called, offered
from departments.portal.forms import BillChoice, LineFilter
from departments.portal.line_chart import line_chart
from departments.portal.views.disputes import withdrawable
from departments.portal.views.page import (
    PersonRequest,
    page,
    visible_department,
)
from departments.portal.waterfall import waterfall
from departments.portal.waterfall_chart import waterfall_chart
from ledger import statements
from ledger.aims import aims_in_force
from ledger.atmosphere_outlook import USUAL, Aims, outlook
from ledger.bill_change import charged_activities
from ledger.company_totals import company_account
from ledger.converted_bill import converted_bill
from ledger.dispute_lookup import list_disputes
from ledger.statements import PeriodSummary, Statement
from pricing.price_lookup import SchemeTerms, all_scheme_terms
from pricing.projection_file import read_scenarios
from pricing.sentences import told

DEPARTMENTS_SHOWN = 200  # of a company at once; the others follow by the same order


@page
def home(request: PersonRequest) -> HttpResponse:
    """Where a person starts: the company for company roles, else their newest bill."""
    if may(request.user, Permission.READ_BOOKS):
        return redirect("portal:company")
    return redirect("portal:choose_bill")


@page
def choose_bill(request: PersonRequest) -> HttpResponse:
    """The bill that fits the wishes best: any of department, scheme and period may be left open."""
    visible = visible_department_ids(request.user)
    wish = BillChoice(request.GET)
    schemes = all_scheme_terms()
    found = _best_bill(visible, schemes, wish)
    if found is None:
        context = {"departments": offered(visible), "schemes": schemes, "wish": wish}
        return render(request, "portal/no_bill.html", context)
    return redirect("portal:bill", *found)


def _best_bill(
    departments: set[int] | None, schemes: list[SchemeTerms], wish: BillChoice
) -> tuple[str, str, str] | None:
    """Code of department, scheme and period; the newest period, the first department with lines."""
    if wish.department:
        named = department_called(wish.department, departments)
        departments = {named.pk} if named else set()
    wished = [terms for terms in schemes if terms.code == wish.scheme] or schemes
    for terms in wished if departments != set() else []:
        newest = statements.newest_bill(
            scheme_code=terms.code, department_ids=departments, period_code=wish.period
        )
        if newest is not None:
            return newest[0], terms.code, newest[1]
    return None


@page
def show_bill(request: PersonRequest, department: str, scheme: str, period: str) -> HttpResponse:
    """A department's bill for one scheme and period."""
    visible = visible_department_ids(request.user)
    statement = statements.statement_of(
        department_code=department,
        scheme_code=scheme,
        period_code=period,
        department_ids=visible,
    )
    return render(request, "portal/bill.html", _bill_context(request, statement))


def _bill_context(request: PersonRequest, statement: Statement) -> dict[str, Any]:
    department_id = visible_department(request, statement.department).pk
    offer = offered(visible_department_ids(request.user))
    summaries = statements.period_summaries(
        scheme_code=statement.scheme, department_ids=[department_id]
    )
    schemes = all_scheme_terms()
    terms = next(scheme for scheme in schemes if scheme.code == statement.scheme)
    return {
        "statement": statement,
        "terms": terms,
        "change": bill.change_since(statement, summaries),
        "converted": converted_bill(statement),
        **_why(statement, summaries, terms, department_id),
        "groups": bill.group_lines(statement.lines),
        "scopes": bill.totals_by_scope(statement.lines),
        "meters": bill.scope2_meters(statement.lines, charged_basis=terms.scope2_basis),
        "summaries": summaries,
        "chart": bar_chart(
            [(summary.period, summary.charged) for summary in summaries], current=statement.period
        ),
        "switcher": _switcher(offer, schemes, summaries, statement),
    }


def _why(
    statement: Statement, summaries: list[PeriodSummary], terms: SchemeTerms, department_id: int
) -> dict[str, Any]:
    """The steps from the bill before to this one; nothing for the first."""
    earlier = [summary for summary in summaries if summary.ends_on < statement.starts_on]
    if not earlier:
        return {}
    period = earlier[-1].period
    before = statements.statement_lines(
        scheme_code=statement.scheme,
        period_code=period,
        department_ids=[department_id],
        terms=terms,
    )
    activities = charged_activities(
        before,
        statement.lines,
        scope2_basis=terms.scope2_basis,
        department_id=department_id,
        periods=(period, statement.period),
    )
    steps = waterfall(before, statement.lines, activities, exponent=terms.currency_exponent)
    return {"waterfall": steps, "steps_chart": waterfall_chart(steps)}


def _switcher(
    offer: Offer,
    schemes: list[SchemeTerms],
    summaries: list[PeriodSummary],
    statement: Statement,
) -> dict[str, Any]:
    return {
        "offer": offer,
        "schemes": schemes,
        "periods": list(reversed(summaries)),
        "department": statement.department,
        "scheme": statement.scheme,
        "period": statement.period,
    }


@page
def show_lines(request: PersonRequest, department: str, scheme: str, period: str) -> HttpResponse:
    """Every line of a bill, filtered and sorted as the address says."""
    statement, view, rows = _wanted_lines(request, department, scheme, period)
    context = {
        "statement": statement,
        "filter": view,
        "lines": rows,
        "total": line_table.total_of(rows, like=statement.charged),
        "columns": line_table.columns(view),
        "kinds": list(words.KINDS),
    }
    return render(request, "portal/lines.html", context)


@page
def download_lines(
    request: PersonRequest, department: str, scheme: str, period: str
) -> HttpResponse:
    """Exactly the lines of that view, as CSV."""
    statement, _view, rows = _wanted_lines(request, department, scheme, period)
    content = as_csv(line_table.HEADER, (line_table.csv_row(statement, line) for line in rows))
    name = f"{statement.department}-{statement.scheme}-{statement.period}-lines.csv"
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _wanted_lines(
    request: HttpRequest, department: str, scheme: str, period: str
) -> tuple[Statement, LineFilter, list[statements.StatementLine]]:
    statement = statements.statement_of(
        department_code=department,
        scheme_code=scheme,
        period_code=period,
        department_ids=visible_department_ids(request.user),
    )
    view = LineFilter(request.GET)
    return statement, view, line_table.arrange(statement.lines, view)


@page
def show_line(request: PersonRequest, line_id: int) -> HttpResponse:
    """A line with its whole arithmetic."""
    visible = visible_department_ids(request.user)
    detail = statements.line_detail(line_id=line_id, department_ids=visible)
    found = list_disputes(department_ids=visible, line_id=line_id)
    context = {
        "detail": detail,
        "line": detail.line,
        "sum": arithmetic.of_line(detail),
        "evidence_counts": evidence_counts([each.emission.record_id for each in detail.records]),
        "disputes": found,
        "withdrawable": withdrawable(request, found),
        "may_dispute": may_contribute(request.user, detail.line.department_id)
        and not any(one.state == "open" for one in found),
    }
    return render(request, "portal/line.html", context)


@page
def show_company(request: PersonRequest) -> HttpResponse:
    """Every department the person may see, with what it owes and earned in a period."""
    visible = visible_department_ids(request.user)
    schemes = all_scheme_terms()
    wish = BillChoice(request.GET)
    first = schemes[0] if schemes else None
    terms = next((terms for terms in schemes if terms.code == wish.scheme), first)
    context: dict[str, Any] = {"schemes": schemes, "terms": terms, "title": _("Company")}
    if terms is not None:
        summaries = statements.period_summaries(scheme_code=terms.code, department_ids=visible)
        named = [summary for summary in summaries if summary.period == wish.period]
        shown = (named or summaries)[-1:]
        context |= {"summaries": summaries, "periods": list(reversed(summaries))}
        if shown:
            context["period"] = shown[0]
            context["account"] = company_account(
                terms=terms,
                period_code=shown[0].period,
                department_ids=visible,
                sort=wish.sort,
                after=request.GET.get("after", "").replace("\x00", ""),
                how_many=DEPARTMENTS_SHOWN,
            )
            context["chart"] = bar_chart(
                [(summary.period, summary.charged) for summary in summaries],
                current=shown[0].period,
            )
    context["sees_atmosphere"] = may(request.user, Permission.READ_BOOKS)
    return render(request, "portal/company.html", context)


@page
def show_atmosphere(request: PersonRequest) -> HttpResponse:
    """What is in the air and where it is heading; for those who see the company."""
    if not may(request.user, Permission.READ_BOOKS):
        return redirect("portal:choose_bill")
    file = settings.SCENARIOS_FILE
    found = outlook(
        aims=aims_in_force(
            Aims(settings.CARBON_NEGATIVE_FROM or None, settings.LIFETIME_ZERO_BY or None)
        ),
        scenarios=read_scenarios(Path(file)) if file else USUAL,
    )
    series = [
        (told(each.name), [(year.year, year.lifetime_kgco2e) for year in each.years])
        for each in found.projections
    ]
    if found.path:
        aims = [(year.year, year.lifetime_kgco2e) for year in found.path]
        now = (found.now.years[-1].year, found.now.balance_kgco2e)
        series.append((_("The straight way to the aims"), [now, *aims]))
    context = {"outlook": found, "atmosphere_chart": line_chart(series)}
    return render(request, "portal/atmosphere.html", context)
