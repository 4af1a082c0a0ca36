"""Reads. What a settlement's own rules tell its mechanism of each activity period.

Rules are the JSON that a settlement keeps: never tables, which may have changed since.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from departments.organisation.said import said
from ledger.errors.settlements import AllocationImpossible
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement
from pricing.incentive_caps import Cap
from pricing.mechanisms import MECHANISMS
from pricing.mechanisms.terms import AbatementRate, Baseline, Mechanism
from pricing.money import EXACT, round_half_away
from pricing.price_lookup import SchemeTerms

ONE_DAY = timedelta(days=1)


@dataclass
class PeriodRules:
    """What an activity period's mechanism is told: by department, and for all together."""

    baselines: dict[int, list[Baseline]] = field(default_factory=lambda: defaultdict(list))
    budgets: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    pot: Decimal = Decimal(0)
    event_rates: list[dict[str, Any]] = field(default_factory=list)
    abatement_rates: list[AbatementRate] = field(default_factory=list)

    def pot_minor(self, exponent: int) -> int:
        """The pot in minor units, rounded once, half away from zero."""
        return round_half_away(self.pot, exponent)


@dataclass(frozen=True)
class Told:
    """The rules by activity period, the code of each department that they name, and what is wrong
    with them."""

    periods: dict[int, PeriodRules]
    codes: dict[int, str]
    problems: tuple[str, ...]
    caps: tuple[Cap, ...]

    def of(self, period_id: int) -> PeriodRules:
        return self.periods.get(period_id) or PeriodRules()


def shares_out(rules: dict[str, Any], terms: SchemeTerms) -> bool:
    """Whether a settlement with these rules has anything to share out once its lines are there."""
    mechanism = MECHANISMS[terms.mechanism]
    if mechanism.may_pay_abatement:
        return bool(rules.get("abatement_rates") or rules.get("incentive_caps"))
    return mechanism.share is not None


def told_by(rules: dict[str, Any], terms: SchemeTerms, periods: Sequence[AccountingPeriod]) -> Told:
    """What a settlement's rules say of each of these periods, which are in order.

    A baseline, a budget or a contribution belongs to the period of its last day, and a baseline is
    priced as an emission of its scope and category on that day would be.
    """
    wants = MECHANISMS[terms.mechanism]
    found: dict[int, PeriodRules] = defaultdict(PeriodRules)
    codes: dict[int, str] = {}
    problems: list[str] = []
    prices = KeptPrices(rules["price_rules"]) if wants.needs_prices_of_baselines else None
    for rule, period, day in _placed(rules.get("baselines", ()), periods):
        department_id = rule["department_id"]
        codes[department_id] = rule["department"]
        if wants.needs_budgets:
            found[period.pk].budgets[department_id] += Decimal(rule["quantity"])
            continue
        price = prices.on(rule, day) if prices else None
        if prices and price is None:
            problems.append(
                said("%(what)s has no price in force on %(day)s", what=_named(rule), day=day)
            )
        baseline = Baseline(Decimal(rule["quantity"]), rule["scope"], rule["category"], price)
        found[period.pk].baselines[department_id].append(baseline)
    for rule, period, _ in _placed(rules.get("contributions", ()), periods):
        found[period.pk].pot = EXACT.add(found[period.pk].pot, Decimal(rule["amount"]))
    for rule in rules.get("event_rates", ()):
        for period in periods:
            if _touches(rule, period):
                found[period.pk].event_rates.append(rule)
    for rule in rules.get("abatement_rates", ()):
        rate = AbatementRate(Decimal(rule["rate_per_tonne"]), rule["scope"], rule["category"])
        for period in periods:
            if _is_in_force(rule, period.last_day):
                found[period.pk].abatement_rates.append(rate)
    caps = _caps(rules.get("incentive_caps", ()), terms)
    problems += [
        said(
            "caps of %(first)s to %(last)s come to less than nothing",
            first=cap.starts_on,
            last=cap.ends_before - ONE_DAY,
        )
        for cap in caps
        if cap.amount_minor < 0
    ]
    return Told(dict(found), codes, tuple(problems), caps)


def _caps(rules: Iterable[dict[str, Any]], terms: SchemeTerms) -> tuple[Cap, ...]:
    """Caps on the same add up, and are rounded once, half away from zero."""
    sums: dict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)
    for rule in rules:
        key = (rule["starts_on"], rule["ends_before"], rule["department"], rule["durability_class"])
        sums[key] = EXACT.add(sums[key], Decimal(rule["amount"]))
    return tuple(
        Cap(
            round_half_away(amount, terms.currency_exponent),
            date.fromisoformat(starts),
            date.fromisoformat(ends),
            department,
            durability_class,
        )
        for (starts, ends, department, durability_class), amount in sums.items()
    )


def refuse_unready(
    settlement: Settlement,
    terms: SchemeTerms,
    periods: Sequence[AccountingPeriod] | None = None,
) -> None:
    """Refuse to settle with rules that the scheme's mechanism could not share out by.

    `periods` are those that are asked about, by default all up to the settlement's.

    Raises: AllocationImpossible, with every problem.
    """
    if not shares_out(settlement.rules, terms):
        return
    wants = MECHANISMS[terms.mechanism]
    periods = periods_until(settlement, terms) if periods is None else periods
    told = told_by(settlement.rules, terms, periods)
    problems = [*told.problems, *_below_zero(told, periods), *_missing(wants, told, periods)]
    if problems:
        raise AllocationImpossible(terms.code, problems)


def periods_until(settlement: Settlement, terms: SchemeTerms) -> list[AccountingPeriod]:
    """The scheme's accounting periods up to the settlement's own, in order."""
    periods = AccountingPeriod.objects.order_by("days")
    return [
        period
        for period in periods
        if period.ends_before > terms.starts_on
        and period.ends_before <= settlement.period.ends_before
    ]


def _missing(wants: Mechanism, told: Told, periods: Sequence[AccountingPeriod]) -> Iterator[str]:
    if wants.needs_baselines and not wants.needs_prices_of_baselines:
        without = [period.code for period in periods if not _is_measured(told.of(period.pk))]
        if without:
            yield said(
                "no department has an approved baseline in %(periods)s", periods=", ".join(without)
            )
    elif wants.needs_baselines and not told.codes:
        yield said("no department has an approved baseline")
    if wants.needs_budgets:
        pots = [period for period in periods if told.of(period.pk).pot]
        if not pots:
            yield said("there is no approved contribution to share out")
        for period in pots:
            if not any(told.of(period.pk).budgets.values()):
                yield said("no department has an approved budget in %(period)s", period=period.code)
    if wants.needs_event_rates and not any(rules.event_rates for rules in told.periods.values()):
        yield said("there is no approved event rate")


def _is_measured(rules: PeriodRules) -> bool:
    return any(_kgco2e(rows) for rows in rules.baselines.values())


def _kgco2e(rows: Iterable[Baseline]) -> Decimal:
    return sum((row.kgco2e for row in rows), Decimal(0))


def _below_zero(told: Told, periods: Sequence[AccountingPeriod]) -> Iterator[str]:
    for period in periods:
        rules = told.of(period.pk)
        sums = {pk: _kgco2e(rows) for pk, rows in rules.baselines.items()}
        for department_id, total in sorted({**sums, **rules.budgets}.items()):
            if total < 0:
                code = told.codes[department_id]
                yield said(
                    "%(department)s has a baseline below zero in %(period)s: %(total)s",
                    department=code,
                    period=period.code,
                    total=f"{total:f}",
                )
        if rules.pot < 0:
            yield said(
                "the contribution of %(period)s is below zero: %(pot)s",
                period=period.code,
                pot=f"{rules.pot:f}",
            )


def _placed(
    rules: Iterable[dict[str, Any]], periods: Sequence[AccountingPeriod]
) -> Iterator[tuple[dict[str, Any], AccountingPeriod, date]]:
    """Each rule with the period of its last day, and that day; those of no period are left out."""
    starts = [period.first_day for period in periods]
    for rule in rules:
        day = date.fromisoformat(rule["ends_before"]) - ONE_DAY
        place = bisect_right(starts, day) - 1
        if place >= 0 and day < periods[place].ends_before:
            yield rule, periods[place], day


def _touches(rule: dict[str, Any], period: AccountingPeriod) -> bool:
    ends = rule["ends_before"]
    return date.fromisoformat(rule["starts_on"]) < period.ends_before and (
        ends is None or date.fromisoformat(ends) > period.first_day
    )


def _named(rule: dict[str, Any]) -> str:
    parts = {name: rule[name] for name in ("department", "scope", "category")}
    if rule["category"] is not None:
        return said("%(department)s's baseline of Scope %(scope)s category %(category)s", **parts)
    if rule["scope"] is not None:
        return said("%(department)s's baseline of Scope %(scope)s", **parts)
    return said("%(department)s's baseline", **parts)


class KeptPrices:
    """The prices that a settlement keeps, to be found by department; a baseline has no country."""

    def __init__(self, rules: Iterable[dict[str, Any]]) -> None:
        self._by_department: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
        for rule in rules:
            if not rule["country"]:
                self._by_department[rule["department_id"]].append(rule)

    def on(self, baseline: dict[str, Any], day: date) -> Decimal | None:
        """The price of a baseline on a day: of those that fit, the one with the lowest rank."""
        fitting = (
            rule
            for department_id in (baseline["department_id"], None)
            for rule in self._by_department[department_id]
            if rule["scope"] in (None, baseline["scope"])
            and rule["category"] in (None, baseline["category"])
            and _is_in_force(rule, day)
        )
        best = min(fitting, key=lambda rule: rule["rank"], default=None)
        return None if best is None else Decimal(best["price_per_tonne"])


def _is_in_force(rule: dict[str, Any], day: date) -> bool:
    ends = rule["ends_before"]
    return date.fromisoformat(rule["starts_on"]) <= day and (
        ends is None or day < date.fromisoformat(ends)
    )
