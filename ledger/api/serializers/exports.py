"""Doors. Exports as the API tells them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ledger.exports.registry import FORMATS
from ledger.models.exports import (
    ExportAcknowledgement,
    ExportReconciliation,
    ExportRejection,
    JournalExport,
)


class SidesSerializer(serializers.Serializer[Any]):
    debit = serializers.CharField()
    credit = serializers.CharField()


class ManifestSealSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    line_count = serializers.IntegerField()
    lines_sha256 = serializers.CharField()
    chain_sha256 = serializers.CharField()


class AcknowledgementSerializer(serializers.ModelSerializer[ExportAcknowledgement]):
    acknowledged_by = serializers.CharField(source="acknowledged_by.username")

    class Meta:
        model = ExportAcknowledgement
        fields = ["reference", "acknowledged_by", "acknowledged_at"]


class RejectionSerializer(serializers.ModelSerializer[ExportRejection]):
    rejected_by = serializers.CharField(source="rejected_by.username")

    class Meta:
        model = ExportRejection
        fields = ["reason", "rejected_by", "rejected_at"]


class ExportValidationSerializer(serializers.Serializer[Any]):
    """What an export would hold, and everything that keeps it from leaving."""

    line_count = serializers.IntegerField()
    document_count = serializers.IntegerField(allow_null=True)
    problems = serializers.ListField(child=serializers.CharField())


class BookedDifferenceSerializer(serializers.Serializer[Any]):
    """One key that is not the same; amounts are debit less credit."""

    state = serializers.ChoiceField(choices=["missing", "extra", "differing"])
    legal_entity = serializers.CharField()
    currency = serializers.CharField()
    account = serializers.CharField()
    cost_centre = serializers.CharField()
    document = serializers.CharField()
    sent = serializers.CharField(allow_null=True)
    booked = serializers.CharField(allow_null=True)
    difference = serializers.CharField(help_text="Booked less sent.")


class ReconciliationSerializer(serializers.ModelSerializer[ExportReconciliation]):
    reconciled_by = serializers.CharField(source="reconciled_by.username")
    differences = BookedDifferenceSerializer(many=True, help_text="The first thousand.")

    class Meta:
        model = ExportReconciliation
        fields = [
            "file_name",
            "sha256",
            "matched",
            "missing",
            "extra",
            "differing",
            "differences",
            "reconciled_by",
            "reconciled_at",
        ]


class ExportSerializer(serializers.Serializer[JournalExport]):
    """An export and its manifest."""

    sequence = serializers.IntegerField(help_text="1, 2, 3 … without a gap.")
    format = serializers.ChoiceField(choices=sorted(FORMATS), source="format_name")
    period = serializers.CharField(source="manifest.period", allow_null=True)
    scheme = serializers.CharField(source="manifest.scheme", allow_null=True)
    commodity = serializers.CharField(source="manifest.commodity", allow_null=True)
    schema_version = serializers.IntegerField(source="manifest.schema_version")
    line_count = serializers.IntegerField()
    entry_count = serializers.IntegerField(source="manifest.entry_count")
    byte_count = serializers.IntegerField(source="manifest.byte_count")
    through_line_id = serializers.IntegerField(
        source="manifest.through_line_id", help_text="The last journal line there was."
    )
    totals = serializers.DictField(
        source="manifest.totals", child=SidesSerializer(), help_text="By commodity."
    )
    sha256 = serializers.CharField()
    seal = ManifestSealSerializer(
        source="manifest.seal", allow_null=True, help_text="Of a closed period."
    )
    exported_by = serializers.CharField(
        source="exported_by.username", allow_null=True, default=None
    )
    exported_at = serializers.DateTimeField()
    document_count = serializers.IntegerField(
        source="manifest.document_count",
        allow_null=True,
        default=None,
        help_text="Of an ERP's file.",
    )
    acknowledgement = AcknowledgementSerializer(
        allow_null=True, default=None, help_text="Once finance has taken it into its own books."
    )
    rejection = RejectionSerializer(
        allow_null=True, default=None, help_text="Where finance could not take it."
    )
    replaces = serializers.IntegerField(
        source="replaces.sequence", allow_null=True, default=None, help_text="A rejected export."
    )
    replaced_by = serializers.IntegerField(
        source="replacement.sequence", allow_null=True, default=None
    )
    file = serializers.SerializerMethodField(help_text="Where the bytes are.")

    def get_file(self, export: JournalExport) -> str:
        return f"/api/v1/exports/{export.sequence}/file/"
