"""Reads. What of a posted bill could be done another way, and what the other way would emit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection

from departments.inventory.activity_trial import Trial, try_activity
from departments.organisation.models import Department
from ledger.sql import statement
from ledger.statements import StatementLine
from pricing.money import EXACT, round_half_away

AIR, RAIL, RAIL_PLACE = "business-travel-air/", "business-travel-land/rail/national-rail", "GB"
PASSENGER_KM = "passenger.km"
# A total of Scope 2 that was reported ready-made has no kWh; its tonnes are bought energy as well.
BOUGHT = ("electricity/", "compute/", "reported/scope-2")
MG_DIGITS = 6
_FINEST = Decimal("0.000001")  # of a passenger-kilometre


@dataclass(frozen=True, slots=True)
class Swappable:
    """Activity of one line: what was done, in its unit, and its kgCO2e as the line has them."""

    line_id: int
    activity: str
    place: str
    unit: str
    quantity: Decimal
    kgco2e: Decimal


@dataclass(frozen=True, slots=True)
class Swappables:
    """Flights that are recorded by distance; and energy that is charged by what was bought."""

    flights: tuple[Swappable, ...] = ()
    bought: tuple[Swappable, ...] = ()

    @property
    def flown(self) -> Decimal:
        """All distance flown, in passenger-kilometres."""
        return sum((each.quantity for each in self.flights), Decimal(0))

    @property
    def flown_kgco2e(self) -> Decimal:
        return sum((each.kgco2e for each in self.flights), Decimal(0))

    @property
    def bought_kgco2e(self) -> Decimal:
        return sum((each.kgco2e for each in self.bought), Decimal(0))


@dataclass(frozen=True, slots=True)
class TonnesStep:
    """What a setting adds to a line's kgCO2e, to the milligram; `percent` of what it is about."""

    name: str
    percent: Decimal
    kgco2e: Decimal
    quantity: Decimal | None = None
    unit: str = ""
    trial: Trial | None = None


def swappables(lines: Sequence[StatementLine], *, scope2_basis: str) -> Swappables:
    """What the lines of a bill have that could be swapped.

    Certificates change nothing where Scope 2 is charged by the grid it came from.
    """
    if not lines:
        return Swappables()
    scopes = {line.line_id: line.scope for line in lines}
    patterns = [f"{start}%" for start in (AIR, *BOUGHT)]
    facts: dict[str, Any] = {"lines": list(scopes), "basis": scope2_basis, "patterns": patterns}
    with connection.cursor() as cursor:
        cursor.execute(statement("bill_activities"), facts)
        found = [Swappable(*row) for row in cursor.fetchall()]
    return Swappables(
        flights=tuple(
            each for each in found if each.activity.startswith(AIR) and each.unit == PASSENGER_KM
        ),
        bought=tuple(
            each
            for each in found
            if scope2_basis == "market"
            and scopes[each.line_id] == 2
            and each.activity.startswith(BOUGHT)
        ),
    )


def by_rail(
    flights: Iterable[Swappable], *, percent: Decimal, department: Department, on: date
) -> tuple[TonnesStep, ...]:
    """A share of a line's flights goes by national rail: as many passenger-kilometres.

    The kilograms of the train are those that its record would have.
    Raises: TrialRefused, where no factor of a train is loaded for the day.
    """
    flown = list(flights)
    distance = _part(sum((each.quantity for each in flown), Decimal(0)), percent)
    distance = distance.quantize(_FINEST, ROUND_HALF_UP)
    if not percent or not distance:
        return ()
    facts = {
        "activity": RAIL,
        "quantity": f"{abs(distance):f}",
        "unit": PASSENGER_KM,
        "place": RAIL_PLACE,
    }
    trial = try_activity(department=department, facts=facts, on=on)
    train = trial.result.market_kgco2e if distance > 0 else -trial.result.market_kgco2e
    air = less(sum((each.kgco2e for each in flown), Decimal(0)), percent)
    return (
        TonnesStep("flights", percent, air, -distance, PASSENGER_KM),
        TonnesStep("rail", percent, train, distance, PASSENGER_KM, trial),
    )


def by_certificates(bought: Iterable[Swappable], *, percent: Decimal) -> tuple[TonnesStep, ...]:
    """A share of a line's bought energy is covered by certificates that emit nothing."""
    kgco2e = sum((each.kgco2e for each in bought), Decimal(0))
    taken = less(kgco2e, percent)
    return (TonnesStep("certificates", percent, taken),) if taken else ()


def less(kgco2e: Decimal, percent: Decimal) -> Decimal:
    """What so many percent less add to kilograms: below zero where something was emitted; to the
    milligram as results are, half away from zero."""
    exact = _part(kgco2e, percent)
    return -Decimal(round_half_away(exact, MG_DIGITS)).scaleb(-MG_DIGITS)


def _part(of: Decimal, percent: Decimal) -> Decimal:
    return EXACT.multiply(of, percent).scaleb(-2, context=EXACT)
