"""Grants step by step, in few words: $60,000 of $100,000 for 1,000 t a year over ten years."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ledger import grant_payments
from pricing import fund_grants, grant_budgets, grant_milestones
from pricing.grant_reading import AskedMilestone
from pricing.models import GrantApplication, GrantBudget
from tests.ledger.books import NOON, Books

MAY, JUNE = date(2023, 5, 31), date(2023, 6, 15)
YEAR = (date(2023, 1, 1), date(2024, 1, 1))
MILESTONES = (
    AskedMilestone("Heat pumps ordered", date(2023, 5, 1), Decimal("20000.00")),
    AskedMilestone("Boilers out of use", date(2023, 9, 30), Decimal(40_000)),
)


def budget(books: Books, amount: str = "100000", *, days: tuple[date, date] = YEAR) -> GrantBudget:
    proposed = grant_budgets.propose_budget(
        scheme_code=books.scheme.code,
        starts_on=days[0],
        ends_before=days[1],
        amount=Decimal(amount),
        by=books.people["analyst"],
        reason="A tenth of what comes in",
    )
    return grant_budgets.approve_budget(budget_id=proposed.pk, by=books.people["approver"], at=NOON)


def apply(books: Books, department: str = "CLOUD", **changes: Any) -> GrantApplication:
    facts: dict[str, Any] = {
        "scheme_code": books.scheme.code,
        "department_id": books.departments[department].pk,
        "title": "Heat pumps for two boilers",
        "effect": "abatement",
        "cost": Decimal(100_000),
        "asked": Decimal(60_000),
        "tonnes_per_year": Decimal(1000),
        "lifetime_years": 10,
        "uncertainty_percent": Decimal(20),
        "starts_on": date(2023, 4, 1),
        "milestones": MILESTONES,
        "by": books.people["contributor"],
        "at": NOON,
    }
    return fund_grants.apply(**facts | changes)


def score(books: Books, grant: GrantApplication, by: str = "analyst") -> GrantApplication:
    return fund_grants.score(grant_id=grant.pk, by=books.people[by], at=NOON, note="Plausible")


def propose(books: Books, grant: GrantApplication, by: str = "analyst") -> GrantApplication:
    return fund_grants.propose_award(
        grant_id=grant.pk, reason="Cheapest so far", by=books.people[by], at=NOON
    )


def award(books: Books, grant: GrantApplication, by: str = "approver") -> GrantApplication:
    return fund_grants.approve_award(grant_id=grant.pk, by=books.people[by], at=NOON)


def awarded(books: Books, department: str = "CLOUD", **changes: Any) -> GrantApplication:
    grant = apply(books, department, **changes)
    score(books, grant)
    propose(books, grant)
    return award(books, grant)


def milestone_of(grant: GrantApplication, number: int) -> int:
    return grant.milestones.get(number=number).pk


def accepted(
    books: Books, grant: GrantApplication, number: int = 1, by: str = "contributor"
) -> int:
    """The milestone, shown by the department and accepted by the analyst."""
    milestone_id = milestone_of(grant, number)
    grant_milestones.show_evidence(
        milestone_id=milestone_id, evidence="Order 4711", by=books.people[by], at=NOON
    )
    grant_milestones.accept(milestone_id=milestone_id, by=books.people["analyst"], at=NOON)
    return milestone_id


def pay(books: Books, milestone_id: int, by: str = "finance", on: date = MAY) -> int:
    return grant_payments.pay(milestone_id=milestone_id, paid_on=on, by=books.people[by])


def take_back(books: Books, milestone_id: int, by: str = "finance", on: date = JUNE) -> int:
    return grant_payments.take_back(
        milestone_id=milestone_id, taken_back_on=on, reason="Sold", by=books.people[by]
    )


def fail(books: Books, grant: GrantApplication, by: str = "approver") -> GrantApplication:
    return fund_grants.fail(
        grant_id=grant.pk, reason="The site was sold", by=books.people[by], at=NOON
    )
