"""A small company whose books tests can write in a few words; fixed dates, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import connection

from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.emissions import EmissionRecord
from departments.organisation.models import (
    Department,
    DepartmentPlacement,
    LegalEntity,
    Membership,
    User,
)
from ledger import settlement_run
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement
from pricing.models import CarbonPrice, IncentiveRate, Scheme, SchemeCoverage

NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)
ALWAYS = (date(2020, 1, 1), None)


@dataclass
class Books:
    """The company: two departments, three quarters, a fee of $15 on Scope 1, 2 and travel."""

    people: dict[str, User] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    periods: dict[str, AccountingPeriod] = field(default_factory=dict)
    scheme: Scheme = field(default_factory=Scheme)

    def emit(
        self,
        department: str,
        day: date,
        kgco2e: str,
        *,
        scope: int = 1,
        category: int | None = None,
        country: str = "",
        location_kgco2e: str | None = None,
        supersedes: EmissionRecord | None = None,
        because: str = "",
        did: Any = ("reported/scope-1", "", "kg"),
        **removal: Any,
    ) -> EmissionRecord:
        """An approved result; a Scope 2 location figure and removal facts where they matter.

        `did` is the activity, its quantity (empty: the result's own) and unit. Where it supersedes
        another `because` of something, it is a correction of that one's activity, too.
        """
        activity = ActivityRecord.objects.create(
            department=self.departments[department],
            activity=did[0],
            started_on=day,
            ended_on=day,
            quantity=Decimal(did[1] or kgco2e),
            unit=did[2],
            supersedes=supersedes.activity_record if supersedes and because else None,
            correction_reason=because,
            state="approved",
            created_by=self.people["contributor"],
            submitted_by=self.people["contributor"],
            decided_by=self.people["approver"],
        )
        record = EmissionRecord.objects.create(
            activity_record=activity,
            department=self.departments[department],
            activity_on=day,
            scope=None if removal else scope,
            category=category,
            country=country,
            kind="removal" if removal else "emission",
            location_kgco2e=Decimal(location_kgco2e or kgco2e),
            market_kgco2e=Decimal(kgco2e),
            trace={"steps": []},
            supersedes=supersedes,
            **removal,
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT inventory_number_approvals(%s)", [[record.pk]])
        record.refresh_from_db()
        return record

    def calculate(self, period: str) -> Settlement:
        """Prepare and calculate, by the analyst."""
        settlement = settlement_run.prepare(
            scheme_code=self.scheme.code, period_code=period, by=self.people["analyst"]
        )
        return settlement_run.calculate(settlement_id=settlement.pk, at=NOON)

    def settle(self, period: str) -> Settlement:
        """Calculate, approve by another person, and post."""
        settlement = self.calculate(period)
        settlement_run.approve(settlement_id=settlement.pk, by=self.people["approver"], at=NOON)
        return settlement_run.post(settlement_id=settlement.pk, by=self.people["finance"], at=NOON)


def open_books(
    *, fund_in: str = "", offices_in: str = "ONE", fund_may_overdraw: bool = True
) -> Books:
    """Found the company; everything is in the books of ONE, unless something else is said.

    With `fund_in` its scheme tells the books of legal entities apart.
    """
    books = Books()
    for username, role in [
        ("analyst", "sustainability_analyst"),
        ("approver", "sustainability_approver"),
        ("finance", "finance"),
        ("auditor", "auditor"),
        ("admin", "administrator"),
        ("contributor", None),
    ]:
        user = User.objects.create(username=username, is_staff=role is not None)
        books.people[username] = user
        if role:
            Membership.objects.create(user=user, role=role)
    entity = LegalEntity.objects.create(code="ONE", name="One", country="US", currency="USD")
    for code in ("CLOUD", "OFFICES"):
        department = Department.objects.create(code=code, name=code.title())
        DepartmentPlacement.objects.create(
            department=department, legal_entity=entity, in_force=ALWAYS
        )
        books.departments[code] = department
    for role in ("contributor",):
        Membership.objects.create(
            user=books.people["contributor"], role=role, department=books.departments["CLOUD"]
        )
    quarters = [date(2023, 1, 1), date(2023, 4, 1), date(2023, 7, 1), date(2023, 10, 1)]
    for number, (first, after) in enumerate(pairwise(quarters), start=1):
        books.periods[f"2023Q{number}"] = AccountingPeriod.objects.create(
            code=f"2023Q{number}", days=(first, after)
        )
    if offices_in != "ONE":
        other = LegalEntity.objects.create(
            code=offices_in, name="Two", country="DE", currency="EUR"
        )
        books.departments["OFFICES"].placements.update(legal_entity=other)
    books.scheme = found_scheme(
        books,
        fund_entity=LegalEntity.objects.filter(code=fund_in).first(),
        fund_may_overdraw=fund_may_overdraw,
    )
    return books


def found_scheme(
    books: Books,
    code: str = "fee",
    *,
    keeps_atmosphere: bool = True,
    is_approved: bool = True,
    mechanism: str = "fee",
    fund_entity: LegalEntity | None = None,
    fund_may_overdraw: bool = True,
) -> Scheme:
    """A fee of $15 a tonne on Scope 1, 2 and business travel; $40 for a medium removal.

    Its fund may be overdrawn, so that a test of a removal needs no fees beside it.
    """
    scheme = Scheme.objects.create(
        code=code,
        name=f"Carbon {code}",
        currency="USD",
        starts_on=date(2023, 1, 1),
        keeps_atmosphere=keeps_atmosphere,
        mechanism=mechanism,
        fund_entity=fund_entity,
        fund_may_overdraw=fund_may_overdraw,
    )
    for scope, category in [(1, None), (2, None), (3, 6)]:
        SchemeCoverage.objects.create(
            scheme=scheme, scope=scope, category=category, in_force=ALWAYS
        )
    approver = books.people["approver"] if is_approved else None
    signed = {"proposed_by": books.people["analyst"], "approved_by": approver}
    CarbonPrice.objects.create(
        scheme=scheme, price_per_tonne=Decimal(15), in_force=ALWAYS, **signed
    )
    IncentiveRate.objects.create(
        scheme=scheme,
        durability_class="medium",
        rate_per_tonne=Decimal(40),
        in_force=ALWAYS,
        **signed,
    )
    return scheme
