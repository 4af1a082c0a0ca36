"""Doors. Long lists page by page: an opaque cursor that stays true while rows are added."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, Q
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.organisation.api.strict import StrictSerializer

Row = TypeVar("Row")

DEFAULT_LIMIT = 50
MOST_LIMIT = 200
CURSOR = "^[0-7][0-9a-f]{15}$"  # the id of the last row, in 63 bits


class PageQuerySerializer(StrictSerializer):
    """Which page of a list."""

    cursor = serializers.RegexField(
        CURSOR,
        required=False,
        help_text="`next_cursor` of the page before, unread.",
        error_messages={"invalid": _("Send the next_cursor of the page before, as it was.")},
    )
    limit = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_LIMIT,
        help_text=f"Rows a page; {DEFAULT_LIMIT} unless told else.",
    )


class UpdatedSince(serializers.DateTimeField):
    """`updated_since`, with the steps that count as an update."""

    def __init__(self, steps: str) -> None:
        super().__init__(required=False, help_text=f"{steps} from this moment on.")


def is_updated(query: Mapping[str, Any], *moments: str) -> Q:
    """Whether any of these moments is in `updated_since`, if that is asked for."""
    since = query.get("updated_since")
    conditions = [Q(**{f"{name}__gte": since}) for name in moments] if since else []
    return reduce(or_, conditions, Q())


class ExpandingQuerySerializer(PageQuerySerializer):
    """Which page, and which ids to send as the objects that they name."""

    expandable: ClassVar[tuple[str, ...]] = ()

    def get_fields(self) -> dict[str, Any]:
        named = ", ".join(f"`{name}`" for name in self.expandable)
        wanted = serializers.ListField(
            child=serializers.ChoiceField(choices=self.expandable),
            required=False,
            max_length=len(self.expandable),
            help_text=f"Send the object instead of its id: {named}.",
        )
        return {**super().get_fields(), "expand[]": wanted}


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
        asked = request.query_params
        said = {name: asked.getlist(name) for name in ("cursor", "limit") if name in asked}
        query = PageQuerySerializer(data=MultiValueDict(said))
        query.is_valid(raise_exception=True)
        return cls(
            after_id=int(query.validated_data.get("cursor", "0"), 16),
            limit=query.validated_data.get("limit", DEFAULT_LIMIT),
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
                "next_cursor": {"type": ["string", "null"]},
            },
        }


def _envelope(
    data: Any, has_more: bool, shown: Sequence[Row], id_of: Callable[[Row], int]
) -> dict[str, Any]:
    return {
        "data": data,
        "has_more": has_more,
        "next_cursor": _write_cursor(id_of(shown[-1])) if has_more else None,
    }


def _write_cursor(last_id: int) -> str:
    return f"{last_id:016x}"
