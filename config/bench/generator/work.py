"""Calculates. A month of computing, travel, commuting, goods, hardware, waste and removals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from random import Random

from config.bench.generator import draws, factors, facts
from config.bench.generator.company import Company, Site
from config.bench.generator.row import Row, by_factor, milligrams, product, reported
from config.bench.generator.sizes import Month
from config.bench.generator.worlds import Price, World

CLOUD_SHARE, REMOVAL_SHARE, REVERSED_SHARE = 0.70, 0.001, 0.03
# Microsoft FY23 (vintage FACT2024): 17.162 Mt by about 221,000 people, Scope 3 96.9 % of it.
SCOPE_3_A_PERSON = 17_162_000 / 221_000 * 0.969
CATEGORY_SHARES = {1: 0.335, 2: 0.353, 9: 0.0042, 11: 0.237, 12: 0.0002, 13: 0.0004}
FLIGHTS = (("domestic", 434, 45), ("short-haul", 1_484, 30), ("long-haul", 6_799, 25))
LONG_HAUL_CLASSES = (("economy", 62), ("premium-economy", 12), ("business", 25), ("first", 1))
SEGMENTS = (
    ("business-travel-land/rail/national-rail", "passenger.km", 120, 0.3),
    ("business-travel-land/cars-by-size/average-car/unknown", "km", 40, 0.5),
    ("business-travel-land/taxis/regular-taxi", "km", 12, 0.6),
)
ROWS_A_TRIP = 2 + 0.3 + 0.5 + 0.6
GRANTED = 0.5  # of the trips asked for, at no price; a growing department gets more
CAR_KGCO2E_PER_KM = Decimal("0.16669")
WASTE = "waste-disposal/refuse/commercial-and-industrial-waste/landfill"
LORRIES = "freight/hgv-all-diesel/all-hgvs/average-laden"


class Work:
    """What the departments of a company do, besides running buildings."""

    def __init__(self, company: Company, worlds: dict[str, World], prices: list[Price]) -> None:
        self.company, self.worlds, self.prices = company, worlds, prices
        self.hotels = {site.department: site.hotel for site in company.sites}

    def rows(self, month: Month, *, count: int) -> Iterator[Row]:
        """About so many rows: the fixed ones, 70 % computing, removals, trips for the rest."""
        fixed = list(self._fixed(month))
        yield from fixed
        total = self.company.size.rows_a_month
        cloud = min(round(CLOUD_SHARE * total), max(count - len(fixed), 0))
        removals = round(REMOVAL_SHARE * total)
        yield from islice(self._computing(month), cloud)
        yield from islice(self._removals(month), removals)
        yield from self._trips(month, rows=count - len(fixed) - cloud - removals)

    def _world(self, department: str, month: Month) -> float:
        return self.worlds[department].factor(month, self.prices)

    # Computing

    def _computing(self, month: Month) -> Iterator[Row]:
        chance = draws.stream(self.company.seed, "computing", month.code)
        accelerators, regions = facts.accelerators(), facts.regions()
        number = 0
        while True:
            department = chance.choice(self.company.departments)
            accelerator, region = chance.choice(accelerators), chance.choice(regions)
            hours = draws.gpu_hours(chance) * self._world(department, month)
            utilisation = draws.decimal(chance.betavariate(5, 2), 3)
            number += 1
            yield _computed(
                department,
                _day(chance, month),
                draws.decimal(hours, 4),
                accelerator,
                utilisation,
                region,
                f"C-{month.code}-{number:07}",
                is_inference=chance.random() < 0.75,
            )

    # Travel

    def _trips(self, month: Month, *, rows: int) -> Iterator[Row]:
        """Flights, hotels and ways on the ground. Of the trips that are asked for, the price lets
        some go: so a department's answer is its own, whatever the others do."""
        chance = draws.stream(self.company.seed, "trips", month.code)
        for number in range(max(round(rows / ROWS_A_TRIP / GRANTED), 0)):
            department = chance.choice(self.company.departments)
            if chance.random() < GRANTED * self._world(department, month):
                yield from self._trip(chance, department, month, f"T-{month.code}-{number:07}")

    def _trip(self, chance: Random, department: str, month: Month, key: str) -> Iterator[Row]:
        day = _day(chance, month)
        yield _flight(chance, department, day, key)
        nights = Decimal(1 + draws.poisson(chance, 0.6))
        hotel = f"hotel-stay/{self.hotels.get(department, 'uk')}"
        days = (day[0], day[0])
        yield by_factor(department, hotel, days, nights, "Room per night", f"{key}-H", "GB")
        for index, (activity, unit, median, mean) in enumerate(SEGMENTS):
            for segment in range(draws.poisson(chance, mean)):
                far = draws.decimal(draws.lognormal(chance, median=median, sigma=0.6), 1)
                yield by_factor(
                    department, activity, days, far, unit, f"{key}-{index}{segment}", "GB"
                )

    # What comes each month, department by department and site by site

    def _fixed(self, month: Month) -> Iterator[Row]:
        chance = draws.stream(self.company.seed, "work", month.code)
        for department in self.company.departments:
            yield from self._commuting(chance, department, month)
            yield from self._supply_chain(chance, department, month)
            if month.first_day.month % 3 == 0:
                yield from self._hardware(chance, department, month)
        for site in self.company.sites:
            yield from self._logistics(chance, site, month)

    def _commuting(self, chance: Random, department: str, month: Month) -> Iterator[Row]:
        days = (month.first_day, month.last_day)
        people = sum(s.employees for s in self.company.sites if s.department == department)
        people = people or self.company.size.employees // len(self.company.departments)
        in_office = draws.binomial_share(chance, 21 * people, 11 / 21)
        one_way = draws.lognormal(chance, median=14, sigma=0.8 / max(people, 1) ** 0.5)
        far = draws.decimal(21 * people * in_office * 2 * one_way, 1)
        tonnes = product(far, CAR_KGCO2E_PER_KM, Decimal("0.001"))
        key = f"W-{month.code}-{department}"
        yield reported(
            department,
            "reported/scope-3/7",
            days,
            tonnes.quantize(Decimal("0.000001")),
            f"{key}-C",
            "Distance to work × UK Government factor of an average car, 2024",
        )
        hours = draws.decimal(21 * people * (1 - in_office) * 7.5, 1)
        yield by_factor(
            department,
            "homeworking/office-equipment-and-heating",
            days,
            hours,
            "per FTE Working Hour",
            f"{key}-H",
            "GB",
        )

    def _supply_chain(self, chance: Random, department: str, month: Month) -> Iterator[Row]:
        days = (month.first_day, month.last_day)
        size = self.company.size
        usual = SCOPE_3_A_PERSON * size.employees / 12 / len(self.company.departments)
        for category, share in CATEGORY_SHARES.items():
            noise = draws.lognormal(chance, median=1, sigma=0.25)
            tonnes = usual * share * noise * self._world(department, month)
            yield reported(
                department,
                f"reported/scope-3/{category}",
                days,
                draws.decimal(tonnes, 6),
                f"P-{month.code}-{department}-{category}",
                "Suppliers' statements, made up",
            )

    def _hardware(self, chance: Random, department: str, month: Month) -> Iterator[Row]:
        days = (month.first_day, month.last_day)
        for made in facts.equipment():
            pieces = draws.negative_binomial(chance, mean=40, k=0.7)
            kgco2e = milligrams(product(Decimal(pieces), made.embodied_kgco2e))
            row = Row(
                department,
                f"hardware/{made.item}",
                *days,
                str(pieces),
                "item",
                f"E-{month.code}-{department}-{made.item}",
                "",
                kgco2e,
                kgco2e,
                3,
                2,
            )
            embodied = f"{made.embodied_kgco2e:f}"
            yield row.with_inputs(embodied_kgco2e=embodied, citation=made.citation)

    def _logistics(self, chance: Random, site: Site, month: Month) -> Iterator[Row]:
        days = (month.first_day, month.last_day)
        for activity, unit, a_person, letter in (
            (WASTE, "tonnes", 0.0137, "W"),  # 36,392 t a year by 221,000 people
            (LORRIES, "tonne.km", 4.0, "L"),
            ("water-treatment", "cubic metres", 0.9, "T"),
        ):
            usual = a_person * max(site.employees, 1)
            quantity = draws.decimal(draws.lognormal(chance, median=usual, sigma=0.6), 4)
            key = f"L-{month.code}-{site.code}-{letter}"
            yield by_factor(site.department, activity, days, quantity, unit, key, "GB")

    # Removals

    def _removals(self, month: Month) -> Iterator[Row]:
        chance = draws.stream(self.company.seed, "removals", month.code)
        number = 0
        while True:
            number += 1
            department = chance.choice(self.company.departments)
            offer = chance.choice(facts.removal_offers())
            share = draws.lognormal(chance, median=0.002, sigma=0.7)
            tonnes = draws.decimal(min(float(offer.tonnes) * share, 5_000.0), 3)
            is_reversal = chance.random() < REVERSED_SHARE
            yield _removal(
                department, month, offer, tonnes, f"A-{month.code}-{number:05}", is_reversal
            )


def _computed(
    department: str,
    days: tuple[date, date],
    hours: Decimal,
    accelerator: facts.Accelerator,
    utilisation: Decimal,
    region: facts.Region,
    key: str,
    *,
    is_inference: bool,
) -> Row:
    """Hours × watts × utilisation × PUE × grid, from rented machines: Scope 3 category 1."""
    grid = factors.factor(factors.GRID, region.place, days[1].year, "kWh")
    watts = product(accelerator.tdp_w, utilisation)
    kwh = product(hours, watts, Decimal("0.001"), region.pue)
    kgco2e = milligrams(product(kwh, grid.kgco2e_per_unit))
    row = Row(
        department,
        f"compute/cloud/{'inference' if is_inference else 'training'}",
        *days,
        f"{hours:f}",
        "h",
        key,
        region.place,
        kgco2e,
        kgco2e,
        3,
        1,
        note=f"{accelerator.name}, {region.name}"[:200],
    ).with_inputs(
        tdp_w=f"{accelerator.tdp_w:f}", utilisation=f"{utilisation:f}", pue=f"{region.pue:f}"
    )
    return row.with_inputs(confirm_suspect="true") if grid.is_suspect else row


def _flight(chance: Random, department: str, days: tuple[date, date], key: str) -> Row:
    ((haul, median, _),) = chance.choices(FLIGHTS, [share for _, _, share in FLIGHTS])
    far = draws.decimal(draws.lognormal(chance, median=median, sigma=0.25), 0)
    seat = "average-passenger"
    if haul == "long-haul":
        ((name, _),) = chance.choices(LONG_HAUL_CLASSES, [share for _, share in LONG_HAUL_CLASSES])
        seat = f"{name}-class"
    activity = f"business-travel-air/flights/{haul}/{seat}/with-rf"
    return by_factor(department, activity, days, far, "passenger.km", f"{key}-F", "GB")


def _removal(
    department: str,
    month: Month,
    offer: facts.RemovalOffer,
    tonnes: Decimal,
    key: str,
    is_reversal: bool,
) -> Row:
    kgco2e = milligrams(product(tonnes, Decimal(-1000 if is_reversal else 1000)))
    kind = "removal-reversal" if is_reversal else "removal"
    row = Row(
        department,
        f"{kind}/{offer.method}",
        month.first_day,
        month.last_day,
        f"{tonnes:f}",
        "tCO2e",
        key,
        "",
        kgco2e,
        kgco2e,
        None,
        None,
        note=f"Offer {offer.project}, {offer.price_usd or 'no'} USD per tonne",
    )
    return row.with_inputs(
        durability_class=offer.durability_class,
        removal_state="verified",
        citation=f"CarbonPlan CDR Database, {offer.project}",
    )


def _day(chance: Random, month: Month) -> tuple[date, date]:
    day = month.first_day + timedelta(days=chance.randrange(month.last_day.day))
    return day, day
