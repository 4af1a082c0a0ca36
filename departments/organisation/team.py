"""Reads. Who acts for a department, in it or above it, and which programs have a key for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from departments.organisation.models import ApiKey, Department, Membership
from departments.organisation.tree import ancestors_of


@dataclass(frozen=True, slots=True)
class Member:
    """An active person's role; `department` is the code of where it was given, in it or above."""

    username: str
    name: str
    role: str
    department: str


@dataclass(frozen=True, slots=True)
class TeamKey:
    """A key that works; never its secret."""

    name: str
    prefix: str
    scopes: tuple[str, ...]
    acts_for: str
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Team:
    """The people of a department with their roles, and the keys that are made for it."""

    members: tuple[Member, ...]
    keys: tuple[TeamKey, ...]


def team_of(department: Department, *, at: datetime) -> Team:
    """By the tree of today. Roles in the whole company and keys that see all of it are not listed.

    What is listed is seen by everybody who sees the department.
    """
    places = [department.pk, *ancestors_of(department.pk, on=None)]
    roles = (
        Membership.objects.filter(department_id__in=places, user__is_active=True)
        .select_related("user", "department")
        .order_by("user__username", "role")
    )
    members = (
        Member(
            row.user.get_username(),
            row.user.get_full_name(),
            row.role,
            row.department.code if row.department else "",
        )
        for row in sorted(roles, key=lambda row: places.index(row.department_id or 0))
    )
    keys = (
        ApiKey.objects.filter(departments__in=places, revoked_at__isnull=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))
        .filter(acts_for__is_active=True, is_company_wide=False)
        .select_related("acts_for")
        .distinct()
        .order_by("name", "pk")
    )
    return Team(
        tuple(members),
        tuple(
            TeamKey(
                key.name,
                key.prefix,
                tuple(key.scopes),
                key.acts_for.get_username(),
                key.expires_at,
                key.last_used_at,
            )
            for key in keys
        ),
    )
