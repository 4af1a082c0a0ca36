"""Reads. A settled period once more, under other rules, by the very statements that bill.

The statements of a settlement run over temporary tables, in a transaction that is rolled back: a
replay leaves no row, no account and no number behind. Nothing here rounds; the statements do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from departments.inventory.factor_switch import switched_results
from departments.organisation.models import Department
from departments.organisation.said import said
from ledger import settlement_lines
from ledger.allocation_facts import LineTables, allocated_by
from ledger.allocation_rules import refuse_unready, shares_out
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.proposals import ScenarioInvalid
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import LineKind, Settlement, SettlementLine, SettlementState
from ledger.scenario_settings import Settings, replaced_rules
from ledger.sql import statement
from pricing.mechanisms import MECHANISMS
from pricing.price_lookup import SchemeTerms, scheme_terms

MG_DIGITS = -6
NEVER_SAVED = 0  # before every settlement: nothing was charged earlier


@dataclass(frozen=True, slots=True)
class ReplayedLine:
    """A line as a bill would have it; `amount_minor` of an incentive or an allocation is earned."""

    department: str
    department_name: str
    period: str
    kind: str
    scope: int | None
    category: int | None
    durability_class: str
    price_per_tonne: Decimal | None
    settled_mgco2e: int
    amount_minor: int
    record_count: int


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a department is charged and earns for tonnes, and what a mechanism has it pay (levied)
    and get back (returned), in minor units; and its charged kgCO2e."""

    charged_minor: int = 0
    earned_minor: int = 0
    levied_minor: int = 0
    returned_minor: int = 0
    charged_kgco2e: Decimal = Decimal(0)

    @property
    def net_minor(self) -> int:
        """What it pays in all."""
        return self.charged_minor + self.levied_minor - self.earned_minor - self.returned_minor

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(
            self.charged_minor + other.charged_minor,
            self.earned_minor + other.earned_minor,
            self.levied_minor + other.levied_minor,
            self.returned_minor + other.returned_minor,
            self.charged_kgco2e + other.charged_kgco2e,
        )


@dataclass(frozen=True, slots=True)
class DepartmentReplay:
    """A department's bill as it was, and as it would have been."""

    department: str
    name: str
    billed: Amounts
    replayed: Amounts

    @property
    def difference_minor(self) -> int:
        """Above zero: it would pay more."""
        return self.replayed.net_minor - self.billed.net_minor


@dataclass(frozen=True, slots=True)
class Replay:
    """All departments, those that would pay most more first, and every line."""

    scheme: str
    period: str
    currency: str
    currency_exponent: int
    is_as_billed: bool
    settings: Settings
    departments: tuple[DepartmentReplay, ...]
    lines: tuple[ReplayedLine, ...]

    @property
    def billed(self) -> Amounts:
        return sum((each.billed for each in self.departments), Amounts())

    @property
    def replayed(self) -> Amounts:
        return sum((each.replayed for each in self.departments), Amounts())

    @property
    def losers(self) -> tuple[DepartmentReplay, ...]:
        """Those that would pay more, or earn less."""
        return tuple(each for each in self.departments if each.difference_minor > 0)

    @property
    def winners(self) -> tuple[DepartmentReplay, ...]:
        """Those that would pay less, or earn more, the most first."""
        return tuple(each for each in reversed(self.departments) if each.difference_minor < 0)


def replay(
    *, scheme_code: str, period_code: str, settings: Settings, as_billed: bool = False
) -> Replay:
    """A posted period under other rules.

    As it is known today: each approved result of the period's days in force, once. It stands beside
    what was billed for the activity of that period in any settlement, true-ups included. As billed:
    the inputs of the period's own settlements, true-ups of earlier periods among them, beside their
    lines; that takes no other rules. With neutral settings both are the bill, to the cent.

    What a mechanism shares out is shared out anew, of what is charged in the replay. What earlier
    periods left of a cap on incentives is what they left as they were settled.

    Raises: SchemeNotFound, PeriodNotFound, FactorSetNotFound, PriceMissing; AllocationImpossible,
            where baselines, budgets or event rates of the period are missing; ScenarioInvalid, also
            where the scheme has posted nothing for the period.
    """
    billing = scheme_terms(code=scheme_code)
    settlements = _posted(billing, period_code)
    if as_billed and not settings.is_neutral:
        raise ScenarioInvalid(
            said(
                "A period as billed keeps its rules: true-ups have prices of their own. Leave out "
                "--as-billed, or the other settings."
            )
        )
    if as_billed:
        lines = [line for each in settlements for line in _draw(each, billing, settings)]
    else:
        terms = scheme_terms(code=settings.under) if settings.under else billing
        if terms.currency != billing.currency:
            raise ScenarioInvalid(
                said(
                    "%(scheme)s is in %(currency)s, %(other)s in %(other_currency)s: what is paid "
                    "can't be compared.",
                    scheme=terms.code,
                    currency=terms.currency,
                    other=billing.code,
                    other_currency=billing.currency,
                )
            )
        lines = _draw(_as_known_today(settlements[-1], terms), terms, settings)
    billed = _billed(billing, settlements[-1].period, as_billed=as_billed)
    return Replay(
        scheme=billing.code,
        period=period_code,
        currency=billing.currency,
        currency_exponent=billing.currency_exponent,
        is_as_billed=as_billed,
        settings=settings,
        departments=_departments(billed, lines),
        lines=tuple(lines),
    )


def _posted(terms: SchemeTerms, period_code: str) -> list[Settlement]:
    if not AccountingPeriod.objects.filter(code=period_code).exists():
        raise PeriodNotFound(period_code)
    found = Settlement.objects.filter(
        scheme_id=terms.id, period__code=period_code, state=SettlementState.POSTED
    )
    settlements = list(found.select_related("period").order_by("revision"))
    if not settlements:
        raise ScenarioInvalid(
            said(
                "Scheme %(scheme)s has posted nothing for %(period)s: settle it first.",
                scheme=terms.code,
                period=period_code,
            )
        )
    return settlements


def _as_known_today(settlement: Settlement, terms: SchemeTerms) -> Settlement:
    """A settlement that is never saved: the period's days alone, as the first that reaches them."""
    period = settlement.period
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(approval_number), 0) FROM inventory_emissionrecord")
        through = int(cursor.fetchone()[0])
    is_same = settlement.scheme_id == terms.id
    return Settlement(
        id=NEVER_SAVED,
        scheme_id=terms.id,
        period=period,
        revision=1,
        settled_until=max(period.first_day, terms.starts_on) if is_same else period.first_day,
        approval_number_after=through,
        approval_number_through=through,
        rules=settlement.rules if is_same else settlement_lines.read_rules(terms),
        shard_count=1,
    )


def _draw(settlement: Settlement, terms: SchemeTerms, settings: Settings) -> list[ReplayedLine]:
    """The lines, by the statements that bill; whatever they left is rolled back."""
    settlement.rules = replaced_rules(settlement.rules, settings)
    facts = settlement_lines.facts_of(settlement, terms)
    inputs = statement("settlement_inputs")
    with transaction.atomic():
        with connection.cursor() as cursor:
            if settings.factor_sets is not None:
                _restate(cursor, settlement.period, settings.factor_sets)
                inputs = statement("replay_inputs").format(inputs=inputs)
            settlement_lines.key_inputs(cursor, facts, inputs=inputs)
            basis = settings.scope2_basis or terms.scope2_basis
            settlement_lines.draw_lines(cursor, facts, basis=basis, next_id="row_number() OVER ()")
            cursor.execute(statement("replay_lines"))
            lines = [ReplayedLine(*row) for row in cursor.fetchall()]
        lines += _shared_out(settlement, terms)
        transaction.set_rollback(True)
    return lines


def _shared_out(settlement: Settlement, terms: SchemeTerms) -> list[ReplayedLine]:
    """What the mechanism adds to the lines that were drawn, in their transaction."""
    kind = MECHANISMS[terms.mechanism].line_kind
    if not kind or not shares_out(settlement.rules, terms):
        return []
    alone = (settlement.period,) if settlement.pk == NEVER_SAVED else None
    refuse_unready(settlement, terms, alone)
    tables = LineTables(
        lines=statement("replay_drawn"),
        records=statement("replay_drawn_records"),
        records_of_line=statement("replay_records_of_line"),
        periods=alone,
    )
    rows = [row for row in allocated_by(settlement, terms, tables) if row.difference_minor]
    names = dict(
        Department.objects.filter(pk__in={row.department_id for row in rows}).values_list(
            "pk", "name"
        )
    )
    return [
        ReplayedLine(
            department=row.department,
            department_name=names[row.department_id],
            period=row.period.code,
            kind=kind,
            scope=None,
            category=None,
            durability_class="",
            price_per_tonne=None,
            settled_mgco2e=0,
            amount_minor=row.difference_minor,
            record_count=0,
        )
        for row in rows
    ]


def _restate(cursor: Any, period: AccountingPeriod, factor_sets: tuple[str, str]) -> None:
    """Another release's kilograms of the results that rest on a release.

    Only what the factor changes is taken over: what has changed in rules and data since is not.
    """
    before, after = factor_sets
    found = switched_results(
        before=before, after=after, from_on=period.first_day, until_on=period.last_day
    )
    rows = [
        (
            each.result_id,
            each.before[0] + each.factor_change(0),
            each.before[1] + each.factor_change(1),
        )
        for each in found
    ]
    cursor.execute(
        """CREATE TEMPORARY TABLE restated ON COMMIT DROP AS
           SELECT * FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[])
               AS r(record_id, location_kgco2e, market_kgco2e)""",
        [list(column) for column in zip(*rows, strict=True)] or [[], [], []],
    )


def _billed(
    terms: SchemeTerms, period: AccountingPeriod, *, as_billed: bool
) -> dict[tuple[str, str], Amounts]:
    """What was posted for the activity of a period, or in it, by department."""
    lines = SettlementLine.objects.filter(
        scheme_id=terms.id, settlement__state=SettlementState.POSTED
    )
    of_period = {"settlement__period": period} if as_billed else {"activity_period": period}
    summed = (
        lines.filter(**of_period)
        .values_list("department__code", "department__name", "kind")
        .annotate(amount=Sum("amount_minor"), settled=Sum("settled_mgco2e"))
        .order_by("department__code", "kind")
    )
    found: dict[tuple[str, str], Amounts] = {}
    for code, name, kind, amount, settled in summed:
        key = (code, name)
        found[key] = found.get(key, Amounts()) + _amounts(kind, int(amount), int(settled))
    return found


def _amounts(kind: str, amount_minor: int, settled_mgco2e: int) -> Amounts:
    if kind == LineKind.CHARGE:
        return Amounts(
            charged_minor=amount_minor, charged_kgco2e=Decimal(settled_mgco2e).scaleb(MG_DIGITS)
        )
    return Amounts(
        earned_minor=amount_minor if kind == LineKind.INCENTIVE else 0,
        levied_minor=amount_minor if kind == LineKind.LEVY else 0,
        returned_minor=amount_minor if kind == LineKind.ALLOCATION else 0,
    )


def _departments(
    billed: dict[tuple[str, str], Amounts], lines: Iterable[ReplayedLine]
) -> tuple[DepartmentReplay, ...]:
    replayed: dict[tuple[str, str], Amounts] = {}
    for line in lines:
        key = (line.department, line.department_name)
        more = _amounts(line.kind, line.amount_minor, line.settled_mgco2e)
        replayed[key] = replayed.get(key, Amounts()) + more
    found = [
        DepartmentReplay(*key, billed.get(key, Amounts()), replayed.get(key, Amounts()))
        for key in billed.keys() | replayed.keys()
    ]
    return tuple(sorted(found, key=lambda each: (-each.difference_minor, each.department)))
