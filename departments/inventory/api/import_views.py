"""Doors. Many activity records at once: rows as JSON with an answer for each, or a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from departments.inventory import activity_import
from departments.inventory.activity_file import COLUMNS, REQUIRED
from departments.inventory.api.serializers import DoubtSerializer
from departments.inventory.api.views import InventoryView, refuse_size
from departments.inventory.column_mapping.saved import find_mapping
from departments.inventory.entry import ALIASES
from departments.inventory.errors.imports import ImportRefused
from departments.inventory.import_report import ImportReport, report_content
from departments.inventory.prepared_file import AS_IT_STANDS, Reading
from departments.organisation.access import departments_visible_to
from departments.organisation.api.answers import Unacceptable, sent
from departments.organisation.api.permissions import key_of
from departments.organisation.api.strict import StrictSerializer

MOST_ROWS = 1000
MOST_FILE_BYTES = 5 * 1024 * 1024


class BatchSerializer(StrictSerializer):
    rows = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=1000)),
        min_length=1,
        max_length=MOST_ROWS,
        help_text=f"Each row by column, as in a file, all of them texts: {', '.join(REQUIRED)}; "
        "external_id, place, note, estimated and inputs of the calculation.",
    )
    valid_rows_only = serializers.BooleanField(
        default=False, help_text="Take in what is right and report the rest; else all rows or none."
    )
    dry_run = serializers.BooleanField(default=False, help_text="Answer the same, keep nothing.")


def problem_of_rows(rows: list[dict[str, str]]) -> str:
    """Columns that there are not, with the row where each stands first; an empty row."""
    known = {*COLUMNS, *ALIASES}
    unknown: dict[str, int] = {}
    for index, row in enumerate(rows):
        for name in row.keys() - known:
            unknown.setdefault(name[:100], index)
    if unknown:
        shown = ", ".join(f"{name} (row {index})" for name, index in sorted(unknown.items()))
        return f"Unknown columns: {shown}."
    empty = [index for index, row in enumerate(rows) if not any(map(str.strip, row.values()))]
    return f"Row {empty[0]} is empty." if empty else ""


class RowProblemSerializer(serializers.Serializer[Any]):
    column = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()
    hint = serializers.CharField()


class BatchRowSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField(
        allow_null=True, help_text="Of the row in the request, from 0; null: all of it."
    )
    external_id = serializers.CharField()
    id = serializers.IntegerField(allow_null=True, help_text="The record; null if none was made.")
    emissions_location_kgco2e = serializers.CharField(allow_null=True)
    emissions_market_kgco2e = serializers.CharField(allow_null=True)
    errors = RowProblemSerializer(many=True)  # type: ignore[assignment]  # the field's word
    warnings = DoubtSerializer(many=True)


class BatchAnswerSerializer(serializers.Serializer[Any]):
    import_id = serializers.IntegerField(allow_null=True, help_text="Null if nothing was stored.")
    accepted = serializers.IntegerField(help_text="Rows without an error.")
    rejected = serializers.IntegerField()
    rows = BatchRowSerializer(many=True)


class ActivityBatch(InventoryView):
    """Many records at once."""

    required_scopes = {"POST": "activities:write"}

    @extend_schema(
        operation_id="activities_batch",
        request=BatchSerializer,
        responses={
            200: BatchAnswerSerializer,
            201: BatchAnswerSerializer,
            422: BatchAnswerSerializer,
        },
    )
    def post(self, request: Request) -> Response:
        """Enter up to 1,000 rows as drafts: all of them or, if you say so, those that are right.

        The answer has each row: the record that it became, or everything that is wrong with it.
        It is 201 if records were made, 200 for a dry run, and 422 if nothing was stored.
        """
        facts = sent(request, BatchSerializer)
        if problem := problem_of_rows(facts["rows"]):
            raise Unacceptable({"rows": [problem]})
        content = _as_csv(facts["rows"])
        report = _imported(request, "batch.csv", content, facts, AS_IT_STANDS)
        return Response(_batch_answer(report, facts["rows"]), status=_status(report, facts))


class ImportSerializer(StrictSerializer):
    file = serializers.FileField(
        allow_empty_file=True,  # refused as what can be read and holds nothing
        help_text="CSV in UTF-8 or a workbook (.xlsx), at most 5 MB.",
    )
    sheet = serializers.CharField(required=False, default="", max_length=100)
    mapping = serializers.CharField(
        required=False, default="", max_length=100, help_text="A saved mapping of other columns."
    )
    valid_rows_only = serializers.BooleanField(default=False)
    dry_run = serializers.BooleanField(default=False)


class ImportRowSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="Of the file, the header is 1; 0 is the whole file.")
    external_id = serializers.CharField()
    emissions_kgco2e = serializers.CharField(allow_null=True)
    emissions_location_kgco2e = serializers.CharField(allow_null=True)
    emissions_market_kgco2e = serializers.CharField(allow_null=True)
    trace = serializers.DictField(allow_null=True)
    errors = RowProblemSerializer(many=True)  # type: ignore[assignment]  # the field's word
    warnings = DoubtSerializer(many=True)


class ImportAnswerSerializer(serializers.Serializer[Any]):
    import_id = serializers.IntegerField(allow_null=True, help_text="Null if nothing was stored.")
    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    emissions_market_kgco2e = serializers.CharField()
    understood = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="How a file that is not in the standard form was read.",
    )
    rows = ImportRowSerializer(many=True)


class Imports(InventoryView):
    """A file of records."""

    required_scopes = {"POST": "activities:write"}
    parser_classes = [MultiPartParser]

    @extend_schema(
        request={"multipart/form-data": ImportSerializer},
        responses={
            200: ImportAnswerSerializer,
            201: ImportAnswerSerializer,
            422: ImportAnswerSerializer,
        },
    )
    def post(self, request: Request) -> Response:
        """Take in a file as drafts, as `import_activity` does; 422 if nothing was stored."""
        facts = sent(request, ImportSerializer)
        refuse_size(facts["file"], MOST_FILE_BYTES)
        plan = find_mapping(facts["mapping"]).plan if facts["mapping"] else None
        reading = Reading(sheet=facts["sheet"], plan=plan)
        file = facts["file"]
        report = _imported(request, file.name, file.read(), facts, reading)
        content = report_content(report)
        content["rows"] = [
            row | {"warnings": [{"kind": "", **each} for each in row["warnings"]]}
            for row in content["rows"]
        ]
        content.pop("warnings")
        content["import_id"] = report.batch_id
        return Response(content, status=_status(report, facts))


def _imported(
    request: Request, name: str, content: bytes, asked: Mapping[str, Any], reading: Reading
) -> ImportReport:
    """The import, or the report of why there was none."""
    offered: dict[str, Any] = {
        "file_name": name,
        "content": content,
        "by": request.user,
        "at": timezone.now(),
        "departments": departments_visible_to(request.user, key=key_of(request)),
        "valid_rows_only": asked["valid_rows_only"],
        "reading": reading,
    }
    try:
        return activity_import.import_file(**offered, dry_run=asked["dry_run"])
    except ImportRefused:
        return activity_import.import_file(**offered, dry_run=True)


def _status(report: ImportReport, asked: Mapping[str, Any]) -> int:
    if asked["dry_run"]:
        return status.HTTP_200_OK
    is_stored = report.batch_id is not None
    return status.HTTP_201_CREATED if is_stored else status.HTTP_422_UNPROCESSABLE_ENTITY


def _as_csv(rows: list[dict[str, str]]) -> bytes:
    """The rows as a file, a line each."""
    names = [*REQUIRED, *sorted({name for row in rows for name in row} - {*REQUIRED})]
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, names, restval="", lineterminator="\n")
    writer.writeheader()
    one_line = ({name: " ".join(text.splitlines()) for name, text in row.items()} for row in rows)
    writer.writerows(one_line)
    return buffer.getvalue().encode()


def _batch_answer(report: ImportReport, rows: list[dict[str, str]]) -> dict[str, Any]:
    made = iter(report.record_ids)
    content = report_content(report)
    answers: list[dict[str, Any]] = []
    for found, row in zip(content["rows"], report.rows, strict=True):
        is_made = bool(report.record_ids) and row.emissions is not None
        answers.append(
            {
                "index": row.line - 2 if row.line > 1 else None,
                "external_id": row.external_id,
                "id": next(made) if is_made else None,
                "emissions_location_kgco2e": found["emissions_location_kgco2e"],
                "emissions_market_kgco2e": found["emissions_market_kgco2e"],
                "errors": found["errors"],
                "warnings": [doubt.content() for doubt in row.warnings],
            }
        )
    return {
        "import_id": report.batch_id,
        "accepted": report.accepted,
        "rejected": report.rejected,
        "rows": answers,
    }
