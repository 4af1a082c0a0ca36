"""Writes. The demo company's grants, from company.toml: one paid and measured, two asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from config.demo.company import Company, person
from departments.organisation.models import Department
from ledger import grant_payments
from pricing import fund_grants, grant_budgets, grant_lookup, grant_milestones, price_lookup
from pricing.grant_reading import AskedMilestone

Say = Callable[[str], None]
AMOUNTS = ("cost", "asked", "saved_per_year", "tonnes_per_year", "uncertainty_percent")


def ask_and_award(company: Company, *, at: datetime, say: Say) -> None:
    """Ask for the grants, and award the one that is paid; safe to call again."""
    _approve_budget(company, at=at)
    known = {grant.title for grant in grant_lookup.list_grants(scheme_code=company.scheme_code)}
    for facts in company.facts["grants"]:
        if facts["title"] not in known:
            say(_ask(company, facts, at=at))


@transaction.atomic
def _approve_budget(company: Company, *, at: datetime) -> None:
    facts = company.facts["grant_budget"]
    terms = price_lookup.scheme_terms(code=company.scheme_code)
    if any(one.starts_on == facts["starts_on"] for one in grant_lookup.budgets(scheme_id=terms.id)):
        return
    budget = grant_budgets.propose_budget(
        scheme_code=terms.code,
        by=person("analyst"),
        **facts | {"amount": Decimal(facts["amount"])},
    )
    grant_budgets.approve_budget(budget_id=budget.pk, by=person("approver"), at=at)


@transaction.atomic
def _ask(company: Company, facts: dict[str, Any], *, at: datetime) -> str:
    code = facts["department"]
    contributor = person(f"{code.lower()}-contributor")
    plain = ("title", "description", "effect", "lifetime_years", "starts_on")
    said: dict[str, Any] = {name: facts[name] for name in plain}
    said |= {name: Decimal(facts[name]) for name in AMOUNTS}
    grant = fund_grants.apply(
        scheme_code=company.scheme_code,
        department_id=Department.objects.get(code=code).pk,
        milestones=[
            AskedMilestone(one["title"], one["due_on"], Decimal(one["amount"]))
            for one in facts["milestones"]
        ],
        by=contributor,
        at=at,
        is_illustrative=True,
        **said,
    )
    if "paid" in facts:
        _award(grant.pk, facts, at=at)
        _pay(grant.pk, facts, at=at)
        _measure(grant.pk, facts, at=at)
    return f"{code}: grant asked for: {facts['title']} (illustrative)"


def _award(grant_id: int, facts: dict[str, Any], *, at: datetime) -> None:
    analyst, approver = person("analyst"), person("approver")
    fund_grants.score(
        grant_id=grant_id, by=analyst, at=at, discount_percent=Decimal(5), note=facts["reason"]
    )
    fund_grants.propose_award(grant_id=grant_id, reason=facts["reason"], by=analyst, at=at)
    fund_grants.approve_award(grant_id=grant_id, by=approver, at=at)


def _pay(grant_id: int, facts: dict[str, Any], *, at: datetime) -> None:
    first = grant_lookup.grant_of(grant_id=grant_id).milestones[0]
    contributor = person(f"{facts['department'].lower()}-contributor")
    grant_milestones.show_evidence(
        milestone_id=first.id, evidence=facts["paid"]["evidence"], by=contributor, at=at
    )
    grant_milestones.accept(milestone_id=first.id, by=person("analyst"), at=at)
    grant_payments.pay(milestone_id=first.id, paid_on=facts["paid"]["on"], by=person("finance"))


def _measure(grant_id: int, facts: dict[str, Any], *, at: datetime) -> None:
    measured = facts["measured"]
    made = grant_milestones.measure(
        grant_id=grant_id,
        by=person(f"{facts['department'].lower()}-contributor"),
        at=at,
        **measured | {name: Decimal(measured[name]) for name in ("tonnes", "uncertainty_percent")},
    )
    grant_milestones.approve_measurement(measurement_id=made.pk, by=person("analyst"), at=at)
