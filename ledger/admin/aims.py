"""Doors. Aims: proposed in a form, approved or withdrawn in the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here
from departments.organisation.telling import refusal_told
from ledger import aims
from ledger.admin.pages import BADGES, BooksAdmin, person_of, refusals_shown
from ledger.errors import LedgerError
from ledger.models.aims import AimKind, ClimateAim


class AimForm(forms.Form):
    """Which aim, and its year."""

    kind = forms.ChoiceField(label=gettext_lazy("Aim"), choices=AimKind)
    year = forms.IntegerField(
        label=gettext_lazy("Year"), min_value=aims.YEARS[0], max_value=aims.YEARS[1]
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    source_url = forms.URLField(label=gettext_lazy("Source"), required=False, assume_scheme="https")


@admin.register(ClimateAim)
class ClimateAimAdmin(BooksAdmin):
    """Aims, newest first; of each kind the one approved last counts."""

    list_display = ("aim", "year", "state", "proposed_by", "approved_by", "reason")
    list_select_related = ("proposed_by", "approved_by")
    actions = ("approve_selected", "withdraw_selected")

    @admin.display(description=gettext_lazy("aim"))
    def aim(self, row: ClimateAim) -> str:
        return str(AimKind(row.kind).label)

    @display(description=gettext_lazy("state"), label=BADGES)  # type: ignore[untyped-decorator]
    def state(self, row: ClimateAim) -> tuple[str, str]:
        if row.approved_by_id is None:
            return "proposed", _("waits for another person")
        return "done", _("approved")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_here(request, Permission.PROPOSE_PRICE)

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return may_here(request, Permission.APPROVE_PRICE)

    @admin.action(description=gettext_lazy("Approve the selected ones"), permissions=["approve"])
    def approve_selected(self, request: HttpRequest, rows: QuerySet[ClimateAim]) -> None:
        by, now = person_of(request), timezone.now()
        self._each(request, rows, lambda pk: aims.approve_aim(aim_id=pk, by=by, at=now))

    @admin.action(description=gettext_lazy("Withdraw the selected ones"), permissions=["add"])
    def withdraw_selected(self, request: HttpRequest, rows: QuerySet[ClimateAim]) -> None:
        by = person_of(request)
        self._each(request, rows, lambda pk: aims.withdraw_aim(aim_id=pk, by=by))

    def _each(
        self, request: HttpRequest, rows: QuerySet[ClimateAim], step: Callable[[int], Any]
    ) -> None:
        done = 0
        for pk in list(rows.order_by("pk").values_list("pk", flat=True)):
            try:
                step(pk)
                done += 1
            except LedgerError as refusal:
                messages.error(request, refusal_told(refusal))
        if done:
            messages.success(request, _("Done: %(count)d.") % {"count": done})

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = AimForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with refusals_shown(request):
                aims.propose_aim(**form.cleaned_data, by=person_of(request))
                messages.success(request, _("Proposed. It counts once another person approves it."))
                return redirect("admin:ledger_climateaim_changelist")
        return self.page(
            request,
            "form",
            _("Propose an aim"),
            form=form,
            explanation=_(
                "A year that the company wants to reach. It is drawn beside the years to come; no "
                "bill rests on it."
            ),
            submit=_("Propose"),
            back=reverse("admin:ledger_climateaim_changelist"),
        )
