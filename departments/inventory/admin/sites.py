"""Doors. Administration of sites: their pages, and readings with the approval of another person."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from departments.inventory import sites as steps
from departments.inventory.entry import plain
from departments.inventory.errors import InventoryError
from departments.inventory.models.sites import Site, SiteReading
from departments.inventory.sentences import told
from departments.inventory.site_catalogue import INDICATORS
from departments.organisation.admin_access import RoleAdmin
from departments.organisation.admin_choices import LongRelatedFilter
from departments.organisation.errors import OrganisationError
from departments.organisation.models import User
from departments.organisation.said import said
from departments.organisation.telling import refusal_told

BADGES = {"waiting": "warning", "approved": "success", "superseded": "info"}


@admin.register(Site)
class SiteAdmin(RoleAdmin):
    """Sites, as they were entered."""

    list_display = (
        "code",
        "name",
        "kind",
        "place",
        "department",
        "legal_entity",
        "opened_on",
        "closed_on",
        "area",
    )
    sortable_by = ()
    fields = (
        "code",
        "name",
        "kind",
        "place",
        "department",
        "legal_entity",
        "opened_on",
        "closed_on",
        "area",
        "entered_by",
        "entered_at",
    )
    readonly_fields = ("area", "entered_at")
    list_filter = (("kind", ChoicesDropdownFilter), ("department", LongRelatedFilter))
    list_filter_sheet = True
    list_select_related = ("department", "legal_entity")
    search_fields = ("code", "name", "place")

    @admin.display(description=_("floor area, m²"))
    def area(self, site: Site) -> SafeString:
        area = site.floor_area_m2
        return _right("–" if area is None else f"{plain(area):,f}")


@admin.register(SiteReading)
class SiteReadingAdmin(RoleAdmin):
    """Readings; another person than who entered them lets them count."""

    actions = ("approve",)
    show_full_result_count = False
    paginator = InfinitePaginator
    list_disable_select_all = True  # nobody counts how many that would be
    list_per_page = 50
    sortable_by = ()
    list_display = (
        "id",
        "site",
        "indicator_name",
        "first_day",
        "last_day",
        "amount",
        "method",
        "state",
        "entered_by",
    )
    fields = (
        "site",
        "indicator_name",
        "definition",
        "first_day",
        "last_day",
        "amount",
        "method",
        "source",
        "entered_by",
        "entered_at",
        "approved_by",
        "approved_at",
        "supersedes",
        "reason",
        "superseded_at",
    )
    readonly_fields = (
        "indicator_name",
        "definition",
        "first_day",
        "last_day",
        "amount",
        "entered_at",
        "superseded_at",
    )
    list_filter = (("site", LongRelatedFilter), ("method", ChoicesDropdownFilter))
    list_filter_sheet = True
    list_select_related = ("site", "entered_by")
    search_fields = ("site__code", "indicator", "source")

    @admin.display(description=_("indicator"))
    def indicator_name(self, reading: SiteReading) -> str:
        return told(INDICATORS[reading.indicator].name)

    @admin.display(description=_("definition"))
    def definition(self, reading: SiteReading) -> str:
        return told(INDICATORS[reading.indicator].definition)

    @admin.display(description=_("first day"))
    def first_day(self, reading: SiteReading) -> str:
        return str(reading.days.lower)

    @admin.display(description=_("last day"))
    def last_day(self, reading: SiteReading) -> str:
        return str(reading.last_day)

    @admin.display(description=_("quantity"))
    def amount(self, reading: SiteReading) -> SafeString:
        return _right(f"{plain(reading.quantity):,f} {told(said(reading.unit))}")

    @display(description=_("state"), label=BADGES)  # type: ignore[untyped-decorator]  # the theme's
    def state(self, reading: SiteReading) -> tuple[str, Any]:
        if reading.superseded_at is not None:
            return "superseded", _("superseded")
        if reading.approved_by_id is not None:
            return "approved", _("approved")
        return "waiting", _("waiting")

    @admin.action(description=_("Approve"))
    def approve(self, request: HttpRequest, rows: QuerySet[SiteReading]) -> None:
        """Let the chosen readings count; who may, the step itself says."""
        assert isinstance(request.user, User)
        ids = list(rows.values_list("pk", flat=True))
        try:
            going = steps.approve_readings(reading_ids=ids, by=request.user, at=timezone.now())
        except (InventoryError, OrganisationError) as refusal:
            messages.error(request, refusal_told(refusal))
            return
        text = ngettext("%d reading is approved.", "%d readings are approved.", len(going))
        messages.success(request, text % len(going))


def _right(text: str) -> SafeString:
    return format_html('<span class="desk-amount">{}</span>', text)
