"""Doors. Settlements as the API tells them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ledger.api.serializers import Exact, Minor
from ledger.models.settlements import Settlement, SettlementState
from ledger.settlement_review import DepartmentTotals, Progress, SettlementReview


class SettlementSummarySerializer(serializers.ModelSerializer[Settlement]):
    scheme = serializers.CharField(source="scheme.code")
    period = serializers.CharField(source="period.code")
    state = serializers.ChoiceField(choices=SettlementState.choices)
    shards_done = serializers.IntegerField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Settlement
        fields = [
            "id",
            "scheme",
            "period",
            "revision",
            "state",
            "record_count",
            "shards_done",
            "shard_count",
            "prepared_at",
            "calculated_at",
            "approved_at",
            "posted_at",
            "cancelled_at",
            "url",
        ]

    def get_url(self, settlement: Settlement) -> str:
        return f"/api/v1/settlements/{settlement.pk}/"


class StuckShardSerializer(serializers.Serializer[Any]):
    shard = serializers.IntegerField(source="shard_id")
    number = serializers.IntegerField()
    attempts = serializers.IntegerField()
    error = serializers.CharField(help_text="Why it could not be calculated, and what to do.")


class ProgressSerializer(serializers.Serializer[Progress]):
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.IntegerField()
    errors = StuckShardSerializer(source="stuck", many=True)  # type: ignore[assignment]  # its word


class DepartmentTotalsSerializer(serializers.Serializer[DepartmentTotals]):
    department = serializers.CharField(help_text="Empty on the total.")
    charges = Exact()
    true_ups = Exact()
    incentives = Exact()
    net = Exact(help_text="Charges + true-ups − incentives.")
    net_minor = Minor(source="net")
    change = Exact(allow_null=True, help_text="Against the settlement before.")
    emitted_tonnes = Exact()
    removed_tonnes = Exact()
    record_count = serializers.IntegerField(source="records")


class SettlementSerializer(serializers.Serializer[SettlementReview]):
    """A settlement: how far it is, what it does to each department, and who took which step."""

    id = serializers.IntegerField(source="settlement_id")
    scheme = serializers.CharField()
    period = serializers.CharField()
    revision = serializers.IntegerField()
    state = serializers.ChoiceField(choices=SettlementState.choices)
    progress = ProgressSerializer()
    currency = serializers.CharField()
    record_count = serializers.IntegerField()
    input_sha256 = serializers.CharField()
    prepared_by = serializers.CharField()
    prepared_at = serializers.DateTimeField()
    calculated_at = serializers.DateTimeField(allow_null=True)
    approved_by = serializers.CharField()
    approved_at = serializers.DateTimeField(allow_null=True)
    posted_by = serializers.CharField()
    posted_at = serializers.DateTimeField(allow_null=True)
    cancelled_by = serializers.CharField()
    cancelled_at = serializers.DateTimeField(allow_null=True)
    total = DepartmentTotalsSerializer()
    departments = DepartmentTotalsSerializer(many=True, help_text="The 200 largest.")
    departments_left_out = serializers.IntegerField(source="left_out")
    url = serializers.SerializerMethodField()

    def get_url(self, settlement: SettlementReview) -> str:
        return f"/api/v1/settlements/{settlement.settlement_id}/"
