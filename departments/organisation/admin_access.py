"""Doors. What a person's roles open in the admin; Django's own permissions are never asked."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from departments.organisation.access import Permission, permissions_of


def may_here(request: HttpRequest, permission: Permission) -> bool:
    """`access.may`, asked once a request: an admin page asks it for every table it links to."""
    known: frozenset[Permission] | None = request.__dict__.get("_desk_permissions")
    if known is None:
        known = request.__dict__["_desk_permissions"] = permissions_of(request.user)
    return permission in known


def require_here(request: HttpRequest, permission: Permission) -> None:
    """Refuse with 403 whoever may not take this step.

    Raises: PermissionDenied.
    """
    if not may_here(request, permission):
        raise PermissionDenied(f"This takes the role {permission.roles_text}.")


class RoleAdmin(ModelAdmin):  # type: ignore[misc]  # untyped in the theme
    """An admin of rows that company roles may read, and that one step's roles may write.

    Nothing is deleted here unless a subclass says so. A superuser without the role sees nothing.
    """

    to_read: ClassVar[Permission] = Permission.READ_BOOKS
    to_write: ClassVar[Permission | None] = None

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

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_here(request, self.to_read)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.to_write is not None and may_here(request, self.to_write)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
