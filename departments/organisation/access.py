"""Reads. Who may see which departments, and who may take which step: roles alone decide."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from departments.organisation import sight
from departments.organisation.models import (
    COMPANY_ROLES,
    DEPARTMENT_ROLES,
    ApiKey,
    Department,
    Membership,
    Role,
)
from departments.organisation.said import Said, either
from departments.organisation.sight import Sight
from departments.organisation.telling import label_said, told_by
from departments.organisation.tree import descendants_of

Person = AbstractBaseUser | AnonymousUser


class Permission(StrEnum):
    """A step that takes a company-wide role; a superuser without the role may not take it."""

    PREPARE_SETTLEMENT = "prepare_settlement"
    APPROVE_SETTLEMENT = "approve_settlement"
    POST_SETTLEMENT = "post_settlement"
    OPEN_PERIOD = "open_period"
    CLOSE_PERIOD = "close_period"
    EXPORT_JOURNAL = "export_journal"
    READ_EXPORTS = "read_exports"
    READ_TRAIL = "read_trail"
    ACKNOWLEDGE_EXPORT = "acknowledge_export"
    MAP_ACCOUNTS = "map_accounts"
    PROPOSE_ENTRY = "propose_entry"
    APPROVE_ENTRY = "approve_entry"
    ANSWER_DISPUTE = "answer_dispute"
    READ_BOOKS = "read_books"
    PROPOSE_PRICE = "propose_price"
    APPROVE_PRICE = "approve_price"
    SCORE_GRANT = "score_grant"
    PROPOSE_AWARD = "propose_award"
    APPROVE_AWARD = "approve_award"
    PAY_GRANT = "pay_grant"
    PROPOSE_FACTORS = "propose_factors"
    APPROVE_FACTORS = "approve_factors"
    ENTER_INSTRUMENT = "enter_instrument"
    APPROVE_INSTRUMENT = "approve_instrument"
    ENTER_SITE = "enter_site"
    VERIFY_REMOVAL = "verify_removal"
    ENTER_ABSORPTION = "enter_absorption"
    APPROVE_ABSORPTION = "approve_absorption"
    PROPOSE_KEY = "propose_key"
    APPROVE_KEY = "approve_key"
    SHARE_OUT = "share_out"
    ESTIMATE_SWEET_SPOT = "estimate_sweet_spot"
    RUN_SCENARIO = "run_scenario"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_KEYS = "manage_keys"

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that may take this step."""
        return _ROLES[self]

    @property
    def roles_text(self) -> Said:
        """The same for people: `finance or sustainability approver`; English, and to be told."""
        return either(sorted(label_said(role.label) for role in self.roles))

    @property
    def roles_told(self) -> str:
        """The same in the language in force."""
        return told_by(self.roles_text, ())


_ROLES: dict[Permission, frozenset[Role]] = {
    Permission.PREPARE_SETTLEMENT: frozenset({Role.SUSTAINABILITY_ANALYST, Role.ADMINISTRATOR}),
    Permission.APPROVE_SETTLEMENT: frozenset({Role.SUSTAINABILITY_APPROVER}),
    Permission.POST_SETTLEMENT: frozenset({Role.SUSTAINABILITY_APPROVER, Role.FINANCE}),
    Permission.OPEN_PERIOD: frozenset(
        {Role.SUSTAINABILITY_ANALYST, Role.ADMINISTRATOR, Role.FINANCE}
    ),
    Permission.CLOSE_PERIOD: frozenset({Role.FINANCE}),
    Permission.EXPORT_JOURNAL: frozenset({Role.FINANCE}),
    Permission.READ_EXPORTS: frozenset({Role.FINANCE, Role.AUDITOR}),
    Permission.READ_TRAIL: frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
    Permission.ACKNOWLEDGE_EXPORT: frozenset({Role.FINANCE}),
    Permission.MAP_ACCOUNTS: frozenset({Role.FINANCE}),
    Permission.PROPOSE_ENTRY: frozenset({Role.SUSTAINABILITY_ANALYST, Role.FINANCE}),
    Permission.APPROVE_ENTRY: frozenset({Role.SUSTAINABILITY_APPROVER, Role.FINANCE}),
    Permission.ANSWER_DISPUTE: frozenset(
        {Role.SUSTAINABILITY_ANALYST, Role.SUSTAINABILITY_APPROVER, Role.FINANCE}
    ),
    Permission.READ_BOOKS: frozenset(COMPANY_ROLES),
    Permission.PROPOSE_PRICE: frozenset({Role.SUSTAINABILITY_ANALYST}),
    Permission.APPROVE_PRICE: frozenset({Role.SUSTAINABILITY_APPROVER}),
    Permission.SCORE_GRANT: frozenset({Role.SUSTAINABILITY_ANALYST, Role.SUSTAINABILITY_APPROVER}),
    Permission.PROPOSE_AWARD: frozenset({Role.SUSTAINABILITY_ANALYST}),
    Permission.APPROVE_AWARD: frozenset({Role.SUSTAINABILITY_APPROVER}),
    Permission.PAY_GRANT: frozenset({Role.FINANCE}),
    Permission.PROPOSE_FACTORS: frozenset({Role.SUSTAINABILITY_ANALYST}),
    Permission.APPROVE_FACTORS: frozenset({Role.SUSTAINABILITY_APPROVER}),
    Permission.ENTER_INSTRUMENT: frozenset({Role.SUSTAINABILITY_ANALYST}),
    Permission.APPROVE_INSTRUMENT: frozenset({Role.SUSTAINABILITY_APPROVER}),
    Permission.ENTER_SITE: frozenset({Role.SUSTAINABILITY_ANALYST, Role.ADMINISTRATOR}),
    Permission.VERIFY_REMOVAL: frozenset({Role.SUSTAINABILITY_APPROVER}),
    Permission.ENTER_ABSORPTION: frozenset({Role.SUSTAINABILITY_ANALYST}),
    Permission.APPROVE_ABSORPTION: frozenset({Role.SUSTAINABILITY_APPROVER}),
    Permission.PROPOSE_KEY: frozenset({Role.SUSTAINABILITY_ANALYST}),
    Permission.APPROVE_KEY: frozenset({Role.SUSTAINABILITY_APPROVER}),
    Permission.SHARE_OUT: frozenset({Role.SUSTAINABILITY_ANALYST}),
    Permission.ESTIMATE_SWEET_SPOT: frozenset(
        {Role.SUSTAINABILITY_ANALYST, Role.SUSTAINABILITY_APPROVER}
    ),
    Permission.RUN_SCENARIO: frozenset(
        {Role.SUSTAINABILITY_ANALYST, Role.SUSTAINABILITY_APPROVER, Role.FINANCE}
    ),
    Permission.MANAGE_PEOPLE: frozenset({Role.ADMINISTRATOR}),
    Permission.MANAGE_KEYS: frozenset({Role.ADMINISTRATOR, Role.FINANCE}),
}


def may(user: Person, permission: Permission) -> bool:
    """Whether a person holds a role that takes this step; nobody inactive or anonymous does."""
    return _memberships(user).filter(role__in=permission.roles).exists()


def roles_of(user: Person) -> frozenset[Role]:
    """Every role that a person has, wherever they have it."""
    return frozenset(map(Role, _memberships(user).values_list("role", flat=True)))


def permissions_of(user: Person) -> frozenset[Permission]:
    """Every step that a person's roles take, asked at once."""
    roles = roles_of(user)
    return frozenset(permission for permission in Permission if permission.roles & roles)


def may_contribute(
    user: Person, department_id: int, *, key: ApiKey | None = None, on: date | None = None
) -> bool:
    """Whether a person may enter activity of a department, by the tree as of `on` (default: today).

    Its contributors and approvers may, those of a department above it, and the sustainability
    analyst.
    """
    return _acts_in(
        user,
        department_id,
        in_department=(Role.CONTRIBUTOR, Role.APPROVER),
        in_company=(Role.SUSTAINABILITY_ANALYST,),
        key=key,
        on=on,
    )


def contributed_department_ids(user: Person, *, on: date | None = None) -> set[int] | None:
    """The departments that `may_contribute` says yes to, at once; None means all."""
    return _reach(user, (Role.CONTRIBUTOR, Role.APPROVER, Role.SUSTAINABILITY_ANALYST), on=on)


def approved_department_ids(user: Person, *, on: date | None = None) -> set[int] | None:
    """The departments that `may_approve_records` says yes to, at once; None means all."""
    return _reach(user, (Role.APPROVER, Role.SUSTAINABILITY_APPROVER), on=on)


def may_approve_records(
    user: Person, department_id: int, *, key: ApiKey | None = None, on: date | None = None
) -> bool:
    """Whether a person may decide a department's records, by the tree as of `on` (default: today).

    An approver of it or above it may, or the sustainability approver. Never the one who entered
    them: that rule is the record's own.
    """
    return _acts_in(
        user,
        department_id,
        in_department=(Role.APPROVER,),
        in_company=(Role.SUSTAINABILITY_APPROVER,),
        key=key,
        on=on,
    )


def departments_visible_to(
    user: Person, *, key: ApiKey | None = None, on: date | None = None
) -> QuerySet[Department]:
    """The departments a person, or a program with a key, may see.

    Company roles see all; department roles see theirs and all below, as of `on` (default:
    today). A department without a place in that day's tree is below none. A key that is not
    company-wide sees only its departments among them, and nothing if it has none.
    """
    ids = visible_department_ids(user, key=key, on=on)
    return Department.objects.all() if ids is None else Department.objects.filter(pk__in=ids)


def visible_department_ids(
    user: Person, *, key: ApiKey | None = None, on: date | None = None
) -> set[int] | None:
    """The same as ids; None means all. A request asks once: what it sees is known from then on."""
    seen = sight.current()
    asks = (user.pk, key.pk if key is not None else None)
    if seen is not None and on is None and asks == (seen.person_id, seen.key_id):
        return None if seen.department_ids is None else set(seen.department_ids)
    reach = _reach(user, (*DEPARTMENT_ROLES, *COMPANY_ROLES), on=on)
    return _narrowed(reach, key, on=on)


def see_as(user: Person, *, key: ApiKey | None = None) -> None:
    """Let the database show this thread the rows of those departments from now on, no others."""
    ids = visible_department_ids(user, key=key)
    sight.see(Sight(ids, user.pk, key.pk if key is not None else None))


def _acts_in(
    user: Person,
    department_id: int,
    *,
    in_department: Collection[Role],
    in_company: Collection[Role],
    key: ApiKey | None,
    on: date | None,
) -> bool:
    reach = _narrowed(_reach(user, (*in_department, *in_company), on=on), key, on=on)
    return reach is None or department_id in reach


def _reach(user: Person, roles: Collection[Role], *, on: date | None) -> set[int] | None:
    """The departments that these roles of a person reach; None for the whole company."""
    own: set[int] = set()
    for department_id in (
        _memberships(user).filter(role__in=roles).values_list("department_id", flat=True)
    ):
        if department_id is None:
            return None
        own.add(department_id)
    return descendants_of(own, on=on)


def _narrowed(reach: set[int] | None, key: ApiKey | None, *, on: date | None) -> set[int] | None:
    if key is None or key.is_company_wide:
        return reach
    below = descendants_of(key.departments.values_list("pk", flat=True), on=on)
    return below if reach is None else reach & below


def _memberships(user: Person) -> QuerySet[Membership]:
    if not user.is_active or user.pk is None:
        return Membership.objects.none()
    return Membership.objects.filter(user_id=user.pk, user__is_active=True)
