"""Doors. Certificates and contracts for electricity: entered, approved, retired; what is left."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from departments.inventory import instruments
from departments.inventory.admin.records import aligned, person_of, refusals_shown
from departments.inventory.admin.rehearsed import EnteredAdmin, RehearsedForm
from departments.inventory.entry import plain
from departments.inventory.instrument_uses import with_used
from departments.inventory.models.instruments import Instrument, InstrumentUse
from departments.organisation.access import Permission
from departments.organisation.admin_access import RoleInline, may_here

ENTERED = (
    "kind",
    "registry",
    "serial",
    "market",
    "generated_from",
    "generated_to",
    "volume_kwh",
    "technology",
    "kgco2e_per_kwh",
    "factor_source",
    "legal_entity",
    "evidence",
)
SHOWN = (
    "stands",
    "kind",
    "registry",
    "serial",
    "market",
    "vintage",
    "figures",
    "technology",
    "factor",
    "legal_entity",
    "evidence",
    "entered_by",
    "entered_at",
    "approved_by",
    "approved_at",
    "retired_on",
    "retirement_reference",
)
STATES = {"waits": "warning", "held": "success", "retired": "info"}


class InstrumentForm(RehearsedForm):
    """What a certificate or contract says."""

    class Meta:
        model = Instrument
        fields = ENTERED
        help_texts = {
            "registry": _("The tracking system, or the other party of a contract."),
            "market": _("A country such as GB or US, or EU."),
            "generated_to": _("In the same year; another year is an instrument of its own."),
            "volume_kwh": _("A certificate of 1 MWh is 1000."),
            "kgco2e_per_kwh": _("0 for wind and sun."),
            "factor_source": _("Where the factor is stated."),
            "legal_entity": _("Whose electricity it covers; empty: the whole company's."),
            "evidence": _("Where the certificate or contract is kept: a link, or a place."),
        }

    def carry_out(self) -> Instrument:
        """Enter the instrument."""
        return instruments.enter_instrument(by=self.by, at=timezone.now(), **self.cleaned_data)


class UseInline(RoleInline):
    """What the instrument covers now."""

    model = InstrumentUse
    hide_title = True
    fields = ("record", "covered", "matched_at")
    readonly_fields = fields
    verbose_name_plural = _("Covers")
    per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[InstrumentUse]:
        rows: QuerySet[InstrumentUse] = super().get_queryset(request)
        return rows.filter(released_at=None).select_related("activity_record__department")

    @admin.display(description=_("record"))
    def record(self, use: InstrumentUse) -> str:
        record = use.activity_record
        return f"{record.pk} · {record.department.code} · {record.ended_on}"

    @admin.display(description=_("covered, kWh"))
    def covered(self, use: InstrumentUse) -> SafeString:
        return aligned(f"{plain(use.covered_kwh):,f}")


@admin.register(Instrument)
class InstrumentAdmin(EnteredAdmin):
    """Instruments with what is left of each; approved by another person, then never edited."""

    to_write = Permission.ENTER_INSTRUMENT
    form = InstrumentForm
    entered, shown = ENTERED, SHOWN
    inlines = (UseInline,)
    actions = ("approve", "withdraw")
    list_display = (
        "name",
        "kind",
        "market",
        "vintage",
        "technology",
        "volume",
        "left",
        "state",
    )
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("technology", ChoicesDropdownFilter),
        "market",
    )
    search_fields = ("registry", "serial", "evidence")
    ordering = ("-generated_from", "registry", "serial")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Instrument]:
        return with_used(super().get_queryset(request))

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return may_here(request, Permission.APPROVE_INSTRUMENT)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj is not None else ()

    @admin.display(description=_("instrument"))
    def name(self, row: Instrument) -> SafeString:
        """Serials of thirty digits break where the column ends."""
        style = "display:inline-block;min-width:9rem;overflow-wrap:anywhere"
        return format_html('<span style="{}">{}</span>', style, str(row))

    @admin.display(description=_("volume, kWh"))
    def volume(self, row: Instrument) -> SafeString:
        return aligned(f"{plain(row.volume_kwh):,f}")

    @admin.display(description=_("left, kWh"))
    def left(self, row: Any) -> SafeString:
        return aligned(_left_kwh(row))

    @admin.display(description=_("left"))
    def figures(self, row: Any) -> str:
        return f"{_left_kwh(row)} of {plain(row.volume_kwh):,f} kWh"

    @admin.display(description=_("factor"))
    def factor(self, row: Instrument) -> str:
        return f"{plain(row.kgco2e_per_kwh):f} kgCO2e per kWh: {row.factor_source}"

    @admin.display(description=_("state"))
    def stands(self, row: Instrument) -> str:
        return str(_state(row)[1])

    @display(description=_("state"), label=STATES)  # type: ignore[untyped-decorator]  # the theme's
    def state(self, row: Instrument) -> tuple[str, Any]:
        return _state(row)

    @admin.action(description=_("Approve"), permissions=["approve"])
    def approve(self, request: HttpRequest, rows: QuerySet[Instrument]) -> None:
        ids = list(rows.values_list("pk", flat=True))
        with refusals_shown(request):
            taken = instruments.approve_instruments(
                instrument_ids=ids, by=person_of(request), at=timezone.now()
            )
            _say(request, len(taken))

    @admin.action(description=_("Withdraw"), permissions=["add"])
    def withdraw(self, request: HttpRequest, rows: QuerySet[Instrument]) -> None:
        ids = list(rows.values_list("pk", flat=True))
        with refusals_shown(request), transaction.atomic():
            for instrument_id in ids:
                instruments.withdraw_instrument(instrument_id=instrument_id, by=person_of(request))
            _say(request, len(ids))


def _state(row: Instrument) -> tuple[str, Any]:
    if row.approved_by_id is None:
        return "waits", _("waits for another person")
    return ("retired", _("retired")) if row.retired_on else ("held", _("approved"))


def _left_kwh(row: Any) -> str:
    """Volume less uses, of a row with its uses."""
    return f"{plain(row.volume_kwh - (row.used_kwh or 0)):,f}"


def _say(request: HttpRequest, count: int) -> None:
    done = ngettext("%(count)d instrument changed.", "%(count)d instruments changed.", count)
    messages.success(request, done % {"count": count})
