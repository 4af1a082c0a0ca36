"""Doors. A program proves who it is: `Authorization: Bearer cfl_…`."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from departments.organisation.access import see_as
from departments.organisation.api_keys import find_key, note_use
from departments.organisation.models import ApiKey, User


class ApiKeyAuthentication(BaseAuthentication):
    """A key stands in for the person it acts for; `request.auth` is the key."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """The person and the key; None without a Bearer header, so that a session may answer."""
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != self.keyword.lower().encode():
            return None
        now = timezone.now()
        secret = header[1].decode("latin-1") if len(header) == 2 else ""
        key = find_key(secret, at=now)
        if key is None:
            raise AuthenticationFailed(
                _("This key is unknown, expired or revoked. Ask finance for a new one.")
            )
        note_use(key, at=now)
        see_as(key.acts_for, key=key)
        return key.acts_for, key

    def authenticate_header(self, request: Request) -> str:
        return f'{self.keyword} realm="api"'


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped base
    """How the OpenAPI document names the key."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "cfl_…",
            "description": "A key made with `manage.py create_api_key`.",
        }
