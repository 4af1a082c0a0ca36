"""Doors. Restatements: records of a period calculated again, seen, and accepted by another."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from departments.inventory import restatement
from departments.inventory.errors import InventoryError
from departments.organisation.access import may_approve_records, may_contribute
from departments.organisation.errors import OrganisationError
from departments.organisation.models import User
from departments.organisation.telling import refusal_told
from ledger.errors import LedgerError
from ledger.factor_switch_content import money
from ledger.factor_switch_cost import Change, SwitchReport, cost_of_restating
from ledger.models.periods import AccountingPeriod
from ledger.scenario_forms import PostedPeriodForm
from pricing.errors import PricingError

REFUSALS = (InventoryError, OrganisationError, LedgerError, PricingError)
ROWS = 200
LARGEST_ID, MOST_DIGITS = 2**63 - 1, 19
WHOLE_COMPANY = 0  # only a role in the whole company reaches it


class ProposalForm(forms.Form):
    """Why records are calculated again, and with which release in the place of which."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        help_text=gettext_lazy("Kept with every result."),
    )
    before = forms.CharField(
        label=gettext_lazy("Release"),
        required=False,
        help_text=gettext_lazy("Empty: what each record would take today."),
    )
    after = forms.CharField(label=gettext_lazy("Release in its place"), required=False)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if bool(told.get("before")) != bool(told.get("after")):
            raise forms.ValidationError(_("Name both releases, or neither."))
        return told

    @property
    def factor_sets(self) -> tuple[str, str] | None:
        """The codes of both releases; None for the usual choice."""
        before, after = self.cleaned_data["before"].strip(), self.cleaned_data["after"].strip()
        return (before, after) if before else None


@require_http_methods(["GET", "POST"])
def restatement_page(request: HttpRequest) -> HttpResponse:
    """A scheme and a period; what waits of its days, and the steps that the person may take."""
    assert isinstance(request.user, User)
    sent = request.POST if request.method == "POST" else request.GET
    form = PostedPeriodForm(sent or PostedPeriodForm.newest() or None)
    proposal = ProposalForm(request.POST if "propose" in request.POST else None)
    report, problem = None, ""
    if form.is_bound and form.is_valid():
        days = _days_of(form.cleaned_data["period"])
        try:
            if request.method == "POST" and _take(request, request.user, proposal, days):
                return redirect(f"{reverse('admin:restatement')}?{urlencode(form.cleaned_data)}")
            report = cost_of_restating(scheme_code=form.cleaned_data["scheme"], **days)
        except REFUSALS as refusal:
            problem = refusal_told(refusal)
    return TemplateResponse(
        request,
        "ledger/admin/restatement.html",
        {
            **admin.site.each_context(request),
            "title": _("Restatements"),
            "form": form,
            "proposal": proposal,
            "problem": problem,
            "report": report,
            "chosen": form.cleaned_data if form.is_bound and form.is_valid() else {},
            "may_propose": may_contribute(request.user, WHOLE_COMPANY),
            "may_approve": may_approve_records(request.user, WHOLE_COMPANY),
            **(_shown(report) if report else {}),
        },
    )


def _days_of(period_code: str) -> dict[str, Any]:
    period = AccountingPeriod.objects.get(code=period_code)
    return {"from_on": period.first_day, "until_on": period.last_day}


def _take(request: HttpRequest, by: User, proposal: ProposalForm, days: dict[str, Any]) -> bool:
    """The step that was asked for; false where something is missing for it."""
    if "approve" in request.POST:
        if not request.POST["approve"].isdecimal():
            raise SuspiciousOperation("no number of a result")
        through = min(int(request.POST["approve"][:MOST_DIGITS]), LARGEST_ID)
        ids = restatement.approve_restatement(**days, through=through, by=by, at=timezone.now())
        text = ngettext(
            "%d new result counts from now on.", "%d new results count from now on.", len(ids)
        )
        messages.success(request, text % len(ids))
        return True
    if not proposal.is_valid():
        return False
    ids = restatement.propose_restatement(
        **days,
        by=by,
        at=timezone.now(),
        reason=proposal.cleaned_data["reason"],
        factor_sets=proposal.factor_sets,
    )
    text = ngettext("%d result would change.", "%d results would change.", len(ids))
    messages.info(request, text % len(ids))
    return True


def _shown(report: SwitchReport) -> dict[str, Any]:
    return {
        "basis": (_("location-based"), _("market-based"))[report.basis],
        "rows": [
            {
                "department": line.department,
                "place": f"{line.scope}" if line.category is None else f"3.{line.category}",
                "records": len(line.records),
                **_figures(report, line.kgco2e, line.amount_minor),
            }
            for line in report.lines[:ROWS]
        ],
        "total": _figures(report, report.kgco2e, report.amount_minor),
        "count": sum(len(line.records) for line in report.lines),
    }


def _figures(report: SwitchReport, kgco2e: Change, amount: Change) -> dict[str, str]:
    return {
        "before": _kilograms(kgco2e.before),
        "after": _kilograms(kgco2e.after),
        "difference": _kilograms(kgco2e.difference),
        "factor_change": _kilograms(kgco2e.factor_change),
        "other_change": _kilograms(kgco2e.other_change),
        "amount": money(report, amount.difference),
    }


def _kilograms(kgco2e: Decimal) -> str:
    return f"{kgco2e:,.3f}"
