"""Writes. Baselines, event rates and contributions: proposed by one person, approved by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from departments.organisation.access import Permission
from departments.organisation.models import Department, User
from departments.organisation.said import said
from pricing import price_lookup, proposals
from pricing.baseline_file import BaselineRow, read_rows
from pricing.errors import BaselinesRefused, PriceInvalid
from pricing.models import Baseline, Contribution, EventRate, Measure


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: how many baselines are new proposals, and how many were there already."""

    proposed: int
    unchanged: int


@transaction.atomic
def load_baselines(rows: Sequence[Mapping[str, str]], *, scheme_code: str, by: User) -> Loaded:
    """Propose every row of a file as a baseline, or none. Loaded again, nothing changes.

    Raises: NotAllowed, SchemeNotFound; BaselinesRefused, with every problem and its line.
    """
    proposals.require(by, Permission.PROPOSE_PRICE, said("propose baselines"))
    terms = price_lookup.scheme_terms(code=scheme_code)
    departments = dict(Department.objects.values_list("code", "pk"))
    wanted = read_rows(rows, departments=set(departments), currency=terms.currency)
    new = _new(terms.id, wanted, departments)
    with proposals.without_overlap(
        said("A baseline"),
        min((row.first_day for row in new), default=date.min),
        max((row.ends_before for row in new), default=None),
    ):
        Baseline.objects.bulk_create(
            Baseline(
                scheme_id=terms.id,
                department_id=departments[row.department],
                measure=_measure(row),
                quantity=row.quantity,
                scope=row.scope,
                category=row.category,
                in_force=(row.first_day, row.ends_before),
                reason=row.reason,
                source_url=row.source_url,
                proposed_by=by,
            )
            for row in new
        )
    return Loaded(len(new), len(wanted) - len(new))


def _new(
    scheme_id: int, wanted: Sequence[BaselineRow], departments: dict[str, int]
) -> list[BaselineRow]:
    """The rows that are not there yet. Raises: BaselinesRefused, where another one is instead."""
    there: dict[tuple[int, str, int, int], list[Baseline]] = {}
    for found in Baseline.objects.filter(scheme_id=scheme_id):
        key = (found.department_id, found.measure, found.scope or 0, found.category or 0)
        there.setdefault(key, []).append(found)
    new, problems = [], []
    for row in wanted:
        key = (departments[row.department], _measure(row), row.scope or 0, row.category or 0)
        clashing = [
            found
            for found in there.get(key, ())
            if (found.in_force.lower or date.min) < row.ends_before
            and row.first_day < (found.in_force.upper or date.max)
        ]
        days = (row.first_day, row.ends_before)
        if not clashing:
            new.append(row)
        elif [(c.quantity, c.in_force.lower, c.in_force.upper) for c in clashing] != [
            (row.quantity, *days)
        ]:
            problems.append(
                f"line {row.line}: {row.department} has a baseline of {clashing[0]} already. "
                "Withdraw it, if it is not approved; else correct it on days of its period that "
                "have none."
            )
    if problems:
        raise BaselinesRefused(problems)
    return new


def _measure(row: BaselineRow) -> str:
    return Measure.BUDGET if row.is_budget else Measure.KGCO2E


@transaction.atomic
def approve_baselines(*, scheme_code: str, by: User, at: datetime) -> int:
    """Approve every baseline that a scheme has waiting, as another person than who proposed them.

    Returns: how many were approved.
    Raises:  NotAllowed, SchemeNotFound, ApprovedBySamePerson.
    """
    terms = price_lookup.scheme_terms(code=scheme_code)
    waiting = Baseline.objects.select_for_update().filter(
        scheme_id=terms.id, approved_by__isnull=True
    )
    proposals.require(by, Permission.APPROVE_PRICE, said("approve baselines"))
    return len([proposals.approve(row, by, at) for row in waiting.order_by("pk")])


@transaction.atomic
def propose_baseline(
    *,
    scheme_id: int,
    department_id: int,
    quantity: Decimal,
    starts_on: date,
    ends_before: date | None,
    by: User,
    measure: str = Measure.KGCO2E,
    scope: int | None = None,
    category: int | None = None,
    reason: str = "",
    source_url: str = "",
) -> Baseline:
    """Propose one baseline: kgCO2e, or a budget, over all days of a range.

    Raises: NotAllowed, PriceInvalid, PriceOverlaps.
    """
    proposals.require(by, Permission.PROPOSE_PRICE, said("propose a baseline"))
    proposals.check_of_days(starts_on, ends_before)
    proposals.check_place(scope, category)
    if measure == Measure.BUDGET and scope is not None:
        raise PriceInvalid(said("A budget has no scope: leave it empty."))
    with proposals.without_overlap(said("A baseline"), starts_on, ends_before):
        return Baseline.objects.create(
            scheme_id=scheme_id,
            department_id=department_id,
            measure=measure,
            quantity=quantity,
            scope=scope,
            category=category,
            in_force=(starts_on, ends_before),
            reason=reason,
            source_url=source_url,
            proposed_by=by,
        )


@transaction.atomic
def propose_event_rate(
    *,
    scheme_id: int,
    activity: str,
    rate: Decimal,
    starts_on: date,
    by: User,
    unit: str = "",
    ends_before: date | None = None,
    reason: str = "",
    source_url: str = "",
) -> EventRate:
    """Propose what an event of an activity, or below it, costs: each record, or each unit of it.

    Raises: NotAllowed, PriceInvalid, PriceOverlaps.
    """
    proposals.require(by, Permission.PROPOSE_PRICE, said("propose an event rate"))
    proposals.check_amount(rate)
    proposals.check_days(starts_on, ends_before)
    if not activity:
        raise PriceInvalid(said("An event rate names an activity, like travel/flight."))
    with proposals.without_overlap(said("A rate"), starts_on, ends_before):
        return EventRate.objects.create(
            scheme_id=scheme_id,
            activity=activity.strip("/"),
            unit=unit,
            rate=rate,
            in_force=(starts_on, ends_before),
            reason=reason,
            source_url=source_url,
            proposed_by=by,
        )


@transaction.atomic
def propose_contribution(
    *,
    scheme_id: int,
    amount: Decimal,
    starts_on: date,
    ends_before: date | None,
    by: User,
    reason: str = "",
    source_url: str = "",
) -> Contribution:
    """Propose what all departments pay into the fund together over all days of a range.

    One below zero corrects another of the same accounting period, on days that have none.

    Raises: NotAllowed, PriceInvalid, PriceOverlaps.
    """
    proposals.require(by, Permission.PROPOSE_PRICE, said("propose a contribution"))
    proposals.check_money(amount)
    proposals.check_of_days(starts_on, ends_before)
    with proposals.without_overlap(said("A contribution"), starts_on, ends_before):
        return Contribution.objects.create(
            scheme_id=scheme_id,
            amount=amount,
            in_force=(starts_on, ends_before),
            reason=reason,
            source_url=source_url,
            proposed_by=by,
        )


@transaction.atomic
def approve_baseline(*, baseline_id: int, by: User, at: datetime) -> Baseline:
    """Approve a baseline, as another person; from then on it is never edited.

    Raises: NotAllowed, ApprovedBySamePerson, PriceNotFound.
    """
    return proposals.approve(proposals.locked(Baseline, baseline_id), by, at)


@transaction.atomic
def approve_event_rate(*, rate_id: int, by: User, at: datetime) -> EventRate:
    """Approve an event rate, as another person. Raises what `approve_baseline` raises."""
    return proposals.approve(proposals.locked(EventRate, rate_id), by, at)


@transaction.atomic
def approve_contribution(*, contribution_id: int, by: User, at: datetime) -> Contribution:
    """Approve a contribution, as another person. Raises what `approve_baseline` raises."""
    return proposals.approve(proposals.locked(Contribution, contribution_id), by, at)


@transaction.atomic
def end_event_rate(*, rate_id: int, ends_before: date, by: User) -> EventRate:
    """Let an event rate end on a coming day.

    Raises: NotAllowed, PriceNotFound, PriceInvalid, PriceNeverEdited.
    """
    return proposals.end(proposals.locked(EventRate, rate_id), ends_before, by)


@transaction.atomic
def withdraw_baseline(*, baseline_id: int, by: User) -> None:
    """Take back a baseline that is not approved. Raises: NotAllowed, PriceNotFound,
    PriceNeverEdited."""
    proposals.withdraw(proposals.locked(Baseline, baseline_id), by)


@transaction.atomic
def withdraw_event_rate(*, rate_id: int, by: User) -> None:
    """Take back an event rate that is not approved. Raises what `withdraw_baseline` raises."""
    proposals.withdraw(proposals.locked(EventRate, rate_id), by)


@transaction.atomic
def withdraw_contribution(*, contribution_id: int, by: User) -> None:
    """Take back a contribution that is not approved. Raises what `withdraw_baseline` raises."""
    proposals.withdraw(proposals.locked(Contribution, contribution_id), by)
