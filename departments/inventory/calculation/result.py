"""Calculates. What goes in (a factor) and what comes out (a result that shows its steps)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """kgCO2e for one unit of activity, with its parts by gas where the publisher gives them.

    The parts are kgCO2e per unit too. Biogenic CO2 is reported outside the scopes, beside the sum.
    """

    kgco2e_per_unit: Decimal
    unit: str
    label: str = ""
    co2_kgco2e: Decimal | None = None
    ch4_kgco2e: Decimal | None = None
    n2o_kgco2e: Decimal | None = None
    biogenic_kgco2e: Decimal | None = None

    def parts(self) -> dict[str, Decimal]:
        """kgCO2e per unit by gas, only the gases that are published."""
        published = {"CO2": self.co2_kgco2e, "CH4": self.ch4_kgco2e, "N2O": self.n2o_kgco2e}
        return {gas: part for gas, part in published.items() if part is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of arithmetic, fit to be printed: label, expression, what it comes to."""

    label: str
    expression: str
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GasPart:
    """The part of a result that one gas is responsible for, in kgCO2e."""

    gas: str
    kgco2e: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Emissions of one activity in kgCO2e, unrounded, and the arithmetic that leads there.

    `path` names which of several ways was taken (“measured energy”), else it is empty.
    The gas parts are as published and need not add up to the sum to the last digit. Biogenic CO2
    and avoided emissions stand beside the sum, never in it.
    """

    emissions_kgco2e: Decimal
    steps: tuple[Step, ...]
    gases: tuple[GasPart, ...] = ()
    biogenic_kgco2e: Decimal | None = None
    avoided_kgco2e: Decimal | None = None
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DualResult:
    """Scope 2 twice; None only where ready-made tonnes were reported on the other basis alone."""

    location_based: Result | None
    market_based: Result | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalResult:
    """Carbon taken out of the air in kgCO2e, unrounded; below zero for a reversal."""

    removed_kgco2e: Decimal
    steps: tuple[Step, ...]
    path: str = ""
