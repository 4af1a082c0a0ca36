"""Doors. The steps a person takes on a settlement: who may, what it asks, what it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here
from departments.organisation.models import User
from ledger import accruals, settlement_run
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
    is_aside: bool = False

    @property
    def is_main(self) -> bool:
        """Whether it is the step that brings the settlement on."""
        return not self.is_danger and not self.is_aside


@dataclass(frozen=True, slots=True)
class OfferedStep:
    """A step on the page; `refusal` says why this person can't take it now."""

    step: Step
    refusal: str = ""


def _accrue(*, settlement_id: int, by: User, at: datetime) -> accruals.Accrual:
    return accruals.accrue(settlement_id=settlement_id, by=by)  # dated by its period


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
            name="accrue",
            permission=Permission.POST_SETTLEMENT,
            starts_from=accruals.NOT_POSTED,
            call=_accrue,
            title=gettext_lazy("Accrue"),
            question=gettext_lazy("Accrue %(settlement)s?"),
            consequences=(
                gettext_lazy(
                    "Its provisional amounts are posted on the last day of its period, on accounts "
                    "for accruals."
                ),
                gettext_lazy("A second entry takes them back on the first day of the next period."),
                gettext_lazy("The settlement itself is approved and posted later, as ever."),
            ),
            done=gettext_lazy("%(settlement)s is accrued, and taken back in the next period."),
            is_aside=True,
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


def steps_for(
    request: HttpRequest, review: SettlementReview, accrual: accruals.Accrual | None
) -> list[OfferedStep]:
    """The steps that are due, for whoever may take them; the next one also with its refusal."""
    offered = []
    for step in STEPS.values():
        if review.state not in step.starts_from or (accrual and step.name == "accrue"):
            continue
        refusal = _refusal(request, step, review)
        if not refusal or step.is_main:
            offered.append(OfferedStep(step, refusal))
    return offered


def _refusal(request: HttpRequest, step: Step, review: SettlementReview) -> str:
    if step.name == "approve" and review.prepared_by_id == request.user.pk:
        return _("You prepared this settlement, so another person must approve it.")
    if not may_here(request, step.permission):
        return _("%(step)s takes the role %(roles)s.") % {
            "step": step.title,
            "roles": step.permission.roles_told,
        }
    return ""
