"""Door. Grants of the fund: asked and promised, decided, paid and delivered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from departments.organisation.access import (
    Permission,
    contributed_department_ids,
    may,
    may_contribute,
    visible_department_ids,
)
from departments.organisation.models import Department
from departments.organisation.telling import refusal_told
from departments.portal.abatement_chart import abatement_chart
from departments.portal.choices import department_called, offered
from departments.portal.grant_forms import GrantForm, StepForm
from departments.portal.grant_steps import call_of, grant_steps, milestone_step
from departments.portal.notice_form import number_of
from departments.portal.views.page import (
    PersonRequest,
    page,
    visible_department,
)
from departments.portal.views.steps import take
from ledger import fund
from ledger.contributions import contribution_shares
from ledger.grant_report import milestone_state
from pricing import fund_grants, grant_lookup
from pricing.errors import GrantInvalid, PricingError
from pricing.grant_facts import Grant
from pricing.money import Money
from pricing.price_lookup import SchemeTerms, all_scheme_terms
from pricing.sentences import told

MOST_SHARES = 200
GRANTS_SHOWN = 100
NEEDED = {"measure": ("starts_on", "ends_before", "tonnes", "uncertainty_percent")}


@page
def show_grants(request: PersonRequest) -> HttpResponse:
    """Every grant that the person may see; the fund's position for who sees the whole company."""
    terms = _scheme(request.GET.get("scheme", ""))
    visible = visible_department_ids(request.user)
    before = request.GET.get("before", "")
    found = grant_lookup.list_grants(
        scheme_code=terms.code if terms else None,
        department_ids=visible,
        before_id=number_of(before),
        limit=GRANTS_SHOWN + 1,
    )
    grants = found[:GRANTS_SHOWN]
    steps = grant_lookup.promised_curve(grants)
    context: dict[str, Any] = {
        "terms": terms,
        "schemes": all_scheme_terms(),
        "grants": grants,
        "chart": abatement_chart(steps),
        "delivered": {step.measure.key: step for step in grant_lookup.delivered_curve(grants)},
        "may_apply": offered(contributed_department_ids(request.user)),
        "older": grants[-1].id if len(found) > len(grants) else None,
        "is_part": len(found) > len(grants) or bool(before),
    }
    if terms is not None and may(request.user, Permission.READ_BOOKS):
        context["position"] = fund.fund_position(scheme_code=terms.code, on=timezone.localdate())
        context["budgets"] = grant_lookup.budgets(scheme_id=terms.id)
    if terms is not None and terms.contributions_lapse:
        context["shares"] = _open_shares(terms, visible)
    return render(request, "portal/grants.html", context)


def _open_shares(terms: SchemeTerms, visible: set[int] | None) -> list[dict[str, Any]]:
    """What departments may invest yet of what they paid, the first to lapse first."""
    codes = None
    if visible is not None:
        codes = set(Department.objects.filter(pk__in=visible).values_list("code", flat=True))
    found = contribution_shares(terms, as_of=timezone.localdate())
    left = [
        share
        for share in found.shares
        if share.available_minor and (codes is None or share.contribution.department in codes)
    ]
    left.sort(key=lambda share: (share.contribution.lapses_on, share.contribution.department))
    return [
        {
            "department": share.contribution.department,
            "starts_on": share.contribution.starts_on,
            "last_day": share.contribution.lapses_on - timedelta(days=1),
            "paid": Money(share.contribution.minor, terms.currency),
            "invested": Money(share.invested_minor, terms.currency),
            "available": Money(share.available_minor, terms.currency),
        }
        for share in left[:MOST_SHARES]
    ]


def _scheme(code: str) -> SchemeTerms | None:
    schemes = all_scheme_terms()
    return next((one for one in schemes if one.code == code), schemes[0] if schemes else None)


@page
def show_grant(request: PersonRequest, grant_id: int) -> HttpResponse:
    """One grant with its score, milestones, payments and what it delivered."""
    grant = _grant(request, grant_id)
    return render(request, "portal/grant.html", _context(request, grant))


def _context(request: PersonRequest, grant: Grant) -> dict[str, Any]:
    paid = fund.payments_of([grant])
    is_judge = may(request.user, Permission.SCORE_GRANT)
    return {
        "grant": grant,
        "steps": grant_steps(grant, request.user),
        "milestones": [
            {
                "facts": one,
                "payment": paid.get(one.id),
                "state": milestone_state(one, paid.get(one.id)),
                "step": milestone_step(grant, one, paid.get(one.id), request.user),
            }
            for one in grant.milestones
        ],
        "measurements": [
            (one, is_judge and not one.approved_by and one.entered_by_id != request.user.pk)
            for one in grant.measurements
        ],
        "today": timezone.localdate(),
    }


@page
def begin(request: PersonRequest) -> HttpResponse:
    """The form of the department that was named, where there are too many for a list."""
    wanted = request.GET.get("department", "")
    department = department_called(wanted, contributed_department_ids(request.user))
    scheme = _scheme(request.GET.get("scheme", ""))
    query = f"?{urlencode({'scheme': scheme.code})}" if scheme else ""
    if department is None:
        messages.error(request, _("There is no department “%(name)s”.") % {"name": wanted[:100]})
        return redirect(reverse("portal:grants") + query)
    return redirect(reverse("portal:grant_new", args=[department.code]) + query)


@page
def apply(request: PersonRequest, department: str) -> HttpResponse:
    """Apply for a grant of a department."""
    found = visible_department(request, department)
    if not may_contribute(request.user, found.pk):
        raise PermissionDenied
    terms = _scheme(request.GET.get("scheme", ""))
    form = GrantForm(request.POST or None)
    if terms is not None and form.is_valid():
        try:
            grant = fund_grants.apply(
                scheme_code=terms.code,
                department_id=found.pk,
                by=request.user,
                at=timezone.now(),
                **form.facts(),
            )
        except GrantInvalid as refusal:
            for problem in refusal.field_problems:
                field = form.field_of(problem.field)
                words = told(problem.reason)
                form.add_error(field, words if field else f"{problem.field}: {words}")
        except PricingError as refusal:
            form.add_error(None, refusal_told(refusal))
        else:
            messages.success(request, _("The grant is applied for. Sustainability scores it next."))
            return redirect("portal:grant", grant.pk)
    context = {"form": form, "department": found, "terms": terms}
    return render(request, "portal/grant_form.html", context)


@page
@require_POST
def take_step(request: PersonRequest, grant_id: int) -> HttpResponse:
    """Take a step of a grant; what the person may not do is refused in words."""
    grant = _grant(request, grant_id)
    form = StepForm(request.POST)
    missing = [
        name for name in NEEDED.get(request.POST.get("step", ""), ()) if not request.POST.get(name)
    ]
    if not form.is_valid() or missing:
        messages.error(request, _("Something is missing or unreadable; nothing was written."))
        return redirect("portal:grant", grant.id)
    asked = form.cleaned_data
    own = {one.id for one in grant.milestones} | {one.id for one in grant.measurements}
    step = call_of(asked["step"], grant.id, asked, by=request.user, at=timezone.now())
    if step is None or (asked["number"] and asked["number"] not in own):
        raise Http404(asked["step"])
    take(request, step, done=_("Done."))
    return redirect("portal:grant", grant.id)


def _grant(request: PersonRequest, grant_id: int) -> Grant:
    return grant_lookup.grant_of(
        grant_id=grant_id, department_ids=visible_department_ids(request.user)
    )
