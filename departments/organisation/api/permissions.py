"""Doors. What a key's scopes and a person's roles open."""

from __future__ import annotations

from collections.abc import Mapping

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from departments.organisation.access import Permission, may, visible_department_ids
from departments.organisation.models import ApiKey
from departments.organisation.signing_in.proof import is_recent_enough


class KeyScope(BasePermission):
    """A signed-in person passes by role; a key needs the scope as well.

    The view says both: `required_scopes = {"GET": "journal:read"}`, and, unless everyone signed in
    may come, `required_permission`, one for all methods or one for each. A method that names no
    scope is closed to keys. A key never opens what its person may not. With `takes_recent_proof` a
    person who signed in long ago has to prove again who they are before a POST.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return False
        if request.method not in view.allowed_methods:
            raise MethodNotAllowed(str(request.method))  # 405 with Allow, not a missing scope
        needed = _needed_permission(request, view)
        if needed is not None and not may(request.user, needed):
            self.message = f"This takes the role {needed.roles_text}."
            return False
        if self._asks_again(request, view):
            self.message = "Sign in again first: this step asks who takes it. See /confirm/."
            self.code = "proof_too_old"
            return False
        return self._key_fits(request, view)

    def _asks_again(self, request: Request, view: APIView) -> bool:
        """A step that can't be taken back, in a session whose person proved nothing lately."""
        takes_proof = getattr(view, "takes_recent_proof", False) and request.method == "POST"
        return takes_proof and key_of(request) is None and not is_recent_enough(request)

    def _key_fits(self, request: Request, view: APIView) -> bool:
        key = key_of(request)
        if key is None:
            return True
        scopes: Mapping[str, str] = getattr(view, "required_scopes", {})
        scope = scopes.get(_read_as(request.method))
        self.message = (
            f"This key lacks the scope {scope}." if scope else "Keys can't do this; sign in."
        )
        return scope is not None and scope in key.scopes


def key_of(request: Request) -> ApiKey | None:
    """The key that a request came with, if it did not come with a session."""
    return request.auth if isinstance(request.auth, ApiKey) else None


def visible_ids_of(request: Request) -> set[int] | None:
    """The departments that a request may see; None is all."""
    return visible_department_ids(request.user, key=key_of(request))


def _needed_permission(request: Request, view: APIView) -> Permission | None:
    needed: Permission | Mapping[str, Permission] | None = getattr(
        view, "required_permission", None
    )
    if isinstance(needed, Mapping):
        return needed.get(_read_as(request.method))
    return needed


def _read_as(method: str | None) -> str:
    """HEAD is a GET without its body, OPTIONS only describes: both need what GET needs."""
    return {"HEAD": "GET", "OPTIONS": "GET"}.get(method or "", method or "")
