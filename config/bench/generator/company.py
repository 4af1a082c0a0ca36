"""Calculates. Who there is: legal entities, departments and when they moved, sites, meters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from config.bench.generator import facts
from config.bench.generator.draws import lognormal, stream
from config.bench.generator.facts import Country
from config.bench.generator.sizes import CompanySize, month_at

US_PLACES = ("US/CAMX", "US/NWPP", "US/SRVC", "US/RFCW", "US/ERCT", "US/NYUP")
KINDS = ("office", "office", "office", "lab", "warehouse")
UTILITIES = ("gas", "water", "water", "heat")
MOVED_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Placed:
    """A department below another from a day on, until the day before another."""

    department: str
    parent: str
    entity: str
    from_on: date
    ends_before: date | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A building or data centre, and the department that runs it."""

    code: str
    department: str
    country: str
    hotel: str
    place: str
    kind: str
    area_sqft: float
    employees: int


@dataclass(frozen=True, slots=True)
class Meter:
    """A utility meter of a site."""

    code: str
    site: Site
    utility: str


@dataclass(frozen=True, slots=True)
class CostCentre:
    """Where finance books a department's fee, and since when."""

    code: str
    entity: str
    department: str
    from_on: date
    ends_before: date | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """Everything that does not change from month to month."""

    seed: int
    size: CompanySize
    entities: list[tuple[str, str, str]]  # code, country, currency
    groups: list[str]
    departments: list[str]
    placements: list[Placed]
    cost_centres: list[CostCentre]
    sites: list[Site]
    meters: list[Meter]


def found(seed: int, size: CompanySize) -> Company:
    """The company of a seed and size."""
    chance = stream(seed, "company")
    countries = facts.countries()[: size.countries]
    entities = [(f"E-{found.code}", found.code, found.currency) for found in countries]
    groups = [f"G{number:02}" for number in range(1, size.groups + 1)]
    departments = [f"D{number:03}" for number in range(1, size.departments + 1)]
    sites = _sites(chance, size, countries, departments)
    return Company(
        seed,
        size,
        entities,
        groups,
        departments,
        _placements(chance, size, entities, groups, departments),
        _cost_centres(chance, size, entities, departments),
        sites,
        _meters(size, sites),
    )


def reorganised_on(size: CompanySize) -> date:
    """The day in the middle of a year from which what moved is elsewhere."""
    return month_at(size.first_month, 6).first_day


def _placements(
    chance: Random,
    size: CompanySize,
    entities: list[tuple[str, str, str]],
    groups: list[str],
    departments: list[str],
) -> list[Placed]:
    first, moves_on = date(2018, 1, 1), reorganised_on(size)
    placed = [Placed("COMPANY", "", entities[0][0], first)]
    placed += [Placed(group, "COMPANY", entities[0][0], first) for group in groups]
    moved = set(chance.sample(departments, max(1, round(MOVED_SHARE * len(departments)))))
    for number, department in enumerate(departments):
        group, entity = groups[number % len(groups)], entities[number % len(entities)][0]
        if department not in moved:
            placed.append(Placed(department, group, entity, first))
            continue
        other = groups[(number + 1) % len(groups)]
        placed.append(Placed(department, group, entity, first, moves_on))
        placed.append(Placed(department, other, entity, moves_on))
    return placed


def _cost_centres(
    chance: Random,
    size: CompanySize,
    entities: list[tuple[str, str, str]],
    departments: list[str],
) -> list[CostCentre]:
    first, moves_on = date(2018, 1, 1), reorganised_on(size)
    found: list[CostCentre] = []
    for number in range(size.cost_centres):
        code = f"CC{number + 1:05}"
        department = departments[number % len(departments)]
        entity = entities[number % len(entities)][0]
        if chance.random() >= MOVED_SHARE:
            found.append(CostCentre(code, entity, department, first))
            continue
        other = departments[(number + 1) % len(departments)]
        found.append(CostCentre(code, entity, department, first, moves_on))
        found.append(CostCentre(code, entity, other, moves_on))
    return found


def _sites(
    chance: Random, size: CompanySize, countries: list[Country], departments: list[str]
) -> list[Site]:
    weights = [lognormal(chance, median=1, sigma=0.9) for _ in range(size.sites)]
    sites = []
    for number in range(size.sites):
        country = countries[number % len(countries)]
        is_data_centre = number < size.data_centres
        sites.append(
            Site(
                code=f"S{number + 1:04}",
                department=departments[number % len(departments)],
                country=country.code,
                hotel=country.hotel or "uk",
                place=chance.choice(US_PLACES) if country.code == "US" else country.code,
                kind="data-centre" if is_data_centre else chance.choice(KINDS),
                area_sqft=175_000 * weights[number],
                employees=round(size.employees * weights[number] / sum(weights)),
            )
        )
    return sites


def _meters(size: CompanySize, sites: list[Site]) -> list[Meter]:
    meters = [Meter(f"M-{site.code}-E", site, "electricity") for site in sites]
    number = 0
    while len(meters) < size.meters:
        site = sites[number % len(sites)]
        utility = UTILITIES[(number // len(sites) + number) % len(UTILITIES)]
        meters.append(Meter(f"M-{site.code}-{utility[0].upper()}{number:04}", site, utility))
        number += 1
    return meters
