"""Doors. The audit trail on the desk: for auditors and administrators, searchable, only read."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import FieldError, ValidationError
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import display

from departments.organisation import audit_trail
from departments.organisation.access import Permission
from departments.organisation.models import AuditEvent, TrailAction, User
from ledger.admin.pages import BooksAdmin

BADGES = {
    str(TrailAction.ADDED.label): "success",
    str(TrailAction.CHANGED.label): "info",
    str(TrailAction.REMOVED.label): "warning",
    str(TrailAction.EMPTIED.label): "danger",
}
BY_EXACTLY = ("table_name", "object_key", "xid", "request_id")


class TableFilter(DropdownFilter):  # type: ignore[misc]  # untyped in the theme
    """One table, called as people call its rows."""

    title = gettext_lazy("table")
    parameter_name = "table_name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        there = audit_trail.tables()
        return sorted(((table, called(table)) for table in there), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(table_name=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(BooksAdmin):
    """Changes, newest first; the page of one shows what was and what is."""

    to_read = Permission.READ_TRAIL
    list_display = ("moment_of", "who", "action_badge", "what", "columns", "program")
    list_display_links = ("moment_of",)
    list_filter = (
        TableFilter,
        ("action", ChoicesDropdownFilter),
        ("at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    search_fields = ("object_key",)
    search_help_text = gettext_lazy("User name, table, object's number or request, in full")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        rows: QuerySet[AuditEvent] = super().get_queryset(request)
        names = User.objects.order_by().values("username")
        return rows.annotate(
            person_name=Subquery(names.filter(pk=OuterRef("person_id"))),
            named_name=Subquery(names.filter(pk=OuterRef("named_id"))),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip().replace("\x00", "")
        if not term:
            return queryset, False
        people = list(User.objects.filter(username=term).values_list("pk", flat=True))
        found = Q(object_key=term) | Q(table_name=term) | Q(request_id=term)
        return queryset.filter(found | Q(person_id__in=people) | Q(named_id__in=people)), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup in BY_EXACTLY or bool(super().lookup_allowed(lookup, value, request))

    @admin.display(description=gettext_lazy("at"))
    def moment_of(self, event: AuditEvent) -> str:
        return f"{event.at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description=gettext_lazy("who"))
    def who(self, event: Any) -> str:
        return event.person_name or event.named_name or "–"

    @display(description=gettext_lazy("what"), label=BADGES)  # type: ignore[untyped-decorator]
    def action_badge(self, event: AuditEvent) -> str:
        return str(TrailAction(event.action).label)

    @admin.display(description=gettext_lazy("object"))
    def what(self, event: AuditEvent) -> SafeString:
        address = reverse("admin:organisation_auditevent_changelist")
        return format_html(
            '<a class="desk-link" href="{}?table_name={}&amp;object_key={}">{} {}</a>',
            address,
            event.table_name,
            event.object_key,
            called(event.table_name),
            event.object_key,
        )

    @admin.display(description=gettext_lazy("columns"))
    def columns(self, event: AuditEvent) -> str:
        return ", ".join(event.changed) or "–"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.row_to_read(request, object_id)
        (event,) = audit_trail.present([row])
        before, after = event.before or {}, event.after or {}
        return self.page(
            request,
            "trail_event",
            _("Event %(number)s of the audit trail") % {"number": event.event_id},
            event=event,
            action=TrailAction(event.action).label,
            called=called(event.table),
            page=page_of(event.table, event.object),
            columns=[
                (name, _shown(before.get(name)), _shown(after.get(name)))
                for name in (event.changed or [*before, *after])
            ],
            others=_together(row),
        )


def _shown(value: Any) -> Any:
    """A value as the trail has it; what it keeps out, in the reader's words."""
    return _("not shown") if value == "not shown" else value


def _together(row: AuditEvent) -> int:
    """How many more events its transaction left."""
    return AuditEvent.objects.filter(xid=row.xid, at__date=row.at.date()).exclude(pk=row.pk).count()


def called(table: str) -> str:
    """What people call the rows of a table."""
    model = _models().get(table)
    return table if model is None else str(capfirst(model._meta.verbose_name or table))


def page_of(table: str, key: str) -> str:
    """The desk's page of a row, if there are both; otherwise nothing."""
    model = _models().get(table)
    if model is None:
        return ""
    try:
        if not model._default_manager.filter(pk=key).exists():
            return ""
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])
    except (NoReverseMatch, FieldError, ValidationError, ValueError):
        return ""


def _models() -> dict[str, type[Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
