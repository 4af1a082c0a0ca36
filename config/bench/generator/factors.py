"""Reads. Published factors and GWPs, looked up a second time, apart from the product's own code.

The rule is that of docs/method.md: the place, then its country, then the world; the year, else the
nearest earlier one; grid electricity of combustion in GB and US, of the life cycle elsewhere; of
two releases the newer one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from config.bench.generator.facts import FIXTURES

GRID = "electricity/grid"
GWP_SETS = ("AR5GWP100", "AR5GWP100-blend", "UKGOV2025-AR5GWP100-KYOTO")
SETS_BY_AGE = (
    "grid_desnz_uk",
    "desnz_2023",
    "desnz_2024",
    "desnz_2025",
    "grid_egrid_2023",
    "epa_hub_2025",
    "grid_ember_owid",
)


class NoFactor(Exception):
    """Nothing is published for it: a record of it is a fault."""


@dataclass(frozen=True, slots=True)
class Published:
    """One factor: kgCO2e per unit, its scope and Scope 3 category."""

    kgco2e_per_unit: Decimal
    scope: int | None
    category: int | None
    place: str
    year: int
    is_suspect: bool


@cache
def factor(activity: str, place: str, year: int, unit: str) -> Published:
    """The factor of an activity, in exactly that unit.

    Raises: NoFactor.
    """
    country = place.replace("/", "-").partition("-")[0]
    boundary = ""
    if activity == GRID:
        boundary = "combustion" if country in ("GB", "US") else "lifecycle"
    for candidate in dict.fromkeys((place, country, "WORLD")):
        found = _published().get((activity, candidate, unit, boundary), {})
        years = [published for published in found if published <= year]
        if years:
            return found[max(years)]
    raise NoFactor(f"{activity} in {place}, {year}, per {unit}")


@cache
def gwp(gas: str) -> Decimal:
    """kgCO2e of a kilogram of a gas over 100 years, by AR5."""
    found: dict[str, Decimal] = {}
    with (FIXTURES / "gwp" / "gwp.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["gas"] == gas and row["suspect"] == "0":
                found[row["gwp_set"]] = Decimal(row["value"])
    return next(found[name] for name in GWP_SETS if name in found)


@cache
def _published() -> dict[tuple[str, str, str, str], dict[int, Published]]:
    """By activity, place, unit and (for the grid) boundary; then by year, the newest release."""
    found: dict[tuple[str, str, str, str], dict[int, Published]] = {}
    for row in _rows():
        is_grid = row["activity"] == GRID
        key = (row["activity"], row["place"], row["unit"], row["boundary"] if is_grid else "")
        found.setdefault(key, {})[int(row["year"])] = Published(
            kgco2e_per_unit=Decimal(row["kgco2e_per_unit"]),
            scope=int(row["scope"]) if row["scope"].isdecimal() else None,
            category=int(row["scope3_category"]) if row["scope3_category"] else None,
            place=row["place"],
            year=int(row["year"]),
            is_suspect=row["suspect"] == "1",
        )
    return found


def _rows() -> Iterator[dict[str, str]]:
    for name in SETS_BY_AGE:
        path = FIXTURES / "emission_factors" / name / "factors.csv"
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
