"""Calculates. `CFL-Version`: which version of the API answers, was asked for, and when it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import http_date

HEADER = "CFL-Version"
VERSIONS = ("2026-11-26",)  # the newest first; each is served as docs/api.md promises
LAST_DAYS: Mapping[str, date] = {}  # of each version but the newest: served through this day
API = "/api/v1/"


def say_version(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Each answer of the API names its version; asked for one that there is not, 400.

    A program that names the version that it was written for is refused, rather than surprised, once
    that version has ended. Before that, its answers say since when there is a newer one
    (`Deprecation`, RFC 9745) and when it ends (`Sunset`, RFC 8594).
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(API):
            return get_response(request)
        asked = request.headers.get(HEADER, VERSIONS[0])
        answer = get_response(request) if asked in VERSIONS else _unknown(request)
        answer[HEADER] = asked if asked in VERSIONS else VERSIONS[0]
        for name, text in farewell(answer[HEADER]).items():
            answer[name] = text
        return answer

    return respond


def farewell(version: str) -> dict[str, str]:
    """What answers of a version say of its end: nothing of the newest."""
    place = VERSIONS.index(version)
    if place == 0:
        return {}
    newer = _seconds(date.fromisoformat(VERSIONS[place - 1]), time.min)
    last = _seconds(LAST_DAYS[version], time(23, 59, 59))
    return {"Deprecation": f"@{newer}", "Sunset": http_date(last)}


def _seconds(day: date, moment: time) -> int:
    """Since 1970, UTC."""
    return int(datetime.combine(day, moment, tzinfo=UTC).timestamp())


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
