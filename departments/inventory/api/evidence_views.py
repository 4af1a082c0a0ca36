"""Doors. Files that prove an activity record."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from departments.inventory import evidence_reading, record_evidence, records
from departments.inventory.api.serializers import EvidenceSerializer
from departments.inventory.api.views import InventoryView, refuse_size
from departments.inventory.evidence_download import attachment
from departments.inventory.models.evidence import KINDS, MOST_BYTES
from departments.organisation.api.answers import NoQuerySerializer, asked, sent
from departments.organisation.api.permissions import visible_ids_of
from departments.organisation.api.strict import StrictSerializer


class NewEvidenceSerializer(StrictSerializer):
    file = serializers.FileField(
        allow_empty_file=True,  # refused as what can be read and is no evidence
        help_text="PDF, JPEG, PNG, CSV, workbook (.xlsx) or plain text, told from its bytes; at "
        "most 10 MB.",
    )


class EvidenceList(InventoryView):
    """Files that prove an activity record."""

    required_scopes = {"GET": "activities:read", "POST": "activities:write"}
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="evidence_list", responses=EvidenceSerializer(many=True))
    def get(self, request: Request, record_id: int) -> Response:
        """The files of a record, oldest first."""
        asked(request, NoQuerySerializer)
        found = records.record_detail(record_id=record_id, department_ids=visible_ids_of(request))
        return Response([EvidenceSerializer(each).data for each in found.evidence])

    @extend_schema(
        operation_id="evidence_attach",
        request={"multipart/form-data": NewEvidenceSerializer},
        responses={201: EvidenceSerializer},
    )
    def post(self, request: Request, record_id: int) -> Response:
        """Attach a file, in whatever state the record is. Safe to repeat."""
        facts = sent(request, NewEvidenceSerializer)
        refuse_size(facts["file"], MOST_BYTES)
        visible = visible_ids_of(request)
        records.record_detail(record_id=record_id, department_ids=visible)
        file = facts["file"]
        given: dict[str, Any] = {
            "record_id": record_id,
            "file_name": file.name,
            "content": file.read(),
            "by": request.user,
            "at": timezone.now(),
        }
        evidence_id = record_evidence.attach_evidence(**given)
        found = evidence_reading.evidence_file(
            record_id=record_id, evidence_id=evidence_id, department_ids=visible
        )
        return Response(EvidenceSerializer(found).data, status=status.HTTP_201_CREATED)


class EvidenceDetail(InventoryView):
    """One file that proves an activity record."""

    required_scopes = {"GET": "activities:read", "DELETE": "activities:write"}

    @extend_schema(
        operation_id="evidence_download",
        responses={(200, kind): OpenApiTypes.BINARY for kind in KINDS},
    )
    def get(self, request: Request, record_id: int, evidence_id: int) -> HttpResponse:
        """The file as it came, as an attachment."""
        asked(request, NoQuerySerializer)
        found = evidence_reading.evidence_file(
            record_id=record_id, evidence_id=evidence_id, department_ids=visible_ids_of(request)
        )
        return attachment(found)

    @extend_schema(operation_id="evidence_remove", responses={204: None})
    def delete(self, request: Request, record_id: int, evidence_id: int) -> Response:
        """Remove a file; refused once the record has been submitted with it."""
        visible = visible_ids_of(request)
        evidence_reading.evidence_file(
            record_id=record_id, evidence_id=evidence_id, department_ids=visible
        )
        wish: dict[str, Any] = {
            "record_id": record_id,
            "evidence_id": evidence_id,
            "by": request.user,
        }
        record_evidence.remove_evidence(**wish)
        return Response(status=status.HTTP_204_NO_CONTENT)
