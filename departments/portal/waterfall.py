"""Calculates. Why a bill changed: steps from the bill before to this one that foot to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from departments.portal import figures
from ledger.bill_change import ChargedActivities, ChargedActivity
from ledger.statements import StatementLine

STEPS = (
    "volume",
    "mix",
    "factor",
    "price",
    "organisation",
    "corrections",
    "allocations",
    "incentives",
)
CHARGED_STEPS = STEPS[:5]

# What is reported ready-made or bought for money has no quantity that tells a factor.
NO_QUANTITY = ("reported/", "spend/")

Key = tuple[int, int | None, str, str, str]
Group = tuple[int, int | None, str]


@dataclass(frozen=True, slots=True)
class Mover:
    """An activity that moved a step most, with what it did to it."""

    scope: int
    category: int | None
    activity: str
    place: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """One cause and what it adds to the bill; `movers` are its largest parts, rounded each."""

    name: str
    amount: Decimal
    movers: tuple[Mover, ...] = ()


@dataclass(frozen=True, slots=True)
class Waterfall:
    """before + the steps = after, to the minor unit."""

    before: Decimal
    steps: tuple[Step, ...]
    after: Decimal

    @property
    def moving(self) -> tuple[Step, ...]:
        """The steps that changed anything."""
        return tuple(step for step in self.steps if step.amount)


@dataclass(frozen=True, slots=True)
class _Sums:
    """An activity in one period: quantity in its unit, kg, and tonnes times price, exactly."""

    quantity: Fraction = Fraction(0)
    kgco2e: Fraction = Fraction(0)
    amount: Fraction = Fraction(0)

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(
            self.quantity + other.quantity,
            self.kgco2e + other.kgco2e,
            self.amount + other.amount,
        )


NOTHING = _Sums()


def waterfall(
    before: Sequence[StatementLine],
    after: Sequence[StatementLine],
    activities: ChargedActivities,
    *,
    exponent: int,
) -> Waterfall:
    """The steps from one bill to the next; `exponent` is how many decimals the currency has.

    For every activity, place and unit: volume and mix are the change in quantity at the factor and
    price of before; factor is the change in kg a unit on the quantity of now, at the price of
    before; price is the change in price on the tonnes of now. Volume is what a category's quantity
    as a whole did, mix what shifted within it. A department that came or went has one step,
    organisation. What the rounding of lines leaves is handed out by largest remainder.
    """
    exact = _charged(activities)
    moved = _own_charges(after) - _own_charges(before)
    amounts = dict(zip(CHARGED_STEPS, _footing(exact, moved, exponent), strict=True))
    for name, wanted in (
        ("corrections", lambda line: line.kind == "charge" and line.is_true_up),
        ("allocations", lambda line: line.kind in ("levy", "allocation")),
        ("incentives", lambda line: line.kind == "incentive"),
    ):
        amounts[name] = _sum(filter(wanted, after)) - _sum(filter(wanted, before))
    steps = tuple(
        Step(
            name,
            figures.to_exponent(amounts[name], exponent),
            _movers(exact.get(name, {}), exponent),
        )
        for name in STEPS
    )
    return Waterfall(
        before=figures.to_exponent(_sum(before), exponent),
        steps=steps,
        after=figures.to_exponent(_sum(after), exponent),
    )


def _charged(activities: ChargedActivities) -> dict[str, dict[Key, Fraction]]:
    """What each step of the own charges comes to exactly, by activity."""
    old, new = _by_key(activities.before), _by_key(activities.after)
    keys = sorted(old.keys() | new.keys(), key=str)
    exact: dict[str, dict[Key, Fraction]] = {name: {} for name in CHARGED_STEPS}
    if activities.is_reorganised:
        for key in keys:
            difference = new.get(key, NOTHING).amount - old.get(key, NOTHING).amount
            exact["organisation"][key] = difference
        return exact
    groups = _by_group(old), _by_group(new)
    quantity: dict[Key, Fraction] = {}
    for key in keys:
        usual = _price(groups[0].get(_group(key), NOTHING))
        quantity[key], exact["factor"][key], exact["price"][key] = _three(
            key, old.get(key, NOTHING), new.get(key, NOTHING), usual
        )
    exact["volume"], exact["mix"] = _volume_and_mix(quantity, old, *groups)
    return exact


def _three(
    key: Key, old: _Sums, new: _Sums, usual: Fraction | None
) -> tuple[Fraction, Fraction, Fraction]:
    """Quantity, factor and price of one activity; they add up to new less old."""
    price = _price(old)
    if price is None:
        price = usual
    if price is None:
        price = _price(new) or Fraction(0)
    by_price = new.amount - new.kgco2e * price
    has_factor = not key[2].startswith(NO_QUANTITY) and old.quantity and new.quantity
    if not has_factor:
        return new.kgco2e * price - old.amount, Fraction(0), by_price
    as_before = new.quantity * old.kgco2e / old.quantity
    return (as_before - old.kgco2e) * price, (new.kgco2e - as_before) * price, by_price


def _volume_and_mix(
    quantity: Mapping[Key, Fraction],
    old: Mapping[Key, _Sums],
    groups_before: Mapping[Group, _Sums],
    groups_after: Mapping[Group, _Sums],
) -> tuple[dict[Key, Fraction], dict[Key, Fraction]]:
    volume: dict[Key, Fraction] = {}
    mix: dict[Key, Fraction] = {}
    for key, change in quantity.items():
        before = groups_before.get(_group(key), NOTHING)
        after = groups_after.get(_group(key), NOTHING)
        if key[2].startswith(NO_QUANTITY) or before.quantity <= 0 or after.quantity <= 0:
            volume[key], mix[key] = change, Fraction(0)
            continue
        grown = after.quantity / before.quantity - 1
        volume[key] = old.get(key, NOTHING).amount * grown
        mix[key] = change - volume[key]
    return volume, mix


def _footing(
    exact: Mapping[str, Mapping[Key, Fraction]], moved: Decimal, exponent: int
) -> list[Decimal]:
    """The steps in minor units, handed out by largest remainder so that they add up to `moved`."""
    scale = 10**exponent
    parts = [sum(exact[name].values(), Fraction(0)) * scale for name in CHARGED_STEPS]
    shared = [place for place, part in enumerate(parts) if part] or [0]
    whole = [floor(part) for part in parts]
    left = int(Fraction(moved) * scale) - sum(whole)
    each, more = divmod(left, len(shared))
    by_remainder = sorted(shared, key=lambda place: (whole[place] - parts[place], place))
    for rank, place in enumerate(by_remainder):
        whole[place] += each + (1 if rank < more else 0)
    return [Decimal(amount).scaleb(-exponent) for amount in whole]


def _movers(exact: Mapping[Key, Fraction], exponent: int) -> tuple[Mover, ...]:
    largest = sorted(exact.items(), key=lambda item: (-abs(item[1]), str(item[0])))[:2]
    rounded = [(key, figures.rounded(amount, exponent)) for key, amount in largest]
    return tuple(Mover(*key[:4], amount) for key, amount in rounded if amount)


def _by_key(activities: Iterable[ChargedActivity]) -> dict[Key, _Sums]:
    sums: dict[Key, _Sums] = {}
    for one in activities:
        key = (one.scope, one.category, one.activity, one.place, one.unit)
        kgco2e = Fraction(one.kgco2e)
        amount = kgco2e * Fraction(one.price_per_tonne) / 1000
        sums[key] = sums.get(key, NOTHING) + _Sums(Fraction(one.quantity), kgco2e, amount)
    return sums


def _by_group(sums: Mapping[Key, _Sums]) -> dict[Group, _Sums]:
    """A category's activities in the same unit are what shifts among each other."""
    groups: dict[Group, _Sums] = {}
    for key, one in sums.items():
        groups[_group(key)] = groups.get(_group(key), NOTHING) + one
    return groups


def _group(key: Key) -> Group:
    return key[0], key[1], key[4]


def _price(sums: _Sums) -> Fraction | None:
    return sums.amount / sums.kgco2e if sums.kgco2e else None


def _own_charges(lines: Iterable[StatementLine]) -> Decimal:
    return _sum(line for line in lines if line.kind == "charge" and not line.is_true_up)


def _sum(lines: Iterable[StatementLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))
