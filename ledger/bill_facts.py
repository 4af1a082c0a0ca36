"""Reads. A posted bill as a what-if needs it: its lines, and what may be changed about them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from departments.organisation.models import Department
from ledger.bill_swaps import Swappables, TonnesStep, swappables
from ledger.models.settlements import LineKind, Settlement, SettlementLine
from ledger.statements import Statement, StatementLine, ordered_lines, present_line
from pricing.mechanisms import MECHANISMS
from pricing.money import EXACT
from pricing.price_lookup import SchemeTerms, scheme_terms

Place = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class BillSettings:
    """What is other than on the bill; as it is, nothing.

    Prices are whole units of the currency a tonne, for every charge of the bill's own period.
    Percents are 0 to 100: less of a scope or category, flights that go by rail, bought energy that
    certificates cover.
    """

    price_per_tonne: Decimal | None = None
    reductions: tuple[tuple[Place, Decimal], ...] = ()
    rail_percent: Decimal = Decimal(0)
    certificate_percent: Decimal = Decimal(0)

    @property
    def is_neutral(self) -> bool:
        """Whether nothing is other than on the bill."""
        return self == BillSettings()


@dataclass(frozen=True, slots=True)
class BillLine:
    """A posted line, what it is charged together with, and what of that came before the bill."""

    line: StatementLine
    key_without_price: tuple[object, ...]
    price_id: int | None
    before_mgco2e: int
    before_minor: int

    @property
    def key(self) -> tuple[object, ...]:
        return (*self.key_without_price, self.price_id)

    @property
    def is_charged_anew(self) -> bool:
        """A true-up belongs to another period's bill, and is charged at the price of that one."""
        return self.line.kind == LineKind.CHARGE and not self.line.is_true_up


@dataclass(frozen=True, slots=True)
class BillFacts:
    """A posted bill with what may be changed about it."""

    statement: Statement
    department: Department
    terms: SchemeTerms
    settlement: Settlement
    lines: tuple[BillLine, ...]
    swaps: Swappables

    @property
    def places(self) -> dict[Place, Decimal]:
        """The kgCO2e of each scope and category that is charged for the bill's own period."""
        found: dict[Place, Decimal] = defaultdict(Decimal)
        for each in self.lines:
            if each.is_charged_anew:
                found[each.line.scope, each.line.category] += each.line.settled_kgco2e
        return dict(found)

    @property
    def keeps_price(self) -> bool:
        """Whether another price would change everybody's return, which one bill can't tell."""
        return MECHANISMS[self.terms.mechanism].returns_the_pot


@dataclass(frozen=True, slots=True)
class ScenarioLine:
    """A line as posted, and as it would be; quantities in kgCO2e, amounts signed as on the bill.

    `before_kgco2e` and `before` are what was charged together with it before. `explanation` is the
    arithmetic of what is shared out.
    """

    line: StatementLine
    kgco2e: Decimal
    price_per_tonne: Decimal | None
    amount: Decimal
    steps: tuple[TonnesStep, ...] = ()
    before_kgco2e: Decimal = Decimal(0)
    before: Decimal = Decimal(0)
    explanation: tuple[str, ...] = ()

    @property
    def difference(self) -> Decimal:
        return self.amount - self.line.amount

    @property
    def all_kgco2e(self) -> Decimal:
        return self.before_kgco2e + self.kgco2e

    @property
    def exact(self) -> Decimal:
        """All tonnes so far × price, before rounding; 0 without a price."""
        price = self.price_per_tonne or Decimal(0)
        return EXACT.multiply(self.all_kgco2e, price).scaleb(-3, context=EXACT)

    @property
    def rounded(self) -> Decimal:
        """The same as it is charged; what came before is still in it."""
        return self.before + self.amount

    @property
    def is_changed(self) -> bool:
        return bool(
            self.steps or self.difference or self.price_per_tonne != self.line.price_per_tonne
        )


def facts_of_bill(*, statement: Statement, department: Department) -> BillFacts:
    """What a posted statement is made of, as far as a what-if may change it."""
    terms = scheme_terms(code=statement.scheme)
    settlement = Settlement.objects.select_related("period").get(pk=statement.settlement_ids[-1])
    rows = ordered_lines(terms).filter(
        settlement_id__in=statement.settlement_ids, department=department
    )
    lines = tuple(_line(row, terms) for row in rows)
    own = [each.line for each in lines if each.is_charged_anew]
    swaps = swappables(own, scope2_basis=terms.scope2_basis)
    return BillFacts(statement, department, terms, settlement, lines, swaps)


def _line(row: SettlementLine, terms: SchemeTerms) -> BillLine:
    key = (
        row.kind,
        row.activity_period_id,
        row.scope,
        row.category,
        row.durability_class,
        row.legal_entity_id,
    )
    return BillLine(
        present_line(row, terms),
        key,
        row.price_id,
        row.settled_before_mgco2e,
        row.amount_before_minor,
    )
