"""Doors. A disclosure as the API shows it, field by field."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from departments.organisation.api.strict import StrictSerializer
from ledger.disclosure.answers import Origin


class DisclosureQuerySerializer(StrictSerializer):
    year = serializers.CharField(
        max_length=20,
        help_text="A period, or what the codes of a year's periods begin with: FY23, 2024.",
    )
    version = serializers.CharField(
        required=False, max_length=20, help_text="Else the newest that the year is under."
    )
    scheme = serializers.CharField(
        required=False, max_length=40, help_text="Leaves other schemes out."
    )


class FrameworkSerializer(serializers.Serializer[Any]):
    framework = serializers.CharField()
    version = serializers.CharField()
    title = serializers.CharField()
    status = serializers.CharField(help_text="Whether and from when it applies.")
    source = serializers.CharField()  # type: ignore[assignment]  # a field's name


class FrameworksSerializer(serializers.Serializer[Any]):
    frameworks = FrameworkSerializer(many=True)
    years = serializers.ListField(
        child=serializers.CharField(), help_text="Periods with posted lines, the newest first."
    )


class DisclosureSourceSerializer(serializers.Serializer[Any]):
    scheme = serializers.CharField()
    activity_period = serializers.CharField()
    kind = serializers.CharField()
    scope = serializers.IntegerField(allow_null=True)
    category = serializers.IntegerField(allow_null=True)
    durability_class = serializers.CharField()
    price_per_tonne = serializers.CharField(allow_null=True)
    settled_kgco2e = serializers.CharField(help_text="On the scheme's own basis.")
    location_kgco2e = serializers.CharField()
    market_kgco2e = serializers.CharField()
    amount = serializers.CharField(help_text="In the scheme's currency.")
    lines = serializers.IntegerField(help_text="Posted statement lines.")


class DisclosureCellSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="table:row:column")
    label = serializers.CharField()  # type: ignore[assignment]  # a field's name
    datapoint = serializers.CharField(help_text="Empty, where the framework gives none.")
    reference = serializers.CharField(help_text="Where it stands in the framework.")
    evidence = serializers.ChoiceField(
        choices=["read", "secondary", "none"], help_text="How its number is known."
    )
    value = serializers.CharField(
        allow_null=True, help_text="Words, or a decimal with every digit; null: there is none."
    )
    unit = serializers.CharField()
    origin = serializers.ChoiceField(choices=[each.value for each in Origin])
    is_computed = serializers.BooleanField()
    arithmetic = serializers.ListField(child=serializers.CharField())
    sources = DisclosureSourceSerializer(many=True)


class DisclosureRowSerializer(serializers.Serializer[Any]):
    row = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field's name
    cells = DisclosureCellSerializer(many=True)


class DisclosureTableSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    requirement = serializers.CharField()
    title = serializers.CharField()
    note = serializers.CharField()
    layout = serializers.ChoiceField(choices=["table", "form"])
    rows = DisclosureRowSerializer(many=True)


class DisclosurePeriodSerializer(serializers.Serializer[Any]):
    period = serializers.CharField()
    is_closed = serializers.BooleanField(help_text="An open period's figures may change.")


class InventoryViewSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    note = serializers.CharField()
    scope2_basis = serializers.ChoiceField(choices=["location", "market"])


class StatedSerializer(serializers.Serializer[Any]):
    period = serializers.CharField()
    place = serializers.CharField()
    tonnes = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field's name


class InventoryViewCellSerializer(serializers.Serializer[Any]):
    view = serializers.CharField()
    settled = serializers.CharField(allow_null=True)
    stated = serializers.CharField(
        allow_null=True, help_text="What management states beside the books."
    )
    tonnes = serializers.CharField(allow_null=True, help_text="Null: the view leaves it out.")
    unit = serializers.CharField()
    arithmetic = serializers.ListField(child=serializers.CharField())
    stated_by = StatedSerializer(many=True)


class InventoryViewRowSerializer(serializers.Serializer[Any]):
    row = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field's name
    views = InventoryViewCellSerializer(many=True)


class InventoryViewsSerializer(serializers.Serializer[Any]):
    views = InventoryViewSerializer(many=True)
    rows = InventoryViewRowSerializer(many=True)


class DisclosureSerializer(FrameworkSerializer):
    year = serializers.CharField()
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    periods = DisclosurePeriodSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    tables = DisclosureTableSerializer(many=True)
    inventory_views = InventoryViewsSerializer()
