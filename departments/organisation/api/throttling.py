"""Doors. How many requests a key, or a person who signed in, may send in a minute."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from departments.organisation import tallies
from departments.organisation.models import ApiKey

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which imports this module

LASTS = timedelta(minutes=1)


class RequestsPerMinute(BaseThrottle):
    """`API_REQUESTS_PER_MINUTE`, 0 for no limit; every answer says how many are left.

    The fields are those of the IETF draft “RateLimit header fields for HTTP”
    (draft-ietf-httpapi-ratelimit-headers-10).
    """

    def __init__(self) -> None:
        self._wait = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request, and say whether it is one too many."""
        quota = int(settings.API_REQUESTS_PER_MINUTE)
        subject = _subject(request)
        if not quota or not subject:
            return True
        now = timezone.now()
        found = tallies.add(subject=subject, lasts=LASTS, at=now)
        self._wait = found.seconds_left(at=now)
        left = max(0, quota - found.count)
        request._request.rate_limit = {  # type: ignore[attr-defined]  # for the middleware
            "RateLimit-Policy": f'"minute";q={quota};w={LASTS // timedelta(seconds=1)}',
            "RateLimit": f'"minute";r={left};t={self._wait}',
        }
        return found.count <= quota

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return max(1, self._wait)


def _subject(request: Request) -> str:
    if isinstance(request.auth, ApiKey):
        return f"api\0key\0{request.auth.pk}"
    return f"api\0person\0{request.user.pk}" if request.user.is_authenticated else ""
