"""Reads. The share of renewable electricity by place, by site and of the company."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection

from departments.inventory import units
from departments.inventory.calculation.arithmetic import plus
from departments.inventory.entry import plain
from departments.inventory.factor_choice import GRID
from departments.inventory.models.instruments import RENEWABLE
from departments.inventory.set_based import read_sql

Figures = tuple[Decimal, Decimal, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewableShare:
    """Renewable electricity of a place, of a site, or of the whole company where both are empty,
    in kWh.

    `waiting_kwh` is matched and counts once the new results are approved.
    """

    place: str
    electricity_kwh: Decimal
    renewable_kwh: Decimal
    waiting_kwh: Decimal
    site: str = ""

    @property
    def share(self) -> Fraction | None:
        """Renewable kWh ÷ electricity kWh, exactly; None where no electricity was used."""
        if not self.electricity_kwh:
            return None
        return Fraction(self.renewable_kwh) / Fraction(self.electricity_kwh)

    @property
    def percent(self) -> str:
        """The share for people: 41.67, half away from zero; a dash where there is none."""
        if self.share is None:
            return "–"
        hundredths = int(self.share * 10_000 + Fraction(1, 2))
        return f"{hundredths // 100}.{hundredths % 100:02}"


def renewable_shares(
    *, year: int, department_ids: Collection[int] | None = None
) -> tuple[RenewableShare, list[RenewableShare]]:
    """The share of a year in all, and that of each place, by the records in force.

    `department_ids` None means the whole company. The year is that of the activity date.
    Source: GHG Protocol Scope 2 Guidance (2015), chapter 7.
    """
    by_place: dict[str, list[Figures]] = {}
    for place, _site, figures in _read(year, department_ids):
        by_place.setdefault(place, []).append(figures)
    places = [_summed(rows, place=place) for place, rows in sorted(by_place.items())]
    return _summed([row for rows in by_place.values() for row in rows]), places


def renewable_shares_of_sites(
    *, year: int, department_ids: Collection[int] | None = None
) -> list[RenewableShare]:
    """The share of a year of each site that records name; the place is empty.

    What no record gives to a site is in none of them.
    """
    by_site: dict[str, list[Figures]] = {}
    for _place, site, figures in _read(year, department_ids):
        if site:
            by_site.setdefault(site, []).append(figures)
    return [_summed(rows, site=site) for site, rows in sorted(by_site.items())]


def _read(year: int, department_ids: Collection[int] | None) -> Iterator[tuple[str, str, Figures]]:
    """Place, site, and kWh: of all, renewable, and waiting."""
    facts: dict[str, Any] = {
        "activity": GRID,
        "first": date(year, 1, 1),
        "last": date(year, 12, 31),
        "departments": None if department_ids is None else sorted(department_ids),
        "renewable": list(RENEWABLE),
    }
    with connection.cursor() as cursor:
        cursor.execute(read_sql("renewable_share"), facts)
        for place, site, unit, quantity, renewable, waiting in cursor.fetchall():
            energy = units.convert(plain(quantity), from_unit=unit, to_unit="kWh")
            yield place, site, (energy, renewable, waiting)


def _summed(rows: Collection[Figures], *, place: str = "", site: str = "") -> RenewableShare:
    energy, renewable, waiting = (plain(plus(row[n] for row in rows)) for n in range(3))
    return RenewableShare(
        place=place,
        site=site,
        electricity_kwh=energy,
        renewable_kwh=renewable,
        waiting_kwh=waiting,
    )
