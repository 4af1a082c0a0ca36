"""Doors. Fairness: who pays and who receives, and what one more tonne costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from departments.organisation.telling import refusal_told
from ledger.desk.bars import bars_of
from ledger.errors import LedgerError
from ledger.fairness import Fairness, Marginal, Position, fairness
from ledger.fairness_alerts import alerts
from ledger.fairness_content import place, whole
from ledger.scenario_forms import PostedPeriodForm
from pricing.errors import PricingError

ROWS, BARS = 200, 12


@require_GET
def fairness_page(request: HttpRequest) -> HttpResponse:
    """A scheme and a posted period; before anything is chosen, the newest.

    What looks as if the yardstick had been moved is looked for when it is asked for.
    """
    form = PostedPeriodForm(request.GET or PostedPeriodForm.newest() or None)
    found, looked_at, problem = None, None, ""
    if form.is_bound and form.is_valid():
        chosen = {
            "scheme_code": form.cleaned_data["scheme"],
            "period_code": form.cleaned_data["period"],
        }
        try:
            found = fairness(**chosen, marginals_of=ROWS)
            looked_at = alerts(**chosen) if "alerts" in request.GET else None
        except (LedgerError, PricingError) as refusal:
            problem = refusal_told(refusal)
    return TemplateResponse(
        request,
        "ledger/admin/fairness.html",
        {
            **admin.site.each_context(request),
            "title": _("Fairness"),
            "form": form,
            "problem": problem,
            "found": found,
            "alerts": looked_at,
            **(_shown(found) if found else {}),
        },
    )


def _shown(found: Fairness) -> dict[str, Any]:
    largest = sorted(found.departments, key=lambda each: -abs(each.net_minor))
    kept = {each.department for each in largest[:ROWS]}
    drawn = {each.department for each in largest[:BARS] if each.net_minor}
    return {
        "rows": [_row(found, each) for each in found.departments if each.department in kept],
        "total": _row(found, found.company),
        "counted": _row(found, found.counted) if found.counted.headcount else None,
        "bars": bars_of(
            [
                (each.department, Decimal(each.net_minor), _grouped(found, each.net_minor))
                for each in found.departments
                if each.department in drawn
            ]
        ),
        "is_shown": found.mechanism == "showback",
    }


def _row(found: Fairness, each: Position) -> dict[str, Any]:
    heads = each.headcount
    return {
        "department": each.department,
        "name": each.name,
        "tonnes": f"{each.charged_kgco2e.scaleb(-3):,.3f}",
        "pays": _grouped(found, each.charged_minor + each.levied_minor),
        "receives": _grouped(found, each.earned_minor + each.returned_minor),
        "net": _grouped(found, each.net_minor),
        "per_tonne": _grouped(found, each.charged_per_tonne_minor),
        "heads": "–" if heads is None else f"{heads.normalize():,f}",
        "per_head": _grouped(found, each.net_per_head_minor),
        "marginals": [_marginal(found, one) for one in each.marginals],
    }


def _marginal(found: Fairness, one: Marginal) -> dict[str, str]:
    return {
        "place": place(one),
        "price": f"{one.price_per_tonne:,.2f}",
        "costs": _grouped(found, one.costs_minor),
    }


def _grouped(found: Fairness, amount_minor: Decimal | int | None) -> str:
    text = whole(found, amount_minor)
    return "–" if text is None else f"{Decimal(text):,f}"
