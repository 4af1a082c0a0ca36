"""Doors. Codes of a second factor: how often one may be wrong, and each only once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from departments.organisation import tallies
from departments.organisation.signing_in.adapters import note_code, refuse_if_exhausted

LASTS = timedelta(seconds=150)  # longer than any code holds


class _Counted:
    """Ten wrong codes in a quarter of an hour are enough, and a code that was used is spent."""

    user: Any

    def clean_code(self) -> str:
        refuse_if_exhausted(self.user)
        try:
            code: str = super().clean_code()  # type: ignore[misc]  # the library's form
        except ValidationError:
            note_code(self.user, is_right=False)
            raise
        used = f"used code\0{self.user.pk}\0{code.strip()}"
        if tallies.add(subject=used, lasts=LASTS, at=timezone.now()).count > 1:
            raise get_adapter().validation_error("incorrect_code")
        note_code(self.user, is_right=True)
        return code


class CodeForm(_Counted, AuthenticateForm):  # type: ignore[misc]  # untyped in the library
    """While signing in."""


class CodeAgainForm(_Counted, ReauthenticateForm):  # type: ignore[misc]  # untyped in the library
    """By who has signed in already."""
