"""Calculates. Every refusal as an HTTP problem (RFC 9457): one table for all apps."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from departments.organisation import sight

API = "/api/"
MEDIA_TYPE = "application/problem+json"
DOMAIN = ("departments", "pricing", "ledger")

log = logging.getLogger(__name__)

# What did not refuse by itself. The first class that fits decides: status, code, words for people.
TABLE: tuple[tuple[type[BaseException], int, str, str], ...] = (
    (Http404, 404, "not_found", "There is nothing here, or nothing that you may see."),
    (PermissionDenied, 403, "permission_denied", "You may not do this."),
    (RequestDataTooBig, 413, "too_large", "The body is too large. Send less at a time."),
    (ModelValidationError, 400, "invalid", "Some values can't be taken as they are."),
    (ProtectedError, 409, "still_in_use", "Other rows refer to this one, so it stays."),
    (IntegrityError, 409, "conflict", "This contradicts what is already stored."),
    (DataError, 400, "unstorable_value", "A value is too long, too large or malformed."),
    (RecursionError, 400, "too_deeply_nested", "The request nests too deeply."),
    (OperationalError, 503, "database_unavailable", "The database is busy. Try again shortly."),
    (InterfaceError, 503, "database_unavailable", "The database is busy. Try again shortly."),
)

TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Refused",
    429: "Too many requests",
    500: "Internal error",
    503: "Unavailable",
}


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Answer a refusal as `application/problem+json`: the API's exception handler.

    Returns: None for what nobody foresaw; Django then reports and answers it as a 500.
    """
    found = problem_of(error)
    if found is None:
        return None
    set_rollback()
    request: Request | None = context.get("request")
    if found["status"] >= 500:
        log.error("%s", found["code"], exc_info=error)
    found["instance"] = request.path if request is not None else ""
    found["request_id"] = request_id_of(request)
    return Response(
        found,
        status=found["status"],
        headers=_headers(error),
        content_type=MEDIA_TYPE,
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """The site's 404: a problem under /api/, a page elsewhere."""
    if not request.path.startswith(API):
        return defaults.page_not_found(request, exception)
    return refusal(request, 404, "not_found", _("There is nothing at this address."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """The site's 400: a problem under /api/, a page elsewhere."""
    if not request.path.startswith(API):
        return defaults.bad_request(request, exception)
    return refusal(request, 400, "malformed", _("The request is malformed. See its address."))


def internal_error(request: HttpRequest) -> HttpResponseBase:
    """The site's 500: a problem under /api/, a page elsewhere; never what went wrong inside."""
    if not request.path.startswith(API):
        return defaults.server_error(request)
    words = _("Something went wrong here, and it is noted. Nothing was half done.")
    return refusal(request, 500, "internal_error", words)


def refusal(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponseBase:
    """A refusal that no view answers."""
    found = _problem(status, code, detail)
    found |= {"instance": request.path, "request_id": request_id_of(request)}
    return JsonResponse(found, status=status, content_type=MEDIA_TYPE)


def problem_of(error: BaseException) -> dict[str, Any] | None:
    """A refusal's type, title, status, detail, code and errors; None for a programming mistake."""
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    if is_domain_refusal(error):
        status = int(getattr(type(error), "http_status", 422))
        fields = [problem._asdict() for problem in getattr(error, "field_problems", ())]
        more = {"errors": fields} if fields else {}
        return _problem(status, str(type(error).code), str(error), **more)  # type: ignore[attr-defined]
    for kind, status, code, words in TABLE:
        if isinstance(error, kind):
            return _of_table(error, status, code, _(words))
    return None


def is_domain_refusal(error: BaseException) -> bool:
    """Whether an app refused by name: its error class says a stable `code` (and `http_status`)."""
    kind = type(error)
    return kind.__module__.split(".")[0] in DOMAIN and isinstance(getattr(kind, "code", None), str)


def request_id_of(request: Any) -> str:
    """The id that this request is known by everywhere; the audit trail has the same."""
    known = sight.cause().request_id
    given = request.headers.get("X-Request-ID", "") if request is not None else ""
    return known or plain_request_id(given)


def plain_request_id(given: str) -> str:
    """The id that a proxy gave a request, if it is a plain one; otherwise a new one."""
    return given if re.fullmatch(r"[A-Za-z0-9._-]{1,64}", given) else uuid4().hex


def _problem(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    return {
        "type": f"urn:carbon-fee-ledger:problem:{code}",
        "title": _(TITLES.get(status, "Refused")),
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }


def _of_framework(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        errors = list(_fields(error.detail))
        named = ", ".join(dict.fromkeys(one["field"] for one in errors if one["field"]))
        detail = _("Not taken, because of: %(fields)s.") % {"fields": named or _("the request")}
        return _problem(error.status_code, "invalid", detail, errors=errors)
    code = error.get_codes()
    return _problem(
        error.status_code,
        code if isinstance(code, str) else error.default_code,
        str(error.detail),
    )


def _of_table(error: BaseException, status: int, code: str, words: str) -> dict[str, Any]:
    if isinstance(error, ModelValidationError):
        return _problem(status, code, words, errors=list(_model_fields(error)))
    if isinstance(error, DatabaseError):
        name = constraint_of(error)
        if name and status == 409:
            return _problem(status, name, _constraint_words(name) or words)
    return _problem(status, code, words)


def constraint_of(error: BaseException) -> str:
    """The name of the database's promise that was about to be broken, or nothing."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnostics, "constraint_name", None) or "")


def _constraint_words(name: str) -> str:
    """What the constraint itself says to people, where a model declares it."""
    from django.apps import apps

    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                message = str(constraint.violation_error_message)
                default = str(constraint.default_violation_error_message)
                return "" if message == default else message
    return ""


def _fields(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Every problem of every field, nested ones with a dotted path."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _fields(inner, ".".join(filter(None, [path, own])))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            is_nested = isinstance(inner, Mapping | list)
            yield from _fields(
                inner, ".".join(filter(None, [path, str(place)]) if is_nested else [path])
            )
    else:
        yield {"field": path, "reason": str(detail)}


def _model_fields(error: ModelValidationError) -> Iterator[dict[str, str]]:
    if hasattr(error, "error_dict"):
        for name, messages in error.message_dict.items():
            for message in messages:
                yield {"field": "" if name == "__all__" else name, "reason": message}
    else:
        for message in error.messages:
            yield {"field": "", "reason": message}


def _headers(error: Exception) -> dict[str, str]:
    headers: dict[str, str] = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(error.auth_header)  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    return headers
