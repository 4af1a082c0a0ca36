"""Reads and locks. What the steps of a grant share: the row, who may, and who may not twice."""

from __future__ import annotations

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from departments.organisation.said import either, said
from departments.organisation.telling import label_said
from pricing.errors import GrantBySamePerson, GrantNotFound, GrantWrongState, NotAllowed
from pricing.models import GrantApplication, GrantState


def to_step(
    grant_id: int,
    states: GrantState | tuple[GrantState, ...],
    permission: Permission,
    by: User,
    step: str,
) -> GrantApplication:
    """The grant, locked, if it is in such a state and this person may take the step.

    Raises: NotAllowed, GrantNotFound, GrantWrongState.
    """
    require(by, permission, step)
    grant = locked(grant_id)
    require_state(grant, *(states if isinstance(states, tuple) else (states,)))
    return grant


def locked(grant_id: int) -> GrantApplication:
    """The grant, locked. Raises: GrantNotFound."""
    rows = GrantApplication.objects.select_for_update(of=("self",)).select_related("scheme")
    found = rows.filter(pk=grant_id).first()
    if found is None:
        raise GrantNotFound(said("grant"), grant_id)
    return found


def require(by: User, permission: Permission, step: str) -> None:
    """Raises: NotAllowed."""
    if not may(by, permission):
        raise NotAllowed(by.get_username(), step, permission.roles_text)


def require_state(grant: GrantApplication, *needed: GrantState) -> None:
    """Raises: GrantWrongState."""
    if grant.state not in needed:
        raise GrantWrongState(
            said("Grant %(number)s", number=grant.pk),
            label_said(GrantState(grant.state).label),
            either(label_said(state.label) for state in needed),
        )


def by_another(by: User, before: User | None, did: str, step: str) -> None:
    """Raises: GrantBySamePerson, if the person did the step before."""
    if before is not None and before.pk == by.pk:
        raise GrantBySamePerson(by.get_username(), did, step)
