"""Doors. The steps a person takes on a settlement: who may, what it asks, what it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here
from ledger import settlement_run
from ledger.models.settlements import SettlementState
from ledger.settlement_review import SettlementReview


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the states it starts from, the permission it takes, the words and the call."""

    name: str
    permission: Permission
    starts_from: tuple[str, ...]
    call: Callable[..., Any]
    title: Any
    question: Any
    consequences: tuple[Any, ...]
    done: Any
    is_danger: bool = False


@dataclass(frozen=True, slots=True)
class OfferedStep:
    """A step on the page; `refusal` says why this person can't take it now."""

    step: Step
    refusal: str = ""


STEPS = {
    step.name: step
    for step in (
        Step(
            name="approve",
            permission=Permission.APPROVE_SETTLEMENT,
            starts_from=(SettlementState.CALCULATED,),
            call=settlement_run.approve,
            title=gettext_lazy("Approve"),
            question=gettext_lazy("Approve %(settlement)s?"),
            consequences=(
                gettext_lazy("You confirm these amounts, department by department."),
                gettext_lazy("It can then be posted; until then it can be cancelled."),
            ),
            done=gettext_lazy("%(settlement)s is approved."),
        ),
        Step(
            name="post",
            permission=Permission.POST_SETTLEMENT,
            starts_from=(SettlementState.APPROVED,),
            call=settlement_run.post,
            title=gettext_lazy("Post"),
            question=gettext_lazy("Post %(settlement)s?"),
            consequences=(
                gettext_lazy("All its entries are written to the journal, or none."),
                gettext_lazy("Posted entries are never edited; corrections are true-ups."),
            ),
            done=gettext_lazy("%(settlement)s is posted."),
        ),
        Step(
            name="cancel",
            permission=Permission.PREPARE_SETTLEMENT,
            starts_from=(
                SettlementState.CALCULATING,
                SettlementState.CALCULATED,
                SettlementState.APPROVED,
            ),
            call=settlement_run.cancel,
            title=gettext_lazy("Cancel the settlement"),
            question=gettext_lazy("Cancel %(settlement)s?"),
            consequences=(
                gettext_lazy("Its lines are removed; its records can be settled again."),
                gettext_lazy("Nothing was posted, so nothing is reversed."),
            ),
            done=gettext_lazy("%(settlement)s is cancelled."),
            is_danger=True,
        ),
    )
}


def steps_for(request: HttpRequest, review: SettlementReview) -> list[OfferedStep]:
    """The steps that are due, for whoever may take them; the next one also with its refusal."""
    offered = []
    for step in STEPS.values():
        if review.state not in step.starts_from:
            continue
        refusal = _refusal(request, step, review)
        if not refusal or not step.is_danger:
            offered.append(OfferedStep(step, refusal))
    return offered


def _refusal(request: HttpRequest, step: Step, review: SettlementReview) -> str:
    if step.name == "approve" and review.prepared_by_id == request.user.pk:
        return _("You prepared this settlement, so another person must approve it.")
    if not may_here(request, step.permission):
        return _("%(step)s takes the role %(roles)s.") % {
            "step": step.title,
            "roles": step.permission.roles_text,
        }
    return ""
