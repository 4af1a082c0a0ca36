"""Doors. What programs may ask for and send, field by field; anything else is refused."""

from __future__ import annotations

from rest_framework import serializers

from departments.organisation.api.answers import NoQuerySerializer, NothingSerializer
from departments.organisation.api.pages import PageQuerySerializer, UpdatedSince
from departments.organisation.api.strict import StrictSerializer
from ledger.exports.registry import FORMATS
from ledger.models.periods import PeriodState
from ledger.models.settlements import SettlementState

__all__ = ["NoQuerySerializer", "NothingSerializer", "PageQuerySerializer"]


class JournalQuerySerializer(PageQuerySerializer):
    period = serializers.CharField(required=False, max_length=20, help_text="Code of a period.")
    scheme = serializers.CharField(required=False, max_length=40, help_text="Code of a scheme.")
    account = serializers.CharField(required=False, max_length=200, help_text="Its full code.")
    commodity = serializers.CharField(required=False, max_length=10, help_text="USD, KGCO2E …")
    entry = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class BalancesQuerySerializer(StrictSerializer):
    as_of = serializers.DateField(
        required=False, help_text="Count entries up to and including this day."
    )
    scheme = serializers.CharField(required=False, max_length=40, help_text="Code of a scheme.")
    legal_entity = serializers.CharField(
        required=False,
        max_length=20,
        help_text="Accounts in the books of this legal entity, of schemes that tell books apart.",
    )


class AccountsQuerySerializer(PageQuerySerializer, BalancesQuerySerializer):
    """Which accounts, as of which day."""


class StatementsQuerySerializer(PageQuerySerializer):
    scheme = serializers.CharField(required=False, max_length=40)
    period = serializers.CharField(required=False, max_length=20)
    department = serializers.CharField(required=False, max_length=40)
    updated_since = UpdatedSince("Posted, or posted to again,")


class SettlementsQuerySerializer(PageQuerySerializer):
    scheme = serializers.CharField(required=False, max_length=40)
    period = serializers.CharField(required=False, max_length=20)
    state = serializers.ChoiceField(choices=SettlementState.choices, required=False)
    updated_since = UpdatedSince("Prepared, calculated, approved, posted or cancelled")


class ExportsQuerySerializer(PageQuerySerializer):
    format = serializers.ChoiceField(choices=sorted(FORMATS), required=False)
    period = serializers.CharField(required=False, max_length=20, help_text="Code of a period.")
    updated_since = UpdatedSince("Exported, acknowledged or rejected")


class PeriodsQuerySerializer(PageQuerySerializer):
    state = serializers.ChoiceField(choices=PeriodState.choices, required=False)
    updated_since = UpdatedSince("Closed")


class NewSettlementSerializer(StrictSerializer):
    scheme = serializers.CharField(max_length=40, help_text="Code of the scheme.")
    period = serializers.CharField(max_length=20, help_text="Code of an open period.")


class ApprovalSerializer(StrictSerializer):
    review_ends_on = serializers.DateField(
        required=False, allow_null=True, help_text="Last day on which departments may dispute."
    )


class NewExportSerializer(StrictSerializer):
    format = serializers.ChoiceField(choices=sorted(FORMATS))
    period = serializers.CharField(required=False, max_length=20, help_text="Else all.")
    scheme = serializers.CharField(required=False, max_length=40, help_text="Else all.")
    commodity = serializers.CharField(required=False, max_length=10, help_text="Else all.")


class AcknowledgementBodySerializer(StrictSerializer):
    reference = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=120,
        help_text="What finance calls it, e.g. a document number.",
    )


class RejectionBodySerializer(StrictSerializer):
    reason = serializers.CharField(max_length=500, help_text="What has to be mended.")


class ReplacementBodySerializer(StrictSerializer):
    format = serializers.ChoiceField(
        choices=sorted(FORMATS), required=False, help_text="Else that of the rejected export."
    )


class BookedBodySerializer(StrictSerializer):
    file_name = serializers.CharField(max_length=200)
    csv = serializers.CharField(
        trim_whitespace=False,
        help_text="What was booked: legal_entity, currency, account, amount (or debit and credit); "
        "and cost_centre and document, if the system tells them.",
    )
