"""Doors. The steps a person takes on an entry by hand: who may, what it asks, what it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here
from ledger import manual_entries
from ledger.manual_entry_forms import ReasonForm, ReversalForm
from ledger.models.manual_entries import ManualEntry, ManualEntryState


@dataclass(frozen=True, slots=True)
class ManualStep:
    """One step: the state it starts from, who may, what it asks, and the call."""

    name: str
    starts_from: str
    permission: Permission
    call: Callable[..., ManualEntry]
    title: Any
    question: Any
    consequences: tuple[Any, ...]
    done: Any
    form: type[forms.Form] = forms.Form
    by_its_author: bool = False
    is_danger: bool = False

    def refusal(self, request: HttpRequest, entry: ManualEntry) -> str:
        """Why this person can't take it now; nothing if they can."""
        is_own = entry.proposed_by_id == request.user.pk
        if self.starts_from == ManualEntryState.PROPOSED and is_own and not self.by_its_author:
            return _("You proposed this entry, so another person must decide it.")
        if not may_here(request, self.permission):
            return _("%(step)s takes the role %(roles)s.") % {
                "step": self.title,
                "roles": self.permission.roles_told,
            }
        return ""


STEPS = {
    step.name: step
    for step in (
        ManualStep(
            name="approve",
            starts_from=ManualEntryState.PROPOSED,
            permission=Permission.APPROVE_ENTRY,
            call=manual_entries.approve,
            title=gettext_lazy("Approve and post"),
            question=gettext_lazy("Approve manual entry %(number)s and post it?"),
            consequences=(
                gettext_lazy("It is written to the journal as it stands, and never edited."),
                gettext_lazy("A mistake is taken back by a reversal, by two people again."),
            ),
            done=gettext_lazy("Manual entry %(number)s is approved and posted."),
        ),
        ManualStep(
            name="reject",
            starts_from=ManualEntryState.PROPOSED,
            permission=Permission.APPROVE_ENTRY,
            call=manual_entries.reject,
            title=gettext_lazy("Reject"),
            question=gettext_lazy("Reject manual entry %(number)s"),
            consequences=(
                gettext_lazy("Nothing is posted. Your reason is kept with the proposal."),
            ),
            done=gettext_lazy("Manual entry %(number)s is rejected."),
            form=ReasonForm,
            is_danger=True,
        ),
        ManualStep(
            name="withdraw",
            starts_from=ManualEntryState.PROPOSED,
            permission=Permission.READ_BOOKS,
            call=manual_entries.withdraw,
            title=gettext_lazy("Withdraw"),
            question=gettext_lazy("Withdraw manual entry %(number)s?"),
            consequences=(gettext_lazy("Nothing is posted. You can propose another one."),),
            done=gettext_lazy("Manual entry %(number)s is withdrawn."),
            by_its_author=True,
            is_danger=True,
        ),
        ManualStep(
            name="reverse",
            starts_from=ManualEntryState.APPROVED,
            permission=Permission.PROPOSE_ENTRY,
            call=manual_entries.propose_reversal,
            title=gettext_lazy("Propose a reversal"),
            question=gettext_lazy("Reverse manual entry %(number)s"),
            consequences=(
                gettext_lazy("The mirror of its lines is posted once another person approves."),
            ),
            done=gettext_lazy("The reversal is proposed as manual entry %(number)s."),
            form=ReversalForm,
            is_danger=True,
        ),
    )
}


def steps_for(request: HttpRequest, entry: ManualEntry) -> tuple[list[ManualStep], list[str]]:
    """The steps that this person can take now, and why they can't take the others."""
    due = [step for step in STEPS.values() if step.starts_from == entry.state]
    is_own = entry.proposed_by_id == request.user.pk
    due = [step for step in due if is_own or not step.by_its_author]
    if entry.state == ManualEntryState.APPROVED and standing_reversal(entry) is not None:
        return [], []
    refusals = {step.name: step.refusal(request, entry) for step in due}
    offered = [step for step in due if not refusals[step.name]]
    return offered, list(dict.fromkeys(why for why in refusals.values() if why))


def standing_reversal(entry: ManualEntry) -> ManualEntry | None:
    """The reversal that is proposed or approved."""
    states = (ManualEntryState.PROPOSED, ManualEntryState.APPROVED)
    return entry.reversals.filter(state__in=states).first()
