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
from ledger import export_runs, tasks
from ledger.admin.pages import BADGES, BooksAdmin, hash_of, moment, person_of, refusals_shown
from ledger.exports.acknowledgement import acknowledge
from ledger.exports.reconciliation import reconcile
from ledger.exports.registry import FORMATS
from ledger.exports.rejection import reject
from ledger.forms import AcknowledgeForm, BookedForm, NewExportForm, RejectForm
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
        return rows.select_related(
            "period",
            "exported_by",
            "acknowledgement__acknowledged_by",
            "rejection__rejected_by",
            "replaces",
            "replacement",
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_here(request, Permission.EXPORT_JOURNAL)

    def get_urls(self) -> list[URLPattern]:
        steps = (self.acknowledge, self.reject, self.replace, self.reconcile)
        own = [
            path(
                f"<int:export_id>/{step.__name__}/",
                self.admin_site.admin_view(step),
                name=f"ledger_journalexport_{step.__name__}",
            )
            for step in steps
        ]
        return [*own, *super().get_urls()]

    @admin.display(description=gettext_lazy("exported at"))
    def exported(self, export: JournalExport) -> str:
        return moment(export.exported_at)

    @admin.display(description="SHA-256")
    def file_hash(self, export: JournalExport) -> SafeString:
        return hash_of(export.sha256)

    @display(description=gettext_lazy("finance's answer"), label=BADGES)  # type: ignore[untyped-decorator]
    def acknowledged(self, export: JournalExport) -> tuple[str, Any]:
        if hasattr(export, "rejection"):
            return "rejected", _("rejected")
        done = hasattr(export, "acknowledgement")
        return ("done", _("acknowledged")) if done else ("calculated", _("not yet"))

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Ask for a part of the journal; the page that follows shows how far its file is."""
        require_here(request, Permission.EXPORT_JOURNAL)
        form = NewExportForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with refusals_shown(request):
                asked = {name: form.cleaned_data[name] or None for name in ("period", "scheme")}
                run = export_runs.ask(
                    format_name=form.cleaned_data["format_name"], by=person_of(request), **asked
                )
                tasks.ring_export(run.pk)
                return redirect("admin:ledger_exportrun_change", run.pk)
        return self.page(
            request,
            "form",
            _("New export"),
            form=form,
            explanation=_(
                "The file gets a number of its own and a manifest that proves it. A closed period "
                "gives the same bytes each time."
            ),
            submit=_("Export the journal"),
            back=reverse("admin:ledger_journalexport_changelist"),
        )

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
            rejection=getattr(export, "rejection", None),
            replacement=getattr(export, "replacement", None),
            is_erp=FORMATS[export.format_name].is_erp,
            reconciliations=export.reconciliations.select_related("reconciled_by"),
            may_acknowledge=may_here(request, Permission.ACKNOWLEDGE_EXPORT),
            may_export=may_here(request, Permission.EXPORT_JOURNAL),
            may_take=may_here(request, Permission.READ_EXPORTS),
            acknowledging_takes=Permission.ACKNOWLEDGE_EXPORT.roles_told,
        )

    def acknowledge(self, request: HttpRequest, export_id: int) -> HttpResponse:
        """GET asks for finance's reference, POST keeps it."""
        export, page = self._to_answer(request, export_id)
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

    def reject(self, request: HttpRequest, export_id: int) -> HttpResponse:
        """GET asks for the reason, POST keeps it."""
        export, page = self._to_answer(request, export_id)
        form = RejectForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with refusals_shown(request):
                reject(
                    sequence=export.sequence,
                    reason=form.cleaned_data["reason"],
                    by=person_of(request),
                    at=timezone.now(),
                )
                messages.success(
                    request, _("Export %(number)s is rejected.") % {"number": export.sequence}
                )
            return redirect(page)
        return self.page(
            request,
            "form",
            _("Reject export %(number)s") % {"number": export.sequence},
            form=form,
            explanation=_(
                "You say that finance could not take this file into its own books. That is kept "
                "once, with your name, and stays; another export then replaces this one."
            ),
            submit=_("Reject"),
            back=page,
        )

    def replace(self, request: HttpRequest, export_id: int) -> HttpResponse:
        """POST asks for the same part again, under a number of its own."""
        require_here(request, Permission.EXPORT_JOURNAL)
        rejected = self._found(request, export_id)
        if request.method == "POST":
            with refusals_shown(request):
                run = export_runs.ask_replacement(sequence=rejected.sequence, by=person_of(request))
                tasks.ring_export(run.pk)
                return redirect("admin:ledger_exportrun_change", run.pk)
        return redirect("admin:ledger_journalexport_change", rejected.pk)

    def reconcile(self, request: HttpRequest, export_id: int) -> HttpResponse:
        """GET asks for what was booked, POST compares it."""
        export, page = self._to_answer(request, export_id)
        form = BookedForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            with refusals_shown(request):
                reconcile(
                    sequence=export.sequence,
                    file_name=file.name,
                    content=file.read(),
                    by=person_of(request),
                    at=timezone.now(),
                )
            return redirect(page)
        return self.page(
            request,
            "form",
            _("Compare what was booked of export %(number)s") % {"number": export.sequence},
            form=form,
            explanation=_(
                "What the ERP booked is compared with what was sent, to the last minor unit. What "
                "is found is kept, with the hash of the file."
            ),
            submit=_("Compare"),
            back=page,
        )

    def _found(self, request: HttpRequest, export_id: int) -> JournalExport:
        export: JournalExport | None = self.get_object(request, str(export_id))
        if export is None:
            raise Http404
        return export

    def _to_answer(self, request: HttpRequest, export_id: int) -> tuple[JournalExport, str]:
        require_here(request, Permission.ACKNOWLEDGE_EXPORT)
        export = self._found(request, export_id)
        return export, reverse("admin:ledger_journalexport_change", args=[export.pk])
