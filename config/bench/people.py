"""Writes. Somebody of the bench's company who has signed in."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from departments.organisation.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


def session_of(person: User) -> str:
    """The key of a session of theirs."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def cookie_of(session: str) -> dict[str, str]:
    """The headers of a request with that session; without one, none."""
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"} if session else {}
