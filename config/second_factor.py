"""Doors. Who decides, moves money or gives roles proves a second factor before anything else."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from config.problems import API, refusal
from departments.organisation.signing_in import proof
from departments.organisation.signing_in.step_up import ask_for_proof

# What one needs to set up a second factor, to prove it, and to leave
OPEN = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_index",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "openid_connect_callback",
        "openid_connect_login",
        "set_language",
    }
)


def demand_second_factor(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Lead who lacks a second factor to setting one up, or to proving the one that there is."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        has_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES
        if not (settings.MFA_REQUIRED and has_cookie and request.user.is_authenticated):
            return get_response(request)
        if not proof.lacks_second_factor(request) or _is_open(request):
            return get_response(request)
        if request.path.startswith(API):
            words = _("Your role takes a second factor. Sign in with it, or set one up: /account/.")
            return refusal(request, 403, "second_factor_required", words)
        if proof.has_second_factor(request.user):
            return ask_for_proof(request, back=request.path if request.method == "GET" else "/")
        return redirect("mfa_index")

    return respond


def _is_open(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).url_name in OPEN
    except Resolver404:
        return False
