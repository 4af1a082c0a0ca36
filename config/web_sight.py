"""Doors. A web request sees nothing, then what its person may see; afterwards nobody looks.

A key narrows it once more, in `ApiKeyAuthentication`. The sight lasts until the response is closed,
since a stream reads on after the view. A request's id is the one that a proxy gave it, or a new
one; problems and the audit trail name it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from config.problems import plain_request_id
from departments.organisation import sight
from departments.organisation.access import see_as


@receiver(request_started)
def _see_nothing(environ: dict[str, Any] | None = None, **_: Any) -> None:
    sight.see(sight.NOTHING)
    given = environ or {}
    sight.because(
        sight.Cause(
            request_id=plain_request_id(str(given.get("HTTP_X_REQUEST_ID", ""))),
            reason=_utf8(str(given.get("HTTP_X_AUDIT_REASON", "")))[:500],
        )
    )


def _utf8(header: str) -> str:
    """A header as it was meant: WSGI hands bytes over as Latin-1."""
    return header.encode("latin-1", "replace").decode("utf-8", "replace").replace("\x00", "")


@receiver(request_finished)
def _look_away(**_: Any) -> None:
    sight.see(None)
    sight.because(None)


def see_as_person(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Show a request the rows that its signed-in person may see; without one, none."""

    def respond(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            see_as(request.user)
        return get_response(request)

    return respond
