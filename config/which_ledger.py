"""Calculates. `CFL-Ledger`: which ledger answered, books or a sandbox, and which one was meant."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

HEADER = "CFL-Ledger"
BOOKS = "books"
API = "/api/v1/"


def ledger() -> str:
    """`books`, or `sandbox/NAME`."""
    return f"sandbox/{settings.SANDBOX}" if settings.SANDBOX else BOOKS


def say_ledger(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Each answer of the API names its ledger; a request that means another one is refused, 421.

    So a rehearsal that is sent to the wrong address books nothing.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(API):
            return get_response(request)
        meant = request.headers.get(HEADER, ledger())
        answer = get_response(request) if meant == ledger() else _other(request)
        answer[HEADER] = ledger()
        return answer

    return respond


def _other(request: HttpRequest) -> HttpResponse:
    problem = {
        "type": "urn:carbon-fee-ledger:problem:other_ledger",
        "title": "Misdirected request",
        "status": 421,
        "detail": f"{HEADER} means another ledger: this is {ledger()}. Ask at its own address.",
        "code": "other_ledger",
        "instance": request.path,
        "request_id": uuid4().hex,
    }
    return JsonResponse(problem, status=421, content_type="application/problem+json")
