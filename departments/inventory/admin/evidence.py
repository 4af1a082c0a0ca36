"""Doors. Files that prove records: attached, downloaded and removed by people of the company."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from departments.inventory import record_evidence
from departments.inventory.admin.records import (
    NO_DEPARTMENT,
    REFUSALS,
    ReadAdmin,
    person_of,
    refusals_shown,
)
from departments.inventory.evidence_download import attachment
from departments.inventory.evidence_reading import evidence_file
from departments.inventory.models.evidence import MOST_BYTES, EvidenceFile
from departments.organisation.access import may_contribute
from departments.organisation.admin_access import require_here
from departments.organisation.telling import refusal_told


class EvidenceForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript when it runs
    """A record and a file; attached as soon as both are right."""

    by: Any
    record_id = forms.IntegerField(
        label=_("record"), min_value=1, max_value=2**63 - 1, widget=UnfoldAdminIntegerFieldWidget
    )
    file = forms.FileField(
        label=_("file"),
        max_length=255,
        help_text=_("PDF, JPEG, PNG, CSV, workbook or plain text, at most 10 MB."),
    )

    class Meta:
        model = EvidenceFile
        fields: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        file = cleaned["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB."))
        try:
            evidence_id = record_evidence.attach_evidence(
                record_id=cleaned["record_id"],
                file_name=file.name,
                content=file.read(),
                by=self.by,
                at=timezone.now(),
            )
        except REFUSALS as refusal:
            raise forms.ValidationError(refusal_told(refusal)) from refusal
        self.instance = EvidenceFile.objects.get(pk=evidence_id)
        return cleaned

    def _post_clean(self) -> None:
        """The file is checked and kept already."""


@admin.register(EvidenceFile)
class EvidenceFileAdmin(ReadAdmin):
    """Evidence of all records; removed only as long as its record was not submitted with it."""

    form = EvidenceForm
    list_display = ("file_name", "record_number", "content_type", "size", "added_by", "added_at")
    list_select_related = ("added_by",)
    search_fields = ("=record__id", "file_name", "sha256")
    readonly_fields = ("download",)
    actions = ("remove",)

    @admin.display(description=_("record"), ordering="record_id")
    def record_number(self, file: EvidenceFile) -> int:
        return file.record_id

    def get_fields(self, request: HttpRequest, obj: EvidenceFile | None = None) -> Any:
        if obj is None:
            return ("record_id", "file")
        own = ("file_name", "content_type", "size", "sha256", "added_by", "added_at")
        return ("record", "download", *own)

    def get_readonly_fields(self, request: HttpRequest, obj: EvidenceFile | None = None) -> Any:
        return () if obj is None else self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_contribute(person_of(request), NO_DEPARTMENT)

    def get_form(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        form = super().get_form(request, *args, **options)
        form.by = person_of(request)
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The form has kept it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A file has no rows beside it."""

    def get_urls(self) -> list[Any]:
        inside = self.admin_site.admin_view(self.send)
        name = "inventory_evidencefile_download"
        return [path("<int:evidence_id>/download/", inside, name=name), *super().get_urls()]

    def send(self, request: HttpRequest, evidence_id: int) -> HttpResponse:
        """The file as it came, for those who read the books."""
        require_here(request, self.to_read)
        row = get_object_or_404(EvidenceFile, pk=evidence_id)
        found = evidence_file(record_id=row.record_id, evidence_id=evidence_id, department_ids=None)
        return attachment(found)

    @admin.display(description=_("download"))
    def download(self, file: EvidenceFile) -> SafeString:
        address = reverse("admin:inventory_evidencefile_download", args=[file.pk])
        return format_html('<a href="{}" download>{}</a>', address, file.file_name)

    @admin.action(description=_("Remove, if not submitted yet"))
    def remove(self, request: HttpRequest, rows: Any) -> None:
        for evidence_id, record_id in rows.order_by("pk").values_list("pk", "record"):
            with refusals_shown(request):
                record_evidence.remove_evidence(
                    record_id=record_id, evidence_id=evidence_id, by=person_of(request)
                )
                messages.success(request, _("The file is removed."))
