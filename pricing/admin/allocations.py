"""Doors. Administration of what mechanisms share out by: baselines, rates, contributions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget

from pricing import abatement_setting, allocation_setting
from pricing.admin.prices import ProposalAdmin, ProposalForm, SourceField
from pricing.models import AbatementRate, Baseline, Contribution, EventRate, IncentiveCap

ONE_DAY = timedelta(days=1)


class OfDaysForm(ProposalForm):
    """What is of all its days has both ends, and is never ended."""

    ends_before = forms.DateField(
        label=_("Ends before"), help_text=_("The day after the last."), widget=UnfoldAdminDateWidget
    )


class BaselineForm(OfDaysForm):
    propose = staticmethod(allocation_setting.propose_baseline)

    source_url = SourceField()

    class Meta:
        model = Baseline
        fields = ["scheme", "department", "measure", "quantity", "scope", "category", "reason"]


class EventRateForm(ProposalForm):
    propose = staticmethod(allocation_setting.propose_event_rate)

    source_url = SourceField()

    class Meta:
        model = EventRate
        fields = ["scheme", "activity", "unit", "rate", "reason"]

    @staticmethod
    def end(rate_id: int, **asked: Any) -> EventRate:
        return allocation_setting.end_event_rate(rate_id=rate_id, **asked)


class ContributionForm(OfDaysForm):
    propose = staticmethod(allocation_setting.propose_contribution)

    source_url = SourceField()

    class Meta:
        model = Contribution
        fields = ["scheme", "amount", "reason"]


class AbatementRateForm(ProposalForm):
    propose = staticmethod(abatement_setting.propose_abatement_rate)

    source_url = SourceField()

    class Meta:
        model = AbatementRate
        fields = ["scheme", "rate_per_tonne", "scope", "category", "reason"]

    @staticmethod
    def end(rate_id: int, **asked: Any) -> AbatementRate:
        return abatement_setting.end_abatement_rate(rate_id=rate_id, **asked)


class IncentiveCapForm(OfDaysForm):
    propose = staticmethod(abatement_setting.propose_incentive_cap)

    source_url = SourceField()

    class Meta:
        model = IncentiveCap
        fields = ["scheme", "amount", "department", "durability_class", "reason"]


def plain(value: Decimal) -> str:
    """Grouped, without idle zeros: `3,417,052,000`."""
    return f"{value.normalize():,f}"


class OfDaysAdmin(ProposalAdmin):
    """Proposed and approved; from then on it stays as it is."""

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(Baseline)
class BaselineAdmin(OfDaysAdmin):
    form = BaselineForm
    autocomplete_fields = ["department"]
    list_display = [
        "scheme_code",
        "department_code",
        "measure",
        "quantity_amount",
        "place",
        "days",
        "proposed_by",
        "state",
    ]
    list_select_related = ["scheme", "department", "proposed_by"]

    @admin.display(description=_("department"), ordering="department")
    def department_code(self, baseline: Baseline) -> str:
        return str(baseline.department.code)

    @admin.display(description=_("scope"))
    def place(self, baseline: Baseline) -> str:
        if baseline.scope is None:
            return "–"
        return str(baseline.scope) + (f".{baseline.category}" if baseline.category else "")

    @admin.display(description=_("quantity"), ordering="quantity")
    def quantity_amount(self, baseline: Baseline) -> str:
        return plain(baseline.quantity)

    @staticmethod
    def approve(baseline_id: int, **asked: Any) -> Baseline:
        return allocation_setting.approve_baseline(baseline_id=baseline_id, **asked)

    @staticmethod
    def withdraw(baseline_id: int, **asked: Any) -> None:
        allocation_setting.withdraw_baseline(baseline_id=baseline_id, **asked)


@admin.register(EventRate)
class EventRateAdmin(ProposalAdmin):
    form = EventRateForm
    list_display = [
        "scheme_code",
        "activity",
        "unit",
        "rate_amount",
        "days",
        "proposed_by",
        "state",
    ]
    list_select_related = ["scheme", "proposed_by"]

    @admin.display(description=_("rate"), ordering="rate")
    def rate_amount(self, event_rate: EventRate) -> str:
        return plain(event_rate.rate)

    @staticmethod
    def approve(rate_id: int, **asked: Any) -> EventRate:
        return allocation_setting.approve_event_rate(rate_id=rate_id, **asked)

    @staticmethod
    def withdraw(rate_id: int, **asked: Any) -> None:
        allocation_setting.withdraw_event_rate(rate_id=rate_id, **asked)


@admin.register(Contribution)
class ContributionAdmin(OfDaysAdmin):
    form = ContributionForm
    list_display = ["scheme_code", "contribution_amount", "days", "proposed_by", "state"]
    list_select_related = ["scheme", "proposed_by"]

    @admin.display(description=_("amount"), ordering="amount")
    def contribution_amount(self, contribution: Contribution) -> str:
        return plain(contribution.amount)

    @staticmethod
    def approve(contribution_id: int, **asked: Any) -> Contribution:
        return allocation_setting.approve_contribution(contribution_id=contribution_id, **asked)

    @staticmethod
    def withdraw(contribution_id: int, **asked: Any) -> None:
        allocation_setting.withdraw_contribution(contribution_id=contribution_id, **asked)


@admin.register(AbatementRate)
class AbatementRateAdmin(ProposalAdmin):
    form = AbatementRateForm
    list_display = [
        "scheme_code",
        "rate_per_tonne",
        "scope",
        "category",
        "days",
        "proposed_by",
        "state",
    ]
    list_select_related = ["scheme", "proposed_by"]

    @staticmethod
    def approve(rate_id: int, **asked: Any) -> AbatementRate:
        return abatement_setting.approve_abatement_rate(rate_id=rate_id, **asked)

    @staticmethod
    def withdraw(rate_id: int, **asked: Any) -> None:
        abatement_setting.withdraw_abatement_rate(rate_id=rate_id, **asked)


@admin.register(IncentiveCap)
class IncentiveCapAdmin(OfDaysAdmin):
    form = IncentiveCapForm
    autocomplete_fields = ["department"]
    list_display = [
        "scheme_code",
        "amount",
        "department",
        "durability_class",
        "days",
        "proposed_by",
        "state",
    ]
    list_select_related = ["scheme", "department", "proposed_by"]

    @staticmethod
    def approve(cap_id: int, **asked: Any) -> IncentiveCap:
        return abatement_setting.approve_incentive_cap(cap_id=cap_id, **asked)

    @staticmethod
    def withdraw(cap_id: int, **asked: Any) -> None:
        abatement_setting.withdraw_incentive_cap(cap_id=cap_id, **asked)
