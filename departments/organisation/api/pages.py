"""Doors. Long lists page by page: an opaque cursor that stays true while rows are added."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

Row = TypeVar("Row")

DEFAULT_LIMIT = 50
MOST_LIMIT = 200
_LARGEST_ID = 2**63 - 1

PAGE_PARAMETERS = [
    OpenApiParameter(
        "cursor", OpenApiTypes.STR, description="`next_cursor` of the page before, unread."
    ),
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": DEFAULT_LIMIT},
        description="Rows a page.",
    ),
]


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows are asked for: those with an id above `after_id`, in order, at most `limit`."""

    after_id: int
    limit: int

    @classmethod
    def of(cls, request: Request) -> Page:
        """Read `cursor` and `limit` from a request.

        Raises: ValidationError.
        """
        return cls(
            after_id=_read_cursor(request.query_params.get("cursor", "")),
            limit=_read_limit(request.query_params.get("limit", "")),
        )

    def answer(
        self,
        rows: Iterable[Row],
        *,
        id_of: Callable[[Row], int],
        present: Callable[[Row], Any],
    ) -> dict[str, Any]:
        """The page as it is sent; give it rows after `after_id`, at least `limit + 1` if there are.

        The one row more tells whether another page follows.
        """
        taken = list(islice(rows, self.limit + 1))
        shown, has_more = taken[: self.limit], len(taken) > self.limit
        return _envelope([present(row) for row in shown], has_more, shown, id_of)


def page_of(item: type[serializers.BaseSerializer[Any]]) -> serializers.BaseSerializer[Any]:
    """The OpenAPI shape of a page of items, for `@extend_schema(responses=page_of(Line))`."""
    name = item.__name__.removesuffix("Serializer")
    shape: serializers.BaseSerializer[Any] = inline_serializer(
        f"{name}Page",
        {
            "data": item(many=True),
            "has_more": serializers.BooleanField(),
            "next_cursor": serializers.CharField(allow_null=True),
        },
    )
    return shape


class KeysetPagination(BasePagination):
    """The same for list views over a queryset, in the order of the primary key."""

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        page = Page.of(request)
        rows = list(queryset.filter(pk__gt=page.after_id).order_by("pk")[: page.limit + 1])
        self._has_more = len(rows) > page.limit
        self._shown: list[Model] = rows[: page.limit]
        return self._shown

    def get_paginated_response(self, data: Any) -> Response:
        return Response(_envelope(data, self._has_more, self._shown, lambda row: int(row.pk)))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["data", "has_more", "next_cursor"],
            "properties": {
                "data": schema,
                "has_more": {"type": "boolean"},
                "next_cursor": {"type": "string", "nullable": True},
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {
                "name": parameter.name,
                "in": "query",
                "required": False,
                "description": parameter.description,
                "schema": parameter.type
                if isinstance(parameter.type, dict)
                else {"type": "string"},
            }
            for parameter in PAGE_PARAMETERS
        ]


def _envelope(
    data: Any, has_more: bool, shown: Sequence[Row], id_of: Callable[[Row], int]
) -> dict[str, Any]:
    return {
        "data": data,
        "has_more": has_more,
        "next_cursor": _write_cursor(id_of(shown[-1])) if has_more else None,
    }


def _write_cursor(last_id: int) -> str:
    return urlsafe_b64encode(str(last_id).encode()).decode().rstrip("=")


def _read_cursor(text: str) -> int:
    if not text:
        return 0
    try:
        written = urlsafe_b64decode(text[:40] + "=" * (-len(text[:40]) % 4)).decode("ascii")
    except ValueError:
        written = ""
    if not written.isdigit() or int(written) > _LARGEST_ID:
        raise serializers.ValidationError(
            {"cursor": _("Send the next_cursor of the page before, as it was.")}
        )
    return int(written)


def _read_limit(text: str) -> int:
    if not text:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST_LIMIT):
        raise serializers.ValidationError(
            {"limit": _("Send a whole number from 1 to %(most)d.") % {"most": MOST_LIMIT}}
        )
    return int(text)
