"""Doors. Administration of what a fund may award to projects: budgets, by two people."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from departments.organisation.models import User
from pricing import grant_budgets
from pricing.admin.allocations import ONE_DAY, OfDaysAdmin, OfDaysForm
from pricing.models import GrantBudget
from pricing.money import Money
from pricing.price_lookup import scheme_terms

ENTERED = ("scheme", "amount", "starts_on", "ends_before", "reason")
SHOWN = (
    "scheme",
    "days_words",
    "amount_words",
    "reason",
    "proposed_by",
    "proposed_at",
    "approved_by",
    "approved_at",
)


class GrantBudgetForm(OfDaysForm):
    """So much may be awarded to projects that start on these days."""

    amount = forms.DecimalField(
        label=_("Amount"),
        min_value=0,
        help_text=_("In the scheme's currency."),
        widget=UnfoldAdminDecimalFieldWidget,
    )

    class Meta:
        model = GrantBudget
        fields = ["scheme", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        forms.ModelForm.__init__(self, *args, **kwargs)  # it is never ended

    @staticmethod
    def propose(
        *,
        scheme_id: int,
        amount: Decimal,
        starts_on: date,
        ends_before: date,
        reason: str,
        by: User,
    ) -> GrantBudget:
        return grant_budgets.propose_budget(
            scheme_code=scheme_terms(scheme_id=scheme_id).code,
            starts_on=starts_on,
            ends_before=ends_before,
            amount=amount,
            reason=reason,
            by=by,
        )


@admin.register(GrantBudget)
class GrantBudgetAdmin(OfDaysAdmin):
    form = GrantBudgetForm
    actions = ["approve_selected"]
    list_display = ["scheme_code", "days_words", "amount_words", "proposed_by", "state"]
    list_display_links = ["scheme_code", "days_words"]
    list_select_related = ["scheme", "proposed_by"]
    ordering = ["scheme", "-days"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ENTERED if obj is None else SHOWN

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else SHOWN

    @admin.display(description=_("projects that start"))
    def days_words(self, budget: GrantBudget) -> str:
        last = (budget.days.upper or date.max) - ONE_DAY  # it always has an end
        return f"{budget.days.lower} – {last}"

    @admin.display(description=_("amount"))
    def amount_words(self, budget: GrantBudget) -> str:
        return str(Money(budget.amount_minor, budget.scheme.currency))

    @staticmethod
    def approve(budget_id: int, **asked: Any) -> GrantBudget:
        return grant_budgets.approve_budget(budget_id=budget_id, **asked)
