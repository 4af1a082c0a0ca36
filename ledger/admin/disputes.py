"""Doors. Disputes: what departments hold to be wrong, and the steps that answer it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here, require_here
from ledger import dispute_remedies, disputes
from ledger.admin.pages import BADGES, BooksAdmin, moment, person_of, refusals_shown
from ledger.dispute_lookup import list_disputes
from ledger.manual_entry_forms import DisputeRemedyForm, ReasonForm
from ledger.models.disputes import Dispute, DisputeState


@dataclass(frozen=True, slots=True)
class DisputeStep:
    """One answer: what it asks, what follows from it, and the call."""

    name: str
    call: Callable[..., Dispute]
    title: Any
    question: Any
    explanation: Any
    done: Any
    form: type[forms.Form]
    is_danger: bool = False


STEPS = {
    step.name: step
    for step in (
        DisputeStep(
            name="accept",
            call=disputes.accept,
            title=gettext_lazy("Accept"),
            question=gettext_lazy("Accept dispute %(number)s"),
            explanation=gettext_lazy(
                "The line stays as it was posted. Name what puts it right: a record of the line, "
                "which its department then corrects so that the difference comes as a true-up with "
                "the next settlement, or an entry by hand."
            ),
            done=gettext_lazy("Dispute %(number)s is accepted."),
            form=DisputeRemedyForm,
        ),
        DisputeStep(
            name="reject",
            call=disputes.reject,
            title=gettext_lazy("Reject"),
            question=gettext_lazy("Reject dispute %(number)s"),
            explanation=gettext_lazy("The line stands. The department reads your reason."),
            done=gettext_lazy("Dispute %(number)s is rejected."),
            form=ReasonForm,
            is_danger=True,
        ),
    )
}


@admin.register(Dispute)
class DisputeAdmin(BooksAdmin):
    """The queue of disputes, newest first; open ones wait for an answer."""

    list_display = ("number", "department", "line_shown", "state_badge", "opened_by", "opened")
    list_filter = (("state", ChoicesDropdownFilter),)
    search_fields = ("=id", "=line__id")
    search_help_text = gettext_lazy("Number of the dispute or of the line")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dispute]:
        rows: QuerySet[Dispute] = super().get_queryset(request)
        return rows.select_related("department", "opened_by", "decided_by")

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:dispute_id>/step/<slug:step_name>/",
            self.admin_site.admin_view(self.take_step),
            name="ledger_dispute_step",
        )
        return [own, *super().get_urls()]

    @admin.display(description=gettext_lazy("number"))
    def number(self, dispute: Dispute) -> int:
        return dispute.pk

    @admin.display(description=gettext_lazy("statement line"))
    def line_shown(self, dispute: Dispute) -> int:
        return dispute.line_id

    @display(description=gettext_lazy("state"), label=BADGES | {"accepted": "success"})  # type: ignore[untyped-decorator]
    def state_badge(self, dispute: Dispute) -> tuple[str, Any]:
        return dispute.state, DisputeState(dispute.state).label

    @admin.display(description=gettext_lazy("opened at"))
    def opened(self, dispute: Dispute) -> str:
        return moment(dispute.opened_at)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        dispute = self.row_to_read(request, object_id)
        found = list_disputes(department_ids=None, line_id=dispute.line_id)
        detail = next(one for one in found if one.dispute_id == dispute.pk)
        return self.page(
            request,
            "dispute",
            _named(dispute),
            dispute=detail,
            state=DisputeState(dispute.state).label,
            records=sorted(disputes.records_of_line(dispute.line_id))[:20],
            steps=list(STEPS.values()) if _may_answer(request, dispute) else [],
            is_own=dispute.state == DisputeState.OPEN and dispute.opened_by == request.user,
            may_propose=may_here(request, Permission.PROPOSE_ENTRY)
            and dispute.state == DisputeState.OPEN,
        )

    def take_step(self, request: HttpRequest, dispute_id: int, step_name: str) -> HttpResponse:
        """GET asks for the answer, POST gives it."""
        step = STEPS.get(step_name)
        dispute = self.get_object(request, str(dispute_id))
        if step is None or dispute is None:
            raise Http404
        require_here(request, Permission.ANSWER_DISPUTE)
        form = _form(request, step)
        page = reverse("admin:ledger_dispute_change", args=[dispute.pk])
        if request.method == "POST" and form.is_valid():
            with refusals_shown(request):
                step.call(
                    dispute_id=dispute.pk,
                    by=person_of(request),
                    at=timezone.now(),
                    **form.cleaned_data,
                )
                messages.success(request, step.done % {"number": dispute.pk})
            return redirect(page)
        return self.page(
            request,
            "form",
            step.question % {"number": dispute.pk},
            form=form,
            explanation=step.explanation,
            submit=step.title,
            is_danger=step.is_danger,
            back=page,
        )


def _form(request: HttpRequest, step: DisputeStep) -> forms.Form:
    """What a step asks; the entry that somebody comes from is chosen."""
    sent = request.POST if request.method == "POST" else None
    if step.form is not DisputeRemedyForm:
        return step.form(sent)
    entry = {"manual_entry_id": request.GET.get("entry")}
    return DisputeRemedyForm(sent, entries=dispute_remedies.standing_entries(), initial=entry)


def _may_answer(request: HttpRequest, dispute: Dispute) -> bool:
    return (
        dispute.state == DisputeState.OPEN
        and dispute.opened_by_id != request.user.pk
        and may_here(request, Permission.ANSWER_DISPUTE)
    )


def _named(dispute: Dispute) -> str:
    return _("Dispute %(number)s") % {"number": dispute.pk}
