"""Doors. What all doors share: a checked query, a checked body, answers with a hash."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from django.http import HttpRequest
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from departments.organisation.api.strict import StrictSerializer


def asked(request: Request, serializer: type[StrictSerializer]) -> dict[str, Any]:
    """The query, checked; what was left out is left out.

    Raises: ValidationError, also for parameters that there are not, with those that there are.
    """
    known = sorted(serializer().fields)
    listed = _("There are: %(known)s.") % {"known": ", ".join(known)} if known else _("None is.")
    unknown = sorted(set(request.query_params) - set(known))
    if unknown:
        reason = _("Unknown parameter.")
        raise serializers.ValidationError({name: [f"{reason} {listed}"] for name in unknown})
    query = serializer(data=request.query_params)
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)


def sent(request: Request, serializer: type[StrictSerializer]) -> dict[str, Any]:
    """The body, checked.

    Raises: ValidationError, also for fields that there are not.
    """
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def with_etag(request: Request, content: Any) -> Any:
    """The answer with a hash of it, or 304 if the asker has it already."""
    text = json.dumps(content, cls=JSONEncoder, sort_keys=True, separators=(",", ":"))
    etag = f'"{sha256(text.encode()).hexdigest()}"'
    unchanged = not_modified(request, etag)
    return unchanged or Response(content, headers={"ETag": etag, "Cache-Control": "private"})


def not_modified(request: Request, etag: str) -> Any:
    """The 304 for whoever has this already; otherwise None."""
    plain: HttpRequest = request._request
    return get_conditional_response(plain, etag=etag)


class Unacceptable(serializers.ValidationError):
    """Well written, but not what can be done: 422, by field; kept for a repeat as any refusal."""

    status_code = 422
    code = "invalid"


class NoQuerySerializer(StrictSerializer):
    """Nothing can be asked for."""


class NothingSerializer(StrictSerializer):
    """No facts are needed."""
