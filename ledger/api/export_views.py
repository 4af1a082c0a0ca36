"""Doors. Exports of the journal: ask for one, follow it, list them, take the file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from departments.organisation.access import Permission
from departments.organisation.api.answers import asked, not_modified, sent, with_etag
from departments.organisation.api.idempotency import IdempotentPosts
from departments.organisation.api.pages import KeysetPagination, is_updated
from departments.organisation.api.permissions import KeyScope
from departments.organisation.api.strict import BoundedJSONParser
from ledger import export_runs, tasks
from ledger.api.job_serializers import ExportJobSerializer
from ledger.api.permissions import SeesWholeCompany
from ledger.api.queries import (
    AcknowledgementBodySerializer,
    BookedBodySerializer,
    ExportsQuerySerializer,
    NewExportSerializer,
    NoQuerySerializer,
    RejectionBodySerializer,
    ReplacementBodySerializer,
)
from ledger.api.serializers.exports import (
    ExportSerializer,
    ExportValidationSerializer,
    ReconciliationSerializer,
)
from ledger.exports.acknowledgement import acknowledge
from ledger.exports.reconciliation import reconcile
from ledger.exports.registered import find
from ledger.exports.registry import FORMATS
from ledger.exports.rejection import reject
from ledger.exports.run import reissue, validate_export
from ledger.jobs import find_job
from ledger.models.exports import JournalExport

KEPT_IN_MEMORY = 1_000_000  # bytes; a longer file waits on disk


STEPS = ("exported_at", "acknowledgement__acknowledged_at", "rejection__rejected_at")


class ExportView(IdempotentPosts):
    """What these doors share: finance makes exports, auditors read them; of the whole company."""

    permission_classes = [KeyScope, SeesWholeCompany]
    parser_classes = [BoundedJSONParser]
    required_scopes = {"GET": "exports:read", "POST": "exports:write"}
    required_permission: Permission | Mapping[str, Permission] = {
        "GET": Permission.READ_EXPORTS,
        "POST": Permission.EXPORT_JOURNAL,
    }


class ExportList(ExportView, ListAPIView[JournalExport]):
    """Exports that were made, with their manifests."""

    serializer_class = ExportSerializer
    pagination_class = KeysetPagination
    filter_backends = []
    queryset = JournalExport.objects.select_related(
        "exported_by",
        "acknowledgement__acknowledged_by",
        "rejection__rejected_by",
        "replaces",
        "replacement",
    )

    def get_queryset(self) -> QuerySet[JournalExport]:
        query = asked(self.request, ExportsQuerySerializer)
        lookups = {"format": "format_name", "period": "manifest__period"}
        wanted = {lookups[name]: query[name] for name in lookups if name in query}
        return self.queryset.filter(is_updated(query, *STEPS), **wanted)

    @extend_schema(operation_id="exports_list", parameters=[ExportsQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Exports, oldest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="exports_create",
        request=NewExportSerializer,
        responses={202: OpenApiResponse(ExportJobSerializer, "Asked for; follow it at its `url`.")},
        examples=[
            OpenApiExample(
                "A closed quarter for beancount",
                request_only=True,
                value={"format": "beancount", "period": "2023Q1"},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Ask for an export of the journal, all or a part; a worker makes and registers it."""
        facts = sent(request, NewExportSerializer)
        person: Any = request.user
        run = export_runs.ask(
            format_name=facts["format"],
            by=person,
            period=facts.get("period"),
            scheme=facts.get("scheme"),
            commodity=facts.get("commodity"),
        )
        return _begun(run.pk)


class ExportJob(ExportView):
    """An export that was asked for."""

    @extend_schema(operation_id="exports_job", responses=ExportJobSerializer)
    def get(self, request: Request, job_id: int) -> Any:
        """How far it is; once it is done, the export that was registered."""
        asked(request, NoQuerySerializer)
        return with_etag(request, _job(job_id))


def _begun(run_id: int) -> Response:
    """Wake a worker once this is committed, and say where to follow it."""
    transaction.on_commit(lambda: tasks.ring_export(run_id))
    shown = _job(run_id)
    return Response(shown, status=status.HTTP_202_ACCEPTED, headers={"Location": shown["url"]})


def _job(run_id: int) -> dict[str, Any]:
    run = export_runs.find(run_id=run_id)
    job = find_job(code=f"export_{run_id}")
    return dict(ExportJobSerializer(job, context={"run": run}).data)


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


class ExportValidation(ExportView):
    """Whether an export could leave; nothing is written, so auditors may ask as well."""

    required_permission = Permission.READ_EXPORTS

    @extend_schema(
        operation_id="exports_validate",
        request=NewExportSerializer,
        responses=ExportValidationSerializer,
    )
    def post(self, request: Request) -> Response:
        """Say everything that keeps an ERP's file from leaving; no number is drawn."""
        facts = sent(request, NewExportSerializer)
        person: Any = request.user
        found = validate_export(
            format_name=facts["format"],
            by=person,
            period=facts.get("period"),
            scheme=facts.get("scheme"),
            commodity=facts.get("commodity"),
        )
        return Response(ExportValidationSerializer(found).data)


class ExportReject(ExportView):
    """Finance could not take an export."""

    @extend_schema(
        operation_id="exports_reject",
        request=RejectionBodySerializer,
        responses=ExportSerializer,
        examples=[
            OpenApiExample(
                "A closed account",
                request_only=True,
                value={"reason": "Account 684000 is blocked in company code 1000"},
            ),
        ],
    )
    def post(self, request: Request, sequence: int) -> Response:
        """Reject it, once and for good, and say why. Safe to repeat."""
        facts = sent(request, RejectionBodySerializer)
        person: Any = request.user
        export = reject(sequence=sequence, reason=facts["reason"], by=person, at=timezone.now())
        return Response(ExportSerializer(export).data)


class ExportReplace(ExportView):
    """What stands in for a rejected export."""

    @extend_schema(
        operation_id="exports_replace",
        request=ReplacementBodySerializer,
        responses={202: OpenApiResponse(ExportJobSerializer, "Asked for; follow it at its `url`.")},
    )
    def post(self, request: Request, sequence: int) -> Response:
        """Ask for the same part of the journal again, as it is now, with a number of its own."""
        facts = sent(request, ReplacementBodySerializer)
        person: Any = request.user
        run = export_runs.ask_replacement(
            sequence=sequence, by=person, format_name=facts.get("format")
        )
        return _begun(run.pk)


class ExportReconciliations(ExportView):
    """What the ERP booked of an export."""

    @extend_schema(
        operation_id="exports_reconciliations",
        request=None,
        responses=ReconciliationSerializer(many=True),
    )
    def get(self, request: Request, sequence: int) -> Response:
        """Every file that was compared, newest first."""
        asked(request, NoQuerySerializer)
        found = find(sequence=sequence).reconciliations.select_related("reconciled_by")
        return Response(ReconciliationSerializer(found, many=True).data)

    @extend_schema(
        operation_id="exports_reconcile",
        request=BookedBodySerializer,
        responses=ReconciliationSerializer,
        examples=[
            OpenApiExample(
                "Sums of accounts",
                request_only=True,
                value={
                    "file_name": "booked.csv",
                    "csv": "legal_entity,currency,account,amount\n1000,USD,684000,3000.00\n",
                },
            ),
        ],
    )
    def post(self, request: Request, sequence: int) -> Response:
        """Compare what was booked with what was sent. The same file again changes nothing."""
        facts = sent(request, BookedBodySerializer)
        person: Any = request.user
        found = reconcile(
            sequence=sequence,
            file_name=facts["file_name"],
            content=facts["csv"].encode(),
            by=person,
            at=timezone.now(),
        )
        return Response(ReconciliationSerializer(found).data)
