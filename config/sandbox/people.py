"""Writes. The people of a rehearsal, who are in the sandbox alone."""

from __future__ import annotations

from departments.organisation.models import Membership, Role, User
from ledger.rehearsal import People

_ROLES = {
    "rehearsal-analyst": Role.SUSTAINABILITY_ANALYST,
    "rehearsal-approver": Role.SUSTAINABILITY_APPROVER,
    "rehearsal-finance": Role.FINANCE,
    "rehearsal-auditor": Role.AUDITOR,
}


def ensure_people(*, password: str = "") -> People:
    """Make who is missing; with a password they sign in by it, without one nobody does as them."""
    found = {}
    for username, role in _ROLES.items():
        user, is_new = User.objects.get_or_create(username=username, defaults={"is_staff": True})
        if password or is_new:
            user.set_password(password or None)
            user.save()
        Membership.objects.get_or_create(user=user, role=role, department=None)
        found[role] = user
    return People(
        found[Role.SUSTAINABILITY_ANALYST],
        found[Role.SUSTAINABILITY_APPROVER],
        found[Role.FINANCE],
    )
