"""Doors. Exports: read their manifests, and acknowledge them for finance."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here, require_here
from ledger.admin.pages import BADGES, BooksAdmin, hash_of, moment, person_of, refusals_shown
from ledger.exports.acknowledgement import acknowledge
from ledger.forms import AcknowledgeForm
from ledger.models.exports import JournalExport


@admin.register(JournalExport)
class JournalExportAdmin(BooksAdmin):
    """What finance took, with the manifest that proves it, and whether it arrived."""

    list_display = (
        "sequence",
        "format_name",
        "period",
        "line_count",
        "file_hash",
        "exported_by",
        "exported",
        "acknowledged",
    )
    ordering = ("-sequence",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[JournalExport]:
        rows: QuerySet[JournalExport] = super().get_queryset(request)
        return rows.select_related("period", "exported_by", "acknowledgement__acknowledged_by")

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:export_id>/acknowledge/",
            self.admin_site.admin_view(self.acknowledge),
            name="ledger_journalexport_acknowledge",
        )
        return [own, *super().get_urls()]

    @admin.display(description=gettext_lazy("exported at"))
    def exported(self, export: JournalExport) -> str:
        return moment(export.exported_at)

    @admin.display(description="SHA-256")
    def file_hash(self, export: JournalExport) -> SafeString:
        return hash_of(export.sha256)

    @display(description=gettext_lazy("acknowledged"), label=BADGES)  # type: ignore[untyped-decorator]
    def acknowledged(self, export: JournalExport) -> tuple[str, Any]:
        done = hasattr(export, "acknowledgement")
        return ("done", _("acknowledged")) if done else ("calculated", _("not yet"))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        export = self.row_to_read(request, object_id)
        return self.page(
            request,
            "export",
            _("Export %(number)s") % {"number": export.sequence},
            export=export,
            manifest=export.manifest,
            acknowledgement=getattr(export, "acknowledgement", None),
            may_acknowledge=may_here(request, Permission.ACKNOWLEDGE_EXPORT),
            acknowledging_takes=Permission.ACKNOWLEDGE_EXPORT.roles_text,
        )

    def acknowledge(self, request: HttpRequest, export_id: int) -> HttpResponse:
        """GET asks for finance's reference, POST keeps it."""
        require_here(request, Permission.ACKNOWLEDGE_EXPORT)
        export = self.get_object(request, str(export_id))
        if export is None:
            raise Http404
        page = reverse("admin:ledger_journalexport_change", args=[export.pk])
        form = AcknowledgeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with refusals_shown(request):
                acknowledge(
                    sequence=export.sequence,
                    reference=form.cleaned_data["reference"],
                    by=person_of(request),
                    at=timezone.now(),
                )
                messages.success(
                    request, _("Export %(number)s is acknowledged.") % {"number": export.sequence}
                )
            return redirect(page)
        return self.page(
            request,
            "form",
            _("Acknowledge export %(number)s") % {"number": export.sequence},
            form=form,
            explanation=_(
                "You confirm that finance has taken these %(lines)s lines into its own books. This "
                "is kept once, with your name, and stays."
            )
            % {"lines": f"{export.line_count:,}"},
            submit=_("Acknowledge"),
            back=page,
        )
