"""Doors. What programs ask for in a quote, and what they are told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from departments.inventory.api.serializers import CitationSerializer, StepSerializer
from departments.organisation.api.strict import StrictSerializer
from pricing.quotes import Quote

OF_ACTIVITY = ("activity", "quantity", "unit", "place", "started_on", "ended_on", "inputs")
OF_TONNES = ("kgco2e", "scope", "category", "country")


class QuoteRequestSerializer(StrictSerializer):
    department = serializers.CharField(max_length=40, help_text="Code of the department.")
    scheme = serializers.CharField(
        required=False, max_length=40, help_text="Code of a scheme; left out: every scheme."
    )
    on = serializers.DateField(required=False, help_text="The day that counts; left out: today.")
    activity = serializers.CharField(
        required=False, max_length=250, help_text="E.g. `electricity/grid`; or say `kgco2e`."
    )
    quantity = serializers.DecimalField(
        required=False,
        max_digits=26,
        decimal_places=10,
        min_value=Decimal(0),
        help_text="It may be left out where an input says it, such as `accelerator_hours`.",
    )
    unit = serializers.CharField(required=False, max_length=60)
    place = serializers.CharField(required=False, allow_blank=True, max_length=60)
    started_on = serializers.DateField(required=False)
    ended_on = serializers.DateField(required=False, help_text="Names the price; else `on`.")
    inputs = serializers.DictField(
        child=serializers.CharField(max_length=1000),
        required=False,
        help_text="Further arguments of the calculation by name, all of them as strings.",
    )
    kgco2e = serializers.DecimalField(
        required=False,
        max_digits=18,
        decimal_places=6,
        help_text="In place of an activity, with `scope`: what is known to be emitted.",
    )
    scope = serializers.IntegerField(required=False, min_value=1, max_value=3)
    category = serializers.IntegerField(required=False, min_value=1, max_value=15)
    country = serializers.CharField(required=False, allow_blank=True, max_length=2)


def problems_between(facts: dict[str, Any]) -> dict[str, str]:
    """What does not go together: an activity or kgCO2e, not both; a category belongs to Scope 3."""
    problems: dict[str, str] = {}
    if "activity" in facts:
        for name in OF_TONNES:
            if name in facts:
                problems[name] = "It follows from the activity. Leave it out."
    elif "kgco2e" in facts:
        for name in OF_ACTIVITY:
            if name in facts:
                problems[name] = "It belongs to an activity. Leave it out, or say which."
        if "scope" not in facts:
            problems["scope"] = "Say 1, 2 or 3: it decides the price."
        elif "category" in facts and facts["scope"] != 3:
            problems["category"] = "Only Scope 3 has categories."
    else:
        problems["activity"] = "Say an activity, or kgco2e with its scope."
    return problems


class _Decimal(serializers.DecimalField):
    """A decimal as it is, in full."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, **options)


class QuoteSerializer(serializers.Serializer[Quote]):
    scheme = serializers.CharField()
    scheme_name = serializers.CharField()
    kind = serializers.CharField(help_text="charge, incentive, or recorded: neither costs.")
    basis = serializers.CharField(help_text="Of Scope 2: location or market; else empty.")
    kgco2e = _Decimal(help_text="What the scheme counts.")
    price_per_tonne = _Decimal(allow_null=True)
    amount = _Decimal(help_text="In whole units; of an incentive, what is earned.")
    amount_minor = serializers.IntegerField(help_text="The same in minor units.")
    currency = serializers.CharField()
    moves_money = serializers.BooleanField(help_text="False: shown, not booked.")
    explanation = serializers.ListField(child=serializers.CharField())


class WorkedOutSerializer(serializers.Serializer[Any]):
    activity = serializers.CharField()
    started_on = serializers.DateField()
    ended_on = serializers.DateField()
    quantity = _Decimal()
    unit = serializers.CharField()
    place = serializers.CharField()
    country = serializers.CharField(source="result.country")
    kind = serializers.CharField(source="result.kind")
    scope = serializers.IntegerField(source="result.scope", allow_null=True)
    category = serializers.IntegerField(source="result.category", allow_null=True)
    durability_class = serializers.CharField(source="result.durability_class")
    location_kgco2e = _Decimal(source="result.location_kgco2e")
    market_kgco2e = _Decimal(source="result.market_kgco2e")
    quality_tier = serializers.IntegerField(source="result.quality_tier", help_text="1 is best.")
    method = serializers.CharField(source="result.trace.method")
    boundary = serializers.CharField(source="result.trace.boundary")
    citation = CitationSerializer()
    fallbacks = serializers.ListField(
        child=serializers.CharField(), source="result.trace.fallbacks"
    )
    steps = StepSerializer(many=True)


class QuoteAnswerSerializer(serializers.Serializer[Any]):
    department = serializers.CharField()
    on = serializers.DateField(help_text="The day that names the price.")
    emission = WorkedOutSerializer(
        allow_null=True, help_text="What the activity comes to; null where kgco2e was given."
    )
    quotes = QuoteSerializer(many=True, help_text="One a scheme, by code.")
