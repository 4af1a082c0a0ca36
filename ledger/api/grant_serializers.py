"""Doors. Grants and the fund, as programs apply for them and read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from departments.organisation.api.pages import PageQuerySerializer, UpdatedSince
from departments.organisation.api.strict import StrictSerializer

GRANT_STATES = (
    "applied", "scored", "proposed", "awarded", "declined", "withdrawn", "closed", "failed",
)  # fmt: skip


class Exact(serializers.DecimalField):
    """A decimal as text: a number of JSON may have lost digits on its way."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=30, decimal_places=9, **options)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class NewMilestoneSerializer(StrictSerializer):
    title = serializers.CharField(max_length=200)
    due_on = serializers.DateField()
    amount = Exact(help_text="In whole units of the scheme's currency.")


class NewGrantSerializer(StrictSerializer):
    scheme = serializers.CharField(max_length=40, help_text="Code of a scheme.")
    department = serializers.CharField(max_length=40, help_text="Code of a department.")
    title = serializers.CharField(max_length=200)
    description = serializers.CharField(required=False, allow_blank=True, default="")
    effect = serializers.ChoiceField(choices=["abatement", "absorption"])
    cost = Exact(help_text="The whole cost, in the scheme's currency.")
    asked = Exact(help_text="What the fund shall pay of it.")
    saved_per_year = Exact(
        required=False, default=Decimal(0), help_text="Below zero if it costs more."
    )
    tonnes_per_year = Exact(help_text="tCO2e")
    lifetime_years = serializers.IntegerField(min_value=1, max_value=100)
    uncertainty_percent = Exact(help_text="± percent of the tonnes.")
    starts_on = serializers.DateField()
    milestones = NewMilestoneSerializer(many=True, help_text="1 to 20; they add up to `asked`.")


class GrantsQuerySerializer(PageQuerySerializer):
    scheme = serializers.CharField(required=False, max_length=40)
    department = serializers.CharField(required=False, max_length=40)
    state = serializers.ChoiceField(choices=GRANT_STATES, required=False)
    updated_since = UpdatedSince("Stepped on, evidenced, accepted or measured")


class FundQuerySerializer(StrictSerializer):
    scheme = serializers.CharField(max_length=40, help_text="Code of a scheme.")
    on = serializers.DateField(required=False, help_text="The budget of this day; else today's.")


class CostSerializer(serializers.Serializer[Any]):
    """In the scheme's currency per tCO2e; an end is null where the uncertainty leaves it open."""

    middle = serializers.CharField()
    low = serializers.CharField(allow_null=True)
    high = serializers.CharField(allow_null=True)


class PromisedSerializer(serializers.Serializer[Any]):
    tonnes = serializers.CharField(help_text="Over the lifetime.")
    cost_per_tonne = CostSerializer(help_text="Cost less savings, for a tonne.")
    fund_per_tonne = CostSerializer(help_text="What is asked of the fund, for a tonne.")
    discount_percent = serializers.CharField(allow_null=True)
    discounted_per_tonne = CostSerializer(allow_null=True)


class DeliveredSerializer(serializers.Serializer[Any]):
    days = serializers.IntegerField()
    promised_tonnes = serializers.CharField(help_text="For the same days.")
    tonnes = serializers.CharField()
    percent = serializers.CharField()
    cost_per_tonne = CostSerializer(allow_null=True, help_text="If it goes on like that.")


class MilestoneSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    due_on = serializers.DateField()
    amount = serializers.CharField()
    state = serializers.CharField(help_text="planned, evidenced, accepted, paid or taken_back.")
    evidence = serializers.CharField()
    paid_on = serializers.DateField(allow_null=True)
    journal_entry = serializers.IntegerField(allow_null=True)
    reversal = serializers.IntegerField(allow_null=True)


class MeasurementSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    tonnes = serializers.CharField()
    uncertainty_percent = serializers.CharField()
    evidence = serializers.CharField()
    is_approved = serializers.BooleanField()


class GrantStepSerializer(serializers.Serializer[Any]):
    step = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    words = serializers.CharField()


class GrantSerializer(serializers.Serializer[Any]):
    """A grant: what is asked and promised, who decided, what is paid and what was delivered."""

    id = serializers.IntegerField()
    scheme = serializers.CharField()
    department = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    effect = serializers.CharField()
    state = serializers.CharField()
    is_illustrative = serializers.BooleanField()
    currency = serializers.CharField()
    cost = serializers.CharField()
    asked = serializers.CharField()
    saved_per_year = serializers.CharField()
    tonnes_per_year = serializers.CharField()
    lifetime_years = serializers.IntegerField()
    uncertainty_percent = serializers.CharField()
    starts_on = serializers.DateField()
    promised = PromisedSerializer()
    delivered = DeliveredSerializer(allow_null=True)
    milestones = MilestoneSerializer(many=True)
    measurements = MeasurementSerializer(many=True)
    history = GrantStepSerializer(many=True)


class FundBudgetSerializer(serializers.Serializer[Any]):
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    amount = serializers.CharField()
    awarded = serializers.CharField()
    left = serializers.CharField()


class FundSerializer(serializers.Serializer[Any]):
    """A fund; money in whole units of its currency."""

    scheme = serializers.CharField()
    currency = serializers.CharField()
    may_overdraw = serializers.BooleanField()
    balance = serializers.CharField(help_text="Fees in, incentives and grants out.")
    committed = serializers.CharField(help_text="Awarded and not paid yet.")
    available = serializers.CharField(help_text="The balance less what is committed.")
    paid = serializers.CharField(help_text="To grants, and not taken back.")
    taken_back = serializers.CharField()
    budget = FundBudgetSerializer(allow_null=True)
