"""Doors. The journal, its accounts and periods as the API tells them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ledger.api.serializers import Exact, Minor
from ledger.balances import AccountBalance
from ledger.journal_lines import JournalRow
from ledger.models.periods import AccountingPeriod, PeriodSeal, PeriodState
from ledger.verification import Finding, Verification


class JournalLineSerializer(serializers.Serializer[JournalRow]):
    id = serializers.IntegerField(source="line_id")
    entry = serializers.IntegerField(source="entry_id")
    entry_date = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    period = serializers.CharField()
    activity_period = serializers.CharField(help_text="Differs from `period` on a true-up.")
    scheme = serializers.CharField()
    settlement = serializers.IntegerField(source="settlement_id", allow_null=True)
    legal_entity = serializers.CharField()
    department = serializers.CharField()
    cost_centre = serializers.CharField()
    account = serializers.CharField()
    commodity = serializers.CharField()
    debit = Exact()
    credit = Exact()
    amount = serializers.SerializerMethodField(help_text="Debit minus credit.")
    amount_minor = serializers.SerializerMethodField()
    description = serializers.CharField()
    source_type = serializers.CharField()
    source_id = serializers.CharField()
    purpose = serializers.CharField()
    reverses = serializers.IntegerField(allow_null=True, help_text="The entry that is taken back.")

    def get_amount(self, row: JournalRow) -> str:
        return f"{row.debit - row.credit:f}"

    def get_amount_minor(self, row: JournalRow) -> int:
        return Minor().to_representation(row.debit - row.credit)


class EntryLineSerializer(JournalLineSerializer):
    """A line inside its entry, which says the rest."""

    class Meta:
        ref_name = "EntryLine"

    def get_fields(self) -> dict[str, Any]:
        kept = (
            "id",
            "legal_entity",
            "account",
            "commodity",
            "debit",
            "credit",
            "amount",
            "amount_minor",
        )
        return {name: field for name, field in super().get_fields().items() if name in kept}


class JournalEntrySerializer(serializers.Serializer[Any]):
    """An entry from its lines; a department sees only the lines on its own accounts."""

    id = serializers.IntegerField(source="first.entry_id")
    entry_date = serializers.DateField(source="first.entry_date")
    recorded_at = serializers.DateTimeField(source="first.recorded_at")
    period = serializers.CharField(source="first.period")
    activity_period = serializers.CharField(source="first.activity_period")
    scheme = serializers.CharField(source="first.scheme")
    settlement = serializers.IntegerField(source="first.settlement_id", allow_null=True)
    legal_entity = serializers.CharField(source="first.legal_entity")
    department = serializers.CharField(source="first.department")
    cost_centre = serializers.CharField(source="first.cost_centre")
    description = serializers.CharField(source="first.description")
    source_type = serializers.CharField(source="first.source_type")
    source_id = serializers.CharField(source="first.source_id")
    purpose = serializers.CharField(source="first.purpose")
    reverses = serializers.IntegerField(source="first.reverses", allow_null=True)
    lines = EntryLineSerializer(many=True)


class AccountSerializer(serializers.Serializer[AccountBalance]):
    id = serializers.IntegerField(source="account_id")
    account = serializers.CharField()
    kind = serializers.CharField()
    commodity = serializers.CharField()
    debit = Exact()
    credit = Exact()
    balance = Exact(help_text="Debit minus credit.")
    balance_minor = Minor(source="balance")


class CommodityTotalSerializer(serializers.Serializer[Any]):
    commodity = serializers.CharField()
    debit = Exact()
    credit = Exact()
    balances = serializers.BooleanField(help_text="Debits equal credits.")


class TrialBalanceSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField(allow_null=True)
    accounts = AccountSerializer(many=True)
    totals = CommodityTotalSerializer(many=True)


class FindingSerializer(serializers.Serializer[Finding]):
    check = serializers.CharField()
    place = serializers.CharField()
    detail = serializers.CharField()


class VerificationSerializer(serializers.Serializer[Verification]):
    holds = serializers.BooleanField()
    checked = serializers.DictField(
        child=serializers.IntegerField(), help_text="Each check with the rows it went through."
    )
    findings = FindingSerializer(many=True)


class SealSerializer(serializers.ModelSerializer[PeriodSeal]):
    class Meta:
        model = PeriodSeal
        fields = ["number", "line_count", "lines_sha256", "chain_sha256", "sealed_at"]


class PeriodSerializer(serializers.ModelSerializer[AccountingPeriod]):
    starts_on = serializers.DateField(source="first_day")
    ends_on = serializers.DateField(source="last_day")
    state = serializers.ChoiceField(choices=PeriodState.choices)
    seal = SealSerializer(allow_null=True, default=None)

    class Meta:
        model = AccountingPeriod
        fields = ["code", "starts_on", "ends_on", "state", "closed_at", "seal"]
