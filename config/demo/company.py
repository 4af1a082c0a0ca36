"""Writes. The demo company's organisation, calendar, scheme and prices, from company.toml."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from config.demo.figures import FOLDER
from departments.organisation.models import (
    CostCentre,
    Department,
    DepartmentPlacement,
    LegalEntity,
    Membership,
    Role,
    User,
)
from ledger import periods
from ledger.gl_mapping import load_gl_mapping
from pricing import price_lookup, price_setting
from pricing.errors import SchemeNotFound

CHARTS = FOLDER.parent / "chart_of_accounts"
FIRST_DAY = date(2019, 7, 1)


@dataclass(frozen=True, slots=True)
class Company:
    """The demo company as its file describes it."""

    facts: dict[str, Any]

    @property
    def scheme_code(self) -> str:
        return str(self.facts["scheme"]["code"])

    @property
    def feebate_code(self) -> str:
        return str(self.facts["feebate"]["code"])

    def department_of_region(self, region: str) -> str:
        """The code of the department that runs a region's sites."""
        return str(next(d["code"] for d in self._departments if d.get("region") == region))

    def department_of_category(self, category: int) -> str:
        """The code of the department that owns a Scope 3 category."""
        return str(
            next(d["code"] for d in self._departments if category in d.get("scope3_categories", ()))
        )

    @property
    def _departments(self) -> list[dict[str, Any]]:
        return list(self.facts["departments"])


def read_company() -> Company:
    """The demo company, from fixtures/demo/company.toml."""
    return Company(tomllib.loads((FOLDER / "company.toml").read_text(encoding="utf-8")))


def found_company(company: Company, *, at: datetime) -> None:
    """Create what is missing of the company; safe to call again."""
    _create_departments(company)
    _create_people(company)
    for period in company.facts["periods"]:
        periods.create_period(
            code=period["code"], first_day=period["first_day"], last_day=period["last_day"]
        )
    _create_scheme(company, at=at)
    with (CHARTS / "demo.csv").open(encoding="utf-8", newline="") as mapping:
        load_gl_mapping(list(csv.DictReader(mapping)), by=person("finance"), at=at)


def _create_departments(company: Company) -> None:
    entity, _ = LegalEntity.objects.get_or_create(
        code=company.facts["legal_entity"]["code"], defaults=company.facts["legal_entity"]
    )
    for facts in company.facts["departments"]:
        department, _ = Department.objects.get_or_create(
            code=facts["code"],
            defaults={"name": f"{facts['name']} (illustrative)", "is_illustrative": True},
        )
        parent = facts.get("parent")
        DepartmentPlacement.objects.get_or_create(
            department=department,
            defaults={
                "parent": Department.objects.get(code=parent) if parent else None,
                "legal_entity": entity,
                "in_force": (FIRST_DAY, None),
            },
        )
        if "cost_centre" in facts:
            CostCentre.objects.get_or_create(
                code=facts["cost_centre"],
                legal_entity=entity,
                defaults={"name": facts["name"], "department": department},
            )


def _create_people(company: Company) -> None:
    for facts in company.facts["people"]:
        user = _create_person(facts["username"], opens_admin=True)
        Membership.objects.get_or_create(user=user, role=facts["role"], department=None)
    for department in Department.objects.all():
        for role in (Role.CONTRIBUTOR, Role.APPROVER):
            user = _create_person(f"{department.code.lower()}-{role}", opens_admin=False)
            Membership.objects.get_or_create(user=user, role=role, department=department)


def _create_person(username: str, *, opens_admin: bool) -> User:
    user, created = User.objects.get_or_create(
        username=username,
        defaults={"is_staff": opens_admin, "email": f"{username}@example.com"},
    )
    if created:
        user.set_unusable_password()  # demo people sign in with one click, in demo mode only
        user.save()
    return user


def _create_scheme(company: Company, *, at: datetime) -> None:
    facts = company.facts["scheme"]
    try:
        price_lookup.scheme_terms(code=facts["code"])
        return
    except SchemeNotFound:
        pass
    analyst, approver = person("analyst"), person("approver")
    scheme = price_setting.create_scheme(
        code=facts["code"],
        name=facts["name"],
        currency=facts["currency"],
        starts_on=facts["starts_on"],
        purpose=facts["purpose"],
        keeps_atmosphere=True,
        is_illustrative=True,
        coverage=[(row["scope"], row.get("category")) for row in facts["coverage"]],
    )
    for row in facts["prices"]:
        price = price_setting.propose_price(
            scheme_id=scheme.pk,
            scope=row.get("scope"),
            category=row.get("category"),
            price_per_tonne=Decimal(row["price_per_tonne"]),
            starts_on=row["from"],
            reason=row["reason"],
            source_url=row["source_url"],
            by=analyst,
        )
        price_setting.approve_price(price_id=price.pk, by=approver, at=at)
    for row in facts["incentive_rates"]:
        rate = price_setting.propose_incentive_rate(
            scheme_id=scheme.pk,
            durability_class=row["durability_class"],
            rate_per_tonne=Decimal(row["rate_per_tonne"]),
            starts_on=row["from"],
            reason=row["reason"],
            by=analyst,
        )
        price_setting.approve_incentive_rate(rate_id=rate.pk, by=approver, at=at)


def person(username: str) -> User:
    """One of the demo's people."""
    return User.objects.get(username=username)
