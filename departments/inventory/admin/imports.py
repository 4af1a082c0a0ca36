"""Doors. Files that were taken in: what became of their records, and steps of all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from departments.inventory.admin.records import (
    NO_DEPARTMENT,
    ReadAdmin,
    person_of,
    refusals_shown,
)
from departments.inventory.batch_steps import approve_batch, submit_batch
from departments.inventory.import_outcome import Outcome, outcome_of
from departments.inventory.models.activity import ImportBatch
from departments.inventory.undoing import undo_import
from departments.organisation.access import may_approve_records, may_contribute

MOST_AT_ONCE = 50_000  # records that a page waits for; a command has the time for more
MOST_DIGITS = 19  # of what PostgreSQL counts with


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadAdmin):
    """Files that were taken in; their bytes stay where they are."""

    list_display = ("file_name", "row_count", "imported_by", "imported_at", "undone_at")
    fields = (
        "file_name",
        "row_count",
        "imported_by",
        "imported_at",
        "undone_by",
        "undone_at",
        "sha256",
    )
    readonly_fields = ("imported_at",)
    search_fields = ("file_name", "sha256")
    list_select_related = ("imported_by",)
    actions = ("submit", "approve", "undo")
    list_before_template = "inventory/admin/imports_before.html"
    change_form_outer_before_template = "inventory/admin/import.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {"may_take_in": may_contribute(person_of(request), NO_DEPARTMENT)}
        answer: HttpResponse = super().changelist_view(request, shown | (extra_context or {}))
        return answer

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        is_number = object_id.isdecimal() and len(object_id) < MOST_DIGITS
        rows = outcome_of(int(object_id)) if is_number else []
        shown = _shown(request, rows, object_id) | (extra_context or {})
        answer: HttpResponse = super().change_view(request, object_id, form_url, shown)
        return answer

    @admin.action(description=gettext_lazy("Submit: all of their drafts"))
    def submit(self, request: HttpRequest, rows: QuerySet[ImportBatch]) -> HttpResponse | None:
        return _take(request, rows, submit_batch)

    @admin.action(description=gettext_lazy("Approve: all of their records"))
    def approve(self, request: HttpRequest, rows: QuerySet[ImportBatch]) -> HttpResponse | None:
        return _take(request, rows, approve_batch)

    @admin.action(description=gettext_lazy("Undo: remove their records"))
    def undo(self, request: HttpRequest, rows: QuerySet[ImportBatch]) -> HttpResponse | None:
        return _take(request, rows, undo_import)


def _take(
    request: HttpRequest, rows: QuerySet[ImportBatch], step: Callable[..., int]
) -> HttpResponse | None:
    """A step with each import; of a single one its page is shown."""
    batches = list(rows.order_by("pk").values_list("pk", "row_count"))
    for batch_id, row_count in batches:
        if row_count > MOST_AT_ONCE:
            told = _("%(count)s records take too long for a page: use manage.py %(command)s.")
            command = "undo_import" if step is undo_import else "step_import"
            messages.error(request, told % {"count": f"{row_count:,}", "command": command})
            continue
        with refusals_shown(request):
            count = step(batch_id=batch_id, by=person_of(request), at=timezone.now())
            done = (
                ngettext("%(count)d record removed.", "%(count)d records removed.", count)
                if step is undo_import
                else ngettext("%(count)d record changed.", "%(count)d records changed.", count)
            )
            messages.success(request, done % {"count": count})
    if len(batches) != 1:
        return None
    return redirect("admin:inventory_importbatch_change", batches[0][0])


def _shown(request: HttpRequest, rows: list[Outcome], batch_id: str) -> dict[str, Any]:
    person = person_of(request)
    may_enter = may_contribute(person, NO_DEPARTMENT)
    approved = sum(row.approved for row in rows)
    records = reverse("admin:inventory_activityrecord_changelist")
    return {
        "outcome": [(row, "–" if row.kgco2e is None else _tonnes(row)) for row in rows],
        "records": f"{records}?batch__id__exact={batch_id}",
        "may_submit": may_enter and any(row.drafts or row.returned for row in rows),
        "may_approve": may_approve_records(person, NO_DEPARTMENT)
        and any(row.submitted for row in rows)
        and not any(row.drafts or row.returned for row in rows),
        "may_undo": may_enter and not approved,
    }


def _tonnes(row: Outcome) -> str:
    assert row.kgco2e is not None
    return f"{row.kgco2e.scaleb(-3):,.3f}"
