"""Reads. A fund's grants and budgets as other apps are told of them: frozen facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pricing.grant_scoring import Delivery, Promise, Score
from pricing.money import Money


@dataclass(frozen=True, slots=True)
class MilestoneFacts:
    """A part of a grant; `state` is planned, evidenced or accepted. Paid it is by the ledger."""

    id: int
    number: int
    title: str
    due_on: date
    amount: Money
    state: str
    evidence: str
    evidenced_by: str
    accepted_by: str


@dataclass(frozen=True, slots=True)
class MeasurementFacts:
    """Tonnes delivered from a day until before another; they count once approved."""

    id: int
    starts_on: date
    ends_before: date
    tonnes: Decimal
    uncertainty_percent: Decimal
    evidence: str
    entered_by: str
    entered_by_id: int
    approved_by: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done about a grant, by whom and when, with what was said."""

    name: str
    by: str
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant of a scheme's fund to a department. Tonnes of CO2e; `score` follows from its facts.

    `delivery` is over all approved measurements; None before there is one.
    """

    id: int
    scheme_id: int
    scheme: str
    currency: str
    department_id: int
    department: str
    department_name: str
    title: str
    description: str
    effect: str
    cost: Money
    asked: Money
    saved_per_year: Money
    promise: Promise
    starts_on: date
    is_illustrative: bool
    state: str
    applied_by_id: int
    award_proposed_by_id: int | None
    budget_id: int | None
    discount_percent: Decimal | None
    score: Score
    delivery: Delivery | None
    milestones: tuple[MilestoneFacts, ...]
    measurements: tuple[MeasurementFacts, ...]
    history: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be awarded to projects that start on these days, and what is awarded of it."""

    id: int
    starts_on: date
    ends_before: date
    amount: Money
    awarded: Money
    is_approved: bool
    proposed_by_id: int

    @property
    def left(self) -> Money:
        """What may be awarded yet."""
        return self.amount - self.awarded


@dataclass(frozen=True, slots=True)
class PayableMilestone:
    """What the ledger needs to pay a milestone or to take it back; its grant's row is locked."""

    id: int
    number: int
    grant_id: int
    title: str
    state: str
    is_accepted: bool
    amount_minor: int
    scheme_id: int
    department_id: int
    department_code: str
    involved_ids: frozenset[int]
