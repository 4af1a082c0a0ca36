"""Doors. What only those who see the whole company may open."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from departments.organisation.api.permissions import visible_ids_of


class SeesWholeCompany(BasePermission):
    """Closed to whoever sees only some departments, also to finance's key for one of them."""

    message = _("This shows the whole company, and you see only some departments.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        return visible_ids_of(request) is None
