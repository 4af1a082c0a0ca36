"""Door. Disputes of a department: open one on a line, follow it, take it back."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from departments.organisation.access import (
    contributed_department_ids,
    may_contribute,
    visible_department_ids,
)
from departments.portal.forms import DisputeForm
from departments.portal.notice_form import number_of
from departments.portal.views.page import PersonRequest, page
from departments.portal.views.steps import take, take_form
from ledger import disputes, statements
from ledger.dispute_lookup import DisputeDetail, last_day_to_dispute, list_disputes
from ledger.errors.disputes import DisputeNotFound

DISPUTES_SHOWN = 100


@page
def show_disputes(request: PersonRequest) -> HttpResponse:
    """Every dispute of the departments that the person may see, newest first."""
    before = request.GET.get("before", "")
    found = list_disputes(
        department_ids=visible_department_ids(request.user),
        before_id=number_of(before),
        limit=DISPUTES_SHOWN + 1,
    )
    shown = found[:DISPUTES_SHOWN]
    context = {
        "disputes": shown,
        "withdrawable": withdrawable(request, shown),
        "older": shown[-1].dispute_id if len(found) > len(shown) else None,
    }
    return render(request, "portal/disputes.html", context)


def withdrawable(request: PersonRequest, found: list[DisputeDetail]) -> set[int]:
    """Those that the person may take back."""
    contributed = contributed_department_ids(request.user)
    return {one.dispute_id for one in found if one.may_be_withdrawn(contributed)}


@page
def open_dispute(request: PersonRequest, line_id: int) -> HttpResponse:
    """Dispute a line, with the reason and where the evidence is."""
    detail = statements.line_detail(
        line_id=line_id, department_ids=visible_department_ids(request.user)
    )
    if not may_contribute(request.user, detail.line.department_id):
        raise PermissionDenied
    is_open, last_day = last_day_to_dispute(
        settlement_id=detail.settlement_id, on=timezone.localdate()
    )
    form = DisputeForm(request.POST or None)
    if form.is_valid():
        opened = take_form(
            request,
            form,
            lambda: disputes.open_dispute(
                line_id=line_id, by=request.user, at=timezone.now(), **form.cleaned_data
            ),
            done=_("The line is disputed. Another person answers."),
        )
        if opened is not None:
            return redirect("portal:line", line_id)
    context = {
        "detail": detail,
        "line": detail.line,
        "form": form,
        "is_open": is_open,
        "last_day": last_day,
    }
    status = 422 if form.is_bound else 200
    return render(request, "portal/dispute_form.html", context, status=status)


@page
@require_POST
def withdraw_dispute(request: PersonRequest, dispute_id: int) -> HttpResponse:
    """Take a dispute back."""
    visible = visible_department_ids(request.user)
    if not list_disputes(department_ids=visible, dispute_id=dispute_id):
        raise DisputeNotFound(dispute_id)
    take(
        request,
        lambda: disputes.withdraw(dispute_id=dispute_id, by=request.user, at=timezone.now()),
        done=_("The dispute is withdrawn; the line stands."),
    )
    return redirect("portal:disputes")
