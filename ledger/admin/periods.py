"""Doors. Accounting periods: create them, see what is missing for the close, close them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here, require_here
from departments.organisation.signing_in.step_up import proven_again
from ledger import close_checklist, period_close, periods, tasks
from ledger.admin.pages import BADGES, BooksAdmin, hash_of, person_of, refusals_shown
from ledger.desk.words import first_day_of, last_day_of
from ledger.forms import NewPeriodForm, OpenPeriodsForm
from ledger.models.periods import AccountingPeriod, PeriodState


@admin.register(AccountingPeriod)
class AccountingPeriodAdmin(BooksAdmin):
    """Periods by day; a closed one shows its seal."""

    list_display = ("code", "first_day", "last_day", "state_badge", "closed_by", "seal_hash")
    list_select_related = ("closed_by", "seal")
    ordering = ("-days",)
    search_fields = ("code",)
    actions_list = ("open_calendar",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_here(request, Permission.OPEN_PERIOD)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccountingPeriod]:
        rows: QuerySet[AccountingPeriod] = super().get_queryset(request)
        return rows.select_related("closed_by", "seal")

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:period_id>/close/",
            self.admin_site.admin_view(self.close),
            name="ledger_accountingperiod_close",
        )
        return [own, *super().get_urls()]

    @admin.display(description=gettext_lazy("first day"))
    def first_day(self, period: AccountingPeriod) -> Any:
        return first_day_of(period).isoformat()

    @admin.display(description=gettext_lazy("last day"))
    def last_day(self, period: AccountingPeriod) -> Any:
        return last_day_of(period).isoformat()

    @display(description=gettext_lazy("state"), label=BADGES)  # type: ignore[untyped-decorator]
    def state_badge(self, period: AccountingPeriod) -> tuple[str, Any]:
        return period.state, PeriodState(period.state).label

    @admin.display(description=gettext_lazy("seal"))
    def seal_hash(self, period: AccountingPeriod) -> SafeString | str:
        seal = getattr(period, "seal", None)
        return hash_of(seal.chain_sha256) if seal else "–"

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewPeriodForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with refusals_shown(request):
                period = periods.create_period(**form.cleaned_data)
                messages.success(request, _("Period %(code)s is open.") % {"code": period.code})
                return redirect("admin:ledger_accountingperiod_change", period.pk)
        return self.page(
            request,
            "form",
            _("New period"),
            form=form,
            explanation=_("Days that are settled together. Periods never overlap."),
            submit=_("Open the period"),
            back=reverse("admin:ledger_accountingperiod_changelist"),
        )

    @action(  # type: ignore[untyped-decorator]
        description=gettext_lazy("Open a calendar"), url_path="open", permissions=["add"]
    )
    def open_calendar(self, request: HttpRequest) -> HttpResponse:
        """Many periods in a row, by fiscal calendar."""
        require_here(request, Permission.OPEN_PERIOD)
        form = OpenPeriodsForm(request.POST or None, initial=_next_in_row())
        back = reverse("admin:ledger_accountingperiod_changelist")
        if request.method == "POST" and form.is_valid():
            with refusals_shown(request):
                opened = periods.open_periods(by=person_of(request), **form.cleaned_data)
                names = {"first": opened[0].code, "last": opened[-1].code, "count": len(opened)}
                messages.success(
                    request, _("%(count)s periods are there: %(first)s to %(last)s.") % names
                )
                return redirect(back)
        return self.page(
            request,
            "form",
            _("Open a calendar"),
            form=form,
            explanation=_(
                "Periods in a row, all or none. They continue those that there are: no day lies in "
                "two, and none is left out between them."
            ),
            submit=_("Open the periods"),
            back=back,
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        period = self.row_to_read(request, object_id)
        is_open = period.state == PeriodState.OPEN
        if not is_open and "HX-Request" in request.headers:
            return HttpResponse(headers={"HX-Refresh": "true"})  # closed while a page waited
        return self.page(
            request,
            "period",
            period.code,
            last_day=last_day_of(period),
            is_open=is_open,
            **_before_close(request, period, with_totals=is_open and "totals" in request.GET),
            settlements=period.settlements.select_related("scheme", "posted_by").order_by("-id"),
            exports=period.exports.select_related("exported_by", "acknowledgement").order_by(
                "-sequence"
            ),
            seal=getattr(period, "seal", None),
        )

    @proven_again()
    def close(self, request: HttpRequest, period_id: int) -> HttpResponse:
        """GET asks for confirmation, POST closes and seals."""
        require_here(request, Permission.CLOSE_PERIOD)
        period = self.get_object(request, str(period_id))
        if period is None:
            return redirect("admin:ledger_accountingperiod_changelist")
        page = reverse("admin:ledger_accountingperiod_change", args=[period.pk])
        if request.method == "POST":
            with refusals_shown(request):
                period_close.close(
                    period_code=period.code, by=person_of(request), at=timezone.now()
                )
                tasks.ring_outbox()
                messages.success(
                    request, _("Period %(code)s is closed and sealed.") % {"code": period.code}
                )
            return redirect(page)
        return self.page(
            request,
            "confirm",
            _("Close %(period)s") % {"period": period.code},
            question=_("Close and seal period %(period)s?") % {"period": period.code},
            consequences=[
                _("Nothing posts into it any more. Late tonnes become true-ups later."),
                _("Its lines are hashed and chained to the seal before."),
                _("A closed period can't be opened again."),
                _("The control totals are worked out once more; if one differs, it stays open."),
            ],
            problems=[
                check.what_next
                for check in close_checklist.steps_of(period, at=timezone.now())
                if check.refuses
            ],
            submit=_("Close the period"),
            back=page,
        )


def _before_close(
    request: HttpRequest, period: AccountingPeriod, *, with_totals: bool
) -> dict[str, Any]:
    """The checks of an open period; its totals read all of its records, so they may come later."""
    at = timezone.now()
    is_open = period.state == PeriodState.OPEN
    steps = close_checklist.steps_of(period, at=at) if is_open else []
    totals = close_checklist.totals_of(period) if with_totals else []
    return {
        "period": period,
        "steps": steps,
        "totals": totals,
        "totals_at": at if with_totals else None,
        "check_count": len(steps) + len(totals),
        "failing": [check for check in (*steps, *totals) if check.refuses],
        "may_close": may_here(request, Permission.CLOSE_PERIOD),
        "close_takes": Permission.CLOSE_PERIOD.roles_told,
    }


def _next_in_row() -> dict[str, Any]:
    """What most likely comes next: after the last period, in years that begin as the first did."""
    first, last = (AccountingPeriod.objects.order_by(by).first() for by in ("days", "-days"))
    if first is None or last is None:
        return {}
    return {"from_on": last.ends_before, "first_month": first.first_day.month}
