"""Doors. Schemes and prices, as programs read them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from departments.organisation.api.pages import PageQuerySerializer, UpdatedSince
from pricing.models import CarbonPrice
from pricing.price_lookup import CoverageRule, SchemeTerms


class CoverageSerializer(serializers.Serializer[CoverageRule]):
    scope = serializers.IntegerField()
    category = serializers.IntegerField(allow_null=True, help_text="Null: the whole scope.")
    starts_on = serializers.DateField()
    ends_before = serializers.DateField(allow_null=True)


class SchemeSerializer(serializers.Serializer[SchemeTerms]):
    code = serializers.CharField()
    name = serializers.CharField()
    mechanism = serializers.CharField()
    currency = serializers.CharField(help_text="ISO 4217")
    scope2_basis = serializers.CharField(help_text="location or market: which one is charged")
    starts_on = serializers.DateField(help_text="Activity before this day is never charged.")
    fund_entity = serializers.CharField(
        help_text="Legal entity whose books the carbon fund is in; empty: it names none."
    )
    is_illustrative = serializers.BooleanField()
    coverage = CoverageSerializer(many=True)


class SchemesSerializer(serializers.Serializer[Any]):
    data = SchemeSerializer(many=True)  # type: ignore[assignment]  # the page's word


class PriceSerializer(serializers.ModelSerializer[CarbonPrice]):
    scheme = serializers.CharField(source="scheme.code")
    department = serializers.CharField(source="department.code", allow_null=True, default=None)
    currency = serializers.CharField(source="scheme.currency")
    starts_on = serializers.DateField(source="in_force.lower", allow_null=True)
    ends_before = serializers.DateField(source="in_force.upper", allow_null=True)

    class Meta:
        model = CarbonPrice
        fields = [
            "id",
            "scheme",
            "department",
            "scope",
            "category",
            "country",
            "price_per_tonne",
            "currency",
            "starts_on",
            "ends_before",
            "reason",
            "source_url",
            "approved_at",
        ]


class PricesQuerySerializer(PageQuerySerializer):
    scheme = serializers.CharField(required=False, max_length=40, help_text="Code of a scheme.")
    on = serializers.DateField(required=False, help_text="Only prices in force on this day.")
    updated_since = UpdatedSince("Approved")
