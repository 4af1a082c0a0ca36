"""Writes. Grants of a fund: applied for, scored, awarded by two people, then closed or failed.

Money is moved by the ledger alone; here is what was asked, promised and decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from departments.organisation.access import Permission, may_contribute
from departments.organisation.models import ApiKey, User
from departments.organisation.said import said
from pricing.errors import (
    FieldProblem,
    GrantBudgetExceeded,
    GrantInvalid,
    NoGrantBudget,
    NotAllowed,
)
from pricing.grant_reading import (
    AskedMilestone,
    fact_problems,
    is_within,
    read_milestones,
    read_money,
    text_problems,
)
from pricing.grant_steps import by_another, locked, require, require_state, to_step
from pricing.models import GrantApplication, GrantBudget, GrantMilestone, GrantState, Scheme
from pricing.money import Money
from pricing.price_lookup import scheme_terms


@transaction.atomic
def apply(
    *,
    scheme_code: str,
    department_id: int,
    title: str,
    effect: str,
    cost: Decimal,
    asked: Decimal,
    tonnes_per_year: Decimal,
    lifetime_years: int,
    uncertainty_percent: Decimal,
    starts_on: date,
    milestones: Sequence[AskedMilestone],
    by: User,
    at: datetime,
    key: ApiKey | None = None,
    saved_per_year: Decimal = Decimal(0),
    description: str = "",
    is_illustrative: bool = False,
) -> GrantApplication:
    """Ask the fund of a scheme for a grant, as somebody who enters the department's activity.

    Money in whole units of the scheme's currency; tonnes of CO2e a year, ± percent. The milestones
    add up to what is asked: each is paid when what it names is shown and accepted.

    Raises: NotAllowed, SchemeNotFound; GrantInvalid, with every problem at once.
    """
    terms = scheme_terms(code=scheme_code)
    if not may_contribute(by, department_id, key=key):
        raise NotAllowed(
            by.get_username(), said("apply for a grant of this department"), said("contributor")
        )
    money = {"cost": cost, "asked": asked, "saved_per_year": saved_per_year}
    minor, problems = read_money(money, terms.currency)
    parts, more = read_milestones(milestones, terms.currency)
    facts: dict[str, Any] = {
        "title": title.strip(),
        "description": description.strip(),
        "effect": effect,
        "tonnes_per_year": tonnes_per_year,
        "lifetime_years": lifetime_years,
        "uncertainty_percent": uncertainty_percent,
    }
    problems += [*more, *fact_problems(facts, minor)]
    if not problems and sum(parts) != minor["asked"]:
        total = Money(sum(parts), terms.currency)
        words = said("They add up to %(total)s; ask for as much.", total=total)
        problems = [FieldProblem("milestones", words)]
    if problems:
        raise GrantInvalid(problems)
    grant = GrantApplication.objects.create(
        scheme_id=terms.id,
        department_id=department_id,
        starts_on=starts_on,
        is_illustrative=is_illustrative,
        applied_by=by,
        applied_at=at,
        **facts,
        **{f"{name}_minor": amount for name, amount in minor.items()},
    )
    GrantMilestone.objects.bulk_create(
        GrantMilestone(
            grant=grant,
            number=number,
            title=one.title.strip(),
            due_on=one.due_on,
            amount_minor=part,
        )
        for number, (one, part) in enumerate(zip(milestones, parts, strict=True), start=1)
    )
    return grant


@transaction.atomic
def score(
    *,
    grant_id: int,
    by: User,
    at: datetime,
    discount_percent: Decimal | None = None,
    note: str = "",
) -> GrantApplication:
    """Judge what was applied for, as another person; the cost of its tonne follows from its facts.

    Raises: NotAllowed, GrantNotFound, GrantWrongState, GrantBySamePerson, GrantInvalid.
    """
    grant = to_step(grant_id, GrantState.APPLIED, Permission.SCORE_GRANT, by, said("score a grant"))
    by_another(by, grant.applied_by, said("applied for this grant"), said("score it"))
    problems = text_problems("note", note, needed=False)
    if discount_percent is not None and not is_within(discount_percent, 0, 100, 3):
        problems.append(FieldProblem("discount_percent", said("0 to 100, of up to 3 decimals.")))
    return _became(
        grant,
        GrantState.SCORED,
        problems,
        discount_percent=discount_percent,
        score_note=note.strip(),
        scored_by=by,
        scored_at=at,
    )


@transaction.atomic
def propose_award(*, grant_id: int, reason: str, by: User, at: datetime) -> GrantApplication:
    """Propose to award a scored grant, whole, out of the budget for the day it starts on.

    Raises: NotAllowed, GrantNotFound, GrantWrongState, GrantBySamePerson, GrantInvalid,
            NoGrantBudget, GrantBudgetExceeded.
    """
    grant = to_step(
        grant_id, GrantState.SCORED, Permission.PROPOSE_AWARD, by, said("propose to award a grant")
    )
    by_another(by, grant.applied_by, said("applied for this grant"), said("propose its award"))
    budget = GrantBudget.objects.filter(
        scheme=grant.scheme, days__contains=grant.starts_on, approved_by__isnull=False
    ).first()
    if budget is None:
        raise NoGrantBudget(grant.scheme.code, grant.starts_on)
    _require_budget(grant, budget)
    return _became(
        grant,
        GrantState.PROPOSED,
        text_problems("reason", reason),
        budget=budget,
        award_reason=reason.strip(),
        award_proposed_by=by,
        award_proposed_at=at,
    )


@transaction.atomic
def approve_award(*, grant_id: int, by: User, at: datetime, reason: str = "") -> GrantApplication:
    """Award a grant, as another person than who proposed it and who applied for it.

    Raises: NotAllowed, GrantNotFound, GrantWrongState, GrantBySamePerson, GrantBudgetExceeded.
            Called again, it changes nothing.
    """
    grant = locked(grant_id)
    require(by, Permission.APPROVE_AWARD, said("award a grant"))
    if grant.state == GrantState.AWARDED:
        return grant
    require_state(grant, GrantState.PROPOSED)
    by_another(by, grant.applied_by, said("applied for this grant"), said("award it"))
    by_another(by, grant.award_proposed_by, said("proposed this award"), said("approve it"))
    assert grant.budget is not None  # a constraint says so: its award is proposed
    _lock_budgets(grant.scheme)
    _require_budget(grant, grant.budget)
    return _became(
        grant,
        GrantState.AWARDED,
        text_problems("reason", reason, needed=False),
        decision_reason=reason.strip(),
        decided_by=by,
        decided_at=at,
    )


@transaction.atomic
def decline(*, grant_id: int, reason: str, by: User, at: datetime) -> GrantApplication:
    """Decline what was applied for, with a reason, at any time before it is awarded.

    Raises: NotAllowed, GrantNotFound, GrantWrongState, GrantBySamePerson, GrantInvalid.
    """
    undecided = (GrantState.APPLIED, GrantState.SCORED, GrantState.PROPOSED)
    grant = to_step(grant_id, undecided, Permission.APPROVE_AWARD, by, said("decline a grant"))
    by_another(by, grant.applied_by, said("applied for this grant"), said("decline it"))
    return _became(
        grant,
        GrantState.DECLINED,
        text_problems("reason", reason),
        decision_reason=reason.strip(),
        decided_by=by,
        decided_at=at,
    )


@transaction.atomic
def withdraw(
    *, grant_id: int, by: User, at: datetime, key: ApiKey | None = None
) -> GrantApplication:
    """Take an application back before it is decided, as somebody of its department.

    Raises: NotAllowed, GrantNotFound, GrantWrongState.
    """
    grant = locked(grant_id)
    if not may_contribute(by, grant.department_id, key=key):
        raise NotAllowed(by.get_username(), said("withdraw this application"), said("contributor"))
    require_state(grant, GrantState.APPLIED, GrantState.SCORED, GrantState.PROPOSED)
    return _became(grant, GrantState.WITHDRAWN, (), ended_by=by, ended_at=at)


@transaction.atomic
def close(*, grant_id: int, reason: str, by: User, at: datetime) -> GrantApplication:
    """End an awarded grant that did its work: what is not paid by now never is.

    Raises: NotAllowed, GrantNotFound, GrantWrongState; GrantInvalid, before any measurement of what
            it delivered is approved.
    """
    grant = to_step(
        grant_id, GrantState.AWARDED, Permission.APPROVE_AWARD, by, said("close a grant")
    )
    problems = text_problems("reason", reason)
    if not grant.measurements.filter(approved_by__isnull=False).exists():
        problems.append(FieldProblem("measurements", said("Measure what it delivered first.")))
    return _became(
        grant, GrantState.CLOSED, problems, end_reason=reason.strip(), ended_by=by, ended_at=at
    )


@transaction.atomic
def fail(*, grant_id: int, reason: str, by: User, at: datetime) -> GrantApplication:
    """Say that an awarded project failed: nothing more is paid, and what was paid is taken back.

    Raises: NotAllowed, GrantNotFound, GrantWrongState, GrantInvalid.
    """
    grant = to_step(
        grant_id, GrantState.AWARDED, Permission.APPROVE_AWARD, by, said("let a grant fail")
    )
    return _became(
        grant,
        GrantState.FAILED,
        text_problems("reason", reason),
        end_reason=reason.strip(),
        ended_by=by,
        ended_at=at,
    )


# What the steps share


def _became(
    grant: GrantApplication, state: GrantState, problems: Sequence[FieldProblem], **written: Any
) -> GrantApplication:
    if problems:
        raise GrantInvalid(problems)
    grant.state = state
    for name, value in written.items():
        setattr(grant, name, value)
    grant.save(update_fields=["state", *written])
    return grant


def _lock_budgets(scheme: Scheme) -> None:
    """Of two awards at once, the second sees what the first one took."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('pricing_grant_budget'), %s)", [scheme.pk]
        )


def _require_budget(grant: GrantApplication, budget: GrantBudget) -> None:
    """Raises: GrantBudgetExceeded."""
    taken = (
        budget.grants.filter(state__in=[GrantState.AWARDED, GrantState.CLOSED])
        .exclude(pk=grant.pk)
        .aggregate(minor=Sum("asked_minor", default=0))["minor"]
    )
    left = budget.amount_minor - int(taken)
    if grant.asked_minor > left:
        asked, whole, rest = (
            str(Money(minor, grant.scheme.currency))
            for minor in (grant.asked_minor, budget.amount_minor, left)
        )
        raise GrantBudgetExceeded(asked, whole, rest)
