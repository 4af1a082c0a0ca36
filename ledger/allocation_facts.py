"""Reads. What a settlement's mechanism shares out so far, beside what was shared out before it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.allocation_caps import Shared, within_caps
from ledger.allocation_rules import PeriodRules, Told, periods_until, shares_out, told_by
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement, SettlementLine, SettlementState
from ledger.sql import statement
from pricing.incentive_caps import Earned
from pricing.mechanisms import MECHANISMS
from pricing.mechanisms.terms import Emitted, Events, Facts, Frame, Share
from pricing.price_lookup import SchemeTerms

MG_DIGITS = -6


@dataclass(frozen=True, slots=True)
class Allocated:
    """What a department gets or pays of one activity period, in minor units.

    `amount_minor` is so far, as the mechanism has it; `before_minor` is what earlier settlements
    posted, in the books of `legal_entity_id`.
    """

    department_id: int
    department: str
    period: AccountingPeriod
    amount_minor: int
    before_minor: int
    legal_entity_id: int | None
    explanation: tuple[str, ...]

    @property
    def difference_minor(self) -> int:
        """What this settlement has to add."""
        return self.amount_minor - self.before_minor


@dataclass(frozen=True, slots=True)
class LineTables:
    """Where lines are read from, the records that they settle, and how many of them are in force on
    a line `l`, as SQL.

    `periods`: the only ones that something is shared out of, and that these lines replace in all
    other settlements, earlier or later; None: all that are touched, after earlier settlements.
    """

    lines: str
    records: str
    records_of_line: str
    periods: tuple[AccountingPeriod, ...] | None = None


BOOKED = LineTables(
    lines="ledger_settlementline",
    records="""(SELECT l.settlement_id, l.activity_period_id, l.department_id,
                       r.emission_record_id, r.sign
                  FROM ledger_settlementline l JOIN ledger_settledrecord r ON r.line_id = l.id)""",
    records_of_line="""SELECT sum(r.sign) AS records
                         FROM ledger_settledrecord r WHERE r.line_id = l.id""",
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What statement lines say of a department in an activity period so far."""

    department: str
    charged_minor: int
    before_minor: int
    legal_entity_id: int | None


@dataclass(frozen=True, slots=True)
class _Settled:
    """What is settled so far of one activity period, by department."""

    known: dict[int, _Known] = field(default_factory=dict)
    events: dict[int, list[Events]] = field(default_factory=lambda: defaultdict(list))
    emitted: dict[int, list[Emitted]] = field(default_factory=lambda: defaultdict(list))
    earned: list[Earned] = field(default_factory=list)


def allocated_by(
    settlement: Settlement, terms: SchemeTerms, tables: LineTables = BOOKED
) -> list[Allocated]:
    """What the scheme's mechanism shares out, given all that is settled up to this settlement.

    Of its own period; of each earlier one that it settles something of; and of those whose rules
    are others than those of the settlement before. Empty for a mechanism that shares nothing.
    """
    if not shares_out(settlement.rules, terms):
        return []
    periods = _periods(settlement, terms, tables)
    told = told_by(settlement.rules, terms, periods)
    touched = list(tables.periods or _touched(settlement, terms, periods, told))
    if told.caps:  # what is paid of a period depends on those before it
        first = min(cap.starts_on for cap in told.caps)
        touched = [period for period in periods if period in touched or period.last_day >= first]
    settled = _settled(settlement, terms, touched, tables)
    facts = {period.pk: _told(period, terms, told, settled[period.pk]) for period in touched}
    shared: Shared = {period.pk: _shares(terms, *facts[period.pk]) for period in touched}
    if told.caps:
        earned = {period.pk: settled[period.pk].earned for period in touched}
        shared = within_caps(shared, earned, touched, told.caps, terms.currency)
    return [
        row
        for period in tables.periods or touched
        for row in _rows(period, facts[period.pk][1], settled[period.pk], shared[period.pk])
    ]


def _periods(
    settlement: Settlement, terms: SchemeTerms, tables: LineTables
) -> list[AccountingPeriod]:
    """The scheme's periods up to the settlement's own, and those asked about, in order."""
    until = periods_until(settlement, terms)
    asked = [period for period in tables.periods or () if period not in until]
    return sorted([*until, *asked], key=lambda period: period.first_day)


def _shares(terms: SchemeTerms, frame: Frame, facts: dict[int, Facts]) -> dict[str, Share]:
    """What the mechanism shares out of an activity period so far, by department."""
    share = MECHANISMS[terms.mechanism].share
    assert share is not None  # the caller has asked
    return {one.department: one for one in share(frame, list(facts.values()))}


def _rows(
    period: AccountingPeriod, facts: dict[int, Facts], settled: _Settled, shares: dict[str, Share]
) -> list[Allocated]:
    rows = []
    for pk, fact in facts.items():
        one, line = shares.get(fact.department), settled.known.get(pk)
        if one is None and not (line and line.before_minor):
            continue
        rows.append(
            Allocated(
                department_id=pk,
                department=fact.department,
                period=period,
                amount_minor=one.amount_minor if one else 0,
                before_minor=line.before_minor if line else 0,
                legal_entity_id=line.legal_entity_id if line else None,
                explanation=one.explanation if one else (),
            )
        )
    return rows


def facts_of_period(
    settlement: Settlement, terms: SchemeTerms, period: AccountingPeriod
) -> tuple[Frame, dict[str, Facts]]:
    """What the mechanism is told of one activity period, by department: all that is settled up to a
    settlement, by the rules of that settlement."""
    told = told_by(settlement.rules, terms, (period,))
    settled = _settled(settlement, terms, (period,), BOOKED)[period.pk]
    frame, facts = _told(period, terms, told, settled)
    return frame, {one.department: one for one in facts.values()}


def _told(
    period: AccountingPeriod, terms: SchemeTerms, told: Told, settled: _Settled
) -> tuple[Frame, dict[int, Facts]]:
    """What departments have in common, and the facts of each by its id, in the order of codes."""
    rules = told.of(period.pk)
    codes = {pk: row.department for pk, row in settled.known.items()} | told.codes
    named = {*settled.known, *rules.baselines, *rules.budgets, *settled.events}
    ids = {codes[pk]: pk for pk in named}
    frame = Frame(
        period.code,
        terms.currency,
        rules.pot_minor(terms.currency_exponent),
        tuple(rules.abatement_rates),
    )
    return frame, {pk: _facts(code, pk, rules, settled) for code, pk in sorted(ids.items())}


def _facts(code: str, department_id: int, rules: PeriodRules, settled: _Settled) -> Facts:
    line = settled.known.get(department_id)
    return Facts(
        department=code,
        charged_minor=line.charged_minor if line else 0,
        baselines=tuple(rules.baselines.get(department_id, ())),
        budget=rules.budgets.get(department_id, Decimal(0)),
        events=tuple(settled.events.get(department_id, ())),
        emitted=tuple(settled.emitted.get(department_id, ())),
    )


def _touched(
    settlement: Settlement, terms: SchemeTerms, periods: Sequence[AccountingPeriod], told: Told
) -> list[AccountingPeriod]:
    settled = set(
        SettlementLine.objects.filter(settlement=settlement)
        .order_by()
        .values_list("activity_period_id", flat=True)
        .distinct()
    )
    before = (
        Settlement.objects.filter(
            scheme_id=terms.id, state=SettlementState.POSTED, pk__lt=settlement.pk
        )
        .order_by("-pk")
        .first()
    )
    told_before = told_by(before.rules, terms, periods) if before else told
    return [
        period
        for period in periods
        if period.pk == settlement.period_id
        or period.pk in settled
        or told.of(period.pk) != told_before.of(period.pk)
    ]


def _settlements_of(settlement: Settlement, terms: SchemeTerms, tables: LineTables) -> list[int]:
    """The posted settlements before this one, or all where it replaces periods, and this one."""
    posted = Settlement.objects.filter(scheme_id=terms.id, state=SettlementState.POSTED)
    if tables.periods is None:
        posted = posted.filter(pk__lt=settlement.pk)
    return [*posted.values_list("pk", flat=True), settlement.pk]


def _settled(
    settlement: Settlement,
    terms: SchemeTerms,
    periods: Sequence[AccountingPeriod],
    tables: LineTables,
) -> dict[int, _Settled]:
    """What statement lines and their records say of some activity periods."""
    wants = MECHANISMS[terms.mechanism]
    found: dict[int, _Settled] = defaultdict(_Settled)
    facts: dict[str, Any] = {
        "settlement_id": settlement.pk,
        "settlements": _settlements_of(settlement, terms, tables),
        "periods": [period.pk for period in periods],
        "replaced": [period.pk for period in tables.periods or ()],
        "kind": wants.line_kind,
        "event_rates": json.dumps(settlement.rules.get("event_rates", [])),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("allocation_totals").format(lines=tables.lines), facts)
        for period_id, department_id, code, charged, before, entity_id in cursor:
            known = _Known(code, int(charged), int(before), entity_id)
            found[period_id].known[department_id] = known
        if wants.needs_event_rates:
            cursor.execute(statement("allocation_events").format(records=tables.records), facts)
            for period_id, department_id, _, activity, unit, rate, count in cursor:
                name = f"{activity}, {unit}" if unit else activity
                found[period_id].events[department_id].append(Events(name, count, rate))
        if wants.may_pay_abatement:
            emitted = statement("allocation_emitted")
            cursor.execute(
                emitted.format(lines=tables.lines, records_of_line=tables.records_of_line), facts
            )
            for period_id, department_id, scope, category, mgco2e in cursor:
                kgco2e = Decimal(mgco2e).scaleb(MG_DIGITS)
                found[period_id].emitted[department_id].append(Emitted(kgco2e, scope, category))
            cursor.execute(statement("allocation_earned").format(lines=tables.lines), facts)
            for period_id, code, durability_class, minor in cursor:
                found[period_id].earned.append(Earned(code, durability_class, int(minor)))
    return found
