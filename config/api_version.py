"""Calculates. `CFL-Version`: which version of the API answered, and which one was asked for."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse

HEADER = "CFL-Version"
VERSIONS = ("2026-11-26",)  # the newest first; each is served as docs/api.md promises
API = "/api/v1/"


def say_version(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Each answer of the API names its version; asked for one that there is not, 400.

    A program that names the version that it was written for is refused, rather than surprised, once
    that version has ended.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(API):
            return get_response(request)
        asked = request.headers.get(HEADER, VERSIONS[0])
        answer = get_response(request) if asked in VERSIONS else _unknown(request)
        answer[HEADER] = asked if asked in VERSIONS else VERSIONS[0]
        return answer

    return respond


def _unknown(request: HttpRequest) -> HttpResponse:
    problem = {
        "type": "urn:carbon-fee-ledger:problem:unknown_version",
        "title": "Bad request",
        "status": 400,
        "detail": f"{HEADER} names no version that is served. There are: {', '.join(VERSIONS)}.",
        "code": "unknown_version",
        "instance": request.path,
        "request_id": uuid4().hex,
    }
    return JsonResponse(problem, status=400, content_type="application/problem+json")
