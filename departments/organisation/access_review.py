"""Reads. Who may do what, since when and by whom, and how they sign in: for a review of access."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator

from departments.organisation.audit_trail import TrailEvent, TrailFilter, present
from departments.organisation.models import ApiKey, Membership, User

NO_ROLE = ""


@dataclass(frozen=True, slots=True)
class Access:
    """A role of a person, or a person without one.

    `since` and `given_by` come from the audit trail; without them the role is older than it.
    `second_factors` are kinds, such as totp; `has_password` is False where only the company's
    provider lets the person in.
    """

    person: str
    name: str
    email: str
    is_active: bool
    is_superuser: bool
    role: str
    department: str
    since: datetime | None
    given_by: str
    reason: str
    last_sign_in: datetime | None
    second_factors: tuple[str, ...]
    has_password: bool

    def content(self) -> dict[str, Any]:
        """As programs read it, by `ACCESS_COLUMNS`."""
        return _content(self)


@dataclass(frozen=True, slots=True)
class KeyAccess:
    """A key of a program: whom it acts for, what it may do, and when it was last used."""

    key: str
    name: str
    acts_for: str
    is_active: bool
    scopes: tuple[str, ...]
    departments: tuple[str, ...]
    made_at: datetime
    made_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def content(self) -> dict[str, Any]:
        """As programs read it, by `KEY_COLUMNS`; no departments are the whole company."""
        return _content(self)


ACCESS_COLUMNS = tuple(field.name for field in fields(Access))
KEY_COLUMNS = tuple(field.name for field in fields(KeyAccess))


def people(*, after: str = "", most: int | None = None) -> list[Access]:
    """Persons with each of their roles, by user name; who has none is there once.

    At most so many persons after one of that name; None shows all of them.
    """
    rows = User.objects.order_by("username").prefetch_related("memberships__department")
    found = list(rows.filter(username__gt=after)[:most] if after else rows[:most])
    held = {user.pk: _memberships(user) for user in found}
    keys = [str(member.pk) for own in held.values() for member in own if member]
    given = _added("organisation_membership", keys if most else None)
    factors = _factors(held)
    return [_access(user, member, given, factors) for user in found for member in held[user.pk]]


def keys(*, at: datetime) -> list[KeyAccess]:
    """Every key that there ever was, newest first."""
    made = _added("organisation_apikey")
    rows = ApiKey.objects.select_related("acts_for").prefetch_related("departments")
    return [_key(row, made.get(str(row.pk)), at) for row in rows.order_by("-pk")]


def _memberships(user: User) -> list[Membership | None]:
    """A person's roles by name; one None for who has none."""
    return [*sorted(user.memberships.all(), key=_order)] or [None]


def _order(member: Membership) -> tuple[str, str]:
    return member.role, member.department.code if member.department else ""


def _access(
    user: User,
    member: Membership | None,
    given: dict[str, TrailEvent],
    factors: dict[int, tuple[str, ...]],
) -> Access:
    event = given.get(str(member.pk)) if member else None
    return Access(
        person=user.username,
        name=user.get_full_name(),
        email=user.email,
        is_active=user.is_active,
        is_superuser=user.is_superuser,
        role=member.role if member else NO_ROLE,
        department=member.department.code if member and member.department else "",
        since=event.at if event else None,
        given_by=(event.who or event.program) if event else "",
        reason=event.reason if event else "",
        last_sign_in=user.last_login,
        second_factors=factors.get(user.pk, ()),
        has_password=user.has_usable_password(),
    )


def _key(row: ApiKey, event: TrailEvent | None, at: datetime) -> KeyAccess:
    ended = [moment for moment in (row.expires_at, row.revoked_at) if moment and moment <= at]
    return KeyAccess(
        key=row.prefix,
        name=row.name,
        acts_for=row.acts_for.username,
        is_active=row.acts_for.is_active and not ended,
        scopes=tuple(row.scopes),
        departments=()
        if row.is_company_wide
        else tuple(sorted(department.code for department in row.departments.all())) or ("none",),
        made_at=row.created_at,
        made_by=(event.who or event.program) if event else "",
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )


def _added(table: str, keys: Collection[str] | None = None) -> dict[str, TrailEvent]:
    """Of rows of a table the event that added each, the newest by its key; None: of all rows."""
    rows = TrailFilter(table=table, action="added").rows().order_by("pk")
    if keys is not None:
        rows = rows.filter(object_key__in=keys)
    return {event.object: event for event in present(rows)}


def _factors(user_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, set[str]] = {}
    rows = Authenticator.objects.filter(user_id__in=user_ids)
    for user_id, kind in rows.values_list("user_id", "type"):
        found.setdefault(user_id, set()).add(kind)
    return {user_id: tuple(sorted(kinds)) for user_id, kinds in found.items()}


def _content(row: Access | KeyAccess) -> dict[str, Any]:
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    return {
        name: value.isoformat()
        if isinstance(value, datetime)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in values.items()
    }
