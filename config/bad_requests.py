"""Reads. Requests that no page could answer are refused before one tries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_header_parameters

NUL = "\0"
CHARSETS = ("utf-8", "utf8", "us-ascii", "ascii")
_OTHER_CHARSET = {
    "type": "urn:carbon-fee-ledger:problem:unsupported_charset",
    "title": "Unsupported media type",
    "status": 415,
    "detail": "Send the body in UTF-8, and say so or nothing in Content-Type.",
    "code": "unsupported_charset",
}


def refuse_nul(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """A NUL in the address: 404 in its path, 400 in its query; 400 in a cookie.

    PostgreSQL takes no such text.
    """
    from config.problems import bad_request  # the web server imports this before there are apps

    def respond(request: HttpRequest) -> HttpResponseBase:
        if NUL in request.path:
            raise Http404
        if any(NUL in text for values in request.GET.lists() for text in (values[0], *values[1])):
            return bad_request(request, BadRequest("The address holds a NUL character."))
        if any(NUL in text for text in request.COOKIES.values()):
            return bad_request(request, BadRequest("A cookie holds a NUL character."))
        return get_response(request)

    return respond


def refuse_other_charsets(application: Callable[..., Iterable[bytes]]) -> Callable[..., Any]:
    """The same web server, which answers 415 where a body says that it is in another charset.

    Django reads the address by that charset too, before any middleware runs: one that is no text,
    such as zlib, would break the request where nothing can answer it.
    """

    def respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if _is_utf_8(environ.get("CONTENT_TYPE", "")):
            return application(environ, start_response)
        body = json.dumps(_OTHER_CHARSET).encode()
        headers = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body)))]
        start_response("415 Unsupported Media Type", headers)
        return [body]

    return respond


def _is_utf_8(content_type: str) -> bool:
    try:
        _, parameters = parse_header_parameters(content_type)
    except ValueError:  # longer than any content type is
        return False
    return parameters.get("charset", "utf-8").lower() in CHARSETS
