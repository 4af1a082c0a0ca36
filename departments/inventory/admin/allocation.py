"""Doors. Allocation keys at the desk: their shares, and the approval of another person."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from departments.inventory import allocation_keys
from departments.inventory.entry import plain
from departments.inventory.errors import InventoryError
from departments.inventory.models.allocation import AllocationKey
from departments.organisation.admin_access import RoleAdmin
from departments.organisation.admin_choices import LongRelatedFilter
from departments.organisation.errors import OrganisationError
from departments.organisation.models import User
from departments.organisation.telling import refusal_told

BADGES = {"waiting": "warning", "approved": "success"}


@admin.register(AllocationKey)
class AllocationKeyAdmin(RoleAdmin):
    """Keys of pools; of the versions that cover a day the newest approved one counts."""

    actions = ("approve",)
    list_display = (
        "pool_code",
        "version",
        "driver",
        "valid_from",
        "valid_before",
        "total",
        "state",
        "proposed_by",
        "approved_by",
    )
    list_display_links = ("pool_code", "version")
    fields = (
        "pool",
        "version",
        "driver",
        "valid_from",
        "valid_before",
        "source",
        "printed_shares",
        "proposed_by",
        "proposed_at",
        "approved_by",
        "approved_at",
    )
    readonly_fields = ("valid_from", "valid_before", "printed_shares", "proposed_at")
    sortable_by = ()
    list_filter = (("pool", LongRelatedFilter), ("driver", ChoicesDropdownFilter))
    list_filter_sheet = True
    list_select_related = ("pool", "proposed_by", "approved_by")
    search_fields = ("pool__code", "source")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AllocationKey]:
        rows: QuerySet[AllocationKey] = super().get_queryset(request)
        return rows.annotate(total_quantity=Sum("shares__quantity"))

    @admin.display(description=_("pool"))
    def pool_code(self, key: AllocationKey) -> str:
        return key.pool.code

    @admin.display(description=_("from"))
    def valid_from(self, key: AllocationKey) -> str:
        return str(key.valid.lower)

    @admin.display(description=_("to before"))
    def valid_before(self, key: AllocationKey) -> str:
        return str(key.valid.upper or "–")

    @admin.display(description=_("driver's total"))
    def total(self, key: AllocationKey) -> SafeString:
        return format_html('<span class="desk-amount">{}</span>', self._amount(key))

    @display(description=_("state"), label=BADGES)  # type: ignore[untyped-decorator]  # the theme's
    def state(self, key: AllocationKey) -> tuple[str, Any]:
        if key.approved_by_id is None:
            return "waiting", _("waiting")
        return "approved", _("approved")

    @admin.display(description=_("shares"))
    def printed_shares(self, key: AllocationKey) -> SafeString:
        rows = format_html_join(
            "",
            '<tr><td>{}</td><td class="desk-amount">{} {}</td></tr>',
            (
                (share.department.code, f"{plain(share.quantity):,f}", key.unit)
                for share in key.shares.select_related("department")
            ),
        )
        total = format_html(
            '<tr><td>{}</td><td class="desk-amount">{}</td></tr>', _("total"), self._amount(key)
        )
        return format_html('<table class="w-full">{}{}</table>', rows, total)

    @admin.action(description=_("Approve"))
    def approve(self, request: HttpRequest, rows: QuerySet[AllocationKey]) -> None:
        """Let the chosen keys count, all or none; who may, the step itself says."""
        assert isinstance(request.user, User)
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        try:
            with transaction.atomic():
                for key_id in ids:
                    allocation_keys.approve_key(key_id=key_id, by=request.user, at=timezone.now())
        except (InventoryError, OrganisationError) as refusal:
            messages.error(request, refusal_told(refusal))
            return
        text = ngettext("%d key is approved.", "%d keys are approved.", len(ids))
        messages.success(request, text % len(ids))

    def _amount(self, key: AllocationKey) -> str:
        total = key.total_quantity  # type: ignore[attr-defined]  # annotated
        return "–" if total is None else f"{plain(total):,f} {key.unit}"
