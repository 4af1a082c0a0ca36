"""Reads. Who pays and who receives in a period, and what one more tonne costs each department.

Amounts are those posted for the activity of the period, true-ups included. Averages are rounded
once, half away from zero: money to minor units, kgCO2e to the gram.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import QuerySet, Sum

from departments.inventory.headcount import headcounts
from departments.organisation.models import Department
from departments.organisation.said import said
from ledger.allocation_facts import facts_of_period
from ledger.allocation_rules import KeptPrices
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.proposals import ScenarioInvalid
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import LineKind, Settlement, SettlementLine, SettlementState
from pricing.mechanisms.terms import Frame
from pricing.money import EXACT
from pricing.one_more_tonne import OneMoreTonne
from pricing.price_lookup import SchemeTerms, scheme_terms

MG_DIGITS = -6
GRAM, MINOR = Decimal("0.001"), Decimal(1)


@dataclass(frozen=True, slots=True)
class Marginal:
    """One more tonne of a scope and category: its price, and what it costs after what comes back.

    The price is the one in force on the last day of the period, prices of countries aside.
    """

    scope: int
    category: int | None
    price_per_tonne: Decimal
    costs_minor: int


@dataclass(slots=True)
class Position:
    """A department, or all of them, in a period: amounts in minor units, tonnes as kgCO2e."""

    department: str
    name: str
    charged_minor: int = 0
    levied_minor: int = 0
    earned_minor: int = 0
    returned_minor: int = 0
    charged_kgco2e: Decimal = Decimal(0)
    headcount: Decimal | None = None
    marginals: list[Marginal] = field(default_factory=list)

    @property
    def net_minor(self) -> int:
        """What it pays on balance; below zero it receives."""
        return self.charged_minor + self.levied_minor - self.earned_minor - self.returned_minor

    @property
    def charged_per_tonne_minor(self) -> Decimal | None:
        """What a tonne was charged on average, in minor units; None without tonnes."""
        return _ratio(Decimal(self.charged_minor) * 1000, self.charged_kgco2e, MINOR)

    @property
    def net_per_head_minor(self) -> Decimal | None:
        """What is paid on balance by head, in minor units; None where heads aren't known."""
        return _ratio(Decimal(self.net_minor), self.headcount, MINOR)

    @property
    def kgco2e_per_head(self) -> Decimal | None:
        """Charged kgCO2e by head; None where heads aren't known."""
        return _ratio(self.charged_kgco2e, self.headcount, GRAM)


@dataclass(frozen=True, slots=True)
class Fairness:
    """All departments, who pays most first. `company` is their sum; by head, it is that of those
    whose heads are known: `counted`."""

    scheme: str
    mechanism: str
    period: str
    currency: str
    currency_exponent: int
    departments: tuple[Position, ...]
    company: Position
    counted: Position

    @property
    def payers(self) -> tuple[Position, ...]:
        return tuple(each for each in self.departments if each.net_minor > 0)

    @property
    def receivers(self) -> tuple[Position, ...]:
        """Who receives on balance, the most first."""
        return tuple(each for each in reversed(self.departments) if each.net_minor < 0)


def fairness(*, scheme_code: str, period_code: str, marginals_of: int | None = None) -> Fairness:
    """Who pays what of a posted period; None finds the marginals of all departments.

    `marginals_of` finds those of so many departments alone, the ones with the largest net.

    Raises: SchemeNotFound, PeriodNotFound; ScenarioInvalid, where nothing is posted for the period.
    """
    terms = scheme_terms(code=scheme_code)
    period = AccountingPeriod.objects.filter(code=period_code).first()
    if period is None:
        raise PeriodNotFound(period_code)
    found = _positions(terms, period)
    largest = sorted(found, key=lambda pk: -abs(found[pk].net_minor))[:marginals_of]
    _find_marginals(terms, period, found, _charged_kinds(terms, period, largest))
    if not found:
        raise ScenarioInvalid(
            said(
                "Scheme %(scheme)s has posted nothing for %(period)s: settle it first.",
                scheme=terms.code,
                period=period_code,
            )
        )
    ordered = sorted(found.values(), key=lambda each: (-each.net_minor, each.department))
    company = _sum(ordered)
    known = [each for each in ordered if each.headcount is not None]
    counted = _sum(known)
    counted.headcount = sum((each.headcount or Decimal(0) for each in known), Decimal(0)) or None
    return Fairness(
        scheme=terms.code,
        mechanism=terms.mechanism,
        period=period.code,
        currency=terms.currency,
        currency_exponent=terms.currency_exponent,
        departments=tuple(ordered),
        company=company,
        counted=counted,
    )


def _positions(terms: SchemeTerms, period: AccountingPeriod) -> dict[int, Position]:
    rows = (
        _lines(terms, period)
        .exclude(kind=LineKind.RECORDED)
        .values_list("department_id", "kind")
        .annotate(amount=Sum("amount_minor"), settled=Sum("settled_mgco2e"))
        .order_by("department_id", "kind")
    )
    summed = list(rows)
    names = {
        pk: (code, name) for pk, code, name in Department.objects.values_list("pk", "code", "name")
    }
    found: dict[int, Position] = {}
    for pk, kind, amount, settled in summed:
        if pk not in found:
            found[pk] = Position(*names[pk])
        _add(found[pk], LineKind(kind), int(amount), Decimal(int(settled)).scaleb(MG_DIGITS))
    heads = headcounts(on=period.last_day) if found else {}
    for pk, position in found.items():
        position.headcount = heads.get(pk)
    return found


def _charged_kinds(
    terms: SchemeTerms, period: AccountingPeriod, department_ids: list[int]
) -> list[tuple[int, int, int | None]]:
    """What these departments were charged for: each with scope and category."""
    rows = (
        _lines(terms, period)
        .filter(kind=LineKind.CHARGE, department_id__in=department_ids)
        .values_list("department_id", "scope", "category")
        .order_by("department__code", "scope", "category")
        .distinct()
    )
    return [(pk, scope, category) for pk, scope, category in rows if scope is not None]


def _lines(terms: SchemeTerms, period: AccountingPeriod) -> QuerySet[SettlementLine]:
    """What is posted of the activity of a period: by its own settlements and later ones.

    No earlier one settles it, and the lines of a settlement lie together; so most are not read.
    """
    return SettlementLine.objects.filter(
        scheme_id=terms.id,
        activity_period=period,
        settlement__state=SettlementState.POSTED,
        settlement__period__days__startswith__gte=period.first_day,
    )


def _add(position: Position, kind: LineKind, amount_minor: int, kgco2e: Decimal) -> None:
    if kind is LineKind.CHARGE:
        position.charged_minor += amount_minor
        position.charged_kgco2e += kgco2e
    elif kind is LineKind.LEVY:
        position.levied_minor += amount_minor
    elif kind is LineKind.ALLOCATION:
        position.returned_minor += amount_minor
    else:
        position.earned_minor += amount_minor


def _find_marginals(
    terms: SchemeTerms,
    period: AccountingPeriod,
    found: dict[int, Position],
    kinds: list[tuple[int, int, int | None]],
) -> None:
    """Put beside each department what one more tonne of each kind that it was charged for costs."""
    if not kinds:
        return
    newest = Settlement.objects.filter(scheme_id=terms.id, state=SettlementState.POSTED)
    settlement = newest.select_related("period").latest("pk")
    frame, facts = facts_of_period(settlement, terms, period)
    more = OneMoreTonne(terms.mechanism, frame or Frame(period.code, terms.currency), facts)
    prices = KeptPrices(settlement.rules["price_rules"])
    day = period.ends_before - timedelta(days=1)
    for pk, scope, category in kinds:
        price = prices.on({"department_id": pk, "scope": scope, "category": category}, day)
        if price is not None:
            costs = more.costs_minor(found[pk].department, price)
            found[pk].marginals.append(Marginal(scope, category, price, costs))


def _sum(positions: list[Position]) -> Position:
    return Position(
        department="",
        name="",
        charged_minor=sum(each.charged_minor for each in positions),
        levied_minor=sum(each.levied_minor for each in positions),
        earned_minor=sum(each.earned_minor for each in positions),
        returned_minor=sum(each.returned_minor for each in positions),
        charged_kgco2e=sum((each.charged_kgco2e for each in positions), Decimal(0)),
    )


def _ratio(over: Decimal, under: Decimal | None, step: Decimal) -> Decimal | None:
    if not under:
        return None
    return EXACT.divide(over, under).quantize(step, rounding=ROUND_HALF_UP)
