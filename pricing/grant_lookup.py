"""Reads. Grants as others see them: what is asked, promised, decided, shown and delivered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from departments.organisation.said import said
from pricing.abatement_curve import CurveStep, Measure, curve
from pricing.errors import GrantNotFound
from pricing.grant_facts import (
    Budget,
    Grant,
    MeasurementFacts,
    MilestoneFacts,
    PayableMilestone,
    Step,
)
from pricing.grant_scoring import Delivery, Promise, delivery, score, weighted_uncertainty
from pricing.models import (
    GrantApplication,
    GrantBudget,
    GrantMeasurement,
    GrantMilestone,
    GrantState,
)
from pricing.money import Money

WITH_MONEY = (GrantState.AWARDED, GrantState.CLOSED, GrantState.FAILED)
ON_THE_CURVE = (
    GrantState.APPLIED,
    GrantState.SCORED,
    GrantState.PROPOSED,
    GrantState.AWARDED,
    GrantState.CLOSED,
)


def list_grants(
    *,
    scheme_code: str | None = None,
    department_ids: Collection[int] | None = None,
    states: Collection[str] | None = None,
    before_id: int | None = None,
    limit: int | None = None,
) -> list[Grant]:
    """Grants, the newest first; None means all. `before_id` goes on with a list."""
    rows = _with_everything()
    if scheme_code is not None:
        rows = rows.filter(scheme__code=scheme_code)
    if department_ids is not None:
        rows = rows.filter(department_id__in=department_ids)
    if states is not None:
        rows = rows.filter(state__in=states)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return [_grant(row) for row in rows.order_by("-id")[:limit]]


def grants_after(
    *,
    after_id: int,
    limit: int,
    department_ids: Collection[int] | None,
    scheme_code: str | None = None,
    department: str | None = None,
    state: str | None = None,
    updated_since: datetime | None = None,
) -> list[Grant]:
    """The same after an id, oldest first, at most `limit`, as programs read them.

    `updated_since` keeps those that took a step from then on: of their own, of a milestone, or a
    measurement.
    """
    rows = _with_everything().filter(pk__gt=after_id)
    if department_ids is not None:
        rows = rows.filter(department_id__in=department_ids)
    wanted = {"scheme__code": scheme_code, "department__code": department, "state": state}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if updated_since is not None:
        rows = rows.filter(_stepped_since(updated_since))
    return [_grant(row) for row in rows.order_by("pk")[:limit]]


def grant_of(*, grant_id: int, department_ids: Collection[int] | None = None) -> Grant:
    """One grant, of these departments.

    Raises: GrantNotFound.
    """
    rows = _with_everything().filter(pk=grant_id)
    if department_ids is not None:
        rows = rows.filter(department_id__in=department_ids)
    found = rows.first()
    if found is None:
        raise GrantNotFound(said("grant"), grant_id)
    return _grant(found)


def budgets(*, scheme_id: int) -> list[Budget]:
    """Every budget of a scheme's fund, by its days."""
    rows = GrantBudget.objects.filter(scheme_id=scheme_id).select_related("scheme")
    return [
        Budget(
            id=row.pk,
            starts_on=_first(row),
            ends_before=_after(row),
            amount=Money(row.amount_minor, row.scheme.currency),
            awarded=Money(_awarded(row), row.scheme.currency),
            is_approved=row.approved_by_id is not None,
            proposed_by_id=row.proposed_by_id,
        )
        for row in rows.order_by("days")
    ]


def lock_milestone(milestone_id: int) -> PayableMilestone:
    """A milestone to pay or take back, with the row of its grant locked until the transaction ends.

    Raises: GrantNotFound.
    """
    rows = GrantMilestone.objects.select_related("grant__department").filter(pk=milestone_id)
    found = rows.select_for_update(of=("grant",)).first()
    if found is None:
        raise GrantNotFound(said("milestone"), milestone_id)
    grant = found.grant
    return PayableMilestone(
        id=found.pk,
        number=found.number,
        grant_id=grant.pk,
        title=grant.title,
        state=grant.state,
        is_accepted=found.accepted_by_id is not None,
        amount_minor=found.amount_minor,
        scheme_id=grant.scheme_id,
        department_id=grant.department_id,
        department_code=grant.department.code,
        involved_ids=frozenset(
            pk for pk in (grant.applied_by_id, found.evidenced_by_id) if pk is not None
        ),
    )


def promised_curve(grants: Collection[Grant]) -> tuple[CurveStep, ...]:
    """The abatement cost curve of what projects promise over their lifetimes."""
    return curve(
        Measure(grant.id, grant.title, grant.score.whole.middle, grant.score.tonnes)
        for grant in grants
        if grant.state in ON_THE_CURVE
    )


def delivered_curve(grants: Collection[Grant]) -> tuple[CurveStep, ...]:
    """The same of what measured projects have delivered, at what their tonne costs at that rate."""
    return curve(
        Measure(grant.id, grant.title, grant.delivery.at_this_rate.middle, grant.delivery.tonnes)
        for grant in grants
        if grant.delivery is not None and grant.delivery.at_this_rate is not None
    )


def _stepped_since(moment: datetime) -> Q:
    own = ("applied_at", "scored_at", "award_proposed_at", "decided_at", "ended_at")
    found = Q()
    for step in own:
        found |= Q(**{f"{step}__gte": moment})
    parts = (
        (GrantMilestone, ("evidenced_at", "accepted_at")),
        (GrantMeasurement, ("entered_at", "approved_at")),
    )
    for table, steps in parts:
        of_it = Q()
        for step in steps:
            of_it |= Q(**{f"{step}__gte": moment})
        found |= Q(Exists(table._default_manager.filter(of_it, grant_id=OuterRef("pk"))))
    return found


def _awarded(budget: GrantBudget) -> int:
    counted = budget.grants.filter(state__in=[GrantState.AWARDED, GrantState.CLOSED])
    return int(counted.aggregate(minor=Sum("asked_minor", default=0))["minor"])


def _with_everything() -> QuerySet[GrantApplication]:
    return GrantApplication.objects.select_related(
        "scheme", "department", "applied_by", "scored_by", "award_proposed_by", "decided_by",
        "ended_by",
    ).prefetch_related(
        "milestones__evidenced_by", "milestones__accepted_by", "measurements__entered_by",
        "measurements__approved_by",
    )  # fmt: skip


def _grant(row: GrantApplication) -> Grant:
    currency = row.scheme.currency
    promise = Promise(
        cost_minor=row.cost_minor,
        asked_minor=row.asked_minor,
        saved_per_year_minor=row.saved_per_year_minor,
        tonnes_per_year=row.tonnes_per_year,
        lifetime_years=row.lifetime_years,
        uncertainty_percent=row.uncertainty_percent,
    )
    return Grant(
        id=row.pk,
        scheme_id=row.scheme_id,
        scheme=row.scheme.code,
        currency=currency,
        department_id=row.department_id,
        department=row.department.code,
        department_name=row.department.name,
        title=row.title,
        description=row.description,
        effect=row.effect,
        cost=Money(row.cost_minor, currency),
        asked=Money(row.asked_minor, currency),
        saved_per_year=Money(row.saved_per_year_minor, currency),
        promise=promise,
        starts_on=row.starts_on,
        is_illustrative=row.is_illustrative,
        state=row.state,
        applied_by_id=row.applied_by_id,
        award_proposed_by_id=row.award_proposed_by_id,
        budget_id=row.budget_id,
        discount_percent=row.discount_percent,
        score=score(promise, currency=currency, discount_percent=row.discount_percent),
        delivery=_delivery(row, promise),
        milestones=tuple(_milestone(one, currency) for one in row.milestones.all()),
        measurements=_measurements(row),
        history=tuple(_history(row)),
    )


def _delivery(row: GrantApplication, promise: Promise) -> Delivery | None:
    counted = [one for one in row.measurements.all() if one.approved_by_id is not None]
    if not counted:
        return None
    return delivery(
        promise,
        days=sum((_after(one) - _first(one)).days for one in counted),
        tonnes=sum((one.tonnes for one in counted), Decimal(0)),
        uncertainty_percent=weighted_uncertainty(
            [(one.tonnes, one.uncertainty_percent) for one in counted]
        ),
        currency=row.scheme.currency,
    )


def _milestone(row: GrantMilestone, currency: str) -> MilestoneFacts:
    state = "planned" if row.evidenced_by is None else "evidenced"
    return MilestoneFacts(
        id=row.pk,
        number=row.number,
        title=row.title,
        due_on=row.due_on,
        amount=Money(row.amount_minor, currency),
        state=state if row.accepted_by is None else "accepted",
        evidence=row.evidence,
        evidenced_by=_name(row.evidenced_by),
        accepted_by=_name(row.accepted_by),
    )


def _measurements(row: GrantApplication) -> tuple[MeasurementFacts, ...]:
    return tuple(
        MeasurementFacts(
            id=one.pk,
            starts_on=_first(one),
            ends_before=_after(one),
            tonnes=one.tonnes,
            uncertainty_percent=one.uncertainty_percent,
            evidence=one.evidence,
            entered_by=_name(one.entered_by),
            entered_by_id=one.entered_by_id,
            approved_by=_name(one.approved_by),
        )
        for one in sorted(row.measurements.all(), key=_first)
    )


def _history(row: GrantApplication) -> list[Step]:
    """What was done, in its order; a step that was not taken has no person."""
    ended = row.state if row.state in ("withdrawn", "closed", "failed") else ""
    decided = "declined" if row.state == GrantState.DECLINED else "awarded"
    steps = [
        ("applied", row.applied_by, row.applied_at, ""),
        ("scored", row.scored_by, row.scored_at, row.score_note),
        ("proposed", row.award_proposed_by, row.award_proposed_at, row.award_reason),
        (decided, row.decided_by, row.decided_at, row.decision_reason),
        (ended, row.ended_by, row.ended_at, row.end_reason),
    ]
    return [
        Step(name, _name(by), at, words)
        for name, by, at, words in steps
        if by is not None and at is not None
    ]


def _name(user: object) -> str:
    return "" if user is None else str(user)


def _first(row: GrantBudget | GrantMeasurement) -> date:
    """Its first day; the functions that write them leave no end open."""
    return row.days.lower or date.min


def _after(row: GrantBudget | GrantMeasurement) -> date:
    return row.days.upper or date.max
