"""Doors. The mapping to the general ledger, and which posted money has none."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from departments.organisation.calendar import days_told
from ledger.admin.pages import BooksAdmin
from ledger.gl_coverage import Gap, gaps
from ledger.models.gl_mapping import GlMapping


@admin.register(GlMapping)
class GlMappingAdmin(BooksAdmin):
    """Mappings are loaded from a file and never edited; what ended or was void stays readable."""

    list_display = (
        "legal_entity",
        "account_kind",
        "scheme",
        "category",
        "gl_account",
        "gl_name",
        "days",
        "is_void",
    )
    list_filter = (
        ("legal_entity", RelatedDropdownFilter),
        ("account_kind", ChoicesDropdownFilter),
        "is_void",
    )
    search_fields = ("gl_account", "gl_name")

    @admin.display(description=gettext_lazy("in force"), ordering="in_force")
    def days(self, mapping: GlMapping) -> str:
        return days_told(mapping.in_force)

    def get_queryset(self, request: HttpRequest) -> QuerySet[GlMapping]:
        rows: QuerySet[GlMapping] = super().get_queryset(request)
        return rows.select_related("legal_entity", "scheme", "set_by", "ended_by")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if self.has_view_permission(request):
            for gap in gaps():
                messages.warning(request, _in_words(gap))
        return super().changelist_view(request, extra_context)


def _in_words(gap: Gap) -> str:
    return _(
        "%(entity)s has no GL account for %(kind)s %(scheme)s: %(lines)s lines from %(first)s to "
        "%(last)s. Load one with manage.py load_gl_mapping."
    ) % {
        "entity": gap.legal_entity,
        "kind": gap.account_kind,
        "scheme": gap.scheme,
        "lines": f"{gap.line_count:,}",
        "first": gap.first_on,
        "last": gap.last_on,
    }
