"""Doors. Administration of what a company says about its schemes, in versions by two people."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from pricing import text_setting
from pricing.admin.allocations import OfDaysAdmin
from pricing.admin.prices import ProposalForm, SourceField
from pricing.models import SchemeText


class SchemeTextForm(ProposalForm):
    propose = staticmethod(text_setting.propose_text)

    source_url = SourceField()

    class Meta:
        model = SchemeText
        fields = ["scheme", "topic", "text", "reason"]


@admin.register(SchemeText)
class SchemeTextAdmin(OfDaysAdmin):
    """Every version that there was, the newest of a topic first."""

    form = SchemeTextForm
    list_display = ["scheme_code", "topic", "version", "beginning", "days", "proposed_by", "state"]
    list_filter = ["scheme", "topic"]
    list_select_related = ["scheme", "proposed_by"]

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        return fields if obj is None else ["version", *fields]

    @admin.display(description=_("text"))
    def beginning(self, row: SchemeText) -> str:
        return Truncator(row.text).chars(60)

    @staticmethod
    def approve(text_id: int, **asked: Any) -> SchemeText:
        return text_setting.approve_text(text_id=text_id, **asked)

    @staticmethod
    def withdraw(text_id: int, **asked: Any) -> None:
        text_setting.withdraw_text(text_id=text_id, **asked)
