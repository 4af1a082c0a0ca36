"""Writes and reads. Roles of people, who opens the administration, and who plays in the demo."""

from __future__ import annotations

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction

from departments.organisation.models import COMPANY_ROLES, Department, Membership, User


@transaction.atomic
def give_role(*, user: User, role: str, department: Department | None = None) -> Membership:
    """Give a person a role, in a department and below or company-wide; again, it changes nothing.

    Raises: IntegrityError (organisation_role_matches_its_reach), for a role without its reach.
    """
    membership, _ = Membership.objects.get_or_create(user=user, role=role, department=department)
    open_admin_by_role(user)
    return membership


def open_admin_by_role(user: User) -> None:
    """Let those with a company-wide role, and superusers, open the administration pages."""
    opens = user.is_superuser or user.memberships.filter(role__in=COMPANY_ROLES).exists()
    if user.is_staff != opens:
        user.is_staff = opens
        user.save(update_fields=["is_staff"])


def demo_people() -> list[User]:
    """Active people who can't sign in by password and are no superusers, company roles first.

    Only the demo makes such people; its sign-in page offers one button for each.
    """
    rows = User.objects.filter(
        is_active=True, is_superuser=False, password__startswith=UNUSABLE_PASSWORD_PREFIX
    ).prefetch_related("memberships__department")
    return sorted(rows, key=lambda user: (not user.is_staff, user.pk))
