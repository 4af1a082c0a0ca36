"""Calculates. A month of meters, data centres and chillers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random

from config.bench.generator import draws, factors
from config.bench.generator.company import Company, Meter, Site
from config.bench.generator.row import Row, by_factor, electricity, milligrams, product
from config.bench.generator.sizes import Month
from config.bench.generator.worlds import Price, World

# January to December, as found in 12 buildings of a campus (YaleToolkit); offices dip half as deep.
SEASON_ELECTRICITY = (1.20, 1.23, 1.02, 1.13, 0.86, 0.62, 0.64, 0.67, 1.16, 1.20, 1.22, 1.04)
SEASON_HEAT = (1.90, 1.58, 1.39, 1.10, 0.71, 0.44, 0.38, 0.42, 0.47, 0.86, 1.15, 1.60)
SOUTHERN = {"AU", "BR", "ZA", "NZ", "CL", "AR", "PE", "UY"}
COVERED_SHARE = Decimal("0.96")
ZERO_READS, MISSING_READS = 0.041, 0.036
GASES = (("r-410a", 50), ("hfc-134a", 30), ("hfc-32", 15), ("r-404a", 5))
CHILLERS_A_SITE = 2
UK_PROXY = "UK factor as a proxy: this country publishes none."


class Energy:
    """The meters of a company; each goes on from the month before."""

    def __init__(self, company: Company, worlds: dict[str, World], prices: list[Price]) -> None:
        self.company, self.worlds, self.prices = company, worlds, prices
        self._residuals: dict[str, float] = {}
        chance = draws.stream(company.seed, "data centres")
        self._base_kwh = {
            site.code: draws.lognormal(chance, median=4_000_000, sigma=1.0)
            for site in company.sites
            if site.kind == "data-centre"
        }

    def rows(self, month: Month) -> Iterator[Row]:
        """Every meter read this month, and what chillers lost."""
        chance = draws.stream(self.company.seed, "energy", month.code)
        for meter in self.company.meters:
            yield self._read(chance, meter, month)
        for site in self.company.sites:
            yield from self._top_ups(chance, site, month)

    def backfill(self, month: Month) -> Iterator[Row]:
        """A month before the history: electricity alone, where factors reach back (not US)."""
        chance = draws.stream(self.company.seed, "backfill", month.code)
        for meter in self.company.meters:
            if meter.utility == "electricity" and meter.site.country != "US":
                yield self._read(chance, meter, month)

    def _read(self, chance: Random, meter: Meter, month: Month) -> Row:
        days = (month.first_day, month.last_day)
        usual = self._usual(meter, month) * self._world(meter.site, month)
        is_data_centre = meter.code[2:-2] in self._base_kwh and meter.utility == "electricity"
        before = self._residuals.get(meter.code, 0.0)
        residual = draws.meter_residual(chance, before) * (0.1 if is_data_centre else 1.0)
        self._residuals[meter.code] = residual
        drawn = chance.random()
        is_missing = drawn < MISSING_READS
        is_zero = not is_data_centre and MISSING_READS <= drawn < MISSING_READS + ZERO_READS
        read = 0.0 if is_zero else usual * (1.0 if is_missing else max(1 + residual, 0.02))
        row = self._row(meter, days, draws.decimal(read, 3), f"{meter.code}-{month.code}")
        return row.with_inputs(estimated="true") if is_missing else row

    def _row(self, meter: Meter, days: tuple[date, date], quantity: Decimal, key: str) -> Row:
        site = meter.site
        if meter.utility == "electricity":
            covered = draws.decimal(float(quantity * COVERED_SHARE), 0)
            in_mwh = int(site.code[1:]) % 5 == 0
            covered = min(covered, quantity)
            return electricity(
                site.department, days, quantity, covered, key, site.place, in_mwh=in_mwh
            )
        activity, unit = {
            "gas": ("gaseous-fuels/natural-gas", "kWh (Gross CV)"),
            "heat": ("heat-and-steam/district", "kWh"),
            "water": ("water-supply", "cubic metres"),
        }[meter.utility]
        note = "" if site.country == "GB" else UK_PROXY
        return by_factor(site.department, activity, days, quantity, unit, key, "GB", note)

    def _usual(self, meter: Meter, month: Month) -> float:
        """What such a meter reads in such a month, in its unit."""
        site, index = meter.site, month.first_day.month - 1
        if site.country in SOUTHERN:
            index = (index + 6) % 12
        if meter.utility == "electricity":
            if site.code in self._base_kwh:
                return self._base_kwh[site.code] * 1.022 ** max(month.number, 0)
            season = (SEASON_ELECTRICITY[index] + 1) / 2  # half the dip of a campus
            return site.area_sqft * 0.52 * season
        if meter.utility == "water":
            return site.area_sqft * 0.001
        a_sqft = 0.8 if meter.utility == "gas" else 0.3
        return site.area_sqft * a_sqft * SEASON_HEAT[index]

    def _world(self, site: Site, month: Month) -> float:
        return self.worlds[site.department].factor(month, self.prices)

    def _top_ups(self, chance: Random, site: Site, month: Month) -> Iterator[Row]:
        days = (month.first_day, month.last_day)
        for number in range(draws.poisson(chance, 0.05 * CHILLERS_A_SITE)):
            (gas,) = chance.choices([name for name, _ in GASES], [share for _, share in GASES])
            mass = draws.decimal(draws.lognormal(chance, median=6, sigma=0.9), 2)
            kgco2e = milligrams(product(mass, factors.gwp(gas)))
            yield Row(
                site.department,
                f"refrigerant/{gas}",
                *days,
                f"{mass:f}",
                "kg",
                f"R-{site.code}-{month.code}-{number}",
                site.place,
                kgco2e,
                kgco2e,
                1,
                None,
            )
