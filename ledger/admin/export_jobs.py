"""Doors. Exports on their way: how far a worker is with each, and why one has no file."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from ledger import export_runs
from ledger.admin.pages import BADGES, BooksAdmin, moment
from ledger.models.exports import ExportRun, ExportState

SHOWN = 50  # problems; the API has a thousand
STILL_SECONDS = 60  # a bell rings each minute: who waits longer waits for a worker


@admin.register(ExportRun)
class ExportRunAdmin(BooksAdmin):
    """Exports that were asked for, newest first; none is edited or deleted."""

    list_display = ("pk", "format_name", "period", "scheme", "state_badge", "export", "asked")
    list_select_related = ("period", "scheme", "export")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExportRun]:
        rows: QuerySet[ExportRun] = super().get_queryset(request)
        return rows.select_related("period", "scheme", "asked_by", "replaces", "export")

    def get_urls(self) -> list[URLPattern]:
        progress = path(
            "<int:run_id>/progress/",
            self.admin_site.admin_view(self.progress),
            name="ledger_exportrun_progress",
        )
        return [progress, *super().get_urls()]

    @display(  # type: ignore[untyped-decorator]
        description=gettext_lazy("state"), label=BADGES | {"failed": "danger"}
    )
    def state_badge(self, run: ExportRun) -> tuple[str, Any]:
        return run.state, ExportState(run.state).label

    @admin.display(description=gettext_lazy("asked at"))
    def asked(self, run: ExportRun) -> str:
        return moment(run.asked_at)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        run = self.row_to_read(request, object_id)
        title = _("Export job %(number)s") % {"number": run.pk}
        return self.page(request, "export_job", title, **_shown(run))

    def progress(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """The progress alone, for the page that watches; once there is a file, it goes there."""
        run = self.row_to_read(request, str(run_id))
        if run.state == ExportState.DONE:
            page = reverse("admin:ledger_journalexport_change", args=[run.export_id])
            return HttpResponse(headers={"HX-Redirect": page})
        if run.state != ExportState.WAITING:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return HttpResponse(
            render_to_string("ledger/admin/export_progress.html", _shown(run), request)
        )


def _shown(run: ExportRun) -> dict[str, Any]:
    """What page and progress have in common."""
    waited = timezone.now() - (run.started_at or run.asked_at)
    stands_still = run.started_at is None or not run.line_count
    return {
        "run": run,
        "state": ExportState(run.state).label,
        "percent": 100 * run.lines_done // run.line_count if run.line_count else None,
        "still_minutes": int(waited.total_seconds()) // STILL_SECONDS if stands_still else 0,
        "problems": run.problems[:SHOWN],
        "problem_count": len(run.problems),
        "attempts_left": export_runs.MOST_ATTEMPTS - run.attempts,
    }
