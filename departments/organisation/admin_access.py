"""Doors. What a person's roles open in the admin; Django's own permissions are never asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from unfold.admin import ModelAdmin, TabularInline

from departments.organisation import sight
from departments.organisation.access import Permission, roles_of
from departments.organisation.admin_choices import departments_looked_for
from departments.organisation.models import AuditEvent, Role


def roles_here(request: HttpRequest) -> frozenset[Role]:
    """`access.roles_of`, asked once a request: an admin page asks for every table it links to."""
    known: frozenset[Role] | None = request.__dict__.get("_desk_roles")
    if known is None:
        known = request.__dict__["_desk_roles"] = roles_of(request.user)
    return known


def may_here(request: HttpRequest, permission: Permission) -> bool:
    """`access.may`, by what is known of the request."""
    return not permission.roles.isdisjoint(roles_here(request))


def require_here(request: HttpRequest, permission: Permission) -> None:
    """Refuse with 403 whoever may not take this step.

    Raises: PermissionDenied.
    """
    if not may_here(request, permission):
        raise PermissionDenied(f"This takes the role {permission.roles_text}.")


def trail_of(request: HttpRequest, model: Any, object_id: str) -> str:
    """Where a row's history is, if there is one and one may read it; otherwise nothing."""
    if not may_here(request, Permission.READ_TRAIL):
        return ""
    events = AuditEvent.objects.filter(table_name=model._meta.db_table, object_key=object_id)
    return _trail_address(model, object_id) if events.exists() else ""


def _trail_address(model: Any, object_id: str) -> str:
    query = urlencode({"table_name": model._meta.db_table, "object_key": object_id})
    return f"{reverse('admin:organisation_auditevent_changelist')}?{query}"


class RoleAdmin(ModelAdmin):  # type: ignore[misc]  # untyped in the theme
    """An admin of rows that company roles may read, and that one step's roles may write.

    Nothing is deleted here unless a subclass says so. A superuser without the role sees nothing.
    A row's history is what the audit trail has of it, for those who may read the trail.
    """

    to_read: ClassVar[Permission] = Permission.READ_BOOKS
    to_write: ClassVar[Permission | None] = None
    change_form_after_template = "organisation/trail_reason.html"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method == "POST":
            reason = request.POST.get("trail_reason", "").replace("\x00", "").strip()
            sight.because(replace(sight.cause(), reason=reason or sight.cause().reason))
        shown = {"show_history": bool(object_id and trail_of(request, self.model, object_id))}
        answer: HttpResponse = super().changeform_view(
            request, object_id, form_url, {**shown, **(extra_context or {})}
        )
        return answer

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        require_here(request, Permission.READ_TRAIL)
        return redirect(_trail_address(self.model, object_id))

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        return [*self.autocomplete_fields, *departments_looked_for(self.model)]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_here(request, self.to_read)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_here(request, self.to_read)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.to_write is not None and may_here(request, self.to_write)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.to_write is not None and may_here(request, self.to_write)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RoleInline(TabularInline):  # type: ignore[misc]  # untyped in the theme
    """Rows inside another row's page, by the same rule."""

    to_read: ClassVar[Permission] = Permission.READ_BOOKS
    to_write: ClassVar[Permission | None] = None
    extra = 0
    hide_title = True  # its columns say the same

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        return [*self.autocomplete_fields, *departments_looked_for(self.model)]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_here(request, self.to_read)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.to_write is not None and may_here(request, self.to_write)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
