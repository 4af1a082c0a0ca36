"""Reads. Whom what happens in departments concerns: those with a role in them, or above them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection

from departments.organisation.models import DEPARTMENT_ROLES

# UNION, not UNION ALL: even a cycle comes to an end.
_PEOPLE = """
    WITH RECURSIVE placed AS MATERIALIZED (
        SELECT department_id, parent_id FROM organisation_departmentplacement
         WHERE in_force @> CURRENT_DATE
    ), above(id, origin) AS (
        SELECT wanted, wanted FROM unnest(%(departments)s::bigint[]) AS wanted
        UNION
        SELECT p.parent_id, a.origin FROM placed p JOIN above a ON p.department_id = a.id
         WHERE p.parent_id IS NOT NULL
    )
    SELECT m.user_id, array_agg(DISTINCT a.origin ORDER BY a.origin)
      FROM above a
      JOIN organisation_membership m ON m.department_id = a.id AND m.role = ANY (%(roles)s)
      JOIN organisation_user u ON u.id = m.user_id AND u.is_active
     GROUP BY m.user_id ORDER BY m.user_id
"""


def people_of(department_ids: Collection[int]) -> dict[int, list[int]]:
    """The active people with a role in these departments, each with those that they reach today.

    Roles in the whole company reach every department, and are told of none of them.
    """
    facts: dict[str, Any] = {
        "departments": sorted(department_ids),
        "roles": [str(r) for r in DEPARTMENT_ROLES],
    }
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, facts)
        return {user_id: list(reached) for user_id, reached in cursor.fetchall()}
