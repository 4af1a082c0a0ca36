"""Doors. Exchange rates: they come from a file; another person approves them here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from pricing import exchange_setting
from pricing.admin.prices import ProposalAdmin
from pricing.models import ExchangeRate


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ProposalAdmin):
    """Never edited; a correction is another one for the same day."""

    list_filter = ["from_currency", "to_currency"]
    list_display = [
        "rate_on",
        "from_currency",
        "to_currency",
        "exact_rate",
        "source",
        "proposed_by",
        "state",
    ]
    list_select_related = ["proposed_by"]

    @admin.display(description=_("rate"), ordering="rate")
    def exact_rate(self, row: ExchangeRate) -> str:
        return f"{row.rate.normalize():f}"

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        facts = ["rate_on", "from_currency", "to_currency", "exact_rate", "source", "source_url"]
        return [*facts, "proposed_by", "proposed_at", "approved_by", "approved_at"]

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    @staticmethod
    def approve(rate_id: int, **asked: Any) -> ExchangeRate:
        return exchange_setting.approve_rate(rate_id=rate_id, **asked)

    @staticmethod
    def withdraw(rate_id: int, **asked: Any) -> None:
        exchange_setting.withdraw_rate(rate_id=rate_id, **asked)
