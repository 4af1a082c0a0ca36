"""Calculates. Money with its currency, rounding, and shares that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import cache

from iso4217 import Currency

from pricing.errors import (
    AmountTooPrecise,
    AmountUnreadable,
    CurrenciesDiffer,
    CurrencyUnknown,
    NothingToShareBy,
)

# Wide enough that no product of a quantity and a price is ever rounded before it should be.
EXACT = Context(prec=120)


@cache
def minor_exponent(currency: str) -> int:
    """Decimal places of a currency's minor unit: USD 2, JPY 0, KWD 3.

    Raises: CurrencyUnknown, also for metals and test codes, which have no minor unit.
    Source: ISO 4217.
    """
    try:
        exponent = Currency(currency).exponent
    except ValueError:
        exponent = None
    if exponent is None:
        raise CurrencyUnknown(currency)
    return int(exponent)


def round_half_away(value: Decimal, exponent: int) -> int:
    """An amount in whole units as minor units, half away from zero: 0.125 → 13, -0.125 → -13."""
    return int(value.scaleb(exponent, context=EXACT).to_integral_value(rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units, and the currency it is in."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        minor_exponent(self.currency)

    @classmethod
    def from_text(cls, text: str, currency: str) -> Money:
        """`Money.from_text("100.00", "USD")`.

        Raises: AmountUnreadable; AmountTooPrecise, rather than round in silence.
        """
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise AmountUnreadable(text) from None
        return cls.from_decimal(value, currency)

    @classmethod
    def from_decimal(cls, value: Decimal, currency: str) -> Money:
        """An amount in whole units that the currency's minor unit can hold exactly."""
        if not value.is_finite():
            raise AmountUnreadable(str(value))
        exponent = minor_exponent(currency)
        amount_minor = round_half_away(value, exponent)
        if Decimal(amount_minor).scaleb(-exponent, context=EXACT) != value:
            raise AmountTooPrecise(str(value), currency, exponent)
        return cls(amount_minor, currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in whole units, with the currency's own number of places."""
        return Decimal(self.amount_minor).scaleb(-minor_exponent(self.currency), context=EXACT)

    def __str__(self) -> str:
        return f"{self.decimal:,f} {self.currency}"

    def __add__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrenciesDiffer(self.currency, other.currency)


def allocate(
    total: Money, weights: Sequence[Decimal | int], keys: Sequence[str] | None = None
) -> list[Money]:
    """Share a total out by weight; the shares add up to it exactly.

    Largest remainder: each share is cut to minor units, and what is left goes, one unit each, to
    the largest remainders, ties to the lower key (without keys: to the earlier place). A negative
    total gives the negatives of the positive one's shares.

    Raises: NothingToShareBy, if the weights are negative, not finite or all zero.
    """
    shares = [Decimal(weight) for weight in weights]
    if any(not share.is_finite() or share < 0 for share in shares) or not any(shares):
        raise NothingToShareBy(len(shares))
    if keys is not None and len(keys) != len(shares):
        raise ValueError("one key for each weight")
    scale = max(-int(share.as_tuple().exponent) for share in shares)
    parts = [int(share.scaleb(scale, context=EXACT)) for share in shares]
    amount, whole = abs(total.amount_minor), sum(parts)
    cut = [divmod(amount * part, whole) for part in parts]
    places = range(len(parts))
    names = places if keys is None else keys
    order = sorted(places, key=lambda i: (-cut[i][1], names[i], i))
    left = amount - sum(minor for minor, _ in cut)
    topped_up = set(order[:left])
    sign = -1 if total.amount_minor < 0 else 1
    return [
        Money(sign * (minor + (i in topped_up)), total.currency) for i, (minor, _) in enumerate(cut)
    ]
