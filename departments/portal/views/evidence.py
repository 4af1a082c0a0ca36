"""Door. Files that prove a record: attach, download, remove."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from departments.inventory import evidence_reading, record_evidence, records
from departments.inventory.evidence_download import attachment
from departments.organisation.access import may_contribute, visible_department_ids
from departments.portal.forms import EvidenceForm
from departments.portal.views.page import PersonRequest, page
from departments.portal.views.steps import take


@require_POST
@page
def attach(request: PersonRequest, record_id: int) -> HttpResponse:
    """Attach a file to a record, in whatever state it is."""
    _require_contributor(request, record_id)
    form = EvidenceForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data["evidence"]
        step = partial(
            record_evidence.attach_evidence,
            record_id=record_id,
            file_name=given.name,
            content=given.read(),
            by=request.user,
            at=timezone.now(),
        )
        take(request, step, done=_("The file is attached."))
    else:
        messages.error(request, " ".join(map(str, form.errors["evidence"])))
    return redirect("portal:activity_record", record_id)


@require_GET
@page
def download(request: PersonRequest, record_id: int, evidence_id: int) -> HttpResponse:
    """The file as it came; a browser keeps it, and shows it nowhere."""
    visible = visible_department_ids(request.user)
    found = evidence_reading.evidence_file(
        record_id=record_id, evidence_id=evidence_id, department_ids=visible
    )
    return attachment(found)


@require_POST
@page
def remove(request: PersonRequest, record_id: int, evidence_id: int) -> HttpResponse:
    """Remove a file from a record that was not submitted with it."""
    _require_contributor(request, record_id)
    step = partial(
        record_evidence.remove_evidence,
        record_id=record_id,
        evidence_id=evidence_id,
        by=request.user,
    )
    take(request, step, done=_("The file is removed."))
    return redirect("portal:activity_record", record_id)


def _require_contributor(request: PersonRequest, record_id: int) -> None:
    visible = visible_department_ids(request.user)
    found = records.record_detail(record_id=record_id, department_ids=visible)
    if not may_contribute(request.user, found.record.department_id):
        raise PermissionDenied
