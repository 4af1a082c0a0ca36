"""Reads, and tells. How much of its carbon budget each department has used; 80 and 100 % are told.

A department's carbon budget is its approved baseline, or target, in tonnes over a range of days.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.db import connection, transaction

from departments.organisation.notice_models import NoticeKind
from departments.organisation.notices import News, Target, tell
from departments.organisation.reach import people_of
from ledger.sql import statement
from pricing.baseline_lookup import CarbonBudget, carbon_budgets
from pricing.price_lookup import SchemeTerms, all_scheme_terms, coverage_rules

LEVELS = (100, 80)  # percent, the highest first
WATCHED_AFTER_END = timedelta(days=90)  # records come late
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """A carbon budget and what of it is used so far, in kgCO2e."""

    budget: CarbonBudget
    used_kgco2e: Decimal

    @property
    def level(self) -> int | None:
        """The highest level in percent that is reached."""
        budget, used = self.budget.kgco2e, self.used_kgco2e
        return next((level for level in LEVELS if used * 100 >= budget * level), None)


def budgets_in_use(*, terms: SchemeTerms, at: datetime) -> list[BudgetUse]:
    """The carbon budgets of a scheme that run, or ended in the last 90 days, and their use."""
    day = at.date()
    budgets = carbon_budgets(terms.id, from_on=day - WATCHED_AFTER_END, until=day)
    facts = {
        "budgets": json.dumps([asdict(each) for each in budgets], default=str),
        "coverage": json.dumps(
            [asdict(rule) for rule in coverage_rules(scheme_id=terms.id)], default=str
        ),
        "basis": terms.scope2_basis,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("budget_use"), facts)
        used = dict(cursor.fetchall())
    return [BudgetUse(each, used.get(each.baseline_id, Decimal(0))) for each in budgets]


@transaction.atomic
def tell_reached(*, at: datetime) -> None:
    """Tell each department's people which level of which budget is reached; each level once.

    One that is passed at a bound is told at its highest level alone.
    """
    for terms in all_scheme_terms():
        for use in budgets_in_use(terms=terms, at=at):
            if use.level is not None:
                _tell(terms, use.budget, use.level, at)


def _tell(terms: SchemeTerms, budget: CarbonBudget, level: int, at: datetime) -> None:
    facts: dict[str, str | int] = {
        "department": budget.department,
        "scheme": terms.name,
        "level": level,
        "first": budget.starts_on.isoformat(),
        "last": (budget.ends_before - ONE_DAY).isoformat(),
    }
    query = urlencode({"department": budget.department, "scheme": terms.code})
    target = Target("choose_bill", (), query)
    tell(
        kind=NoticeKind.BUDGET_REACHED,
        key=f"{NoticeKind.BUDGET_REACHED}:{budget.baseline_id}:{level}",
        news=list(_news(budget, target, facts)),
        at=at,
    )


def _news(budget: CarbonBudget, target: Target, facts: dict[str, str | int]) -> Iterator[News]:
    for user_id in people_of([budget.department_id]):
        yield News(user_id, [budget.department_id], target, facts)
