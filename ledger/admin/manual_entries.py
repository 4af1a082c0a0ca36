"""Doors. Entries by hand: propose, approve or reject, withdraw, reverse; who, when and why."""

from __future__ import annotations

from dataclasses import asdict
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
from departments.organisation.signing_in.step_up import proven_again
from ledger import dispute_remedies, manual_entries
from ledger.admin.manual_steps import STEPS, ManualStep, standing_reversal, steps_for
from ledger.admin.pages import BADGES, BooksAdmin, moment, person_of, refusals_shown
from ledger.errors.proposals import ManualEntryInvalid
from ledger.manual_entry_forms import (
    LineFormSet,
    ProposalForm,
    show_problems,
    with_more_lines,
    written,
)
from ledger.models.accounts import Account
from ledger.models.disputes import Dispute, DisputeState
from ledger.models.manual_entries import ManualEntry, ManualEntryState

ACCOUNTS_SUGGESTED = 500


@admin.register(ManualEntry)
class ManualEntryAdmin(BooksAdmin):
    """Entries by hand, newest first."""

    list_display = (
        "number",
        "entry_day",
        "description",
        "state_badge",
        "proposed_by",
        "proposed",
        "decided_by",
    )
    list_display_links = ("number", "description")
    list_filter = (("state", ChoicesDropdownFilter),)
    search_fields = ("=id",)
    search_help_text = gettext_lazy("Number of the manual entry")
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_here(request, Permission.PROPOSE_ENTRY)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ManualEntry]:
        rows: QuerySet[ManualEntry] = super().get_queryset(request)
        return rows.select_related("proposed_by", "decided_by", "reverses")

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:manual_entry_id>/step/<slug:step_name>/",
            self.admin_site.admin_view(self.take_step),
            name="ledger_manualentry_step",
        )
        return [own, *super().get_urls()]

    @admin.display(description=gettext_lazy("number"))
    def number(self, entry: ManualEntry) -> int:
        return entry.pk

    @admin.display(description=gettext_lazy("entry date"))
    def entry_day(self, entry: ManualEntry) -> str:
        return entry.entry_date.isoformat()

    @display(description=gettext_lazy("state"), label=BADGES)  # type: ignore[untyped-decorator]
    def state_badge(self, entry: ManualEntry) -> tuple[str, Any]:
        return entry.state, ManualEntryState(entry.state).label

    @admin.display(description=gettext_lazy("proposed at"))
    def proposed(self, entry: ManualEntry) -> str:
        return moment(entry.proposed_at)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Propose an entry; `more` only adds empty rows."""
        require_here(request, Permission.PROPOSE_ENTRY)
        dispute = _dispute_of(request)
        form, lines = _blank(dispute)
        if "more" in request.POST:
            form = ProposalForm(initial=request.POST.dict())
            lines = with_more_lines(request.POST)
        elif request.method == "POST":
            form, lines = ProposalForm(request.POST), LineFormSet(request.POST, prefix="lines")
            entry = self._propose(request, form, lines)
            if entry is not None and dispute is not None:
                accept = reverse("admin:ledger_dispute_step", args=[dispute.pk, "accept"])
                return redirect(f"{accept}?entry={entry.pk}")
            if entry is not None:
                return redirect("admin:ledger_manualentry_change", entry.pk)
        return self.page(
            request,
            "manual_entry_form",
            _("New manual entry"),
            form=form,
            lines=lines,
            accounts=_suggested_accounts(),
            back=reverse("admin:ledger_dispute_change", args=[dispute.pk])
            if dispute
            else reverse("admin:ledger_manualentry_changelist"),
        )

    def _propose(self, request: HttpRequest, form: ProposalForm, lines: Any) -> ManualEntry | None:
        if not (form.is_valid() and lines.is_valid()):
            return None
        with refusals_shown(request):
            try:
                entry = manual_entries.propose(
                    **form.cleaned_data,
                    lines=written(lines),
                    by=person_of(request),
                    at=timezone.now(),
                )
            except ManualEntryInvalid as refusal:
                show_problems(refusal.field_problems, form, lines)
                return None
            words = _("Manual entry %(number)s is proposed; another person approves it.")
            messages.success(request, words % {"number": entry.pk})
            return entry
        return None

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        entry = self.row_to_read(request, object_id)
        steps, refusals = steps_for(request, entry)
        return self.page(
            request,
            "manual_entry",
            _named(entry),
            entry=entry,
            state=ManualEntryState(entry.state).label,
            lines=entry.lines.select_related("account", "commodity").order_by("id"),
            reversal=standing_reversal(entry),
            steps=steps,
            refusals=refusals,
        )

    @proven_again()
    def take_step(self, request: HttpRequest, manual_entry_id: int, step_name: str) -> HttpResponse:
        """GET asks for confirmation or a reason, POST takes the step."""
        step: ManualStep | None = STEPS.get(step_name)
        entry = self.get_object(request, str(manual_entry_id))
        if step is None or entry is None:
            raise Http404
        require_here(request, step.permission)
        form = step.form(request.POST if request.method == "POST" else None)
        page = reverse("admin:ledger_manualentry_change", args=[entry.pk])
        if request.method == "POST" and form.is_valid():
            with refusals_shown(request):
                became = step.call(
                    manual_entry_id=entry.pk,
                    by=person_of(request),
                    at=timezone.now(),
                    **form.cleaned_data,
                )
                messages.success(request, step.done % {"number": became.pk})
                page = reverse("admin:ledger_manualentry_change", args=[became.pk])
            return redirect(page)
        return self._ask(request, entry, step, form, page)

    def _ask(
        self,
        request: HttpRequest,
        entry: ManualEntry,
        step: ManualStep,
        form: forms.Form,
        page: str,
    ) -> HttpResponse:
        question = step.question % {"number": entry.pk}
        shown = {"submit": step.title, "is_danger": step.is_danger, "back": page}
        if not form.fields:
            return self.page(
                request,
                "confirm",
                _named(entry),
                question=question,
                consequences=step.consequences,
                **shown,
            )
        explanation = " ".join(str(words) for words in step.consequences)
        return self.page(request, "form", question, form=form, explanation=explanation, **shown)


def _named(entry: ManualEntry) -> str:
    return _("Manual entry %(number)s") % {"number": entry.pk}


def _dispute_of(request: HttpRequest) -> Dispute | None:
    """The open dispute that an entry is to put right, if somebody comes from one."""
    number = request.GET.get("dispute", "")
    if not number.isdecimal() or len(number) > 18:
        return None
    return Dispute.objects.filter(pk=number, state=DisputeState.OPEN).first()


def _blank(dispute: Dispute | None) -> tuple[ProposalForm, Any]:
    """An empty form, or one that takes a disputed line back."""
    if dispute is None:
        return ProposalForm(), LineFormSet(prefix="lines")
    rows = [asdict(row) for row in dispute_remedies.taken_back(line_id=dispute.line_id)]
    facts = {
        "description": _("Takes back line %(line)s (dispute %(dispute)s)")
        % {"line": dispute.line_id, "dispute": dispute.pk},
        "reason": dispute.reason,
        "evidence": dispute.evidence,
    }
    return ProposalForm(initial=facts), LineFormSet(prefix="lines", initial=rows)


def _suggested_accounts() -> list[tuple[str, str]]:
    """All accounts if they are few; a long list helps nobody who types."""
    found = list(
        Account.objects.order_by("code").values_list("code", "commodity_id")[
            : ACCOUNTS_SUGGESTED + 1
        ]
    )
    return found if len(found) <= ACCOUNTS_SUGGESTED else []
