"""Calculates. A bill and what it would be, side by side by category, and as steps for a chart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from departments.portal import figures, words
from departments.portal.waterfall import Step, Waterfall
from departments.portal.waterfall_chart import WaterfallChart, waterfall_chart
from ledger.bill_facts import ScenarioLine
from ledger.bill_scenario import BillScenario

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """What a category comes to on the bill and under other settings; it counts towards what is due.

    `kgco2e` are None for what has no tonnes.
    """

    name: str
    before_kgco2e: Decimal | None
    kgco2e: Decimal | None
    before: Decimal
    amount: Decimal

    @property
    def difference(self) -> Decimal:
        return self.amount - self.before

    @property
    def is_changed(self) -> bool:
        return bool(self.difference or self.kgco2e != self.before_kgco2e)


def categories(scenario: BillScenario) -> list[CategoryChange]:
    """The charges by scope and category, then what stays: true-ups, shares and incentives.

    What is recorded and not charged is no part of it. The rows foot to the bill and to its what-if.
    """
    groups: dict[tuple[int, int, int, str], list[ScenarioLine]] = {}
    for each in scenario.lines:
        if each.line.kind != "recorded":
            groups.setdefault(_place(each), []).append(each)
    return [_row(key[3], groups[key]) for key in sorted(groups)]


def _place(each: ScenarioLine) -> tuple[int, int, int, str]:
    """How a row is sorted, and its name."""
    line = each.line
    if line.kind == "charge" and line.is_true_up:
        return (1, 0, 0, _("True-ups for earlier periods"))
    rank = {"charge": 0, "levy": 2, "allocation": 3}.get(line.kind, 4)
    return (rank, line.scope or 0, line.category or 0, words.line_name(line))


def _row(name: str, lines: Iterable[ScenarioLine]) -> CategoryChange:
    members = list(lines)
    has_tonnes = any(each.line.kind not in ("levy", "allocation") for each in members)
    like = members[0].line.amount * 0
    return CategoryChange(
        name,
        sum((each.line.settled_kgco2e for each in members), ZERO) if has_tonnes else None,
        sum((each.kgco2e for each in members), ZERO) if has_tonnes else None,
        sum((each.line.amount for each in members), like),
        sum((each.amount for each in members), like),
    )


def steps_chart(scenario: BillScenario, *, exponent: int) -> WaterfallChart:
    """The bill, what each setting adds or takes off, and what it would be."""
    steps = tuple(
        Step(name, figures.to_exponent(amount, exponent)) for name, amount in scenario.steps
    )
    return waterfall_chart(Waterfall(scenario.before, steps, scenario.after))
