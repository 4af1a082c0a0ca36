"""Door. A file of activity records: checked first, taken in only once it is confirmed.

Of one department and those below it, or, at an address that names none, of all that a person enters
for. Both are the same steps.
"""

from __future__ import annotations

import io
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from departments.inventory import activity_import, batch_steps
from departments.inventory.activity_file import is_of_the_file
from departments.inventory.column_mapping.inspection import Inspection, has_our_columns, inspect
from departments.inventory.column_mapping.plan import ColumnPlan
from departments.inventory.column_mapping.saved import find_mapping, save_mapping
from departments.inventory.errors import InventoryError
from departments.inventory.errors.imports import MappingNotFound
from departments.inventory.errors_file import errors_csv
from departments.inventory.foreign_files.recognition import format_of, owners_in
from departments.inventory.workbooks.refusal import TableRefused
from departments.organisation.access import (
    contributed_department_ids,
    departments_visible_to,
    may_contribute,
)
from departments.organisation.models import Department
from departments.organisation.telling import refusal_told
from departments.organisation.tree import descendants_of
from departments.portal import file_report, uploads
from departments.portal.column_form import ColumnsForm
from departments.portal.forms import UploadForm
from departments.portal.owners_form import MOST_OWNERS, OwnersForm
from departments.portal.table_form import TableForm
from departments.portal.uploads import KeptFile
from departments.portal.views.page import PersonRequest, opens_desk, page, visible_department
from departments.portal.views.steps import take, take_form
from pricing.file_quotes import quote_file

STEPS = ("", "columns", "owners", "confirm", "errors")
PREVIEWED = 20
MOST_LEFT_OUT = 100


@page
def check(request: PersonRequest, department: str = "") -> HttpResponse:
    """Choose a file; see what would be taken in, or everything that is wrong with it."""
    found = _enterable(request, department)
    if request.method == "POST":
        uploads.forget(request.session)  # what was checked before does not answer for this file
    form = UploadForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return _show(request, found, form=form, status=422 if form.is_bound else 200)
    given = form.cleaned_data["file"]
    file = KeptFile(given.name, given.read(), department)
    if format_of(file.content) is not None:
        uploads.keep(request.session, file)
        return redirect(_address(found, "owners"))
    return _checked(request, found, file)


@page
def owners(request: PersonRequest, department: str = "") -> HttpResponse:
    """Say whose the jobs of a file are that another program wrote; then check it."""
    found = _enterable(request, department)
    file = uploads.kept(request.session, department=department)
    file_format = format_of(file.content) if file is not None else None
    if file is None or file_format is None:
        messages.error(request, _("The checked file is gone after an hour. Choose it again."))
        return redirect(_address(found))
    named = owners_in(file.content, file_format)
    if len(named) > MOST_OWNERS:
        told = _("The file has %(count)s owners; at most %(most)s are asked for here. Split it.")
        messages.error(request, told % {"count": len(named), "most": MOST_OWNERS})
        return redirect(_address(found))
    form = OwnersForm(
        request.POST or None,
        owners=named,
        departments=_departments(request, found),
        department=department,
        file_format=file_format,
    )
    if form.is_valid():
        return _checked(request, found, replace(file, foreign=form.reading()))
    context = _context(request, found) | {"file": file, "form": form, "format": file_format}
    status = 422 if form.is_bound else 200
    return render(request, "portal/upload_owners.html", context, status=status)


@page
def columns(request: PersonRequest, department: str = "") -> HttpResponse:
    """Say which column of the file is which of ours, or take a saved mapping; then check it."""
    found = _enterable(request, department)
    file = uploads.kept(request.session, department=department)
    if file is None:
        messages.error(request, _("The checked file is gone after an hour. Choose it again."))
        return redirect(_address(found))
    start = file.plan or ColumnPlan()
    context = _context(request, found) | {"file": file}
    is_looking = "look" in request.POST
    try:
        table = TableForm(request.POST if is_looking else None, file=file)
        if table.is_valid():
            uploads.keep(request.session, table.changed(file))
            return redirect(_address(found, "columns"))
        if request.method == "POST" and request.POST.get("mapping"):
            plan = find_mapping(request.POST["mapping"]).plan
            return _checked(request, found, replace(file, plan=plan))
    except (TableRefused, MappingNotFound) as refusal:
        messages.error(request, refusal_told(refusal))
        return redirect(_address(found))
    context["table"] = table
    try:
        seen = inspect(io.BytesIO(file.content), start, sheet=file.sheet)
    except TableRefused as refusal:
        return render(
            request,
            "portal/upload_columns.html",
            context | {"refusal": refusal_told(refusal)},
            status=422,
        )
    posted = request.POST if request.method == "POST" and not is_looking else None
    form = ColumnsForm(posted, seen=seen, department=department)
    if form.is_valid():
        plan = form.plan(start)
        name = form.cleaned_data["save_as"]
        if not name or _saved(request, form, name, plan, seen):
            return _checked(request, found, replace(file, plan=plan))
    status = 422 if form.is_bound or table.is_bound else 200
    return render(
        request, "portal/upload_columns.html", context | {"seen": seen, "form": form}, status=status
    )


def _saved(
    request: PersonRequest, form: ColumnsForm, name: str, plan: ColumnPlan, seen: Inspection
) -> bool:
    step = partial(
        save_mapping, name=name, plan=plan, header=seen.header, by=request.user, at=timezone.now()
    )
    done = _("The mapping “%(name)s” is saved.") % {"name": name}
    return take_form(request, form, step, done=done) is not None


def _checked(request: PersonRequest, found: Department | None, file: KeptFile) -> HttpResponse:
    """What would be taken in of a file, or all that is wrong with it; it is kept meanwhile."""
    uploads.keep(request.session, file)
    report = _import(request, found, file, dry_run=True)
    context: dict[str, Any] = {"quote": quote_file(report.rows)}
    if report.problems:
        has_other_columns = file.foreign is None and (
            file.plan is not None or not has_our_columns(io.BytesIO(file.content))
        )
        is_whole = not any(map(is_of_the_file, report.problems))
        context |= {
            "problems": report.problems,
            "has_other_columns": has_other_columns,
            "valid_count": report.accepted if is_whole else 0,
            "rejected_count": report.rejected,
            "status": 422,
        }
    else:
        context |= {
            "report": report,
            "preview": [row for row in report.rows if row.emissions][:PREVIEWED],
            "fallbacks": file_report.fallbacks_of(report.rows),
            "left_out": (report.left_out or ())[:MOST_LEFT_OUT],
            "status": 200,
        }
    return _show(
        request, found, form=UploadForm(), file=file, understood=report.understood, **context
    )


@require_POST
@page
def confirm(request: PersonRequest, department: str = "") -> HttpResponse:
    """Take in the file that was checked: every row or, if so asked, those without a problem.

    It is submitted as well, if that is asked; what cannot be submitted stays as drafts.
    """
    found = _enterable(request, department)
    file = uploads.kept(request.session, department=department)
    if file is None:
        messages.error(request, _("The checked file is gone after an hour. Choose it again."))
        return redirect(_address(found))
    valid_rows_only = "valid_rows_only" in request.POST
    try:
        report = _import(request, found, file, dry_run=False, valid_rows_only=valid_rows_only)
    except InventoryError as refusal:
        messages.error(request, refusal_told(refusal))
        return redirect(_address(found))
    uploads.forget(request.session)
    is_submitted = request.POST.get("then") == "submit" and _submit(request, report)
    if not is_submitted:
        _say_drafts(request, report.accepted)
    if report.rejected:
        left = ngettext(
            "%(count)s row was left out. Mend it, and bring it in a file of its own.",
            "%(count)s rows were left out. Mend them, and bring them in a file of their own.",
            report.rejected,
        )
        messages.warning(request, left % {"count": report.rejected})
    if found is not None:
        state = "submitted" if is_submitted else "draft"
        return redirect(reverse("portal:activity", args=[found.code]) + f"?state={state}")
    if opens_desk(request.user):
        return redirect("admin:inventory_importbatch_change", report.batch_id)
    return redirect("portal:all_activity")


def _say_drafts(request: PersonRequest, count: int) -> None:
    done = ngettext(
        "%(count)s record was taken in as a draft. Submit it when it is complete.",
        "%(count)s records were taken in as drafts. Submit them when they are complete.",
        count,
    )
    messages.success(request, done % {"count": count})


def _submit(request: PersonRequest, report: activity_import.ImportReport) -> bool:
    """Whether all that was taken in is submitted; if not, it stays as drafts and is told why."""
    if report.batch_id is None:
        return False
    step = partial(
        batch_steps.submit_batch, batch_id=report.batch_id, by=request.user, at=timezone.now()
    )
    done = ngettext(
        "%(count)s record was taken in and submitted. Another person approves it.",
        "%(count)s records were taken in and submitted. Another person approves them.",
        report.accepted,
    )
    return take(request, step, done=done % {"count": report.accepted}) is not None


@page
def errors(request: PersonRequest, department: str = "") -> HttpResponse:
    """Everything that is wrong with the checked file, beside its rows, as CSV."""
    found = _enterable(request, department)
    file = uploads.kept(request.session, department=department)
    if file is None:
        raise Http404("no file waits")
    report = _import(request, found, file, dry_run=True)
    return HttpResponse(
        errors_csv(io.BytesIO(file.content), report.problems, file.reading),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="errors.csv"'},
    )


def _enterable(request: PersonRequest, code: str) -> Department | None:
    """The department, or, without a code, None: all that the person enters for.

    Raises: PermissionDenied, if there is none; Http404.
    """
    if not code:
        if contributed_department_ids(request.user) == set():
            raise PermissionDenied
        return None
    department = visible_department(request, code)
    if not may_contribute(request.user, department.pk):
        raise PermissionDenied
    return department


def _import(
    request: PersonRequest,
    department: Department | None,
    file: KeptFile,
    *,
    dry_run: bool,
    valid_rows_only: bool = False,
) -> activity_import.ImportReport:
    return activity_import.import_file(
        file_name=file.name,
        content=file.content,
        by=request.user,
        at=timezone.now(),
        departments=_departments(request, department),
        dry_run=dry_run,
        valid_rows_only=valid_rows_only,
        converted=file.converted,
        reading=file.reading,
    )


def _departments(request: PersonRequest, department: Department | None) -> QuerySet[Department]:
    """The department and those below it, or all, as far as the person enters for them."""
    if department is None:
        reach = contributed_department_ids(request.user)
        everybody = departments_visible_to(request.user).order_by("code")
        return everybody if reach is None else everybody.filter(pk__in=reach)
    below = descendants_of([department.pk], on=None)
    return departments_visible_to(request.user).filter(pk__in=below).order_by("code")


def _show(
    request: PersonRequest, department: Department | None, *, status: int = 200, **context: Any
) -> HttpResponse:
    shown = _context(request, department) | context
    return render(request, "portal/upload.html", shown, status=status)


def _context(request: PersonRequest, department: Department | None) -> dict[str, Any]:
    """Whose the file is, and where each step is taken."""
    example = department or _departments(request, None).first()
    return {
        "department": department,
        "example": example.code if example else "",
        "go": {step or "check": _address(department, step) for step in STEPS},
    }


def _address(department: Department | None, step: str = "") -> str:
    """Where a step is taken."""
    name = "_".join(part for part in ("portal:upload", "" if department else "any", step) if part)
    return reverse(name, args=[department.code] if department else [])
