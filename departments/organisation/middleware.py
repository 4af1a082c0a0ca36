"""Doors. What every request meets once it is known who is signed in."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from departments.organisation import sessions

Respond = Callable[[HttpRequest], HttpResponse]


def end_old_sessions(get_response: Respond) -> Respond:
    """Sign out who was away too long, or signed in too long ago; note that the others are here."""

    def respond(request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        has_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES
        if has_cookie and request.user.is_authenticated:
            if sessions.has_ended(request.session, at=now):
                logout(request)
            else:
                sessions.note_use(request.session, at=now)
        response = get_response(request)
        if sessions.is_signed_in(request.session):  # since this request, perhaps
            sessions.note_use(request.session, at=now)
        return response

    return respond


def keep_nothing(get_response: Respond) -> Respond:
    """Let no browser or proxy keep what only those see who signed in or have a key."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_personal = "Authorization" in request.headers or sessions.is_signed_in(request.session)
        if is_personal and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        for name, value in getattr(request, "rate_limit", {}).items():
            response[name] = value
        return response

    return respond
