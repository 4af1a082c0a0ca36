"""Doors. The sweet spot: ask for an estimate, see its curve, its table and how sure it is."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here
from ledger import sweet_spots, tasks
from ledger.admin.pages import BADGES, BooksAdmin, moment, person_of, refusals_shown
from ledger.desk.curve import curve_of
from ledger.forms import SweetSpotForm
from ledger.models.sweet_spots import SweetSpotRun, SweetSpotState

# What a refusal is called on the page; its sentence with the numbers follows as it was found.
REFUSALS = {
    "no_price_variation": gettext_lazy("The price never changed"),
    "only_time_variation": gettext_lazy("The price changed for all departments at once"),
    "one_shock": gettext_lazy("One department's event explains it"),
    "growth": gettext_lazy("Growth explains it as well"),
    "factor_change": gettext_lazy("A change of factors explains it as well"),
    "too_few_observations": gettext_lazy("Too few observations"),
}


@admin.register(SweetSpotRun)
class SweetSpotRunAdmin(BooksAdmin):
    """Estimates, newest first; none is edited or deleted."""

    list_display = ("id", "scheme", "state_badge", "range_found", "cell_count", "asked", "asked_by")
    list_select_related = ("scheme", "asked_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SweetSpotRun]:
        rows: QuerySet[SweetSpotRun] = super().get_queryset(request)
        return rows.select_related("scheme", "asked_by").defer("panel")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_here(request, Permission.ESTIMATE_SWEET_SPOT)

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:run_id>/panel.csv",
            self.admin_site.admin_view(self.panel_file),
            name="ledger_sweetspotrun_panel",
        )
        return [own, *super().get_urls()]

    @display(  # type: ignore[untyped-decorator]
        description=gettext_lazy("state"), label=BADGES | {"failed": "danger"}
    )
    def state_badge(self, run: SweetSpotRun) -> tuple[str, Any]:
        return run.state, SweetSpotState(run.state).label

    @admin.display(description=gettext_lazy("another dollar buys abatement"))
    def range_found(self, run: SweetSpotRun) -> str:
        if run.answer is None:
            return "–"
        if not run.answer["identifiable"]:
            return _("not identifiable")
        low, high = run.answer["range"]["low"], run.answer["range"]["high"]
        return _("nowhere shown") if low is None else f"{low:g} – {high:g}"

    @admin.display(description=gettext_lazy("asked at"))
    def asked(self, run: SweetSpotRun) -> str:
        return moment(run.asked_at)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = SweetSpotForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with refusals_shown(request):
                run = sweet_spots.ask(
                    scheme_code=form.cleaned_data["scheme"],
                    seed=form.cleaned_data["seed"],
                    by=person_of(request),
                )
                tasks.ring_sweet_spot(run.pk)
                messages.success(request, _("A worker estimates it; this takes some seconds."))
                return redirect("admin:ledger_sweetspotrun_change", run.pk)
        return self.page(
            request,
            "form",
            _("Estimate the sweet spot"),
            form=form,
            explanation=_(
                "How tonnes answered to the price in everything that was posted, and up to which "
                "price another dollar still buys abatement. It takes departments that knew "
                "different prices at the same time."
            ),
            submit=_("Estimate"),
            back=reverse("admin:ledger_sweetspotrun_changelist"),
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        run = self.row_to_read(request, object_id)
        answer = run.answer
        code, _colon, sentence = ((answer or {}).get("reason") or "").partition(": ")
        is_identifiable = bool(answer and answer["identifiable"])
        return self.page(
            request,
            "sweet_spot",
            _("Sweet spot of %(scheme)s") % {"scheme": run.scheme.code},
            run=run,
            answer=answer,
            refused=REFUSALS.get(code, code),
            sentence=sentence,
            curve=curve_of(answer) if is_identifiable else None,
            rows=_rows(answer) if is_identifiable else [],
            currency=run.scheme.currency,
        )

    def panel_file(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """The panel as it was when somebody asked; its SHA-256 stands on the page."""
        run = self.row_to_read(request, str(run_id))
        answer = HttpResponse(run.panel, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="sweet-spot-{run.pk}.csv"'
        return answer


def _rows(answer: dict[str, Any]) -> list[dict[str, str]]:
    """The picture's table: shares in percent, tonnes and money to the whole."""
    return [
        {
            "price": f"{point['price_per_tonne']:,.2f}",
            "change": _share(point["change_share"]),
            "interval": f"{_share(point['low'])} … {_share(point['high'])}",
            "tonnes": f"{curve['tonnes']:,.0f}",
            "revenue": f"{curve['revenue']:,.0f}",
        }
        for point, curve in zip(answer["response"], answer["curve"], strict=True)
    ]


def _share(share: float) -> str:
    text = f"{share:+,.1%}"
    return "0.0%" if text in ("+0.0%", "-0.0%") else text
