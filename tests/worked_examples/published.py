"""Reads. The shipped factor sets and GWPs as they stand in fixtures/."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

from departments.inventory.calculation.result import Factor

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
FACTOR_SETS = sorted(path.parent.name for path in FIXTURES.glob("emission_factors/*/factors.csv"))


@cache
def rows_of(factor_set: str) -> tuple[dict[str, str], ...]:
    """Every row of a set, as text."""
    return tuple(_read(FIXTURES / "emission_factors" / factor_set / "factors.csv"))


@cache
def gwps() -> tuple[dict[str, str], ...]:
    """Every row of the GWP table, as text."""
    return tuple(_read(FIXTURES / "gwp" / "gwp.csv"))


def factor(
    factor_set: str, activity: str, *, unit: str, place: str = "GB", year: str = ""
) -> Factor:
    """The one row of a set with this key."""
    key = (activity, unit, place)
    found = [
        row
        for row in rows_of(factor_set)
        if (row["activity"], row["unit"], row["place"]) == key and year in ("", row["year"])
    ]
    assert len(found) == 1, f"{factor_set} {key} {year}: {len(found)} rows"
    return Factor(
        kgco2e_per_unit=Decimal(found[0]["kgco2e_per_unit"]),
        unit=unit,
        label=f"{factor_set} {found[0]['factor_id']}",
        co2_kgco2e=_decimal(found[0]["co2_kgco2e"]),
        ch4_kgco2e=_decimal(found[0]["ch4_kgco2e"]),
        n2o_kgco2e=_decimal(found[0]["n2o_kgco2e"]),
        biogenic_kgco2e=_decimal(found[0]["biogenic_kgco2e"]),
    )


def gwp(gas: str, gwp_set: str) -> Decimal:
    """The GWP-100 of a gas in a set, kgCO2e per kg."""
    (value,) = (r["value"] for r in gwps() if (r["gas"], r["gwp_set"]) == (gas, gwp_set))
    return Decimal(value)


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
