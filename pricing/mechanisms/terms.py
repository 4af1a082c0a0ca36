"""Calculates. What a mechanism is: what it is told of an activity period, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from pricing.charging import charge, plain
from pricing.money import EXACT, Money

# What moves money where a mechanism does: tonnes × price and what verified absorption earns; a
# levy is charged, an allocation is credited, both by a mechanism's own rule.
CHARGE, INCENTIVE, LEVY, ALLOCATION = "charge", "incentive", "levy", "allocation"
MONEY_KINDS = frozenset({CHARGE, INCENTIVE, LEVY, ALLOCATION})


@dataclass(frozen=True, slots=True)
class Baseline:
    """A department's baseline, or target: kgCO2e of one kind, and what a tonne of it costs.

    `price_per_tonne` is None where the mechanism asks for no price.
    """

    kgco2e: Decimal
    scope: int | None = None
    category: int | None = None
    price_per_tonne: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Events:
    """How many of one kind of event, and what each of them costs in whole units of the currency."""

    name: str
    count: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Emitted:
    """What a department was charged for: kgCO2e of one scope and category, on the scheme's basis.

    There is none where no record is in force, which is not the same as none emitted.
    """

    kgco2e: Decimal
    scope: int | None
    category: int | None = None


@dataclass(frozen=True, slots=True)
class AbatementRate:
    """What a tonne below a baseline earns: any baseline, or one of a scope or category."""

    rate_per_tonne: Decimal
    scope: int | None = None
    category: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """One department in one activity period, so far: after every record that is known by now."""

    department: str
    charged_minor: int = 0
    baselines: tuple[Baseline, ...] = ()
    budget: Decimal = Decimal(0)
    events: tuple[Events, ...] = ()
    emitted: tuple[Emitted, ...] = ()

    @property
    def baseline_kgco2e(self) -> Decimal:
        return sum((baseline.kgco2e for baseline in self.baselines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Frame:
    """What all departments of an activity period have in common; `pot_minor` is what they pay in
    together, where the company has fixed it."""

    period: str
    currency: str
    pot_minor: int = 0
    abatement_rates: tuple[AbatementRate, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What a department gets or pays so far, in minor units, and the arithmetic in sentences."""

    department: str
    amount_minor: int
    explanation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mechanism:
    """How a scheme turns tonnes into money.

    Every mechanism settles tonnes alike; `share` adds what each department gets (`line_kind`
    allocation) or pays (levy) beside its charges. It is told all departments of one activity
    period, in any order, and answers what each has so far: the ledger posts the difference to what
    it posted before, so late tonnes never drift.
    """

    moves_money: bool = True
    prices_tonnes: bool = True
    line_kind: str = ""
    share: Callable[[Frame, Sequence[Facts]], list[Share]] | None = None
    # Whether all that is charged goes back to all; else what one gets is its own affair.
    returns_the_pot: bool = False
    # What it wants to be told, so that it can be asked for before anything is calculated.
    needs_baselines: bool = False
    needs_prices_of_baselines: bool = False
    needs_budgets: bool = False
    needs_event_rates: bool = False
    # Shares out where the scheme has rates for what is abated, and nothing otherwise.
    may_pay_abatement: bool = False


def fee_on_baseline(facts: Facts, currency: str) -> tuple[Money, list[str]]:
    """What a department's baseline would cost, rounded where the same emissions would be: once for
    each scope, category and price."""
    total = Money(0, currency)
    steps: list[str] = []
    for (scope, category, price), rows in groupby(sorted(facts.baselines, key=_key), key=_kind):
        kgco2e = sum((row.kgco2e for row in rows), Decimal(0))
        cost = charge(kgco2e=kgco2e, price_per_tonne=price or Decimal(0), currency=currency)
        total = total + cost.amount
        steps += [f"Baseline{named_place(scope, category)}: {step}" for step in cost.explanation]
    if len(steps) > 1:
        steps.append(f"Together {total}")
    return total, steps


def tonnes(kgco2e: Decimal) -> str:
    """kgCO2e as tonnes for people: `100 t`."""
    return f"{plain(kgco2e.scaleb(-3, context=EXACT))} t"


def pot_of(facts: Iterable[Facts], currency: str) -> Money:
    """All that an activity period was charged so far."""
    return Money(sum(one.charged_minor for one in facts), currency)


def named_place(scope: int | None, category: int | None) -> str:
    """A scope and category behind a word: `, Scope 3 category 6`; nothing for all together."""
    if scope is None:
        return ""
    return f", Scope {scope}" + (f" category {category}" if category else "")


def _kind(row: Baseline) -> tuple[int | None, int | None, Decimal | None]:
    return (row.scope, row.category, row.price_per_tonne)


def _key(row: Baseline) -> tuple[int, int, Decimal]:
    return (row.scope or 0, row.category or 0, row.price_per_tonne or Decimal(0))
