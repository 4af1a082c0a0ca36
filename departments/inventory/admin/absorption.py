"""Doors. Projects that absorb carbon and their measurements: entered, and approved by another."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from departments.inventory import absorption
from departments.inventory.absorption_balances import balance_of, with_tonnes
from departments.inventory.admin.records import aligned, person_of, refusals_shown
from departments.inventory.admin.rehearsed import EnteredAdmin, RehearsedForm
from departments.inventory.entry import plain
from departments.inventory.models.absorption import AbsorptionMeasurement, AbsorptionProject
from departments.organisation.access import Permission
from departments.organisation.admin_access import RoleInline, may_here

STATES = {"waits": "warning", "approved": "success"}
APPROVAL = ("entered_by", "entered_at", "approved_by", "approved_at")


class ProjectForm(RehearsedForm):
    """What a project is."""

    class Meta:
        model = AbsorptionProject
        fields = (
            "code",
            "name",
            "kind",
            "place",
            "durability_class",
            "buffer_share",
            "evidence",
        )
        help_texts = {
            "code": _("Removals name it in their input project."),
            "place": _("A country such as ID, or US-CA."),
            "buffer_share": _("Of what is measured nobody may claim so much: 0.2 is a fifth."),
            "evidence": _("Where its documents are kept: a link, or a place."),
        }

    def carry_out(self) -> AbsorptionProject:
        """Enter the project."""
        return absorption.enter_project(by=self.by, at=timezone.now(), **self.cleaned_data)


class MeasurementForm(RehearsedForm):
    """What a project took out of the air since the measurement before."""

    class Meta:
        model = AbsorptionMeasurement
        fields = (
            "project",
            "method",
            "measured_on",
            "tonnes",
            "uncertainty_percent",
            "area_ha",
            "evidence",
        )
        help_texts = {
            "tonnes": _("tCO2e since the measurement before."),
            "uncertainty_percent": _("Plus or minus so many percent of the tonnes."),
            "evidence": _("The flight, the scene, the field report: a link, or a place."),
        }

    def carry_out(self) -> AbsorptionMeasurement:
        """Enter the measurement."""
        facts = dict(self.cleaned_data)
        project = facts.pop("project")
        return absorption.enter_measurement(
            by=self.by, at=timezone.now(), project_code=project.code, **facts
        )


class MeasurementInline(RoleInline):
    """The project's measurements, newest first."""

    model = AbsorptionMeasurement
    hide_title = True
    fields = ("measured_on", "method", "amount", "uncertainty", "evidence", "state_words")
    readonly_fields = fields
    verbose_name_plural = _("Measurements")
    per_page = 50
    ordering = ("-measured_on",)

    @admin.display(description=_("tonnes"))
    def amount(self, row: AbsorptionMeasurement) -> SafeString:
        return aligned(f"{plain(row.tonnes):,f}")

    @admin.display(description=_("uncertainty"))
    def uncertainty(self, row: AbsorptionMeasurement) -> str:
        return f"± {plain(row.uncertainty_percent):f} %"

    @admin.display(description=_("state"))
    def state_words(self, row: AbsorptionMeasurement) -> str:
        return str(_state(row)[1])


class _ApprovedAdmin(EnteredAdmin):
    """What projects and measurements share."""

    to_write = Permission.ENTER_ABSORPTION
    actions = ("approve",)

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return may_here(request, Permission.APPROVE_ABSORPTION)

    @display(description=_("state"), label=STATES)  # type: ignore[untyped-decorator]  # the theme's
    def state(self, row: Any) -> tuple[str, Any]:
        return _state(row)

    def _approve(self, request: HttpRequest, codes: set[str]) -> None:
        with refusals_shown(request), transaction.atomic():
            for code in sorted(codes):
                absorption.approve_project(code=code, by=person_of(request), at=timezone.now())
            text = ngettext(
                "%d project and its measurements count.",
                "%d projects and their measurements count.",
                len(codes),
            )
            messages.success(request, text % len(codes))


@admin.register(AbsorptionProject)
class AbsorptionProjectAdmin(_ApprovedAdmin):
    """Projects, with what is measured, what may be claimed and what is left."""

    form = ProjectForm
    entered = ProjectForm.Meta.fields
    shown = (*ProjectForm.Meta.fields, "figures", *APPROVAL)
    inlines = (MeasurementInline,)
    list_display = (
        "code",
        "name",
        "kind",
        "place",
        "durability_class",
        "measured",
        "left",
        "state",
    )
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("durability_class", ChoicesDropdownFilter),
    )
    search_fields = ("code", "name", "evidence")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AbsorptionProject]:
        return with_tonnes(super().get_queryset(request))

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj is not None else ()

    @admin.display(description=_("measured, t"))
    def measured(self, row: AbsorptionProject) -> SafeString:
        return aligned(f"{balance_of(row).measured_tonnes:,f}")

    @admin.display(description=_("left to claim, t"))
    def left(self, row: AbsorptionProject) -> SafeString:
        return aligned(f"{balance_of(row).left_tonnes:,f}")

    @admin.display(description=_("tonnes"))
    def figures(self, row: AbsorptionProject) -> str:
        balance = balance_of(row)
        return str(
            _("%(measured)s measured, %(claimable)s may be claimed, %(left)s are left")
            % {
                "measured": f"{balance.measured_tonnes:,f}",
                "claimable": f"{balance.claimable_tonnes:,f}",
                "left": f"{balance.left_tonnes:,f}",
            }
        )

    @admin.action(
        description=_("Approve, with the measurements that wait"), permissions=["approve"]
    )
    def approve(self, request: HttpRequest, rows: QuerySet[AbsorptionProject]) -> None:
        self._approve(request, set(rows.values_list("code", flat=True)))


@admin.register(AbsorptionMeasurement)
class AbsorptionMeasurementAdmin(_ApprovedAdmin):
    """Measurements by drone, satellite, in situ or model."""

    form = MeasurementForm
    entered = MeasurementForm.Meta.fields
    shown = (*MeasurementForm.Meta.fields, *APPROVAL)
    list_display = (
        "project",
        "measured_on",
        "method",
        "amount",
        "uncertainty",
        "state",
        "entered_by",
    )
    list_display_links = ("project", "measured_on")
    list_filter = (("project", RelatedDropdownFilter), ("method", ChoicesDropdownFilter))
    list_select_related = ("project", "entered_by")
    search_fields = ("project__code", "evidence")
    ordering = ("-measured_on", "-pk")

    @admin.display(description=_("tonnes"))
    def amount(self, row: AbsorptionMeasurement) -> SafeString:
        return aligned(f"{plain(row.tonnes):,f}")

    @admin.display(description=_("uncertainty"))
    def uncertainty(self, row: AbsorptionMeasurement) -> str:
        return f"± {plain(row.uncertainty_percent):f} %"

    @admin.action(
        description=_("Approve all that waits of their projects"), permissions=["approve"]
    )
    def approve(self, request: HttpRequest, rows: QuerySet[AbsorptionMeasurement]) -> None:
        self._approve(request, set(rows.values_list("project__code", flat=True)))


def _state(row: AbsorptionProject | AbsorptionMeasurement) -> tuple[str, Any]:
    if row.approved_by_id is None:
        return "waits", _("waits for another person")
    return "approved", _("approved")
