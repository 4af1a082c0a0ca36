"""Writes. Budgets for grants: proposed by one person, approved by another, never edited."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from departments.organisation.access import Permission
from departments.organisation.constraints import constraint_of
from departments.organisation.models import User
from departments.organisation.said import said
from pricing.errors import FieldProblem, GrantInvalid, GrantNotFound, PriceOverlaps
from pricing.grant_reading import read_money, text_problems
from pricing.grant_steps import by_another, require
from pricing.models import GrantBudget
from pricing.price_lookup import scheme_terms


@transaction.atomic
def propose_budget(
    *,
    scheme_code: str,
    starts_on: date,
    ends_before: date,
    amount: Decimal,
    by: User,
    reason: str = "",
) -> GrantBudget:
    """Propose what a fund may award to projects that start on these days, in its currency.

    Raises: NotAllowed, SchemeNotFound, GrantInvalid; PriceOverlaps, with another budget.
    """
    require(by, Permission.PROPOSE_PRICE, said("propose a budget for grants"))
    terms = scheme_terms(code=scheme_code)
    minor, problems = read_money({"amount": amount}, terms.currency)
    problems += text_problems("reason", reason, needed=False)
    if minor.get("amount", 0) < 0:
        problems.append(FieldProblem("amount", said("It is zero or more.")))
    if ends_before <= starts_on:
        problems.append(FieldProblem("ends_before", said("A day after %(day)s.", day=starts_on)))
    if problems:
        raise GrantInvalid(problems)
    try:
        with transaction.atomic():
            return GrantBudget.objects.create(
                scheme_id=terms.id,
                days=(starts_on, ends_before),
                amount_minor=minor["amount"],
                reason=reason.strip(),
                proposed_by=by,
            )
    except IntegrityError as error:
        if constraint_of(error) == "pricing_one_grant_budget_in_force":
            raise PriceOverlaps(said("A budget"), starts_on, ends_before) from error
        raise


@transaction.atomic
def approve_budget(*, budget_id: int, by: User, at: datetime) -> GrantBudget:
    """Approve a budget, as another person. Called again, it changes nothing.

    Raises: NotAllowed, GrantNotFound, GrantBySamePerson.
    """
    require(by, Permission.APPROVE_PRICE, said("approve a budget for grants"))
    budget = GrantBudget.objects.select_for_update().filter(pk=budget_id).first()
    if budget is None:
        raise GrantNotFound(said("budget"), budget_id)
    by_another(by, budget.proposed_by, said("proposed this budget"), said("approve it"))
    if budget.approved_by_id is None:
        budget.approved_by, budget.approved_at = by, at
        budget.save(update_fields=["approved_by", "approved_at"])
    return budget
