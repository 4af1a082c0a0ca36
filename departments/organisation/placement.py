"""Writes. A department takes its place in the tree from a day on."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction

from departments.organisation.access import Permission, may
from departments.organisation.errors import NotAllowed, PlacementMakesCycle
from departments.organisation.models import Department, DepartmentPlacement, LegalEntity, User
from departments.organisation.said import said
from departments.organisation.tree import descendant_ranges


@transaction.atomic
def place_department(
    *,
    department: Department,
    parent: Department | None,
    legal_entity: LegalEntity,
    from_on: date,
    by: User,
) -> DepartmentPlacement:
    """Move a department below a parent, in the books of a legal entity, from a day on.

    The placement that runs on that day ends, and the new one lasts as long as that one would have,
    or until the next one announced. Called again with the same place and day, it changes nothing.

    Raises: NotAllowed; PlacementMakesCycle, if the parent stands below it on any of those days.
    """
    if not may(by, Permission.MANAGE_PEOPLE):
        raise NotAllowed(
            by.get_username(), said("place a department"), Permission.MANAGE_PEOPLE.roles_text
        )
    _lock_tree()
    running = department.placements.filter(in_force__contains=from_on).first()
    if running is not None and _is_at(running, parent, legal_entity):
        return running
    ends_before = running.in_force.upper if running else _next_start(department, from_on)
    _refuse_cycle(department, parent, from_on, ends_before)
    if running is not None and running.in_force.lower != from_on:
        running.in_force = (running.in_force.lower, from_on)
        running.save(update_fields=["in_force"])
        running = None
    placement = running or DepartmentPlacement(department=department)
    placement.parent, placement.legal_entity = parent, legal_entity
    placement.in_force = (from_on, ends_before)
    placement.save()
    placement.refresh_from_db()
    return placement


def _is_at(
    placement: DepartmentPlacement, parent: Department | None, legal_entity: LegalEntity
) -> bool:
    parent_id = parent.pk if parent is not None else None
    return (placement.parent_id, placement.legal_entity_id) == (parent_id, legal_entity.pk)


def _next_start(department: Department, from_on: date) -> date | None:
    announced = department.placements.filter(in_force__startswith__gt=from_on)
    starts = (placement.in_force.lower for placement in announced)
    return min((day for day in starts if day is not None), default=None)


def _refuse_cycle(
    department: Department, parent: Department | None, from_on: date, ends_before: date | None
) -> None:
    if parent is None:
        return
    for reach in descendant_ranges(department.pk):
        starts_too_late = ends_before is not None and (reach.starts_on or date.min) >= ends_before
        ended_before = reach.ends_before is not None and reach.ends_before <= from_on
        if reach.department_id == parent.pk and not (starts_too_late or ended_before):
            raise PlacementMakesCycle(department.code, parent.code, from_on)


def _lock_tree() -> None:
    """Two moves at once could close a circle that neither of them sees."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('organisation_tree'))")
