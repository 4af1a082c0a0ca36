"""Reads. What a settlement's mechanism shares out so far, beside what was shared out before it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from ledger.allocation_rules import PeriodRules, Told, periods_until, told_by
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement, SettlementLine, SettlementState
from ledger.sql import statement
from pricing.mechanisms import MECHANISMS
from pricing.mechanisms.terms import Events, Facts, Frame
from pricing.price_lookup import SchemeTerms


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
    """Where lines are read from, and the records that they settle, as SQL.

    `periods`: the only ones that there are to share something out of; None: all that are touched.
    """

    lines: str
    records: str
    periods: tuple[AccountingPeriod, ...] | None = None


BOOKED = LineTables(
    lines="ledger_settlementline",
    records="""(SELECT l.settlement_id, l.activity_period_id, l.department_id,
                       r.emission_record_id, r.sign
                  FROM ledger_settlementline l JOIN ledger_settledrecord r ON r.line_id = l.id)""",
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What statement lines say of a department in an activity period so far."""

    department: str
    charged_minor: int
    before_minor: int
    legal_entity_id: int | None


def allocated_by(
    settlement: Settlement, terms: SchemeTerms, tables: LineTables = BOOKED
) -> list[Allocated]:
    """What the scheme's mechanism shares out, given all that is settled up to this settlement.

    Of its own period; of each earlier one that it settles something of; and of those whose rules
    are others than those of the settlement before. Empty for a mechanism that shares nothing.
    """
    if MECHANISMS[terms.mechanism].share is None:
        return []
    periods = tables.periods or periods_until(settlement, terms)
    told = told_by(settlement.rules, terms, periods)
    touched = tables.periods or _touched(settlement, terms, periods, told)
    known = _known(settlement, terms, touched, tables)
    events = _events(settlement, terms, touched, tables)
    return [
        row
        for period in touched
        for row in _of_period(
            period, terms, told, known.get(period.pk, {}), events.get(period.pk, {})
        )
    ]


def _of_period(
    period: AccountingPeriod,
    terms: SchemeTerms,
    told: Told,
    known: dict[int, _Known],
    events: dict[int, list[Events]],
) -> list[Allocated]:
    frame, facts = _told(period, terms, told, known, events)
    share = MECHANISMS[terms.mechanism].share
    assert share is not None  # the caller has asked
    shares = {one.department: one for one in share(frame, list(facts.values()))}
    rows = []
    for pk, fact in facts.items():
        code = fact.department
        one, line = shares.get(code), known.get(pk)
        if one is None and not (line and line.before_minor):
            continue
        rows.append(
            Allocated(
                department_id=pk,
                department=code,
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
    known = _known(settlement, terms, (period,), BOOKED).get(period.pk, {})
    events = _events(settlement, terms, (period,), BOOKED).get(period.pk, {})
    frame, facts = _told(period, terms, told, known, events)
    return frame, {one.department: one for one in facts.values()}


def _told(
    period: AccountingPeriod,
    terms: SchemeTerms,
    told: Told,
    known: dict[int, _Known],
    events: dict[int, list[Events]],
) -> tuple[Frame, dict[int, Facts]]:
    """What departments have in common, and the facts of each by its id, in the order of codes."""
    rules = told.of(period.pk)
    codes = {pk: row.department for pk, row in known.items()} | told.codes
    ids = {codes[pk]: pk for pk in {*known, *rules.baselines, *rules.budgets, *events}}
    frame = Frame(period.code, terms.currency, rules.pot_minor(terms.currency_exponent))
    return frame, {pk: _facts(code, pk, rules, known, events) for code, pk in sorted(ids.items())}


def _facts(
    code: str,
    department_id: int,
    rules: PeriodRules,
    known: dict[int, _Known],
    events: dict[int, list[Events]],
) -> Facts:
    line = known.get(department_id)
    return Facts(
        department=code,
        charged_minor=line.charged_minor if line else 0,
        baselines=tuple(rules.baselines.get(department_id, ())),
        budget=rules.budgets.get(department_id, Decimal(0)),
        events=tuple(events.get(department_id, ())),
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


def _settlements_of(settlement: Settlement, terms: SchemeTerms) -> list[int]:
    """The posted settlements before this one, and this one."""
    earlier = Settlement.objects.filter(
        scheme_id=terms.id, state=SettlementState.POSTED, pk__lt=settlement.pk
    )
    return [*earlier.values_list("pk", flat=True), settlement.pk]


def _known(
    settlement: Settlement,
    terms: SchemeTerms,
    periods: Sequence[AccountingPeriod],
    tables: LineTables,
) -> dict[int, dict[int, _Known]]:
    found: dict[int, dict[int, _Known]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            statement("allocation_totals").format(lines=tables.lines),
            {
                "settlement_id": settlement.pk,
                "settlements": _settlements_of(settlement, terms),
                "periods": [period.pk for period in periods],
                "kind": MECHANISMS[terms.mechanism].line_kind,
            },
        )
        for period_id, department_id, code, charged, before, entity_id in cursor:
            found[period_id][department_id] = _Known(code, int(charged), int(before), entity_id)
    return found


def _events(
    settlement: Settlement,
    terms: SchemeTerms,
    periods: Sequence[AccountingPeriod],
    tables: LineTables,
) -> dict[int, dict[int, list[Events]]]:
    """How many events each department has had so far, by activity period and rate."""
    found: dict[int, dict[int, list[Events]]] = defaultdict(lambda: defaultdict(list))
    if not MECHANISMS[terms.mechanism].needs_event_rates:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            statement("allocation_events").format(records=tables.records),
            {
                "settlement_id": settlement.pk,
                "settlements": _settlements_of(settlement, terms),
                "periods": [period.pk for period in periods],
                "event_rates": json.dumps(settlement.rules["event_rates"]),
            },
        )
        for period_id, department_id, _, activity, unit, rate, count in cursor:
            name = f"{activity}, {unit}" if unit else activity
            found[period_id][department_id].append(Events(name, count, rate))
    return found
