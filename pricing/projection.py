"""Calculates. Years to come from years that were: trend, price path with its response, projects.

Nothing is guessed: growth is fitted on years that are named or given, and a price changes emissions
only where the scenario says by how much. kgCO2e are rounded once a year, half away from zero, to
the milligram.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum

from departments.organisation.said import said
from pricing.charging import plain
from pricing.errors import ProjectionImpossible

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
MILLIGRAM = Decimal("0.000001")
PERCENT = Decimal("0.01")  # in sentences
GROWTH = Decimal("0.000000000001")  # to which growth is kept: a hundredth of a gram of a gigatonne
LAST_YEAR = 2200


class Trend(StrEnum):
    """How emissions go on without price and projects."""

    CONSTANT = "constant"
    GEOMETRIC = "geometric"
    LINEAR = "linear"


@dataclass(frozen=True, slots=True)
class Year:
    """What a year has emitted and absorbed, in kgCO2e."""

    year: int
    emitted_kgco2e: Decimal
    removed_kgco2e: Decimal

    @property
    def net_kgco2e(self) -> Decimal:
        """What it adds to the atmosphere."""
        return self.emitted_kgco2e - self.removed_kgco2e


@dataclass(frozen=True, slots=True)
class Project:
    """What a project changes in each of its years, in kgCO2e; `ends_before` None: for good."""

    name: str
    starts_in: int
    ends_before: int | None = None
    reduces_kgco2e: Decimal = Decimal(0)
    removes_kgco2e: Decimal = Decimal(0)

    def runs_in(self, year: int) -> bool:
        """Whether the year is one of its own."""
        return self.starts_in <= year and (self.ends_before is None or year < self.ends_before)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is assumed about the years to come.

    `growth` is the factor from a year to the next (1.02: 2 % more), in place of a fitted one.
    `prices` are (first year, price per tonne). `response` is (price, change of emissions as a
    share): between two prices it is interpolated, beyond the last nothing more happens.
    """

    name: str
    trend: Trend = Trend.CONSTANT
    fitted_from: int | None = None
    growth: Decimal | None = None
    prices: tuple[tuple[int, Decimal], ...] = ()
    response: tuple[tuple[Decimal, Decimal], ...] = ()
    projects: tuple[Project, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectedYear(Year):
    """A year, what is in the atmosphere at its end, and the price where there is one."""

    lifetime_kgco2e: Decimal
    is_history: bool
    price_per_tonne: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Projection:
    """Years that were and years to come; both ends None where they are not reached."""

    name: str
    years: tuple[ProjectedYear, ...]
    explanation: tuple[str, ...]

    @property
    def first_negative_year(self) -> int | None:
        """The first year that takes out more than it adds."""
        return next((each.year for each in self.years if each.net_kgco2e < 0), None)

    @property
    def lifetime_zero_year(self) -> int | None:
        """The first year to come at whose end nothing of all that was emitted is left."""
        coming = (each for each in self.years if not each.is_history)
        return next((each.year for each in coming if each.lifetime_kgco2e <= 0), None)


def project(
    *, history: Sequence[Year], lifetime_kgco2e: Decimal, scenario: Scenario, until_year: int
) -> Projection:
    """The years until one of them, under a scenario.

    `lifetime_kgco2e` is what is in the atmosphere at the end of the last year of `history`.
    Raises: ProjectionImpossible.
    """
    _check(history, scenario, until_year)
    known = sorted(history, key=lambda each: each.year)
    last = known[-1]
    years = _past(known, lifetime_kgco2e)
    step, words = _trend(known, scenario)
    lifetime, emitted = lifetime_kgco2e, last.emitted_kgco2e
    for year in range(last.year + 1, until_year + 1):
        emitted = step(emitted)
        price = _price_in(scenario, year)
        answered = EXACT.multiply(emitted, 1 + _response(scenario, price))
        running = [each for each in scenario.projects if each.runs_in(year)]
        reduced = sum((each.reduces_kgco2e for each in running), Decimal(0))
        removed = last.removed_kgco2e + sum((each.removes_kgco2e for each in running), Decimal(0))
        found = _rounded(max(answered - reduced, Decimal(0)))
        lifetime += found - removed
        years.append(ProjectedYear(year, found, removed, lifetime, False, price))
    return Projection(scenario.name, tuple(years), (*words, *_words(scenario, last)))


def target_path(
    *,
    last_year: int,
    net_kgco2e: Decimal,
    lifetime_kgco2e: Decimal,
    negative_year: int,
    zero_year: int,
) -> tuple[ProjectedYear, ...]:
    """The straight way to two aims: net flow falls in equal steps to what `negative_year` and every
    year after take out, so much that at the end of `zero_year` nothing is left.

    Raises: ProjectionImpossible, if the years are not in order or there is nothing to remove.
    """
    steps, after = negative_year - last_year, zero_year - negative_year
    if steps < 1 or after < 0:
        raise ProjectionImpossible(
            said(
                "The aims %(negative)s and %(zero)s do not lie one after the other behind "
                "%(last)s, the last settled year.",
                negative=negative_year,
                zero=zero_year,
                last=last_year,
            )
        )
    on_the_way = lifetime_kgco2e + net_kgco2e * (steps - 1) / 2
    removed = EXACT.divide(on_the_way, Decimal(steps + 1) / 2 + after)
    if removed <= 0:
        raise ProjectionImpossible(said("Nothing is left to be removed: the aims are reached."))
    years, lifetime = [], lifetime_kgco2e
    for year in range(last_year + 1, zero_year + 1):
        share = EXACT.divide(Decimal(min(year - last_year, steps)), Decimal(steps))
        net = _rounded(net_kgco2e + (-removed - net_kgco2e) * share)
        lifetime = lifetime + net if year < zero_year else Decimal(0)
        added, taken = max(net, Decimal(0)), max(-net, Decimal(0))
        years.append(ProjectedYear(year, added, taken, lifetime, False))
    return tuple(years)


def growth_of(history: Sequence[Year], *, fitted_from: int | None = None) -> Decimal:
    """The mean growth a year, from the first fitted year to the last: (last ÷ first)^(1 ÷ years).

    Raises: ProjectionImpossible, without two years above zero.
    """
    fitted = [each for each in history if fitted_from is None or each.year >= fitted_from]
    fitted.sort(key=lambda each: each.year)
    if len(fitted) < 2 or fitted[0].emitted_kgco2e <= 0 or fitted[-1].emitted_kgco2e <= 0:
        raise ProjectionImpossible(said("A growth is fitted on two years above zero at least."))
    ratio = EXACT.divide(fitted[-1].emitted_kgco2e, fitted[0].emitted_kgco2e)
    between = Decimal(fitted[-1].year - fitted[0].year)
    return EXACT.power(ratio, EXACT.divide(Decimal(1), between)).quantize(GROWTH, context=EXACT)


def slope_of(history: Sequence[Year], *, fitted_from: int | None = None) -> Decimal:
    """The slope of the least-squares line through the fitted years, kgCO2e a year.

    Raises: ProjectionImpossible, without two years.
    """
    fitted = [each for each in history if fitted_from is None or each.year >= fitted_from]
    if len(fitted) < 2:
        raise ProjectionImpossible(said("A line is fitted on two years at least."))
    count = Decimal(len(fitted))
    mean_year = EXACT.divide(Decimal(sum(each.year for each in fitted)), count)
    mean = EXACT.divide(sum((each.emitted_kgco2e for each in fitted), Decimal(0)), count)
    away = [(each.year - mean_year, each.emitted_kgco2e - mean) for each in fitted]
    over = sum((EXACT.multiply(years, kgco2e) for years, kgco2e in away), Decimal(0))
    under = sum((EXACT.multiply(years, years) for years, _ in away), Decimal(0))
    return EXACT.divide(over, under)


def _check(history: Sequence[Year], scenario: Scenario, until_year: int) -> None:
    if not history:
        raise ProjectionImpossible(said("There is no settled year to go on from."))
    last = max(each.year for each in history)
    if not last < until_year <= LAST_YEAR:
        raise ProjectionImpossible(
            said(
                "Project to a year after %(last)s, %(most)s at the latest.",
                last=last,
                most=LAST_YEAR,
            )
        )
    if scenario.prices and not scenario.response:
        raise ProjectionImpossible(
            said(
                "Scenario %(scenario)s has prices but does not say what they change: give its "
                "response, from an estimate or as an assumption.",
                scenario=repr(str(scenario.name)),
            )
        )
    if any(share < -1 for _, share in scenario.response):
        raise ProjectionImpossible(said("A response can't take away more than everything."))


def _past(known: Sequence[Year], lifetime: Decimal) -> list[ProjectedYear]:
    """The years that were, with what was in the atmosphere at the end of each."""
    found: list[ProjectedYear] = []
    for each in reversed(known):
        found.append(
            ProjectedYear(each.year, each.emitted_kgco2e, each.removed_kgco2e, lifetime, True)
        )
        lifetime -= each.net_kgco2e
    return found[::-1]


class _Step:
    """From a year's emissions to the next one's."""

    def __init__(self, factor: Decimal, plus: Decimal) -> None:
        self.factor, self.plus = factor, plus

    def __call__(self, emitted: Decimal) -> Decimal:
        return max(EXACT.multiply(emitted, self.factor) + self.plus, Decimal(0))


def _trend(known: Sequence[Year], scenario: Scenario) -> tuple[_Step, list[str]]:
    since = scenario.fitted_from or known[0].year
    years = f"{since} to {known[-1].year}"
    if scenario.growth is not None:
        words = f"Emissions of a year are {plain(scenario.growth)} times those of the year before."
        return _Step(scenario.growth, Decimal(0)), [words + " It was given."]
    if scenario.trend is Trend.GEOMETRIC:
        growth = growth_of(known, fitted_from=scenario.fitted_from)
        words = f"Emissions of a year are {plain(growth)} times those of the year before"
        return _Step(growth, Decimal(0)), [f"{words}: the mean growth of {years}."]
    if scenario.trend is Trend.LINEAR:
        slope = slope_of(known, fitted_from=scenario.fitted_from)
        words = f"Emissions change by {_tonnes(_rounded(slope))} a year"
        return _Step(Decimal(1), slope), [f"{words}: the straight line through {years}."]
    return _Step(Decimal(1), Decimal(0)), [f"Emissions stay as in {known[-1].year}."]


def _price_in(scenario: Scenario, year: int) -> Decimal | None:
    begun = [(since, price) for since, price in scenario.prices if since <= year]
    return max(begun)[1] if begun else None


def _response(scenario: Scenario, price: Decimal | None) -> Decimal:
    """The share by which a price changes emissions."""
    if price is None:
        return Decimal(0)
    points = sorted(scenario.response)
    below = [point for point in points if point[0] <= price]
    above = [point for point in points if point[0] > price]
    if not below or not above:
        return (below[-1] if below else above[0])[1]
    (from_price, from_share), (to_price, to_share) = below[-1], above[0]
    part = EXACT.divide(price - from_price, to_price - from_price)
    return from_share + (to_share - from_share) * part


def _words(scenario: Scenario, last: Year) -> list[str]:
    words = [f"Removals stay at {_tonnes(last.removed_kgco2e)} a year, besides projects."]
    for since, price in sorted(scenario.prices):
        share = plain((_response(scenario, price) * 100).quantize(PERCENT, context=EXACT))
        words.append(f"From {since} a tonne costs {plain(price)}: emissions change by {share} %.")
    for each in scenario.projects:
        until = f" until before {each.ends_before}" if each.ends_before else ""
        words.append(
            f"{each.name}: from {each.starts_in}{until} {_tonnes(each.reduces_kgco2e)} less and "
            f"{_tonnes(each.removes_kgco2e)} removed a year."
        )
    return words


def _tonnes(kgco2e: Decimal) -> str:
    return f"{plain(kgco2e.scaleb(-3))} t"


def _rounded(kgco2e: Decimal) -> Decimal:
    return kgco2e.quantize(MILLIGRAM, context=EXACT)
