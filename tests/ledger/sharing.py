"""Schemes whose mechanism shares out, and what departments pay in them, in few words."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from departments.organisation.models import Department, DepartmentPlacement, LegalEntity
from ledger import balances, settlement_run
from ledger.models.settlements import CHARGING, EARNING, Settlement, SettlementLine
from pricing.models import (
    AbatementRate,
    Baseline,
    CarbonPrice,
    Contribution,
    EventRate,
    IncentiveCap,
    Measure,
    Scheme,
    SchemeCoverage,
)
from pricing.models import Mechanism as Choice
from tests.ledger.books import ALWAYS, NOON, Books

QUARTERS = {
    "2023Q1": (date(2023, 1, 1), date(2023, 4, 1)),
    "2023Q2": (date(2023, 4, 1), date(2023, 7, 1)),
    "2023Q3": (date(2023, 7, 1), date(2023, 10, 1)),
}


def found_sharing(
    books: Books,
    mechanism: Choice,
    *,
    price_scope: int | None = None,
    code: str = "shared",
    fund_entity: LegalEntity | None = None,
    fund_may_overdraw: bool = False,
    starts_on: date = date(2023, 1, 1),
) -> Scheme:
    """A scheme that keeps no atmosphere, beside the fee: $40 a tonne of Scope 1."""
    scheme = Scheme.objects.create(
        code=code,
        name="Shared",
        currency="USD",
        starts_on=starts_on,
        mechanism=mechanism,
        fund_entity=fund_entity,
        fund_may_overdraw=fund_may_overdraw,
    )
    SchemeCoverage.objects.create(scheme=scheme, scope=1, category=None, in_force=ALWAYS)
    CarbonPrice.objects.create(
        scheme=scheme,
        scope=price_scope,
        price_per_tonne=40,
        in_force=ALWAYS,
        **signed(books),
    )
    return scheme


def signed(books: Books) -> dict[str, object]:
    return {"proposed_by": books.people["analyst"], "approved_by": books.people["approver"]}


def measure(
    books: Books,
    scheme: Scheme,
    period: str,
    measure: Measure = Measure.KGCO2E,
    **quantities: str,
) -> None:
    """An approved baseline, in tonnes, or a budget of each department for a quarter."""
    for code, quantity in quantities.items():
        Baseline.objects.create(
            scheme=scheme,
            department=books.departments[code],
            measure=measure,
            quantity=Decimal(quantity) * (1000 if measure == Measure.KGCO2E else 1),
            in_force=QUARTERS[period],
            **signed(books),
        )


def contribute(books: Books, scheme: Scheme, period: str, amount: str) -> None:
    Contribution.objects.create(
        scheme=scheme, amount=Decimal(amount), in_force=QUARTERS[period], **signed(books)
    )


def levy(books: Books, scheme: Scheme, activity: str, rate: str, unit: str = "") -> None:
    EventRate.objects.create(
        scheme=scheme,
        activity=activity,
        unit=unit,
        rate=Decimal(rate),
        in_force=ALWAYS,
        **signed(books),
    )


def reward(books: Books, scheme: Scheme, rate: str, **facts: object) -> AbatementRate:
    """An approved rate for each tonne below the baseline, for ever."""
    wanted = {"in_force": ALWAYS, **facts, **signed(books)}
    return AbatementRate.objects.create(scheme=scheme, rate_per_tonne=Decimal(rate), **wanted)


YEAR = (date(2023, 1, 1), date(2024, 1, 1))


def cap(books: Books, scheme: Scheme, amount: str, **facts: object) -> IncentiveCap:
    """An approved cap on incentives for the year 2023."""
    wanted = {"in_force": YEAR, **facts, **signed(books)}
    return IncentiveCap.objects.create(scheme=scheme, amount=Decimal(amount), **wanted)


def add_department(books: Books, code: str) -> None:
    new = books.departments[code] = Department.objects.create(code=code, name=code)
    entity = LegalEntity.objects.get(code="ONE")
    DepartmentPlacement.objects.create(department=new, legal_entity=entity, in_force=ALWAYS)


def settle(books: Books, scheme: Scheme, period: str) -> Settlement:
    settlement = settlement_run.prepare(
        scheme_code=scheme.code, period_code=period, by=books.people["analyst"]
    )
    settlement = settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    assert not settlement.shards.exclude(error="")
    settlement_run.approve(settlement_id=settlement.pk, by=books.people["approver"], at=NOON)
    return settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)


def net(scheme: Scheme, activity_period: str | None = None) -> dict[str, Decimal]:
    """What each department has paid on balance so far, in dollars, by its lines."""
    lines = SettlementLine.objects.filter(scheme=scheme, settlement__state="posted")
    if activity_period:
        lines = lines.filter(activity_period__code=activity_period)
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines.select_related("department"):
        sign = 1 if line.kind in CHARGING else -1 if line.kind in EARNING else 0
        paid[line.department.code] += sign * Decimal(line.amount_minor) / 100
    return dict(paid)


def account(code: str) -> Decimal:
    found = [row.balance for row in balances.trial_balance() if row.account == code]
    return found[0] if found else Decimal(0)
