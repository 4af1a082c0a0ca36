"""Doors. `Idempotency-Key`: a POST that is sent again happens once and gets the same answer.

Kept are answers of what was carried out: a success, and a refusal that an app gave by name. Not
kept is what never began or broke: a body that can't be read, a missing sign-in, an error of the
server. Those may be sent again with the same key.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.organisation.api.permissions import key_of
from departments.organisation.kept_replies import LONGEST_KEY, Asked, Reply, answer_once

KEPT_IN_MEMORY = 1_000_000  # bytes of a body; a longer one waits on disk
PIECE = 64 * 1024
HEADER = "Idempotency-Key"
PARAMETER = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="Sent again with the same key and body, the request is not carried out again: the "
    "answer is the same, byte for byte, for at least 24 hours. Another body is refused (422).",
)


class IdempotentPosts(APIView):
    """A view whose POST happens once for each `Idempotency-Key`; without one, as often as sent."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # first who it is, and whether they may
        if request.method == "POST" and HEADER in request.headers:
            post: Callable[..., Response] = getattr(self, "post", self.http_method_not_allowed)
            vars(self)["post"] = partial(self._post_once, post)

    def _post_once(
        self, post: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        reply = answer_once(
            asked=_asked(request),
            answer=lambda: self._reply(post, request, *args, **kwargs),
            at=timezone.now(),
        )
        return HttpResponse(reply.content, status=reply.status, headers=dict(reply.headers))

    def _reply(
        self, post: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
    ) -> Reply:
        try:
            with transaction.atomic():
                response: Any = post(request, *args, **kwargs)
        except Exception as error:
            if not _is_refusal(error):
                raise
            response = self.handle_exception(error)
        return _rendered(self.finalize_response(request, response, *args, **kwargs))


def _asked(request: Request) -> Asked:
    """What is asked, with the person or the program that asks.

    Raises: IdempotencyKeyMalformed, UnsupportedMediaType.
    """
    key = key_of(request)
    return Asked(
        by=f"key {key.pk}" if key is not None else f"person {request.user.pk}",
        method="POST",
        path=request.path,
        key=request.headers[HEADER],
        body_sha256=_hash_of(request._request),
    )


def _hash_of(request: HttpRequest) -> str:
    """SHA-256 of query, content type and body, however long; the body can be read again then.

    Raises: UnsupportedMediaType, for a form that was read already to look for its CSRF token.
    """
    media_type = request.META.get("CONTENT_TYPE", "")
    stream: Any = request  # its private attributes are what Django and the framework read from
    if stream._read_started:
        raise UnsupportedMediaType(media_type)
    digest = sha256(f"{request.META.get('QUERY_STRING', '')}\n{media_type}\n".encode())
    body = SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115  closed with the request
    while piece := request.read(PIECE):
        digest.update(piece)
        body.write(piece)
    body.seek(0)
    stream._stream, stream._read_started = body, False
    return digest.hexdigest()


def _is_refusal(error: Exception) -> bool:
    """Whether an app refused by name: its class has a stable code and says no status of 5xx."""
    kind: Any = type(error)
    return isinstance(getattr(kind, "code", None), str) and getattr(kind, "http_status", 422) < 500


def _rendered(response: HttpResponseBase) -> Reply:
    if isinstance(response, Response):
        response.render()
    content = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    return Reply(response.status_code, dict(response.items()), content)
