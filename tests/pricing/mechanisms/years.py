"""Invented years of a few departments, settled by a mechanism in one go or in many steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import strategies as st

from pricing.charging import charge
from pricing.mechanisms.terms import (
    ALLOCATION,
    AbatementRate,
    Baseline,
    Emitted,
    Events,
    Facts,
    Frame,
    Mechanism,
)

CODES = ("CLOUD", "OFFICES", "TEAM", "YARD")
CURRENCY = "USD"
MILLIGRAM = Decimal("0.000001")


@dataclass(frozen=True)
class Record:
    """What a department emitted, and how many events that were."""

    department: str
    scope: int
    kgco2e: Decimal
    events: Decimal


@dataclass(frozen=True)
class Year:
    """One activity period: its records as they became known, and what departments are told."""

    records: tuple[Record, ...]
    price: Decimal
    baselines: dict[str, tuple[Baseline, ...]]
    budgets: dict[str, Decimal]
    pot_minor: int
    rate: Decimal
    abatement_rates: tuple[AbatementRate, ...] = ()


def quantities(most: int = 10**9) -> st.SearchStrategy[Decimal]:
    """Zero or more, to the milligram; small ones often, since those are where rounding bites."""
    return st.one_of(st.integers(0, 2_000), st.integers(0, most)).map(
        lambda milligrams: milligrams * MILLIGRAM
    )


def amounts() -> st.SearchStrategy[Decimal]:
    return st.integers(0, 10**9).map(lambda micros: micros * MILLIGRAM)


@st.composite
def years(draw: st.DrawFn) -> Year:
    records = draw(
        st.lists(
            st.builds(
                Record, st.sampled_from(CODES), st.sampled_from([1, 2]), quantities(), quantities()
            ),
            max_size=8,
        )
    )
    price = draw(amounts())
    rows = st.lists(st.tuples(st.sampled_from([None, 1, 2]), quantities()), max_size=3)
    baselines = {
        code: tuple(Baseline(kg, scope, None, price) for scope, kg in draw(rows)) for code in CODES
    }
    baselines["CLOUD"] += (Baseline(draw(quantities()) + MILLIGRAM, 1, None, price),)
    return Year(
        records=tuple(records),
        price=price,
        baselines=baselines,
        budgets=dict(zip(CODES, draw(st.tuples(*[amounts()] * 3)), strict=False))
        | {"YARD": draw(amounts()) + 1},
        pot_minor=draw(st.integers(0, 10**8)),
        rate=draw(amounts()),
        abatement_rates=tuple(
            AbatementRate(draw(amounts()), scope)
            for scope in draw(st.sets(st.sampled_from([None, 1, 2])))
        ),
    )


def posted(mechanism: Mechanism, year: Year, steps: Sequence[Sequence[Record]]) -> dict[str, int]:
    """What each department pays on balance, in minor units, after settling step by step.

    Each step charges by key and posts what the mechanism shares out, less what it did before.
    """
    paid: dict[str, int] = defaultdict(int)
    keys: dict[tuple[str, int], tuple[Decimal, int]] = {}
    shared: dict[str, int] = defaultdict(int)
    known: list[Record] = []
    for step in steps:
        known += step
        for department, amount in _charge(mechanism, year, step, keys).items():
            paid[department] += amount
        so_far = sums(mechanism, facts_of(mechanism, year, known), year)
        for department in {*so_far, *shared}:
            difference = so_far.get(department, 0) - shared[department]
            shared[department] += difference
            paid[department] += -difference if mechanism.line_kind == ALLOCATION else difference
    return {department: paid[department] for department in CODES}


def sums(mechanism: Mechanism, facts: Sequence[Facts], year: Year) -> dict[str, int]:
    """What a mechanism shares out so far, by department."""
    if mechanism.share is None:
        return {}
    frame = Frame("FY30", CURRENCY, year.pot_minor, year.abatement_rates)
    return {share.department: share.amount_minor for share in mechanism.share(frame, facts)}


def facts_of(mechanism: Mechanism, year: Year, records: Sequence[Record]) -> list[Facts]:
    """What is known of each department, straight from all records at once."""
    keys: dict[tuple[str, int], tuple[Decimal, int]] = {}
    charged = _charge(mechanism, year, records, keys)
    return [
        Facts(
            code,
            charged.get(code, 0),
            year.baselines[code],
            year.budgets[code],
            _events(year, [record for record in records if record.department == code]),
            _emitted([record for record in records if record.department == code]),
        )
        for code in CODES
    ]


def split(record: Record, part: Decimal) -> list[Record]:
    """One record as two that add up to it."""
    kgco2e = min(part, record.kgco2e)
    events = min(part, record.events)
    rest = replace(record, kgco2e=record.kgco2e - kgco2e, events=record.events - events)
    return [replace(record, kgco2e=kgco2e, events=events), rest]


def cuts(count: int) -> st.SearchStrategy[list[int]]:
    """In which of three settlements each record becomes known."""
    return st.lists(st.integers(0, 2), min_size=count, max_size=count)


def in_steps(records: Sequence[Record], when: Sequence[int]) -> list[list[Record]]:
    return [
        [record for record, step in zip(records, when, strict=True) if step == number]
        for number in range(3)
    ]


def _charge(
    mechanism: Mechanism,
    year: Year,
    records: Sequence[Record],
    keys: dict[tuple[str, int], tuple[Decimal, int]],
) -> dict[str, int]:
    """What records are charged, by department; `keys` keeps what came before."""
    added: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for record in records:
        added[record.department, record.scope] += record.kgco2e
    charged: dict[str, int] = defaultdict(int)
    for key, kgco2e in added.items():
        if not (mechanism.prices_tonnes and mechanism.moves_money):
            continue
        before, amount_before = keys.get(key, (Decimal(0), 0))
        cost = charge(
            kgco2e=kgco2e,
            price_per_tonne=year.price,
            currency=CURRENCY,
            kgco2e_before=before,
            amount_before_minor=amount_before,
        )
        keys[key] = (before + kgco2e, amount_before + cost.amount_minor)
        charged[key[0]] += cost.amount_minor
    return charged


def _events(year: Year, records: Sequence[Record]) -> tuple[Events, ...]:
    if not records:
        return ()
    count = sum((record.events for record in records), Decimal(0))
    return (Events("travel/flight", count, year.rate),)


def _emitted(records: Sequence[Record]) -> tuple[Emitted, ...]:
    scopes = sorted({record.scope for record in records})
    return tuple(
        Emitted(sum((r.kgco2e for r in records if r.scope == scope), Decimal(0)), scope)
        for scope in scopes
    )
