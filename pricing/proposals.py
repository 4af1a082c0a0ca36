"""Writes. What one person proposes and another approves: its steps, and what is refused in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from django.db import IntegrityError, transaction

from departments.organisation.access import Permission, may
from departments.organisation.constraints import constraint_of
from departments.organisation.models import User
from departments.organisation.said import said
from pricing.errors import (
    ApprovedBySamePerson,
    NotAllowed,
    PriceInvalid,
    PriceNeverEdited,
    PriceNotFound,
    PriceOverlaps,
)
from pricing.models import (
    AbatementRate,
    Baseline,
    CarbonPrice,
    Contribution,
    EventRate,
    ExchangeRate,
    IncentiveCap,
    IncentiveRate,
    SchemeText,
)

Proposal = TypeVar(
    "Proposal",
    CarbonPrice,
    IncentiveRate,
    Baseline,
    EventRate,
    Contribution,
    AbatementRate,
    IncentiveCap,
    SchemeText,
    ExchangeRate,
)
Endable = TypeVar("Endable", CarbonPrice, IncentiveRate, EventRate, AbatementRate)

_MOST = Decimal(10) ** 12
_STEP = Decimal("0.000001")
_OVERLAPS = (
    "pricing_one_price_in_force",
    "pricing_one_incentive_rate_in_force",
    "pricing_one_baseline_in_force",
    "pricing_one_event_rate_in_force",
    "pricing_one_contribution_in_force",
    "pricing_one_abatement_rate_in_force",
    "pricing_caps_have_the_same_lower_days",
    "pricing_caps_have_the_same_upper_days",
)


def approve(proposal: Proposal, by: User, at: datetime) -> Proposal:
    """Approve a proposal, as another person; approved already, it stays as it is.

    Raises: NotAllowed, ApprovedBySamePerson.
    """
    require(by, Permission.APPROVE_PRICE, said("approve a price"))
    if proposal.proposed_by_id == by.pk:
        raise ApprovedBySamePerson(by.get_username())
    if proposal.approved_by_id is None:
        proposal.approved_by, proposal.approved_at = by, at
        proposal.save(update_fields=["approved_by", "approved_at"])
    return proposal


def end(proposal: Endable, ends_before: date, by: User) -> Endable:
    """Let what is approved end on a coming day.

    Raises: NotAllowed, PriceInvalid; PriceNeverEdited, for a day that has passed.
    """
    require(by, Permission.APPROVE_PRICE, said("end a price"))
    starts_on, runs_until = proposal.in_force.lower, proposal.in_force.upper
    check_days(starts_on or date.min, ends_before)
    if runs_until is not None and ends_before > runs_until:
        raise PriceInvalid(
            said("It ends before %(day)s already; propose another from there on.", day=runs_until)
        )
    proposal.in_force = (starts_on, ends_before)
    try:
        with transaction.atomic():
            proposal.save(update_fields=["in_force"])
    except IntegrityError as error:
        if constraint_of(error) == "pricing_approved_price_never_edited":
            raise PriceNeverEdited(str(proposal), proposal.pk) from error
        raise
    proposal.refresh_from_db(fields=["in_force"])
    return proposal


def withdraw(proposal: Proposal, by: User) -> None:
    """Take back a proposal that is not approved.

    Raises: NotAllowed, PriceNeverEdited.
    """
    require(by, Permission.PROPOSE_PRICE, said("withdraw a price"))
    if proposal.approved_by_id is not None:
        raise PriceNeverEdited(str(proposal), proposal.pk)
    proposal.delete()


def locked(kind: type[Proposal], proposal_id: int) -> Proposal:
    """The proposal, locked until the transaction ends. Raises: PriceNotFound."""
    found = kind._default_manager.select_for_update().filter(pk=proposal_id).first()
    if found is None:
        raise PriceNotFound(proposal_id)
    return found


def require(by: User, permission: Permission, step: str) -> None:
    """Refuse a step to whoever may not take it. Raises: NotAllowed."""
    if not may(by, permission):
        raise NotAllowed(by.get_username(), step, permission.roles_text)


def check_money(amount: Decimal) -> None:
    """Refuse what is no amount of money, above or below zero. Raises: PriceInvalid."""
    if not amount.is_finite() or abs(amount) >= _MOST or amount % _STEP != 0:
        raise PriceInvalid(
            said(
                "%(amount)s is no amount: it is below %(most)s, with at most six decimal places.",
                amount=amount,
                most=f"{_MOST:,f}",
            )
        )


def check_amount(amount: Decimal) -> None:
    """Refuse what is no amount per tonne or event. Raises: PriceInvalid."""
    if not amount.is_finite() or amount < 0 or amount >= _MOST or amount % _STEP != 0:
        raise PriceInvalid(
            said(
                "%(amount)s is no price per tonne: it is zero or more, below %(most)s, with at "
                "most six decimal places.",
                amount=amount,
                most=f"{_MOST:,f}",
            )
        )


def check_days(starts_on: date, ends_before: date | None) -> None:
    """Refuse a range that ends before it starts. Raises: PriceInvalid."""
    if ends_before is not None and ends_before <= starts_on:
        raise PriceInvalid(
            said(
                "It would end before %(ends_before)s, yet starts on %(starts_on)s.",
                ends_before=ends_before,
                starts_on=starts_on,
            )
        )


def check_of_days(starts_on: date, ends_before: date | None) -> None:
    """Refuse what is of all days of a range and names no last one. Raises: PriceInvalid."""
    check_days(starts_on, ends_before)
    if ends_before is None:
        raise PriceInvalid(said("It is of all days of a range: say on which day it ends, too."))


def check_place(scope: int | None, category: int | None) -> None:
    """Refuse what is no scope and Scope 3 category. Raises: PriceInvalid."""
    if scope not in (None, 1, 2, 3) or (
        category is not None and (scope != 3 or not 1 <= category <= 15)
    ):
        raise PriceInvalid(
            said(
                "Scope %(scope)s category %(category)s is no place: a scope is 1, 2 or 3, and only "
                "Scope 3 has categories, 1 to 15.",
                scope=scope,
                category=category,
            )
        )


@contextmanager
def without_overlap(what: str, starts_on: date, ends_before: date | None) -> Iterator[None]:
    """Name the days where the database refuses a second one. Raises: PriceOverlaps."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if constraint_of(error) in _OVERLAPS:
            raise PriceOverlaps(what, starts_on, ends_before) from error
        raise
