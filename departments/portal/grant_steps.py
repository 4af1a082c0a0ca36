"""Reads. Which steps of a grant a person may take now, and which call takes each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from departments.organisation.access import Permission, may_contribute, permissions_of
from departments.organisation.models import User
from ledger import grant_payments
from ledger.fund import Payment
from pricing import fund_grants, grant_milestones
from pricing.grant_facts import Grant, MilestoneFacts

UNDECIDED = ("applied", "scored", "proposed")


def grant_steps(grant: Grant, user: User) -> list[str]:
    """Steps of the grant itself, the one that brings it on first."""
    may = permissions_of(user)
    is_own = may_contribute(user, grant.department_id)
    is_applicant = grant.applied_by_id == user.pk
    offered = {
        "score": grant.state == "applied" and Permission.SCORE_GRANT in may and not is_applicant,
        "propose": grant.state == "scored" and Permission.PROPOSE_AWARD in may and not is_applicant,
        "approve": grant.state == "proposed"
        and Permission.APPROVE_AWARD in may
        and user.pk not in (grant.applied_by_id, grant.award_proposed_by_id),
        "decline": grant.state in UNDECIDED
        and Permission.APPROVE_AWARD in may
        and not is_applicant,
        "withdraw": grant.state in UNDECIDED and is_own,
        "measure": grant.state in ("awarded", "closed") and is_own,
        "close": grant.state == "awarded"
        and Permission.APPROVE_AWARD in may
        and grant.delivery is not None,
        "fail": grant.state == "awarded" and Permission.APPROVE_AWARD in may,
    }
    return [name for name, is_offered in offered.items() if is_offered]


def milestone_step(
    grant: Grant, milestone: MilestoneFacts, payment: Payment | None, user: User
) -> str:
    """The step of a milestone that this person may take now, or nothing."""
    may = permissions_of(user)
    if payment is not None:
        is_due = grant.state == "failed" and payment.reversal_id is None
        return "take_back" if is_due and Permission.PAY_GRANT in may else ""
    if grant.state != "awarded":
        return ""
    if milestone.state == "accepted":
        return "pay" if Permission.PAY_GRANT in may else ""
    if (
        milestone.state == "evidenced"
        and Permission.SCORE_GRANT in may
        and milestone.evidenced_by != user.get_username()
    ):
        return "accept"
    return "show_evidence" if may_contribute(user, grant.department_id) else ""


def call_of(
    step: str, grant_id: int, asked: Mapping[str, Any], *, by: User, at: datetime
) -> Callable[[], object] | None:
    """What takes this step; None for a step that there is not."""
    grant: dict[str, Any] = {"grant_id": grant_id, "by": by, "at": at}
    number, reason = asked["number"] or 0, asked["reason"]
    calls: dict[str, Callable[[], object]] = {
        "score": lambda: fund_grants.score(
            discount_percent=asked["discount_percent"], note=reason, **grant
        ),
        "propose": lambda: fund_grants.propose_award(reason=reason, **grant),
        "approve": lambda: fund_grants.approve_award(reason=reason, **grant),
        "decline": lambda: fund_grants.decline(reason=reason, **grant),
        "withdraw": lambda: fund_grants.withdraw(**grant),
        "close": lambda: fund_grants.close(reason=reason, **grant),
        "fail": lambda: fund_grants.fail(reason=reason, **grant),
        "show_evidence": lambda: grant_milestones.show_evidence(
            milestone_id=number, evidence=asked["evidence"], by=by, at=at
        ),
        "accept": lambda: grant_milestones.accept(milestone_id=number, by=by, at=at),
        "pay": lambda: grant_payments.pay(
            milestone_id=number, paid_on=asked["on"] or at.date(), by=by
        ),
        "take_back": lambda: grant_payments.take_back(
            milestone_id=number, taken_back_on=asked["on"] or at.date(), reason=reason, by=by
        ),
        "measure": lambda: grant_milestones.measure(
            **{
                name: asked[name]
                for name in ("starts_on", "ends_before", "tonnes", "uncertainty_percent")
            },
            evidence=asked["evidence"],
            **grant,
        ),
        "approve_measurement": lambda: grant_milestones.approve_measurement(
            measurement_id=number, by=by, at=at
        ),
    }
    return calls.get(step)
