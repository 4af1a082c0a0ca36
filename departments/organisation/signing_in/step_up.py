"""Doors. A step that can't be taken back asks again who takes it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from departments.organisation.signing_in import proof


def proven_again(back: str = "") -> Callable[..., Any]:
    """Let a view's person prove who they are, unless they did so within `STEP_UP_SECONDS`.

    They come back to the same page, or to the page called `back` where that only takes a POST.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def ask_first(*args: Any, **kwargs: Any) -> Any:
            request = next(one for one in args if isinstance(one, HttpRequest))
            if request.user.is_authenticated and not proof.is_recent_enough(request):
                return ask_for_proof(request, back=resolve_url(back) if back else request.path)
            return view(*args, **kwargs)

        return ask_first

    return decorate


def ask_for_proof(request: HttpRequest, *, back: str) -> HttpResponseRedirect:
    """To the page that asks, and from there back."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:  # there is nothing yet that could be asked for
        return HttpResponseRedirect(resolve_url("mfa_index"))
    if request.method == "POST":
        messages.info(request, _("Nothing was done yet. Show that it is you, then do it again."))
    place = methods[0]["url"]
    return HttpResponseRedirect(f"{place}{'&' if '?' in place else '?'}{urlencode({'next': back})}")
