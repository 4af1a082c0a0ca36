"""Calculates. A statement arranged as a bill: groups that foot, both meters, what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from departments.portal import figures
from ledger.statements import PeriodSummary, Statement, StatementLine

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineGroup:
    """Lines that stand together on the bill, with their sums; `of_period` names a true-up's."""

    kind: str
    of_period: str
    lines: tuple[StatementLine, ...]

    @property
    def settled_kgco2e(self) -> Decimal:
        return sum((line.settled_kgco2e for line in self.lines), ZERO)

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def is_money(self) -> bool:
        """Whether the group's amounts count towards what is due."""
        return self.kind != "recorded"

    @property
    def is_shared_out(self) -> bool:
        """Whether its lines have no tonnes: they are what the scheme's mechanism adds."""
        return self.kind in ("levy", "allocation")

    @property
    def is_incentive(self) -> bool:
        """Whether they are what a fee pays below baselines, less what is over caps."""
        return all(line.is_incentive for line in self.lines)


@dataclass(frozen=True, slots=True)
class ScopeTotal:
    """The period's own tonnes of a scope, and what of them was charged."""

    scope: int
    kgco2e: Decimal
    charged_kgco2e: Decimal
    amount: Decimal
    thousandths: int

    @property
    def uncharged_kgco2e(self) -> Decimal:
        return self.kgco2e - self.charged_kgco2e


@dataclass(frozen=True, slots=True)
class Meter:
    """Scope 2 of the period on one basis: what it comes to, and whether it is the charged one."""

    basis: str
    kgco2e: Decimal
    amount: Decimal
    is_charged: bool
    thousandths: int


@dataclass(frozen=True, slots=True)
class Change:
    """What is due against the period before."""

    period: str
    before: Decimal
    difference: Decimal
    percent: str


def group_lines(lines: Iterable[StatementLine]) -> list[LineGroup]:
    """This period's charges, each true-up by its period, levies, what is earned, the uncharged.

    Every line stands in exactly one group.
    """
    groups: dict[tuple[int, str, str], list[StatementLine]] = {}
    order = {"charge": 0, "levy": 2, "allocation": 3, "incentive": 4, "recorded": 5}
    for line in lines:
        is_late_charge = line.kind == "charge" and line.is_true_up
        of_period = line.activity_period if is_late_charge else ""
        place = 1 if is_late_charge else order[line.kind]
        groups.setdefault((place, of_period, line.kind), []).append(line)
    return [
        LineGroup(kind, of_period, tuple(members))
        for (_, of_period, kind), members in sorted(groups.items(), key=lambda item: item[0][0])
    ]


def totals_by_scope(lines: Iterable[StatementLine]) -> list[ScopeTotal]:
    """The period's own emissions by scope; true-ups belong to other periods and stay out."""
    own = [line for line in lines if line.scope and not line.is_true_up]
    sums = {scope: _sums(line for line in own if line.scope == scope) for scope in (1, 2, 3)}
    largest = max(total for total, _, _ in sums.values())
    return [
        ScopeTotal(scope, total, charged, amount, figures.share(total, largest))
        for scope, (total, charged, amount) in sums.items()
    ]


def _sums(lines: Iterable[StatementLine]) -> tuple[Decimal, Decimal, Decimal]:
    total = charged = amount = ZERO
    for line in lines:
        total += line.settled_kgco2e
        if line.kind == "charge":
            charged += line.settled_kgco2e
            amount += line.amount
    return total, charged, amount


def scope2_meters(lines: Iterable[StatementLine], *, charged_basis: str) -> list[Meter]:
    """Both bases of the period's Scope 2; what the other one would cost is worked out line by line.

    Empty where there is no Scope 2.
    """
    own = [line for line in lines if line.scope == 2 and not line.is_true_up]
    if not own:
        return []
    by_basis = {
        "location": [(line, line.location_kgco2e) for line in own],
        "market": [(line, line.market_kgco2e) for line in own],
    }
    largest = max(sum((kg for _, kg in pairs), ZERO) for pairs in by_basis.values())
    return [
        _meter(basis, pairs, largest, is_charged=basis == charged_basis)
        for basis, pairs in by_basis.items()
    ]


def _meter(
    basis: str,
    pairs: Sequence[tuple[StatementLine, Decimal]],
    largest: Decimal,
    *,
    is_charged: bool,
) -> Meter:
    total = sum((kg for _, kg in pairs), ZERO)
    amount = sum((line.amount if is_charged else _would_cost(line, kg) for line, kg in pairs), ZERO)
    return Meter(basis, total, amount, is_charged, figures.share(total, largest))


def _would_cost(line: StatementLine, kgco2e: Decimal) -> Decimal:
    if line.price_per_tonne is None or line.kind != "charge":
        return line.amount * 0
    return round_money(figures.in_tonnes(kgco2e) * line.price_per_tonne, like=line.amount)


def round_money(exact: Decimal, *, like: Decimal) -> Decimal:
    """Half away from zero, to as many decimals as another amount of the same currency has."""
    return exact.quantize(Decimal(1).scaleb(-figures.decimals_of(like)), ROUND_HALF_UP)


def change_since(statement: Statement, summaries: Sequence[PeriodSummary]) -> Change | None:
    """What is due against the latest period before this one; None for the first."""
    earlier = [summary for summary in summaries if summary.ends_on < statement.starts_on]
    if not earlier:
        return None
    last = earlier[-1]
    before = last.charged - last.earned
    return Change(
        period=last.period,
        before=before,
        difference=statement.net - before,
        percent=figures.percent_change(statement.net, before),
    )
