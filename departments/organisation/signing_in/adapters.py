"""Doors. What the sign-in library asks of this project: who may, in which words."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from qrcode.main import QRCode

from departments.organisation.models import User
from departments.organisation.sign_in_limit import forget_failures, note_failure, seconds_to_wait
from departments.organisation.signing_in import proof

ISSUER = "Carbon Fee Ledger"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped in the library
    """Accounts are made by administrators; nobody makes one by signing up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_password": gettext_lazy("This is not your password."),
        "enter_current_password": gettext_lazy("This is not your password."),
        "too_many_login_attempts": gettext_lazy(
            "Too many wrong tries. Wait a quarter of an hour, then try again."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Say what changed in the account; that somebody signed in or out, the page shows."""
        template = kwargs.get("message_template") or (args[0] if args else None)
        if template not in ("account/messages/logged_in.txt", "account/messages/logged_out.txt"):
            super().add_message(request, level, *args, **kwargs)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Before an account's own means of signing in are changed."""
        if proof.is_recent(self.request, seconds=proof.OWN_ACCOUNT_SECONDS):
            return False
        return bool(self.get_reauthentication_methods(self.request.user))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The second factor; the password only of who has none; else the company's provider."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        factors = [one for one in methods if one["id"] != "reauthenticate"]
        if factors or methods or not settings.OIDC_SERVER_URL or not user.is_authenticated:
            return factors or methods
        again = reverse("openid_connect_login", args=[settings.OIDC_PROVIDER_ID]) + "?again=1"
        return [{"id": "provider", "description": settings.OIDC_NAME, "url": again}]

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        if seconds_to_wait(**_trier(request, credentials), at=timezone.now()):
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        note_failure(**_trier(request, credentials), at=timezone.now())


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # untyped in the library
    """Secrets of second factors are stored encrypted, under a key made of SECRET_KEY."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This code or key is not the right one. Try the next one."),
    }

    def encrypt(self, text: str) -> str:
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _keys().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return ISSUER

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())

    def build_totp_svg(self, url: str) -> str:
        """The QR code as one path without colours, a unit a module, for within a page."""
        code = QRCode(border=4)
        code.add_data(url)
        rows = code.get_matrix()
        path = "".join(
            f"M{x} {y}h1v1h-1z"
            for y, row in enumerate(rows)
            for x, is_dark in enumerate(row)
            if is_dark
        )
        size = len(rows)
        frame = f'class="qr" viewBox="0 0 {size} {size}" aria-hidden="true"'
        return f'<svg {frame}><path d="{path}"/></svg>'

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return gettext("Passkey")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        site: dict[str, str] = super().get_public_key_credential_rp_entity()
        return site | {"name": ISSUER}


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # untyped in the library
    """Who comes from the company's provider is somebody known here, by a verified address."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Link an account of the provider to the one active person with that verified address."""
        if sociallogin.is_existing:
            return
        people = _people_with(_verified_email(sociallogin))
        if len(people) == 1 and people[0].is_active:
            sociallogin.connect(request, people[0])

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Only if the settings say so; the new person has no role."""
        email = _verified_email(sociallogin)
        return bool(settings.OIDC_CREATES_PEOPLE and email and not _people_with(email))


def _trier(request: HttpRequest, credentials: dict[str, Any]) -> dict[str, str]:
    name = str(credentials.get("username", ""))
    return {"username": name, "address": request.META.get("REMOTE_ADDR", "")}


def refuse_if_exhausted(user: Any) -> None:
    """Raises: ValidationError, after too many wrong codes, wherever they came from."""
    if seconds_to_wait(**_coder(user), at=timezone.now()):
        raise AccountAdapter().validation_error("too_many_login_attempts")


def note_code(user: Any, *, is_right: bool) -> None:
    """Count a wrong code, or begin anew after a right one."""
    if is_right:
        forget_failures(**_coder(user))
    else:
        note_failure(**_coder(user), at=timezone.now())


def _coder(user: Any) -> dict[str, str]:
    return {"username": f"code of {user.pk}", "address": ""}


def _verified_email(sociallogin: Any) -> str:
    return next((one.email for one in sociallogin.email_addresses if one.verified), "")


def _people_with(email: str) -> list[User]:
    return list(get_user_model().objects.filter(email__iexact=email)) if email else []


def _keys() -> MultiFernet:
    """Keys made of SECRET_KEY and of those before it."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key_of(secret)) for secret in secrets])


def _key_of(secret: str) -> bytes:
    return base64.urlsafe_b64encode(sha256(b"second factors\0" + secret.encode()).digest())
