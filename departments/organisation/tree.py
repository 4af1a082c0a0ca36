"""Reads. The effective-dated tree of departments: who stands below and above whom, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

# The placements of one tree: those in force on a day, or, without a day, on the database's today.
# What is announced for a later day counts from that day on.
_PLACED = """
    SELECT department_id, parent_id, legal_entity_id FROM organisation_departmentplacement
    WHERE in_force @> coalesce(%(on)s::date, CURRENT_DATE)
"""

# UNION, not UNION ALL: a department is visited once, so that even a cycle comes to an end.
_DESCENDANTS = """
    WITH RECURSIVE placed AS MATERIALIZED ({placed}), below(id) AS (
        SELECT unnest(%(department_ids)s::bigint[])
        UNION
        SELECT p.department_id FROM placed p JOIN below b ON p.parent_id = b.id
    ) SELECT id FROM below
"""
_ANCESTORS = """
    WITH RECURSIVE placed AS MATERIALIZED ({placed}), above(id, path) AS (
        SELECT %(department_id)s::bigint, ARRAY[%(department_id)s::bigint]
        UNION ALL
        SELECT p.parent_id, a.path || p.parent_id
        FROM placed p JOIN above a ON p.department_id = a.id
        WHERE p.parent_id IS NOT NULL AND p.parent_id <> ALL (a.path)
    ) SELECT id FROM above WHERE cardinality(path) > 1 ORDER BY cardinality(path)
"""
_DESCENDANT_RANGES = """
    WITH RECURSIVE below(id, days, path) AS (
        SELECT %(department_id)s::bigint, daterange(NULL, NULL), ARRAY[%(department_id)s::bigint]
        UNION ALL
        SELECT p.department_id, b.days * p.in_force, b.path || p.department_id
        FROM organisation_departmentplacement p
        JOIN below b ON p.parent_id = b.id AND p.in_force && b.days
        WHERE p.department_id <> ALL (b.path)
    )
    SELECT id, cardinality(path) - 1, lower(days), upper(days)
    FROM below ORDER BY cardinality(path), id, days
"""

_OUTSIDE = """
    SELECT department_id, legal_entity_id, lower(in_force), upper(in_force)
    FROM organisation_departmentplacement
    WHERE legal_entity_id <> %(legal_entity_id)s AND NOT isempty(in_force)
    ORDER BY department_id, in_force
"""


@dataclass(frozen=True, slots=True)
class DescendantRange:
    """The days on which a department stood `distance` steps below another; None is unbounded."""

    department_id: int
    distance: int
    starts_on: date | None
    ends_before: date | None


def descendants_of(department_ids: Iterable[int], *, on: date | None) -> set[int]:
    """The departments and all that stand below them on a day; without a day, today."""
    start = sorted(set(department_ids))
    if not start:
        return set()
    return {row[0] for row in _rows(_DESCENDANTS, on=on, department_ids=start)}


def ancestors_of(department_id: int, *, on: date | None) -> list[int]:
    """The departments above one on a day, nearest first; without a day, today."""
    return [row[0] for row in _rows(_ANCESTORS, on=on, department_id=department_id)]


def descendant_ranges(department_id: int) -> list[DescendantRange]:
    """When each department stood below one, with its distance; itself always, at distance 0.

    Ranges are intersected along the path, so what is returned holds on each of its days.
    """
    return [DescendantRange(*row) for row in _rows(_DESCENDANT_RANGES, department_id=department_id)]


def legal_entity_of(department_id: int, *, on: date | None) -> int | None:
    """The id of the legal entity whose books a department is in on a day; None if it has none.

    Without a day, today.
    """
    one = "SELECT legal_entity_id FROM ({placed}) p WHERE p.department_id = %(department_id)s"
    rows = _rows(one, on=on, department_id=department_id)
    return rows[0][0] if rows else None


@dataclass(frozen=True, slots=True)
class EntityRange:
    """The days on which a department is in a legal entity's books; None is unbounded."""

    department_id: int
    legal_entity_id: int
    starts_on: date | None
    ends_before: date | None


def places_outside(legal_entity_id: int) -> list[EntityRange]:
    """Where and when departments are in the books of any other legal entity than one."""
    return [EntityRange(*row) for row in _rows(_OUTSIDE, legal_entity_id=legal_entity_id)]


def _rows(statement: str, *, on: date | None = None, **facts: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(placed=_PLACED), {"on": on, **facts})
        return list(cursor.fetchall())
