"""Reads and writes. What a session has proven of its person, and what their roles demand."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.adapter import get_adapter as get_factors
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from departments.organisation.models import Membership, Role, User

# Who decides, moves money or gives roles
DEMANDING_ROLES = frozenset(
    {Role.APPROVER, Role.SUSTAINABILITY_APPROVER, Role.FINANCE, Role.ADMINISTRATOR}
)
OWN_ACCOUNT_SECONDS = 15 * 60  # after which one's own means of signing in aren't changed unasked
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
SECOND_FACTOR = "mfa"  # as allauth notes it in a session


def has_second_factor(user: Any) -> bool:
    """Whether a person has set up an authenticator app or a passkey."""
    return bool(get_factors().is_mfa_enabled(user, FACTORS))


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether the person's roles demand a second factor that this session has not proven."""
    if not settings.MFA_REQUIRED or _proven_at(request, SECOND_FACTOR):
        return False
    person = request.user
    if not isinstance(person, User):
        return False
    return Membership.objects.filter(user=person, role__in=DEMANDING_ROLES).exists()


def is_recent_enough(request: HttpRequest) -> bool:
    """Whether a step that can't be taken back may be taken now; `STEP_UP_SECONDS` 0: always."""
    seconds = settings.STEP_UP_SECONDS
    return not seconds or is_recent(request, seconds=seconds)


def is_recent(request: HttpRequest, *, seconds: int) -> bool:
    """Whether the person has proven who they are within so many seconds.

    Who has a second factor has to prove that one: a password that was typed again is not enough.
    """
    needed = SECOND_FACTOR if has_second_factor(request.user) else ""
    return time.time() - _proven_at(request, needed) < seconds


def note_second_factor(request: HttpRequest, user: User, **facts: Any) -> None:
    """Remember in the session that its person has proven a second factor."""
    record_authentication(request, user, SECOND_FACTOR, **facts)


def forget_second_factor(request: HttpRequest, user: User) -> None:
    """Take that back, since the person has no second factor any more."""
    records = get_authentication_records(request, user)
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        record for record in records if record.get("method") != SECOND_FACTOR
    ]


def _proven_at(request: HttpRequest, method: str) -> float:
    """When, in seconds since 1970, it was proven last, by this method or any; 0 for never."""
    records = get_authentication_records(request, request.user)
    return max((one["at"] for one in records if method in ("", one.get("method"))), default=0.0)
