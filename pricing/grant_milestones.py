"""Writes. What a grant's project shows: evidence of milestones, and what it delivered."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from departments.organisation.access import Permission, may_contribute
from departments.organisation.constraints import constraint_of
from departments.organisation.models import ApiKey, User
from departments.organisation.said import said
from pricing.errors import (
    AlreadyMeasured,
    FieldProblem,
    GrantInvalid,
    GrantNotFound,
    GrantWrongState,
    NotAllowed,
)
from pricing.grant_reading import MOST, is_within, text_problems
from pricing.grant_steps import by_another, locked, require, require_state
from pricing.models import GrantMeasurement, GrantMilestone, GrantState


@transaction.atomic
def show_evidence(
    *, milestone_id: int, evidence: str, by: User, at: datetime, key: ApiKey | None = None
) -> GrantMilestone:
    """Show that a milestone of an awarded grant is reached, as somebody of its department.

    It may be shown anew until it is accepted.
    Raises: NotAllowed, GrantNotFound, GrantWrongState, GrantInvalid.
    """
    milestone = _milestone(milestone_id)
    if not may_contribute(by, milestone.grant.department_id, key=key):
        raise NotAllowed(
            by.get_username(), said("show evidence of this milestone"), said("contributor")
        )
    _require_open(milestone)
    problems = text_problems("evidence", evidence)
    if problems:
        raise GrantInvalid(problems)
    milestone.evidence = evidence.strip()
    milestone.evidenced_by, milestone.evidenced_at = by, at
    milestone.save(update_fields=["evidence", "evidenced_by", "evidenced_at"])
    return milestone


@transaction.atomic
def accept(*, milestone_id: int, by: User, at: datetime) -> GrantMilestone:
    """Accept what was shown, as another person; finance may pay it then.

    Raises: NotAllowed, GrantNotFound, GrantWrongState, GrantBySamePerson. Called again, it changes
            nothing.
    """
    require(by, Permission.SCORE_GRANT, said("accept a milestone"))
    milestone = _milestone(milestone_id)
    if milestone.accepted_by_id is not None:
        return milestone
    _require_open(milestone)
    if milestone.evidenced_by is None:
        raise GrantWrongState(_named(milestone), said("not shown yet"), said("shown with evidence"))
    by_another(by, milestone.evidenced_by, said("showed this milestone"), said("accept it"))
    milestone.accepted_by, milestone.accepted_at = by, at
    milestone.save(update_fields=["accepted_by", "accepted_at"])
    return milestone


@transaction.atomic
def measure(
    *,
    grant_id: int,
    starts_on: date,
    ends_before: date,
    tonnes: Decimal,
    uncertainty_percent: Decimal,
    evidence: str,
    by: User,
    at: datetime,
    key: ApiKey | None = None,
) -> GrantMeasurement:
    """Say what a project delivered on these days, as somebody of its department or the analyst.

    Raises: NotAllowed, GrantNotFound, GrantWrongState, GrantInvalid, AlreadyMeasured.
    """
    grant = locked(grant_id)
    if not may_contribute(by, grant.department_id, key=key):
        raise NotAllowed(by.get_username(), said("measure this project"), said("contributor"))
    require_state(grant, GrantState.AWARDED, GrantState.CLOSED)
    problems = text_problems("evidence", evidence)
    if not grant.starts_on <= starts_on < ends_before:
        words = said("Days in order, from %(day)s on.", day=grant.starts_on)
        problems.append(FieldProblem("starts_on", words))
    if not is_within(tonnes, 0, MOST, 9):
        problems.append(FieldProblem("tonnes", said("Zero or more, of up to 9 decimals.")))
    if not is_within(uncertainty_percent, 0, 100, 3):
        problems.append(FieldProblem("uncertainty_percent", said("0 to 100, of up to 3 decimals.")))
    if problems:
        raise GrantInvalid(problems)
    try:
        with transaction.atomic():
            return GrantMeasurement.objects.create(
                grant=grant,
                days=(starts_on, ends_before),
                tonnes=tonnes,
                uncertainty_percent=uncertainty_percent,
                evidence=evidence.strip(),
                entered_by=by,
                entered_at=at,
            )
    except IntegrityError as error:
        if constraint_of(error) == "pricing_grant_is_measured_once":
            raise AlreadyMeasured(grant_id) from error
        raise


@transaction.atomic
def approve_measurement(*, measurement_id: int, by: User, at: datetime) -> GrantMeasurement:
    """Let a measurement count, as another person. Called again, it changes nothing.

    Raises: NotAllowed, GrantNotFound, GrantBySamePerson.
    """
    require(by, Permission.SCORE_GRANT, said("approve a measurement"))
    found = (
        GrantMeasurement.objects.select_for_update(of=("self",)).filter(pk=measurement_id).first()
    )
    if found is None:
        raise GrantNotFound(said("measurement"), measurement_id)
    by_another(by, found.entered_by, said("entered this measurement"), said("approve it"))
    if found.approved_by_id is None:
        found.approved_by, found.approved_at = by, at
        found.save(update_fields=["approved_by", "approved_at"])
    return found


def _milestone(milestone_id: int) -> GrantMilestone:
    """With its grant, whose row is locked first, as every step does."""
    grant_id = (
        GrantMilestone.objects.filter(pk=milestone_id).values_list("grant_id", flat=True).first()
    )
    if grant_id is None:
        raise GrantNotFound(said("milestone"), milestone_id)
    grant = locked(grant_id)
    milestone = GrantMilestone.objects.select_for_update(of=("self",)).get(pk=milestone_id)
    milestone.grant = grant
    return milestone


def _require_open(milestone: GrantMilestone) -> None:
    require_state(milestone.grant, GrantState.AWARDED)
    if milestone.accepted_by_id is not None:
        raise GrantWrongState(_named(milestone), said("accepted"), said("not accepted yet"))


def _named(milestone: GrantMilestone) -> str:
    return said("Milestone %(number)s", number=milestone.pk)
