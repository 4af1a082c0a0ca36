"""Doors. Settlements: prepare, watch, approve, post, cancel. Each step is one call of the run."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here, require_here
from departments.organisation.signing_in.step_up import proven_again
from ledger import accruals, amounts, settlement_review, settlement_run, tasks
from ledger.admin.pages import BADGES, BooksAdmin, moment, person_of, refusals_shown, right
from ledger.admin.steps import STEPS, Step, steps_for
from ledger.forms import NewSettlementForm
from ledger.models.settlements import (
    CHARGING,
    EARNING,
    Settlement,
    SettlementState,
)
from ledger.models.totals import LineTotal
from pricing.money import minor_exponent


@admin.register(Settlement)
class SettlementAdmin(BooksAdmin):
    """Settlements, newest first."""

    list_display = (
        "name",
        "period",
        "state_badge",
        "record_count",
        "charged_amount",
        "earned_amount",
        "prepared_by",
        "prepared",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("scheme", RelatedDropdownFilter),
        ("period", RelatedDropdownFilter),
    )
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_here(request, Permission.PREPARE_SETTLEMENT)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Settlement]:
        rows: QuerySet[Settlement] = super().get_queryset(request)
        return rows.select_related("scheme", "period", "prepared_by").annotate(
            charged_minor=_sum_of(CHARGING), earned_minor=_sum_of(EARNING)
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "<int:settlement_id>/progress/",
                view(self.progress),
                name="ledger_settlement_progress",
            ),
            path(
                "<int:settlement_id>/release/<int:shard_id>/",
                view(self.release),
                name="ledger_settlement_release",
            ),
            path(
                "<int:settlement_id>/step/<slug:step_name>/",
                view(self.take_step),
                name="ledger_settlement_step",
            ),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("settlement"))
    def name(self, settlement: Settlement) -> str:
        return _named(settlement)

    @display(description=gettext_lazy("state"), label=BADGES)  # type: ignore[untyped-decorator]
    def state_badge(self, settlement: Settlement) -> tuple[str, Any]:
        return settlement.state, SettlementState(settlement.state).label

    @admin.display(description=gettext_lazy("prepared at"))
    def prepared(self, settlement: Settlement) -> str:
        return moment(settlement.prepared_at)

    @admin.display(description=gettext_lazy("charged"))
    def charged_amount(self, settlement: Any) -> SafeString:
        return _money(settlement, settlement.charged_minor)

    @admin.display(description=gettext_lazy("incentives"))
    def earned_amount(self, settlement: Any) -> SafeString:
        return _money(settlement, settlement.earned_minor)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Prepare a settlement and ring for the workers."""
        require_here(request, Permission.PREPARE_SETTLEMENT)
        form = NewSettlementForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with refusals_shown(request):
                settlement = settlement_run.prepare(
                    scheme_code=form.cleaned_data["scheme"],
                    period_code=form.cleaned_data["period"],
                    by=person_of(request),
                )
                tasks.ring(settlement.pk, shard_count=settlement.shard_count)
                return redirect("admin:ledger_settlement_change", settlement.pk)
        return self.page(
            request,
            "form",
            _("New settlement"),
            form=form,
            explanation=_(
                "Every approved record that the scheme has not settled yet is calculated: those "
                "of the period, and late or corrected ones as true-ups. Nothing is posted."
            ),
            submit=_("Calculate"),
            back=reverse("admin:ledger_settlement_changelist"),
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.row_to_read(request, object_id)
        review = settlement_review.review(settlement_id=row.pk, at=timezone.now())
        accrual = accruals.accrual_of(row.pk)
        return self.page(
            request,
            "settlement",
            _named(row),
            review=review,
            stages=_stages(review),
            steps=steps_for(request, review, accrual),
            accrual=accrual,
            may_release=may_here(request, Permission.PREPARE_SETTLEMENT),
        )

    def progress(self, request: HttpRequest, settlement_id: int) -> HttpResponse:
        """The progress alone, for the page that watches; it reloads itself when the state moves."""
        row = self.row_to_read(request, str(settlement_id))
        if row.state != SettlementState.CALCULATING:
            return HttpResponse(headers={"HX-Refresh": "true"})
        review = settlement_review.review(settlement_id=row.pk, at=timezone.now())
        shown = {
            "review": review,
            "may_release": may_here(request, Permission.PREPARE_SETTLEMENT),
        }
        return HttpResponse(
            render_to_string("ledger/admin/settlement_progress.html", shown, request)
        )

    @proven_again()
    def take_step(self, request: HttpRequest, settlement_id: int, step_name: str) -> HttpResponse:
        """GET asks for confirmation, POST approves, posts or cancels."""
        step: Step | None = STEPS.get(step_name)
        settlement = self.get_object(request, str(settlement_id))
        if step is None or settlement is None:
            raise Http404
        page = reverse("admin:ledger_settlement_change", args=[settlement.pk])
        if request.method == "POST":
            with refusals_shown(request):
                step.call(settlement_id=settlement.pk, by=person_of(request), at=timezone.now())
                messages.success(request, step.done % {"settlement": _named(settlement)})
            return redirect(page)
        require_here(request, step.permission)
        return self.page(
            request,
            "confirm",
            _named(settlement),
            question=step.question % {"settlement": _named(settlement)},
            consequences=step.consequences,
            submit=step.title,
            is_danger=step.is_danger,
            back=page,
            review=settlement_review.review(settlement_id=settlement.pk, at=timezone.now()),
        )

    def release(self, request: HttpRequest, settlement_id: int, shard_id: int) -> HttpResponse:
        """Let a stuck shard be tried again, and ring for a worker."""
        if request.method != "POST":
            raise PermissionDenied
        with refusals_shown(request):
            settlement_run.release_shard(shard_id=shard_id, by=person_of(request))
            tasks.ring(settlement_id, shard_count=1)
            messages.success(request, _("The shard will be calculated again."))
        return redirect("admin:ledger_settlement_change", settlement_id)


def _sum_of(kinds: tuple[str, ...]) -> Subquery:
    lines = LineTotal.objects.filter(settlement=OuterRef("pk")).filter(kind__in=kinds)
    total = (
        lines.order_by()
        .values("settlement")
        .annotate(total=Cast(Sum("amount_minor"), BigIntegerField()))
    )
    return Subquery(total.values("total"))


def _named(settlement: Settlement) -> str:
    return f"{settlement.scheme.name} {settlement.period.code} ({settlement.revision})"


def _money(settlement: Settlement, minor: int | None) -> SafeString:
    currency = settlement.scheme.currency
    shown = amounts.in_commodity(minor or 0, minor_exponent(currency))
    return right(f"{shown} {currency}")


def _stages(review: settlement_review.SettlementReview) -> list[tuple[str, str, Any]]:
    """What has happened so far: title, who, when."""
    stages = [
        (_("Prepared"), review.prepared_by, review.prepared_at),
        (_("Calculated"), "", review.calculated_at),
        (_("Approved"), review.approved_by, review.approved_at),
        (_("Posted"), review.posted_by, review.posted_at),
    ]
    if review.cancelled_at:
        happened = [stage for stage in stages if stage[2]]
        return [*happened, (_("Cancelled"), review.cancelled_by, review.cancelled_at)]
    return stages
