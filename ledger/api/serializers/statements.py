"""Doors. Statements as the API tells them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ledger.api.serializers import Exact, Minor
from ledger.converted_bill import converted_bill
from ledger.statement_totals import StatementTotals
from ledger.statements import Statement, StatementLine, StatementSeal


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
