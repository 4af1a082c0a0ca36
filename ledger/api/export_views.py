"""Doors. Exports of the journal: make one, list them, take the file."""

from __future__ import annotations

import tempfile
from typing import Any

from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from departments.organisation.access import Permission
from departments.organisation.api.idempotency import IdempotentPosts
from departments.organisation.api.pages import KeysetPagination
from departments.organisation.api.permissions import KeyScope
from departments.organisation.api.strict import BoundedJSONParser
from ledger.api.answers import asked, not_modified, sent
from ledger.api.permissions import SeesWholeCompany
from ledger.api.queries import (
    AcknowledgementBodySerializer,
    NewExportSerializer,
    NoQuerySerializer,
    PageQuerySerializer,
)
from ledger.api.serializers import ExportSerializer
from ledger.exports.acknowledgement import acknowledge
from ledger.exports.registry import FORMATS
from ledger.exports.run import Nowhere, export_journal, find, reissue
from ledger.models.exports import JournalExport

KEPT_IN_MEMORY = 1_000_000  # bytes; a longer file waits on disk


class ExportView(IdempotentPosts):
    """What these doors share: only finance and auditors, and only for the whole company."""

    permission_classes = [KeyScope, SeesWholeCompany]
    parser_classes = [BoundedJSONParser]
    required_scopes = {"GET": "exports:read", "POST": "exports:write"}
    required_permission = Permission.EXPORT_JOURNAL


class ExportList(ExportView, ListAPIView[JournalExport]):
    """Exports that were made, with their manifests."""

    serializer_class = ExportSerializer
    pagination_class = KeysetPagination
    filter_backends = []
    queryset = JournalExport.objects.select_related(
        "exported_by", "acknowledgement__acknowledged_by"
    )

    @extend_schema(operation_id="exports_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Exports, oldest first."""
        asked(request, PageQuerySerializer)
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="exports_create",
        request=NewExportSerializer,
        responses={201: ExportSerializer},
        examples=[
            OpenApiExample(
                "A closed quarter for beancount",
                request_only=True,
                value={"format": "beancount", "period": "2023Q1"},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Export the journal now, all of it or a part, and register it with its hash."""
        facts = sent(request, NewExportSerializer)
        person: Any = request.user
        export = export_journal(
            format_name=facts["format"],
            into=Nowhere(),
            by=person,
            period=facts.get("period"),
            scheme=facts.get("scheme"),
            commodity=facts.get("commodity"),
        )
        shown = ExportSerializer(export).data
        return Response(shown, status=status.HTTP_201_CREATED, headers={"Location": shown["file"]})


class ExportFile(ExportView):
    """The file of an export."""

    @extend_schema(
        operation_id="exports_file",
        responses={
            (200, known.media_type): OpenApiResponse(OpenApiTypes.BINARY, "The file.")
            for known in FORMATS.values()
        },
    )
    def get(self, request: Request, sequence: int) -> Any:
        """The bytes that were registered, checked against their hash before they are sent."""
        asked(request, NoQuerySerializer)
        export = find(sequence=sequence)
        etag = f'"{export.sha256}"'
        unchanged = not_modified(request, etag)
        if unchanged is not None:
            return unchanged
        # the response closes it
        file: Any = tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115
        try:
            reissue(sequence=sequence, into=file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        layout = FORMATS[export.format_name]
        return FileResponse(
            file,
            as_attachment=True,
            filename=f"journal-{sequence:06}.{layout.extension}",
            content_type=layout.content_type,
            headers={"ETag": etag, "Cache-Control": "private"},
        )


class ExportAcknowledge(ExportView):
    """Finance has taken an export into its own books."""

    @extend_schema(
        operation_id="exports_acknowledge",
        request=AcknowledgementBodySerializer,
        responses=ExportSerializer,
        examples=[
            OpenApiExample("A document", request_only=True, value={"reference": "JE 4711"}),
        ],
    )
    def post(self, request: Request, sequence: int) -> Response:
        """Acknowledge it, once; a period that was exported closes only then. Safe to repeat."""
        facts = sent(request, AcknowledgementBodySerializer)
        person: Any = request.user
        export = acknowledge(
            sequence=sequence, reference=facts["reference"], by=person, at=timezone.now()
        )
        return Response(ExportSerializer(export).data)
