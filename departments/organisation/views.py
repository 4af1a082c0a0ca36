"""Doors. Signing in and out; in demo mode, with one click as one of its people."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from departments.organisation.people import demo_people
from departments.organisation.sign_in_limit import (
    forget_failures,
    note_failure,
    seconds_to_wait,
)


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
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people = demo_people() if settings.DEMO else []
        return super().get_context_data(demo_people=people, **kwargs)


@require_POST
@csrf_protect
def demo_sign_in(request: HttpRequest, username: str) -> HttpResponse:
    """Sign in as one of the demo's people; outside the demo this page does not exist."""
    person = next((one for one in demo_people() if one.username == username), None)
    if not settings.DEMO or person is None:
        raise Http404
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(_next_of(request))


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
