"""Doors. Signing in, in demo mode with one click as one of its people, and one's own account."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.account.views import PasswordChangeView
from allauth.mfa.base.views import IndexView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST
from requests import RequestException

from departments.organisation.models import User
from departments.organisation.people import demo_people
from departments.organisation.sign_in_limit import (
    forget_failures,
    note_failure,
    seconds_to_wait,
)
from departments.organisation.signing_in import proof
from departments.organisation.signing_in.company_provider import CompanyAdapter


@method_decorator(never_cache, name="dispatch")
class SignIn(LoginView):
    """User name and password; in demo mode a button for each of the demo's people as well."""

    template_name = "organisation/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wait = seconds_to_wait(**_trier(request), at=timezone.now())
        if not wait:
            return super().post(request, *args, **kwargs)
        form = self.get_form_class()(request)
        answer = self.render_to_response(self.get_context_data(form=form, is_exhausted=True))
        answer.status_code = 429
        answer["Retry-After"] = str(wait)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        note_failure(**_trier(self.request), at=timezone.now())
        return super().form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        forget_failures(**_trier(self.request))
        person = form.get_user()
        record_authentication(self.request, person, "password")
        answer: HttpResponse = perform_login(
            self.request, person, redirect_url=self.get_success_url()
        )
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            demo_people=demo_people() if settings.DEMO else [],
            provider=settings.OIDC_NAME if settings.OIDC_SERVER_URL else "",
            provider_id=settings.OIDC_PROVIDER_ID,
            **kwargs,
        )


@require_POST
@csrf_protect
def demo_sign_in(request: HttpRequest, username: str) -> HttpResponse:
    """Sign in as one of the demo's people; outside the demo this page does not exist."""
    person = next((one for one in demo_people() if one.username == username), None)
    if not settings.DEMO or person is None:
        raise Http404
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(_next_of(request))


class Account(IndexView):  # type: ignore[misc]  # untyped in the library
    """What one signs in with, and what the person's roles demand."""

    template_name = "organisation/account/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().get_context_data(**kwargs)
        return shown | {
            "is_demanded": proof.lacks_second_factor(self.request),
            "has_password": self.request.user.has_usable_password(),
        }


class SetUpApp(ActivateTOTPView):  # type: ignore[misc]  # untyped in the library
    """Who has just typed a code of the new app has just proven it."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        person = self.request.user
        assert isinstance(person, User)
        proof.note_second_factor(self.request, person, type="totp")
        return answer


class ChangePassword(PasswordChangeView):  # type: ignore[misc]  # untyped in the library
    """For who has a password; who comes from the company's provider has none here."""

    template_name = "organisation/account/password.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_usable_password():  # type: ignore[union-attr]
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_default_success_url(self) -> str:
        return reverse("mfa_index")


class ProviderCallback(OAuth2CallbackView):  # type: ignore[misc]  # untyped in the library
    """Lets the tokens be compared with what was asked for."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, refusal = super()._get_state(request, provider)
        self.adapter.state = state or {}
        return state, refusal


@never_cache
def to_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """A page with a button, and by its POST a page that goes on to the company's provider.

    A redirect would be part of the form, and our policy sends no form to another site.
    """
    answer = _at_provider(request, provider_id, OAuth2LoginView)
    if answer.status_code != 302:
        return answer
    return render(request, "organisation/account/leaving.html", {"url": answer["Location"]})


@never_cache
def from_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from there: signed in, or refused."""
    return _at_provider(request, provider_id, ProviderCallback)


def _at_provider(request: HttpRequest, provider_id: str, view: Any) -> HttpResponse:
    if not settings.OIDC_SERVER_URL or provider_id != settings.OIDC_PROVIDER_ID:
        raise Http404
    adapter = CompanyAdapter(request, provider_id)
    try:
        answer: HttpResponse = view.adapter_view(adapter)(request)
    except (RequestException, OAuth2Error, KeyError) as problem:  # it doesn't answer, or wrongly
        answer = render_authentication_error(request, adapter.get_provider(), exception=problem)
    return answer


def _trier(request: HttpRequest) -> dict[str, str]:
    return {
        "username": request.POST.get("username", ""),
        "address": request.META.get("REMOTE_ADDR", ""),
    }


def _next_of(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_ours else str(settings.LOGIN_REDIRECT_URL)
