"""The cast: a company › two divisions › four teams, a person for each role, a scheme with a price.

Plain functions, fixed days; each takes what it needs and returns what it made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from departments.organisation.models import (
    Department,
    DepartmentPlacement,
    LegalEntity,
    Role,
    User,
)
from departments.organisation.people import give_role
from pricing import price_setting
from pricing.models import CarbonPrice, IncentiveRate, Scheme

FIRST_DAY = date(2020, 7, 1)
NOON = datetime(2022, 7, 15, 12, 0, tzinfo=UTC)

TREE = {
    "COMPANY": None,
    "CLOUD": "COMPANY",
    "DEVICES": "COMPANY",
    "CLOUD-EAST": "CLOUD",
    "CLOUD-WEST": "CLOUD",
    "PHONES": "DEVICES",
    "LAPTOPS": "DEVICES",
}
COMPANY_PEOPLE = {
    "analyst": Role.SUSTAINABILITY_ANALYST,
    "approver": Role.SUSTAINABILITY_APPROVER,
    "finance": Role.FINANCE,
    "auditor": Role.AUDITOR,
    "admin": Role.ADMINISTRATOR,
}
CLOUD_PEOPLE = {
    "cloud-contributor": Role.CONTRIBUTOR,
    "cloud-approver": Role.APPROVER,
    "cloud-viewer": Role.VIEWER,
}


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, by the name that a test calls them."""

    entity: LegalEntity
    departments: dict[str, Department]
    people: dict[str, User]

    def id_of(self, code: str) -> int:
        """The id of a department."""
        return self.departments[code].pk

    def ids_of(self, *codes: str) -> set[int]:
        """The ids of some departments."""
        return {self.id_of(code) for code in codes}

    def codes_of(self, ids: set[int] | None) -> set[str] | None:
        """The codes of some departments; None stays None."""
        if ids is None:
            return None
        return {code for code, department in self.departments.items() if department.pk in ids}


def make_legal_entity(
    code: str = "US10", country: str = "US", currency: str = "USD"
) -> LegalEntity:
    return LegalEntity.objects.create(
        code=code, name=f"Example {code}", country=country, currency=currency
    )


def make_department(
    code: str,
    *,
    entity: LegalEntity | None = None,
    parent: Department | None = None,
    from_on: date = FIRST_DAY,
    until: date | None = None,
) -> Department:
    """A department; with a legal entity, also its place in the tree."""
    department = Department.objects.create(code=code, name=code.title())
    if entity is not None:
        DepartmentPlacement.objects.create(
            department=department, parent=parent, legal_entity=entity, in_force=(from_on, until)
        )
    return department


def make_person(
    username: str, role: str | None = None, department: Department | None = None
) -> User:
    person = User.objects.create_user(username)
    if role is not None:
        give_role(user=person, role=role, department=department)
    return person


def make_cast() -> Cast:
    """The whole cast: tree, company-wide people, and three people of the cloud division."""
    entity = make_legal_entity()
    departments: dict[str, Department] = {}
    for code, parent in TREE.items():
        departments[code] = make_department(
            code, entity=entity, parent=departments[parent] if parent else None
        )
    people = {name: make_person(name, role) for name, role in COMPANY_PEOPLE.items()}
    for name, role in CLOUD_PEOPLE.items():
        people[name] = make_person(name, role, departments["CLOUD"])
    people["nobody"] = make_person("nobody")
    return Cast(entity, departments, people)


def make_scheme(
    code: str = "carbon-fee", *, currency: str = "USD", starts_on: date = FIRST_DAY
) -> Scheme:
    """A fee on Scope 1, Scope 2 and business travel."""
    return price_setting.create_scheme(
        code=code,
        name="Carbon fee",
        currency=currency,
        starts_on=starts_on,
        coverage=[(1, None), (2, None), (3, 6)],
    )


def make_price(
    cast: Cast,
    scheme: Scheme,
    price_per_tonne: str,
    *,
    starts_on: date = FIRST_DAY,
    ends_before: date | None = None,
    department: str | None = None,
    scope: int | None = None,
    category: int | None = None,
    country: str = "",
    approved: bool = True,
) -> CarbonPrice:
    """A price proposed by the analyst and, unless said otherwise, approved by the approver."""
    price = price_setting.propose_price(
        scheme_id=scheme.pk,
        price_per_tonne=Decimal(price_per_tonne),
        starts_on=starts_on,
        ends_before=ends_before,
        department_id=cast.id_of(department) if department else None,
        scope=scope,
        category=category,
        country=country,
        by=cast.people["analyst"],
    )
    if not approved:
        return price
    return price_setting.approve_price(price_id=price.pk, by=cast.people["approver"], at=NOON)


def make_incentive_rate(
    cast: Cast, scheme: Scheme, rate_per_tonne: str, durability_class: str = "long"
) -> IncentiveRate:
    """An approved rate for verified removals."""
    rate = price_setting.propose_incentive_rate(
        scheme_id=scheme.pk,
        durability_class=durability_class,
        rate_per_tonne=Decimal(rate_per_tonne),
        starts_on=FIRST_DAY,
        by=cast.people["analyst"],
    )
    return price_setting.approve_incentive_rate(
        rate_id=rate.pk, by=cast.people["approver"], at=NOON
    )
