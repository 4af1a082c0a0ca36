"""Reads. What a scheme's mechanism is told beside charges, as flat rules: only what is approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pricing.mechanisms import MECHANISMS
from pricing.models import (
    AbatementRate,
    Baseline,
    Contribution,
    EventRate,
    IncentiveCap,
    Measure,
)
from pricing.price_lookup import SchemeTerms


@dataclass(frozen=True, slots=True)
class BaselineRule:
    """A department's kgCO2e, or its budget, over a range of days."""

    baseline_id: int
    department_id: int
    department: str
    quantity: Decimal
    scope: int | None
    category: int | None
    starts_on: date
    ends_before: date


@dataclass(frozen=True, slots=True)
class EventRule:
    """What one event costs on a range of days; without a unit each record is one."""

    rate_id: int
    activity: str
    unit: str
    rate: Decimal
    starts_on: date
    ends_before: date | None


@dataclass(frozen=True, slots=True)
class ContributionRule:
    """What all departments pay in together over a range of days."""

    contribution_id: int
    amount: Decimal
    starts_on: date
    ends_before: date


@dataclass(frozen=True, slots=True)
class AbatementRule:
    """What a tonne below the baseline earns, for periods that end on a range of days."""

    rate_id: int
    rate_per_tonne: Decimal
    scope: int | None
    category: int | None
    starts_on: date
    ends_before: date | None


@dataclass(frozen=True, slots=True)
class CapRule:
    """The most that incentives pay for periods that end on a range of days."""

    cap_id: int
    amount: Decimal
    department_id: int | None
    department: str
    durability_class: str
    starts_on: date
    ends_before: date


def allocation_rules(terms: SchemeTerms) -> dict[str, list[Any]]:
    """What a scheme's mechanism wants to be told, by name; nothing for one that shares nothing."""
    wants = MECHANISMS[terms.mechanism]
    rules: dict[str, list[Any]] = {}
    if wants.needs_baselines or wants.needs_budgets:
        measure = Measure.BUDGET if wants.needs_budgets else Measure.KGCO2E
        rules["baselines"] = _baselines(terms.id, measure)
    if wants.needs_event_rates:
        rules["event_rates"] = _event_rates(terms.id)
    if wants.needs_budgets:
        rules["contributions"] = _contributions(terms.id)
    if wants.may_pay_abatement and (rates := _abatement_rates(terms.id)):
        rules["abatement_rates"] = rates
        rules["baselines"] = _baselines(terms.id, Measure.KGCO2E)
    if wants.may_pay_abatement and (caps := _incentive_caps(terms.id)):
        rules["incentive_caps"] = caps
    return rules


def _baselines(scheme_id: int, measure: str) -> list[BaselineRule]:
    rows = Baseline.objects.filter(
        scheme_id=scheme_id, measure=measure, approved_by__isnull=False
    ).select_related("department")
    return [
        BaselineRule(
            baseline_id=row.pk,
            department_id=row.department_id,
            department=row.department.code,
            quantity=row.quantity,
            scope=row.scope,
            category=row.category,
            starts_on=row.in_force.lower or date.min,
            ends_before=row.in_force.upper or date.max,
        )
        for row in rows.order_by("department__code", "in_force", "pk")
    ]


def _event_rates(scheme_id: int) -> list[EventRule]:
    rows = EventRate.objects.filter(scheme_id=scheme_id, approved_by__isnull=False)
    return [
        EventRule(
            rate_id=row.pk,
            activity=row.activity,
            unit=row.unit,
            rate=row.rate,
            starts_on=row.in_force.lower or date.min,
            ends_before=row.in_force.upper,
        )
        for row in rows.exclude(in_force__isempty=True).order_by("activity", "in_force", "pk")
    ]


def _contributions(scheme_id: int) -> list[ContributionRule]:
    rows = Contribution.objects.filter(scheme_id=scheme_id, approved_by__isnull=False)
    return [
        ContributionRule(
            row.pk, row.amount, row.in_force.lower or date.min, row.in_force.upper or date.max
        )
        for row in rows.order_by("in_force", "pk")
    ]


def _abatement_rates(scheme_id: int) -> list[AbatementRule]:
    rows = AbatementRate.objects.filter(scheme_id=scheme_id, approved_by__isnull=False)
    return [
        AbatementRule(
            row.pk,
            row.rate_per_tonne,
            row.scope,
            row.category,
            row.in_force.lower or date.min,
            row.in_force.upper,
        )
        for row in rows.exclude(in_force__isempty=True).order_by("in_force", "pk")
    ]


def _incentive_caps(scheme_id: int) -> list[CapRule]:
    rows = IncentiveCap.objects.filter(scheme_id=scheme_id, approved_by__isnull=False)
    return [
        CapRule(
            row.pk,
            row.amount,
            row.department_id,
            row.department.code if row.department else "",
            row.durability_class,
            row.in_force.lower or date.min,
            row.in_force.upper or date.max,
        )
        for row in rows.select_related("department").order_by("in_force", "pk")
    ]
