"""Doors. What programs send and get: decimals as strings, units in the names."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from departments.inventory.evidence_reading import Evidence
from departments.inventory.factor_choice import ChosenFactor
from departments.inventory.history import HistoryEvent
from departments.inventory.models.activity import RecordState
from departments.inventory.records import EmissionDetail, RecordDetail, RecordSummary
from departments.organisation.api.pages import (
    ExpandingQuerySerializer,
    PageQuerySerializer,
    UpdatedSince,
)
from departments.organisation.api.strict import StrictSerializer


class RecordsQuerySerializer(ExpandingQuerySerializer):
    """What records and results are narrowed by alike."""

    external_id = serializers.CharField(required=False, max_length=100)
    department = serializers.CharField(required=False, max_length=40, help_text="Its code.")
    activity = serializers.CharField(
        required=False, max_length=250, help_text="An activity, or the path above several."
    )
    from_on = serializers.DateField(
        required=False, help_text="Activity that ended on this day or later."
    )
    until_on = serializers.DateField(
        required=False, help_text="Activity that ended on this day or earlier."
    )


class ActivitiesQuerySerializer(RecordsQuerySerializer):
    expandable = ("emission",)
    state = serializers.ChoiceField(choices=RecordState.choices, required=False)
    updated_since = UpdatedSince("Entered, submitted, approved or returned")


class EmissionsQuerySerializer(RecordsQuerySerializer):
    expandable = ("activity_record",)
    activity_record = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="Only results of this record."
    )
    scope = serializers.IntegerField(required=False, min_value=1, max_value=3)
    approved_after = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        help_text="Only results with a higher `approval_number`.",
    )


class FactorsQuerySerializer(PageQuerySerializer):
    activity = serializers.CharField(
        max_length=250, help_text="An activity, or the path above several."
    )
    place = serializers.CharField(
        required=False, max_length=60, help_text="ISO 3166 code, US/<eGRID subregion> or WORLD."
    )
    year = serializers.IntegerField(required=False, min_value=1990, max_value=2100)


class NewActivitySerializer(StrictSerializer):
    department = serializers.CharField(max_length=40, help_text="Code of the department.")
    activity = serializers.CharField(max_length=250, help_text="E.g. `electricity/grid`.")
    started_on = serializers.DateField()
    ended_on = serializers.DateField(help_text="Names the period and the price.")
    quantity = serializers.DecimalField(max_digits=26, decimal_places=10, min_value=0)
    unit = serializers.CharField(max_length=60)
    place = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    inputs = serializers.DictField(
        child=serializers.CharField(max_length=1000),
        required=False,
        help_text="Further arguments of the calculation by name, all of them as strings.",
    )
    external_id = serializers.CharField(
        max_length=100,
        required=False,
        allow_blank=True,
        default="",
        help_text="Your own id; unique in the department, so that sending twice creates once.",
    )
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    is_estimated = serializers.BooleanField(required=False, default=False)


class ApproveSerializer(StrictSerializer):
    seen = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        help_text="`emission.id` that you looked at: 409 if another waits for approval by now.",
    )


class ReturnSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=500, help_text="What the department should mend.")


class _Decimal(serializers.DecimalField):
    """A decimal as it is, in full."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, **options)


def _id_or(component: str, *, nullable: bool = False) -> dict[str, Any]:
    """The schema of an id that may be expanded."""
    kinds: list[dict[str, Any]] = [
        {"type": "integer"},
        {"$ref": f"#/components/schemas/{component}"},
    ]
    return {"oneOf": [*kinds, {"type": "null"}] if nullable else kinds}


class DoubtSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(
        help_text="high, low, digit, counter, repeated, overlapping, vintage, market or late."
    )
    column = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()
    hint = serializers.CharField()


class ActivitySerializer(serializers.Serializer[RecordSummary]):
    id = serializers.IntegerField(source="record_id")
    department = serializers.CharField()
    activity = serializers.CharField()
    started_on = serializers.DateField()
    ended_on = serializers.DateField()
    quantity = _Decimal()
    unit = serializers.CharField()
    place = serializers.CharField()
    external_id = serializers.CharField()
    note = serializers.CharField()
    is_estimated = serializers.BooleanField()
    state = serializers.ChoiceField(choices=RecordState.choices)
    supersedes = serializers.IntegerField(source="supersedes_id", allow_null=True)
    correction_reason = serializers.CharField()
    return_reason = serializers.CharField()
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    submitted_by = serializers.CharField()
    decided_by = serializers.CharField()
    kind = serializers.CharField(help_text="emission or removal; empty before it is submitted.")
    scope = serializers.IntegerField(allow_null=True)
    category = serializers.IntegerField(allow_null=True, help_text="Scope 3, 1 to 15.")
    location_kgco2e = _Decimal(allow_null=True)
    market_kgco2e = _Decimal(allow_null=True)
    quality_tier = serializers.IntegerField(allow_null=True, help_text="1 is best, 5 is worst.")
    emission = serializers.IntegerField(
        source="result_id",
        allow_null=True,
        help_text="Id of the result that is shown; null before it is submitted.",
    )
    doubts = DoubtSerializer(many=True, help_text="What looks wrong; for whoever approves it.")


class StepSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # the step's word
    expression = serializers.CharField()
    value = _Decimal()
    unit = serializers.CharField()
    basis = serializers.CharField(help_text="location, market, or empty where there is only one.")


class CitationSerializer(serializers.Serializer[Any]):
    publisher = serializers.CharField()
    title = serializers.CharField()
    year = serializers.CharField()
    factor_set = serializers.CharField()
    factor_code = serializers.CharField()
    source_factor_id = serializers.CharField()
    url = serializers.CharField()
    licence = serializers.CharField()
    text = serializers.CharField()


class EmissionSerializer(serializers.Serializer[EmissionDetail]):
    id = serializers.IntegerField(source="emission_record_id")
    activity_record = serializers.IntegerField(source="record_id")
    department = serializers.CharField()
    activity = serializers.CharField()
    activity_on = serializers.DateField(source="ended_on")
    quantity = _Decimal()
    unit = serializers.CharField()
    country = serializers.CharField()
    kind = serializers.CharField()
    scope = serializers.IntegerField(allow_null=True)
    category = serializers.IntegerField(allow_null=True)
    durability_class = serializers.CharField()
    removal_state = serializers.CharField()
    location_kgco2e = _Decimal()
    market_kgco2e = _Decimal()
    quality_tier = serializers.IntegerField()
    gwp_set = serializers.CharField()
    boundary = serializers.CharField()
    method = serializers.CharField()
    citation = CitationSerializer()
    fallbacks = serializers.ListField(child=serializers.CharField())
    steps = StepSerializer(many=True)
    approval_number = serializers.IntegerField(allow_null=True)
    supersedes = serializers.IntegerField(source="supersedes_id", allow_null=True)


class ListedActivitySerializer(ActivitySerializer):
    """A record in a list; `emission` is the object where it is expanded."""

    emission = serializers.SerializerMethodField()  # type: ignore[assignment]  # or the object

    @extend_schema_field(_id_or("Emission", nullable=True))
    def get_emission(self, row: RecordSummary) -> Any:
        found = self.context.get("emissions", {}).get(row.result_id)
        return row.result_id if found is None else EmissionSerializer(found).data


class ListedEmissionSerializer(EmissionSerializer):
    """A result in a list; `activity_record` is the object where it is expanded."""

    activity_record = serializers.SerializerMethodField()  # type: ignore[assignment]  # the same

    @extend_schema_field(_id_or("Activity"))
    def get_activity_record(self, row: EmissionDetail) -> Any:
        found = self.context.get("records", {}).get(row.record_id)
        return row.record_id if found is None else ActivitySerializer(found).data


class HistorySerializer(serializers.Serializer[HistoryEvent]):
    at = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField()
    step = serializers.CharField(
        help_text="entered, imported, changed, submitted, approved, returned, superseded, "
        "proposed a recalculation or recalculated."
    )
    reason = serializers.CharField()
    file_name = serializers.CharField(help_text="Of an import.")
    line = serializers.IntegerField(allow_null=True, help_text="Of that file.")
    other_record = serializers.IntegerField(
        source="other_record_id", allow_null=True, help_text="What superseded it."
    )


class EvidenceSerializer(serializers.Serializer[Evidence]):
    id = serializers.IntegerField(source="evidence_id")
    activity_record = serializers.IntegerField(source="record_id")
    file_name = serializers.CharField()
    content_type = serializers.CharField(help_text="Told from the bytes.")
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    added_by = serializers.CharField()
    added_at = serializers.DateTimeField()
    is_removable = serializers.BooleanField(help_text="Not once the record was submitted with it.")


class ActivityDetailSerializer(serializers.Serializer[RecordDetail]):
    record = ActivitySerializer()
    inputs = serializers.DictField()
    emission = EmissionSerializer(allow_null=True)
    pending = EmissionSerializer(
        allow_null=True, help_text="A recalculation that waits for approval."
    )
    corrections = ActivitySerializer(many=True)
    history = HistorySerializer(many=True)
    evidence = EvidenceSerializer(many=True)


class FactorSerializer(serializers.Serializer[ChosenFactor]):
    id = serializers.IntegerField(source="factor_id")
    factor_set = serializers.CharField(source="set_code")
    code = serializers.CharField()
    source_factor_id = serializers.CharField()
    publisher = serializers.CharField()
    title = serializers.CharField()
    activity = serializers.CharField()
    place = serializers.CharField()
    year = serializers.IntegerField()
    unit = serializers.CharField()
    kgco2e_per_unit = _Decimal()
    co2_kgco2e = _Decimal(allow_null=True)
    ch4_kgco2e = _Decimal(allow_null=True)
    n2o_kgco2e = _Decimal(allow_null=True)
    biogenic_kgco2e = _Decimal(allow_null=True)
    scope = serializers.IntegerField(allow_null=True, help_text="Null: outside the scopes.")
    category = serializers.IntegerField(allow_null=True)
    boundary = serializers.CharField()
    gwp_set = serializers.CharField()
    suspect = serializers.BooleanField(help_text="Used only when a person confirms it.")
    licence = serializers.CharField()
    url = serializers.CharField()
