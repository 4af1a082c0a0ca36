"""Reads. What mechanisms share out, worked out anew, beside what is billed and booked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Q

from ledger.allocation_facts import Allocated, allocated_by
from ledger.allocations import Places, entity_of, places_by_department
from ledger.findings import Finding
from ledger.models.settlements import LineKind, Settlement, SettlementLine, SettlementState
from ledger.sql import statement
from pricing import price_lookup
from pricing.errors import PricingError
from pricing.mechanisms import MECHANISMS
from pricing.price_lookup import SchemeTerms

CHECK = "allocations are what mechanisms share out"
SHARED_OUT = (LineKind.LEVY, LineKind.ALLOCATION)


@dataclass(frozen=True, slots=True)
class SharedTotal:
    """What a scheme's mechanism shares out in a period, in whole units of its currency.

    `charged` is what its departments were charged for tonnes, where all of it has to be shared out;
    None for other mechanisms.
    """

    scheme: str
    currency: str
    by_mechanism: Decimal
    in_journal: Decimal
    charged: Decimal | None
    wrong_departments: tuple[str, ...]
    may_share_nothing: bool = False

    @property
    def is_worth_saying(self) -> bool:
        """A fee that pays for no abatement shares nothing out, and has nothing to be compared."""
        nothing = not self.by_mechanism and not self.in_journal and not self.wrong_departments
        return not (self.may_share_nothing and nothing)


def check() -> tuple[int, list[Finding]]:
    """Every levy and allocation of a posted settlement, as the mechanism has it from the lines and
    rules of that settlement and those before it."""
    findings = [Finding(CHECK, place, detail) for place, detail in _strange_lines()]
    settlements = _posted()
    for settlement, terms in settlements:
        findings += [Finding(CHECK, *found) for found in _wrong_in(settlement, terms)]
    return len(settlements), findings


def totals_of(period_id: int) -> list[SharedTotal]:
    """Every scheme with a mechanism that shares out, which settled in a period, by its code."""
    shared: dict[str, dict[tuple[int, str], int]] = {}
    terms_of: dict[str, SchemeTerms] = {}
    for settlement, terms in _posted(Q(period_id=period_id)):
        terms_of[terms.code] = terms
        amounts = shared.setdefault(terms.code, defaultdict(int))
        for row in allocated_by(settlement, terms):
            amounts[row.department_id, row.department] += row.difference_minor
    totals = [_total(period_id, terms_of[code], shared[code]) for code in sorted(shared)]
    return [each for each in totals if each.is_worth_saying]


def _total(period_id: int, terms: SchemeTerms, shared: dict[tuple[int, str], int]) -> SharedTotal:
    with connection.cursor() as cursor:
        facts = {"scheme_id": terms.id, "period_id": period_id}
        cursor.execute(statement("close_shared"), facts)
        rows = cursor.fetchall()
    booked = {department_id: (code, int(minor)) for department_id, code, minor, _ in rows}
    expected = {department_id: (code, minor) for (department_id, code), minor in shared.items()}
    wrong = [
        (expected.get(pk) or booked[pk])[0]
        for pk in {*booked, *expected}
        if expected.get(pk, ("", 0))[1] != booked.get(pk, ("", 0))[1]
    ]

    def units(minor: int) -> Decimal:
        return Decimal(minor).scaleb(-terms.currency_exponent)

    return SharedTotal(
        scheme=terms.code,
        currency=terms.currency,
        by_mechanism=units(sum(shared.values())),
        in_journal=units(sum(minor for _, minor in booked.values())),
        charged=units(sum(int(row[3]) for row in rows)) if terms.mechanism == "feebate" else None,
        wrong_departments=tuple(sorted(wrong)),
        may_share_nothing=MECHANISMS[terms.mechanism].may_pay_abatement,
    )


def _posted(narrowed: Q | None = None) -> list[tuple[Settlement, SchemeTerms]]:
    """Posted settlements of schemes that share out, in the order of their numbers."""
    by_id = {
        terms.id: terms
        for terms in price_lookup.all_scheme_terms()
        if MECHANISMS[terms.mechanism].share is not None
    }
    found = Settlement.objects.filter(
        narrowed or Q(), state=SettlementState.POSTED, scheme_id__in=by_id
    )
    return [(row, by_id[row.scheme_id]) for row in found.select_related("period").order_by("pk")]


def _wrong_in(settlement: Settlement, terms: SchemeTerms) -> Iterator[tuple[str, str]]:
    place = f"settlement {settlement.pk}"
    try:
        rows = allocated_by(settlement, terms)
    except (PricingError, KeyError, ArithmeticError, ValueError) as refusal:
        yield place, f"its rules can't be shared out by: {refusal!r}"
        return
    lines = {
        (line.department_id, line.activity_period_id): line
        for line in settlement.lines.filter(kind__in=SHARED_OUT)
    }
    places = places_by_department(settlement)
    for row in rows:
        line = lines.pop((row.department_id, row.period.pk), None)
        wrong = _wrong_with(row, line, places, terms)
        if wrong:
            yield f"{place}, department {row.department}, activity of {row.period.code}", wrong
    for line in lines.values():
        yield f"statement line {line.pk}", "shares out what no mechanism does"


def _wrong_with(
    row: Allocated, line: SettlementLine | None, places: Places, terms: SchemeTerms
) -> str:
    billed = line.amount_minor if line else 0
    if billed != row.difference_minor:
        return f"billed {billed} minor units, its mechanism shares out {row.difference_minor}"
    if line is None:
        return ""
    if line.kind != MECHANISMS[terms.mechanism].line_kind:
        return f"statement line {line.pk} is no {MECHANISMS[terms.mechanism].line_kind}"
    if line.explanation != "\n".join(row.explanation):
        return f"statement line {line.pk} prints another arithmetic than its mechanism's"
    if line.legal_entity_id != entity_of(row, places, terms):
        return f"statement line {line.pk} is in the books of another legal entity"
    return ""


def _strange_lines() -> Iterator[tuple[str, str]]:
    """Lines that look shared out where they can't be, or the other way round."""
    shared_out = Q(kind__in=SHARED_OUT)
    sharing = [name for name, mechanism in MECHANISMS.items() if mechanism.share is not None]
    strange = SettlementLine.objects.filter(
        shared_out & ~Q(scheme__mechanism__in=sharing)
        | shared_out & (Q(shard__isnull=False) | Q(explanation__isnull=True))
        | shared_out & (Q(scope__isnull=False) | Q(category__isnull=False))
        | shared_out & ~Q(durability_class="")
        | ~shared_out & Q(explanation__isnull=False)
    )
    for line in strange.order_by("pk"):
        yield (
            f"statement line {line.pk}",
            f"is a {line.kind}, and its scheme, shard, kind of emission or arithmetic is not one's",
        )
