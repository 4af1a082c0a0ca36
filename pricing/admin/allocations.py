"""Doors. Administration of what mechanisms share out by: baselines, event rates, contributions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget

from pricing import allocation_setting
from pricing.admin.prices import ProposalAdmin, ProposalForm, SourceField
from pricing.models import Baseline, Contribution, EventRate


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


class OfDaysAdmin(ProposalAdmin):
    """Proposed and approved; from then on it stays as it is."""

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(Baseline)
class BaselineAdmin(OfDaysAdmin):
    form = BaselineForm
    autocomplete_fields = ["department"]
    list_display = [
        "scheme",
        "department",
        "measure",
        "quantity",
        "scope",
        "category",
        "in_force",
        "proposed_by",
        "state",
    ]
    list_select_related = ["scheme", "department", "proposed_by"]

    @staticmethod
    def approve(baseline_id: int, **asked: Any) -> Baseline:
        return allocation_setting.approve_baseline(baseline_id=baseline_id, **asked)

    @staticmethod
    def withdraw(baseline_id: int, **asked: Any) -> None:
        allocation_setting.withdraw_baseline(baseline_id=baseline_id, **asked)


@admin.register(EventRate)
class EventRateAdmin(ProposalAdmin):
    form = EventRateForm
    list_display = ["scheme", "activity", "unit", "rate", "in_force", "proposed_by", "state"]
    list_select_related = ["scheme", "proposed_by"]

    @staticmethod
    def approve(rate_id: int, **asked: Any) -> EventRate:
        return allocation_setting.approve_event_rate(rate_id=rate_id, **asked)

    @staticmethod
    def withdraw(rate_id: int, **asked: Any) -> None:
        allocation_setting.withdraw_event_rate(rate_id=rate_id, **asked)


@admin.register(Contribution)
class ContributionAdmin(OfDaysAdmin):
    form = ContributionForm
    list_display = ["scheme", "amount", "in_force", "proposed_by", "state"]
    list_select_related = ["scheme", "proposed_by"]

    @staticmethod
    def approve(contribution_id: int, **asked: Any) -> Contribution:
        return allocation_setting.approve_contribution(contribution_id=contribution_id, **asked)

    @staticmethod
    def withdraw(contribution_id: int, **asked: Any) -> None:
        allocation_setting.withdraw_contribution(contribution_id=contribution_id, **asked)
