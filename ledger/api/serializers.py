"""Doors. The books as programs read them: decimals as strings, beside them whole minor units."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ledger.balances import AccountBalance
from ledger.converted_bill import converted_bill
from ledger.exports.registry import FORMATS
from ledger.journal_lines import JournalRow
from ledger.models.exports import (
    ExportAcknowledgement,
    ExportReconciliation,
    ExportRejection,
    JournalExport,
)
from ledger.models.periods import AccountingPeriod, PeriodSeal, PeriodState
from ledger.models.settlements import Settlement, SettlementState
from ledger.settlement_review import DepartmentTotals, Progress, SettlementReview
from ledger.statement_totals import StatementTotals
from ledger.statements import Statement, StatementLine, StatementSeal
from ledger.verification import Finding, Verification


class Exact(serializers.DecimalField):
    """A decimal with the digits it has, as a string."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, **options)


@extend_schema_field(OpenApiTypes.INT64)
class Minor(serializers.Field[Any, Any, int, Any]):
    """The same amount in whole minor units: cents of USD, milligrams of KGCO2E; 64 bits."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Decimal) -> int:
        return int(value.scaleb(-int(value.as_tuple().exponent)))


# --- journal and balances -----------------------------------------------------------------------


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


# --- statements ---------------------------------------------------------------------------------


class StatementTotalsSerializer(serializers.Serializer[StatementTotals]):
    department = serializers.CharField()
    department_name = serializers.CharField()
    scheme = serializers.CharField()
    period = serializers.CharField()
    currency = serializers.CharField()
    charged = Exact()
    charged_minor = Minor(source="charged")
    earned = Exact()
    earned_minor = Minor(source="earned")
    net = Exact(help_text="Charged minus earned.")
    net_minor = Minor(source="net")
    settled_kgco2e = Exact(help_text="Emitted, on the scheme's own basis.")
    line_count = serializers.IntegerField()
    url = serializers.SerializerMethodField()

    def get_url(self, row: StatementTotals) -> str:
        return f"/api/v1/statements/{row.scheme}/{row.period}/{row.department}/"


class StatementLineSerializer(serializers.Serializer[StatementLine]):
    id = serializers.IntegerField(source="line_id")
    kind = serializers.CharField(help_text="charge, levy, incentive, allocation or recorded.")
    is_true_up = serializers.BooleanField()
    activity_period = serializers.CharField()
    scope = serializers.IntegerField(allow_null=True)
    category = serializers.IntegerField(allow_null=True, help_text="Scope 3, 1 to 15.")
    durability_class = serializers.CharField(help_text="Of a removal; else empty.")
    location_kgco2e = Exact()
    market_kgco2e = Exact()
    settled_kgco2e = Exact(help_text="On the scheme's own basis: what the price is put on.")
    price_per_tonne = Exact(allow_null=True, help_text="Null where no tonnes are charged.")
    amount = Exact(help_text="What is earned is negative.")
    amount_minor = Minor(source="amount")
    currency = serializers.CharField()
    record_count = serializers.IntegerField()
    explanation = serializers.ListField(
        child=serializers.CharField(),
        help_text="The arithmetic of a levy or an allocation; empty, for tonnes × price.",
    )
    legal_entity = serializers.CharField(
        help_text="Whose books it is in; empty where the scheme tells no books apart."
    )


class StatementSealSerializer(serializers.Serializer[StatementSeal]):
    number = serializers.IntegerField()
    period = serializers.CharField()
    chain_sha256 = serializers.CharField()
    sealed_at = serializers.DateTimeField()
    covers_statement = serializers.BooleanField(
        help_text="True: the statement's own period. False: the newest seal when it was posted."
    )


class ConvertedSerializer(serializers.Serializer[Any]):
    """A bill's net in the currency of its department's books; told, never posted."""

    currency = serializers.CharField()
    net = serializers.CharField(allow_null=True, help_text="Null: no approved rate of that week.")
    rate = serializers.CharField(
        allow_null=True, help_text="What one unit of the bill's currency is worth."
    )
    rate_date = serializers.DateField(allow_null=True)
    rate_source = serializers.CharField(allow_null=True)


class StatementSerializer(serializers.Serializer[Statement]):
    department = serializers.CharField()
    department_name = serializers.CharField()
    scheme = serializers.CharField()
    scheme_name = serializers.CharField()
    period = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    state = serializers.CharField(help_text="posted, or closed with its period.")
    settlements = serializers.ListField(source="settlement_ids", child=serializers.IntegerField())
    prepared_by = serializers.CharField()
    approved_by = serializers.CharField()
    posted_at = serializers.DateTimeField(allow_null=True)
    currency = serializers.CharField()
    opening_balance = Exact()
    opening_balance_minor = Minor(source="opening_balance")
    charged = Exact()
    charged_minor = Minor(source="charged")
    earned = Exact()
    earned_minor = Minor(source="earned")
    net = Exact()
    net_minor = Minor(source="net")
    closing_balance = Exact(help_text="Opening balance + charged − earned.")
    closing_balance_minor = Minor(source="closing_balance")
    lines = StatementLineSerializer(many=True)
    sha256 = serializers.CharField(help_text="As printed on the statement's page.")
    seal = StatementSealSerializer(
        allow_null=True, help_text="Not part of sha256. Null before the first period is closed."
    )
    converted = serializers.SerializerMethodField(
        help_text="Where the department's books are in another currency; else null. Not part of "
        "sha256: a corrected rate changes it."
    )

    @extend_schema_field(ConvertedSerializer(allow_null=True))
    def get_converted(self, statement: Statement) -> Any:
        found = converted_bill(statement)
        return None if found is None else found.content()


# --- settlements --------------------------------------------------------------------------------


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


# --- exports ------------------------------------------------------------------------------------


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
