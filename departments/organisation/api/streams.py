"""Doors. Lists that are sent whole, row by row: `Accept: text/csv` or `application/x-ndjson`."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from departments.organisation.api.answers import Unacceptable
from departments.organisation.spreadsheet import neutral

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")  # decimals are texts in the API


class _Stream(JSONRenderer):
    """Chosen by `Accept`; a refusal is JSON here too, as everywhere."""


class CsvStream(_Stream):
    media_type = "text/csv"
    format = "generic-csv"
    charset = "utf-8"


class JsonLinesStream(_Stream):
    media_type = "application/x-ndjson"
    format = "jsonl"


Row = TypeVar("Row")

BATCH = 1_000
STREAMS = [JSONRenderer, CsvStream, JsonLinesStream]


def streams_of(item: str) -> dict[Any, OpenApiResponse]:
    """What `@extend_schema(responses=…)` says of both streams."""
    return {
        (200, "text/csv"): OpenApiResponse(str, f"Every {item}, a row each, with a header."),
        (200, "application/x-ndjson"): OpenApiResponse(str, f"Every {item}, an object a line."),
    }


def wants_stream(request: Request, query: Mapping[str, Any]) -> bool:
    """Whether all rows are asked for at once.

    Raises: Unacceptable, for a page of a stream, or expanded rows.
    """
    if not isinstance(request.accepted_renderer, _Stream):
        return False
    if {"cursor", "limit", "expand[]"} & set(query):
        raise Unacceptable(
            _("A stream sends every row as it is: leave out cursor, limit and expand[].")
        )
    return True


def every(read: Callable[..., list[Row]], id_of: Callable[[Row], int]) -> Iterator[Row]:
    """All rows of a list that is read after an id, at most so many at a time."""
    after_id = 0
    while rows := read(after_id=after_id, limit=BATCH):
        yield from rows
        after_id = id_of(rows[-1])


def streamed(
    request: Request,
    rows: Iterable[Any],
    *,
    serializer: type[serializers.Serializer[Any]],
    name: str,
    present: Callable[[Any], Mapping[str, Any]] | None = None,
) -> StreamingHttpResponse:
    """All rows as they come, in the fields of the serializer; memory stays flat."""
    renderer = request.accepted_renderer
    shown = map(present or (lambda row: serializer(row).data), rows)
    is_csv = isinstance(renderer, CsvStream)
    lines = _csv(shown, list(serializer().fields)) if is_csv else _json_lines(shown)
    ending = "csv" if is_csv else "jsonl"
    return StreamingHttpResponse(
        lines,
        content_type=f"{renderer.media_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{ending}"',
            "Cache-Control": "private, no-store",
        },
    )


def _json_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, cls=JSONEncoder, ensure_ascii=False) + "\n"


def _csv(rows: Iterable[Mapping[str, Any]], names: list[str]) -> Iterator[str]:
    """UTF-8, CRLF; what a spreadsheet would run gets an apostrophe, numbers stay numbers.

    What a field holds in parts is JSON in its cell.
    """
    yield ",".join(names) + "\r\n"
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([_cell(row[name]) for name in names])
        yield line.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, cls=JSONEncoder, ensure_ascii=False)
    text = str(value)
    return text if _NUMBER.fullmatch(text) else neutral(text)
