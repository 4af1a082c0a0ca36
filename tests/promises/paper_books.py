"""The books as a person would keep them on paper: docs/method.md in plain Python.

Shares nothing with the product, so that both can be wrong only in different ways. Quantities are
whole milligrams, money is whole minor units of a currency with two decimals.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)  # decimal's name for half away from zero


@dataclass(frozen=True)
class Result:
    """An approved result, by the name that the test gave it."""

    name: str
    department: str
    day: date
    market_kg: Decimal
    location_kg: Decimal
    scope: int | None = 1
    category: int | None = None
    country: str = ""
    durability: str = ""  # of a verified removal
    supersedes: str = ""


@dataclass(frozen=True)
class Price:
    """A price per tonne from a day on, for all or for a part."""

    per_tonne: Decimal
    starts_on: date = date.min
    ends_before: date = date.max
    department: str = ""
    scope: int | None = None
    category: int | None = None
    country: str = ""

    def fits(self, result: Result) -> bool:
        return (
            self.starts_on <= result.day < self.ends_before
            and self.department in ("", result.department)
            and self.scope in (None, result.scope)
            and self.category in (None, result.category)
            and self.country in ("", result.country)
        )

    @property
    def nearness(self) -> tuple[bool, bool, bool, bool]:
        """Department first, then category, then scope; a country narrows within each."""
        category, scope = self.category is not None, self.scope is not None
        return bool(self.department), category, category or scope, bool(self.country)


@dataclass
class Scheme:
    """What is charged, at which prices, and what removals earn."""

    code: str
    covered: frozenset[tuple[int, int | None]]
    prices: list[Price]
    rates: dict[str, Decimal] = field(default_factory=dict)
    keeps_atmosphere: bool = False
    moves_money: bool = True
    starts_on: date = date.min
    fund_entity: str = ""  # whose books the fund is in; empty: books are not told apart

    def covers(self, result: Result) -> bool:
        return bool({(result.scope, None), (result.scope, result.category)} & self.covered)


@dataclass(frozen=True)
class Period:
    code: str
    first: date
    after: date


class Key(NamedTuple):
    """What is rounded together."""

    department: str
    period: str
    kind: str
    scope: int | None
    category: int | None
    durability: str
    price: Price | Decimal | None
    entity: str = ""  # whose books it is in, where a scheme tells them apart


class Entry(NamedTuple):
    """The name of one entry of a settlement."""

    scheme: str
    period: str
    department: str
    activity_period: str
    purpose: str


@dataclass
class Draft:
    """A settlement that is not posted: which results it takes in, and on which key."""

    scheme: Scheme
    period: Period
    takes: list[tuple[Key, int, Result]]

    @property
    def names(self) -> list[tuple[str, int]]:
        return sorted((result.name, sign) for _, sign, result in self.takes)


@dataclass
class PaperBooks:
    """Approved results, what each scheme settled, and what stands on every account."""

    periods: list[Period] = field(default_factory=list)
    approved: dict[str, Result] = field(default_factory=dict)
    settled: dict[tuple[str, str], Key] = field(default_factory=dict)
    taken_back: set[tuple[str, str]] = field(default_factory=set)
    on_key: dict[tuple[str, Key], tuple[int, int]] = field(default_factory=dict)
    debits: Counter[str] = field(default_factory=Counter)
    credits: Counter[str] = field(default_factory=Counter)
    entries: Counter[Entry] = field(default_factory=Counter)
    moves: dict[str, dict[date, str]] = field(default_factory=dict)  # department → day → entity

    def approve(self, results: Iterable[Result]) -> None:
        self.approved.update((result.name, result) for result in results)

    def draft(self, scheme: Scheme, period: Period) -> Draft:
        """Fix what a settlement takes in now; a result approved later is not in it."""
        return Draft(scheme, period, [*self._new(scheme, period), *self._superseded(scheme)])

    def _superseding(self) -> dict[str, Result]:
        return {found.supersedes: found for found in self.approved.values() if found.supersedes}

    def _new(self, scheme: Scheme, period: Period) -> Iterator[tuple[Key, int, Result]]:
        superseded = self._superseding()
        for name, result in self.approved.items():
            in_time = scheme.starts_on <= result.day < period.after
            if in_time and name not in superseded and (scheme.code, name) not in self.settled:
                yield self._key(scheme, result), 1, result

    def _superseded(self, scheme: Scheme) -> Iterator[tuple[Key, int, Result]]:
        for name in self._superseding():
            key = self.settled.get((scheme.code, name))
            if key is not None and (scheme.code, name) not in self.taken_back:
                yield key, -1, self.approved[name]

    def entity_of(self, department: str, day: date) -> str:
        """Whose books a department is in on a day."""
        moves = self.moves[department]
        return moves[max(moved_on for moved_on in moves if moved_on <= day)]

    def _key(self, scheme: Scheme, result: Result) -> Key:
        key = self._key_of_group(scheme, result)
        if not scheme.fund_entity or key.kind == "recorded":
            return key
        return key._replace(entity=self.entity_of(result.department, result.day))

    def _key_of_group(self, scheme: Scheme, result: Result) -> Key:
        period = next(p.code for p in self.periods if p.first <= result.day < p.after)
        place = (result.scope, result.category, result.durability)
        if result.durability:
            rate = scheme.rates.get(result.durability)
            kind = "recorded" if rate is None else "incentive"
            return Key(result.department, period, kind, *place, rate)
        if not scheme.covers(result):
            return Key(result.department, period, "recorded", *place, None)
        fitting = [price for price in scheme.prices if price.fits(result)]
        nearest = max(fitting, key=lambda price: price.nearness)
        return Key(result.department, period, "charge", *place, nearest)

    def post(self, draft: Draft) -> None:
        """Book a draft: cumulative rounding on each key, one entry a department and period."""
        moves: dict[Entry, Counter[str]] = defaultdict(Counter)
        for key, milligrams in self._milligrams(draft).items():
            amount = self._charge(draft.scheme, key, milligrams)
            purpose = "incentive" if key.durability else "charge"
            name = Entry(draft.scheme.code, draft.period.code, key.department, key.period, purpose)
            for account, minor in sides(draft.scheme, key, milligrams, amount):
                moves[name][account] += minor
        for name, accounts in moves.items():
            self._book(name, {account: minor for account, minor in accounts.items() if minor})
        for key, sign, result in draft.takes:
            self._mark(draft.scheme, key, sign, result)

    def _milligrams(self, draft: Draft) -> Counter[Key]:
        found: Counter[Key] = Counter()
        for key, sign, result in draft.takes:
            found[key] += sign * int(result.market_kg * 1_000_000)
        return found

    def _charge(self, scheme: Scheme, key: Key, milligrams: int) -> int:
        """round(all tonnes of the key so far × price) − amount charged so far."""
        before_mg, before_minor = self.on_key.get((scheme.code, key), (0, 0))
        price = key.price.per_tonne if isinstance(key.price, Price) else key.price
        total = EXACT.multiply(Decimal(before_mg + milligrams), price or Decimal(0))
        in_all = int(total.scaleb(-7, EXACT).quantize(Decimal(1), context=EXACT))
        self.on_key[scheme.code, key] = before_mg + milligrams, in_all
        return in_all - before_minor

    def _book(self, name: Entry, accounts: dict[str, int]) -> None:
        if not accounts:
            return
        self.entries[name] += 1
        for account, minor in accounts.items():
            (self.debits if minor > 0 else self.credits)[account] += abs(minor)

    def _mark(self, scheme: Scheme, key: Key, sign: int, result: Result) -> None:
        place = (scheme.code, result.name)
        if sign > 0:
            assert place not in self.settled
            self.settled[place] = key
        else:
            assert place not in self.taken_back
            self.taken_back.add(place)

    def move(self, debit: str, credit: str, minor: int) -> None:
        """An entry by hand of two lines."""
        self.debits[debit] += minor
        self.credits[credit] += minor

    @property
    def balances(self) -> dict[str, int]:
        """Debit minus credit of every account that was ever posted to, in minor units."""
        accounts = self.debits.keys() | self.credits.keys()
        return {account: self.debits[account] - self.credits[account] for account in accounts}


def sides(scheme: Scheme, key: Key, milligrams: int, amount: int) -> Iterator[tuple[str, int]]:
    """What one line key moves: debits above zero, credits below."""
    department, code = key.department, scheme.code.upper()
    fund = f"Equity:Carbon-Fund:{code}"
    if scheme.keeps_atmosphere and key.durability:
        yield f"Income:Removals:{department}:{key.durability.capitalize()}", -milligrams
        yield "Equity:Atmosphere", milligrams
    elif scheme.keeps_atmosphere:
        category = f":Category-{key.category}" if key.category else ""
        yield f"Expenses:Emissions:{department}:Scope-{key.scope}{category}", milligrams
        yield "Equity:Atmosphere", -milligrams
    if not scheme.moves_money or key.kind == "recorded":
        return
    account = "Expenses:Carbon-Fee" if key.kind == "charge" else "Income:Carbon-Incentive"
    amount = amount if key.kind == "charge" else -amount
    if key.entity == scheme.fund_entity:
        yield f"{account}:{code}:{department}", amount
    else:
        yield f"{account}:{code}:{department}:{key.entity}", amount
        yield f"Liabilities:Due-To:{key.entity}:{scheme.fund_entity}:{code}", -amount
        yield f"Assets:Due-From:{scheme.fund_entity}:{key.entity}:{code}", amount
    yield fund, -amount
