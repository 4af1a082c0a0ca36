"""Door. Activity records: list, enter, mend, hand in, and decide about."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from departments.inventory import records, submission
from departments.inventory.calculation.methods import METHODS
from departments.inventory.record_search import SEARCHED, record_page
from departments.organisation.access import (
    approved_department_ids,
    contributed_department_ids,
    may_approve_records,
    may_contribute,
    visible_department_ids,
)
from departments.organisation.models import Department
from departments.organisation.signing_in.step_up import proven_again
from departments.organisation.telling import refusal_told
from departments.portal.choices import Offer, department_called, offered
from departments.portal.forms import (
    ActivityFilter,
    ActivityForm,
    ChosenForm,
    CorrectionForm,
    DecisionForm,
    EvidenceForm,
)
from departments.portal.views.page import (
    PersonRequest,
    page,
    visible_department,
)
from departments.portal.views.steps import REFUSALS, take, take_form

PAGE_SIZE = 50
QUEUE_SIZE = 100
OPEN_STATES = ("draft", "returned")


@page
def show_all(request: PersonRequest) -> HttpResponse:
    """The records of every department that the person sees."""
    visible = visible_department_ids(request.user)
    offer = offered(visible)
    if offer and not offer.has_choice:
        return redirect("portal:activity", offer.departments[0].code)
    wanted = request.GET.get("department", "")
    if wanted:
        named = department_called(wanted, visible)
        if named is not None:
            return redirect("portal:activity", named.code)
        messages.error(request, _("There is no department “%(name)s”.") % {"name": wanted[:100]})
    return _list(request, offer, None)


@page
def show_list(request: PersonRequest, department: str) -> HttpResponse:
    """The records of one department."""
    found = visible_department(request, department)
    return _list(request, offered(visible_department_ids(request.user)), found)


def _list(request: PersonRequest, offer: Offer, department: Department | None) -> HttpResponse:
    view = ActivityFilter(request.GET)
    visible = visible_department_ids(request.user) if department is None else {department.pk}
    found = record_page(
        department_ids=visible,
        state=view.state or None,
        search=view.search,
        before_id=view.before_id,
        size=PAGE_SIZE,
    )
    context = {
        "department": department,
        "offer": offer,
        "filter": view,
        "states": ActivityFilter.STATES,
        "rows": found.rows,
        "older": view.older(found.older_than) if found.older_than is not None else "",
        "searches_on": found.searches_on,
        "searched": SEARCHED,
        "may_enter": department is not None and may_contribute(request.user, department.pk),
        "may_upload": department is None and contributed_department_ids(request.user) != set(),
        "has_open": any(row.state in OPEN_STATES for row in found.rows),
    }
    return render(request, "portal/activity_list.html", context)


@page
def show_record(request: PersonRequest, record_id: int) -> HttpResponse:
    """A record with its result, the arithmetic and what became of it."""
    detail = _detail(request, record_id)
    record = detail.record
    is_own = request.user.get_username() in (record.created_by, record.submitted_by)
    context = {
        "detail": detail,
        "record": record,
        "may_enter": may_contribute(request.user, record.department_id),
        "may_decide": record.state == "submitted"
        and not is_own
        and may_approve_records(request.user, record.department_id),
        "is_own": is_own,
        "evidence_form": EvidenceForm(),
    }
    return render(request, "portal/activity_record.html", context)


def _detail(request: PersonRequest, record_id: int) -> records.RecordDetail:
    visible = visible_department_ids(request.user)
    return records.record_detail(record_id=record_id, department_ids=visible)


@page
def record_new(request: PersonRequest, department: str) -> HttpResponse:
    """Enter a record; it stays a draft until it is submitted."""
    found = visible_department(request, department)
    _require(may_contribute(request.user, found.pk))
    form = ActivityForm(request.POST or None)
    if form.is_valid():
        step = partial(
            submission.create_record,
            department_id=found.pk,
            by=request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )
        created = take_form(
            request, form, step, done=_("Saved as a draft. Submit it when it is complete.")
        )
        if created is not None:
            return redirect("portal:activity_record", created.pk)
    return _form(request, form, department=found, title=_("Record activity"))


@page
def edit(request: PersonRequest, record_id: int) -> HttpResponse:
    """Mend a record that is not approved yet; an approved one is corrected."""
    detail = _detail(request, record_id)
    _require(may_contribute(request.user, detail.record.department_id))
    if request.method != "POST" and detail.record.state == "approved":
        return redirect("portal:activity_correct", record_id)
    form = ActivityForm(request.POST or None, initial=_facts(detail))
    if form.is_valid():
        step = partial(
            submission.edit_record,
            record_id=record_id,
            by=request.user,
            at=timezone.now(),
            changes=form.cleaned_data,
        )
        if take_form(request, form, step, done=_("Saved.")) is not None:
            return redirect("portal:activity_record", record_id)
    return _form(request, form, record=detail.record, title=_("Change this record"))


@page
def correct(request: PersonRequest, record_id: int) -> HttpResponse:
    """Enter a new version of an approved record; the old one stays."""
    detail = _detail(request, record_id)
    _require(may_contribute(request.user, detail.record.department_id))
    if request.method != "POST" and (detail.record.state != "approved" or detail.corrections):
        return redirect("portal:activity_record", record_id)
    form = CorrectionForm(request.POST or None, initial=_facts(detail))
    if form.is_valid():
        changes = dict(form.cleaned_data)
        step = partial(
            submission.correct_record,
            record_id=record_id,
            by=request.user,
            at=timezone.now(),
            reason=changes.pop("reason"),
            changes=changes,
        )
        created = take_form(
            request, form, step, done=_("The correction is a draft. Submit it next.")
        )
        if created is not None:
            return redirect("portal:activity_record", created.pk)
    return _form(request, form, record=detail.record, title=_("Correct this record"))


def _facts(detail: records.RecordDetail) -> dict[str, Any]:
    record = detail.record
    return {name: getattr(record, name, None) for name in ActivityForm.base_fields} | {
        "quantity": f"{record.quantity.normalize():f}",
        "inputs": dict(detail.inputs),
    }


def _form(request: HttpRequest, form: ActivityForm, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(
        request,
        "portal/activity_form.html",
        {"form": form, "activities": sorted(METHODS), **context},
        status=status,
    )


@require_POST
@page
def submit(request: PersonRequest, record_id: int) -> HttpResponse:
    """Hand a record in for approval."""
    detail = _detail(request, record_id)
    _require(may_contribute(request.user, detail.record.department_id))
    step = partial(
        submission.submit_records, record_ids=[record_id], by=request.user, at=timezone.now()
    )
    take(request, step, done=_("Submitted. Another person approves it."))
    return redirect("portal:activity_record", record_id)


@require_POST
@page
def submit_chosen(request: PersonRequest, department: str) -> HttpResponse:
    """Hand in the records that were chosen of a list; all of them, or none."""
    found = visible_department(request, department)
    _require(may_contribute(request.user, found.pk))
    form = ChosenForm(request.POST)
    if form.is_valid():
        chosen = form.cleaned_data["records"]
        for record_id in chosen:
            _require(may_contribute(request.user, _detail(request, record_id).record.department_id))
        done = ngettext(
            "%(count)s record submitted. Another person approves it.",
            "%(count)s records submitted. Another person approves them.",
            len(chosen),
        )
        step = partial(
            submission.submit_records, record_ids=chosen, by=request.user, at=timezone.now()
        )
        take(request, step, done=done % {"count": len(chosen)})
    else:
        messages.error(request, _("Choose at least one record."))
    view = ActivityFilter(request.POST)
    return redirect(reverse("portal:activity", args=[found.code]) + view.address)


@page
def show_approvals(request: PersonRequest) -> HttpResponse:
    """The records that wait for this person's decision."""
    return _queue(request)


def _queue(
    request: PersonRequest, problem: str = "", form: DecisionForm | None = None
) -> HttpResponse:
    """The queue; after a decision that was refused, with what was chosen and written, and why."""
    decided = approved_department_ids(request.user)
    rows = records.list_records(
        department_ids=decided,
        state="submitted",
        limit=QUEUE_SIZE,
    )
    context = {
        "rows": rows,
        "has_departments": decided != set(),
        "has_doubts": any(row.doubts for row in rows),
        "problem": problem,
        "chosen": form.cleaned_data.get("records", ()) if form else (),
        "reason": form.cleaned_data.get("reason", "") if form else "",
    }
    return render(request, "portal/approvals.html", context, status=422 if problem else 200)


@proven_again(back="portal:approvals")
@page
def decide(request: PersonRequest) -> HttpResponse:
    """Approve records, or return them with a reason; all of them, or none."""
    if request.method != "POST":  # a language was chosen, or an address typed
        return redirect("portal:approvals")
    form = DecisionForm(request.POST)
    form.is_valid()
    problem = form.problem()
    if problem:
        return _queue(request, problem, form)
    for record_id in form.cleaned_data["records"]:
        department_id = _detail(request, record_id).record.department_id
        _require(may_approve_records(request.user, department_id))
    try:
        done = _decide(request, form)
    except REFUSALS as refusal:
        return _queue(request, refusal_told(refusal), form)
    messages.success(request, done)
    return redirect("portal:approvals")


def _decide(request: PersonRequest, form: DecisionForm) -> str:
    """Take the step, and say what was done."""
    chosen = form.cleaned_data["records"]
    by_whom: dict[str, Any] = {"record_ids": chosen, "by": request.user, "at": timezone.now()}
    count = len(chosen)
    if form.cleaned_data["decision"] == "approve":
        submission.approve_records(seen=form.seen, **by_whom)
        done = ngettext("%(count)s record approved.", "%(count)s records approved.", count)
    else:
        submission.return_records(reason=form.cleaned_data["reason"].strip(), **by_whom)
        done = ngettext("%(count)s record returned.", "%(count)s records returned.", count)
    return done % {"count": count}


def _require(is_allowed: bool) -> None:
    if not is_allowed:
        raise PermissionDenied
