"""Writes. What happens to a session when its person gets, uses or loses a second factor."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest

from departments.organisation.models import User
from departments.organisation.signing_in import proof


@receiver(authenticator_added)
def _added(*, request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    """Who has just added a passkey has just proven it; of an app, its page says so."""
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        proof.note_second_factor(request, user, type=authenticator.type, id=authenticator.pk)


@receiver(authenticator_removed)
def _removed(*, request: HttpRequest, user: User, **_: Any) -> None:
    if not proof.has_second_factor(user):
        proof.forget_second_factor(request, user)


@receiver(user_logged_in)
def _signed_in(*, request: HttpRequest, user: User, sociallogin: Any = None, **_: Any) -> None:
    """A provider that asked for a second factor says so in `amr`, if the settings believe it."""
    said = sociallogin.account.extra_data.get("id_token", {}).get("amr", []) if sociallogin else []
    if isinstance(said, list) and set(settings.OIDC_SECOND_FACTOR_AMR) & set(map(str, said)):
        proof.note_second_factor(request, user, type="provider")


def forget_factors(user: User) -> int:
    """Remove every second factor and recovery code of a person who has lost them.

    Returns: how many factors there were. The next time the person signs in by password alone.
    """
    factors = Authenticator.objects.filter(user=user)
    count: int = factors.exclude(type=Authenticator.Type.RECOVERY_CODES).count()
    factors.delete()
    return count
