"""Calculates. What an estimate says: a response with intervals, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the data can't tell: a stable code, and a sentence with numbers."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PointOfResponse:
    """Tonnes at a price against those at the lowest observed price, minus 1, all else equal.

    `low` and `high` are the ends of the 95 % interval of `change_share`.
    """

    price_per_tonne: float
    change_share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PointOfCurve:
    """What a year like the latest would emit and pay, were this the price: tonnes, and money."""

    price_per_tonne: float
    tonnes: float
    tonnes_low: float
    tonnes_high: float
    revenue: float
    revenue_low: float
    revenue_high: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The sweet spot, or a refusal; `low` and `high` are None where no abatement is seen."""

    refusal: Refusal | None
    response: tuple[PointOfResponse, ...]
    low: float | None
    high: float | None
    observations: int
    method: str
    seed: int
    curve: tuple[PointOfCurve, ...] = ()
    observed_prices: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_identifiable(self) -> bool:
        return self.refusal is None

    def as_json(self) -> dict[str, Any]:
        """The keys that outside readers count on come first."""
        return {
            "identifiable": self.is_identifiable,
            "reason": (f"{self.refusal.code}: {self.refusal.sentence}" if self.refusal else None),
            "response": [
                {
                    "price_per_tonne": point.price_per_tonne,
                    "change_share": point.change_share,
                    "low": point.low,
                    "high": point.high,
                }
                for point in self.response
            ],
            "range": {"low": self.low, "high": self.high},
            "observations": self.observations,
            "method": self.method,
            "seed": self.seed,
            "reason_code": self.refusal.code if self.refusal else None,
            "curve": [
                {
                    "price_per_tonne": point.price_per_tonne,
                    "tonnes": point.tonnes,
                    "tonnes_low": point.tonnes_low,
                    "tonnes_high": point.tonnes_high,
                    "revenue": point.revenue,
                    "revenue_low": point.revenue_low,
                    "revenue_high": point.revenue_high,
                }
                for point in self.curve
            ],
            "observed_prices": list(self.observed_prices),
            "notes": list(self.notes),
        }
