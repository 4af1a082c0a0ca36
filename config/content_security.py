"""Calculates. Which content security policy a page gets; the strict one is in the settings."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse

_ADMIN = {
    "script-src": [
        SELF,
        UNSAFE_INLINE,
        UNSAFE_EVAL,
    ],  # the admin theme builds its pages with Alpine
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "font-src": [SELF, "data:"],
}


def admin_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Relax the policy under /admin/, and nowhere else."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_update = _ADMIN  # type: ignore[attr-defined]  # the way django-csp offers
        return response

    return respond
