"""Doors. Entries by hand, as programs propose and read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from departments.organisation.api.pages import PageQuerySerializer, UpdatedSince
from departments.organisation.api.strict import StrictSerializer
from ledger.models.manual_entries import ManualEntry, ManualEntryLine, ManualEntryState


class Amount(serializers.CharField):
    """A decimal as text: a number of JSON may have lost digits on its way."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_blank=True, default="", max_length=40, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WrittenLineSerializer(StrictSerializer):
    account = serializers.CharField(max_length=200, help_text="Its full code.")
    commodity = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=10, help_text="Else the account's."
    )
    debit = Amount(help_text="In whole units, e.g. `1250.00`; or a credit.")
    credit = Amount(help_text="In whole units; or a debit.")


class NewManualEntrySerializer(StrictSerializer):
    entry_date = serializers.DateField(help_text="A day of an open period.")
    description = serializers.CharField(allow_blank=True, help_text="As the journal says it.")
    reason = serializers.CharField(allow_blank=True, help_text="Why it is needed.")
    evidence = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="A link, or words."
    )
    lines = WrittenLineSerializer(many=True, help_text="2 to 200, balanced in each commodity.")


class ManualEntryReasonSerializer(StrictSerializer):
    reason = serializers.CharField(allow_blank=True)


class ReversalSerializer(ManualEntryReasonSerializer):
    entry_date = serializers.DateField(help_text="A day of an open period.")


class ManualEntriesQuerySerializer(PageQuerySerializer):
    state = serializers.ChoiceField(choices=ManualEntryState.choices, required=False)
    updated_since = UpdatedSince("Proposed, or decided or withdrawn,")


class ManualEntryLineSerializer(serializers.Serializer[ManualEntryLine]):
    account = serializers.CharField(source="account.code")
    commodity = serializers.CharField(source="commodity_id")
    debit = serializers.SerializerMethodField()
    credit = serializers.SerializerMethodField()
    amount = serializers.SerializerMethodField(help_text="Debit minus credit.")
    amount_minor = serializers.SerializerMethodField()

    def get_debit(self, line: ManualEntryLine) -> str:
        return _in_units(line, line.debit)

    def get_credit(self, line: ManualEntryLine) -> str:
        return _in_units(line, line.credit)

    def get_amount(self, line: ManualEntryLine) -> str:
        return _in_units(line, line.debit - line.credit)

    def get_amount_minor(self, line: ManualEntryLine) -> int:
        return line.debit - line.credit


class ManualEntrySerializer(serializers.ModelSerializer[ManualEntry]):
    """A proposal: what it says, who decided it, and the journal entry that it became."""

    kind = serializers.SerializerMethodField(help_text="entry or reversal.")
    state = serializers.ChoiceField(choices=ManualEntryState.choices)
    proposed_by = serializers.CharField(source="proposed_by.username")
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, default=None)
    journal_entry = serializers.IntegerField(
        source="posted_entry_id", allow_null=True, help_text="Null until it is approved."
    )
    reverses = serializers.IntegerField(
        source="reverses_id", allow_null=True, help_text="The manual entry that is taken back."
    )
    reversed_by = serializers.SerializerMethodField(
        help_text="The manual entry that takes this one back, proposed or approved."
    )
    lines = ManualEntryLineSerializer(many=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = ManualEntry
        fields = [
            "id",
            "kind",
            "state",
            "entry_date",
            "description",
            "reason",
            "evidence",
            "proposed_by",
            "proposed_at",
            "decided_by",
            "decided_at",
            "decision_reason",
            "journal_entry",
            "reverses",
            "reversed_by",
            "lines",
            "url",
        ]

    def get_kind(self, entry: ManualEntry) -> str:
        return "entry" if entry.reverses_id is None else "reversal"

    def get_reversed_by(self, entry: ManualEntry) -> int | None:
        standing = (ManualEntryState.PROPOSED, ManualEntryState.APPROVED)
        return next((one.pk for one in entry.reversals.all() if one.state in standing), None)

    def get_url(self, entry: ManualEntry) -> str:
        return f"/api/v1/manual-entries/{entry.pk}/"


def _in_units(line: ManualEntryLine, minor: int) -> str:
    return f"{Decimal(minor).scaleb(-line.commodity.exponent):f}"
