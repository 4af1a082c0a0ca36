"""Seeded companies with a hidden response of tonnes to price, and companies that hide none.

Nothing of the estimator is used here: responses are smooth, stepped or flat functions of price,
lags are moving averages or delays, noise has a memory and a spread of its own in each department.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from pricing.sweet_spot.panel import Cell, Panel, panel_of

Floats = npt.NDArray[np.float64]
Response = Callable[[Floats], Floats]
Seed = int | list[int]


@dataclass(frozen=True, slots=True)
class World:
    """A panel, and what only its maker knows: tonnes at a price against none, in the long run."""

    panel: Panel
    hidden: Response | None

    def change_share(self, price: float) -> float:
        """Tonnes at a price against the lowest observed price, minus 1."""
        assert self.hidden is not None
        lowest = min(float(cell.price_per_tonne) for cell in self.panel.cells)
        at, base = self.hidden(np.array([price, lowest]))
        return float(at / base - 1)


# -- what a price does, in the long run: tonnes against those without a price


def no_response(price: Floats) -> Floats:
    return np.ones_like(price)


def linear(rng: np.random.Generator) -> Response:
    slope = rng.uniform(0.001, 0.005)
    return lambda price: 1 - slope * price


def elastic(rng: np.random.Generator) -> Response:
    elasticity, scale = rng.uniform(0.05, 0.25), rng.uniform(2, 15)
    return lambda price: (1 + price / scale) ** -elasticity


def saturating(rng: np.random.Generator) -> Response:
    most, scale = rng.uniform(0.1, 0.45), rng.uniform(5, 40)
    return lambda price: 1 - most * (1 - np.exp(-price / scale))


def salient(rng: np.random.Generator) -> Response:
    jump, slope = rng.uniform(0.05, 0.2), rng.uniform(0, 0.002)
    return lambda price: np.where(price > 0, 1 - jump - slope * price, 1.0)


def threshold(rng: np.random.Generator) -> Response:
    most, middle = rng.uniform(0.15, 0.4), rng.uniform(15, 40)
    return lambda price: 1 - most / (1 + np.exp(-(price - middle) / 4))


SHAPES = (linear, elastic, saturating, salient, threshold)


def any_shape(rng: np.random.Generator) -> Response:
    return SHAPES[rng.integers(len(SHAPES))](rng)


# -- what prices do


def staggered(rng: np.random.Generator, departments: int, categories: int, periods: int) -> Floats:
    """One introduction in most departments, each at its own time; one price or several."""
    level = rng.choice([15.0, 25.0, 40.0, 100.0 / 3])
    levels = np.array([level]) if rng.random() < 0.5 else np.array([0.5, 1, 2]) * level
    price = np.zeros((departments, categories, periods))
    for department in range(departments):
        if rng.random() < 0.8:
            start = rng.integers(periods // 4, 3 * periods // 4)
            price[department, :, start:] = round(float(rng.choice(levels)), 2)
    return price


def stairs(rng: np.random.Generator, departments: int, categories: int, periods: int) -> Floats:
    """Two to four steps upward, each department at its own times."""
    levels = np.array([0, 5, 10, 15, 25, 50, 100.0])[: rng.integers(4, 8)]
    price = np.zeros((departments, categories, periods))
    for department in range(departments):
        count = int(rng.integers(1, 4))
        times = np.sort(rng.choice(np.arange(2, periods - 2), size=count, replace=False))
        steps = np.sort(rng.choice(levels, size=count + 1, replace=False))
        for start, step in zip(np.r_[0, times], steps, strict=True):
            price[department, :, start:] = step
    return price


def own_levels(rng: np.random.Generator, departments: int, categories: int, periods: int) -> Floats:
    """Each department its own price, in cents, from its own time; some change once more."""
    price = np.zeros((departments, categories, periods))
    for department in range(departments):
        start = rng.integers(periods // 5, 4 * periods // 5)
        first = round(float(rng.uniform(3, 60)), 2)
        price[department, :, start:] = first
        again = start + int(rng.integers(3, 8))
        if rng.random() < 0.5 and again < periods - 1:
            price[department, :, again:] = round(first * float(rng.uniform(1.2, 2)), 2)
    return price


def by_unit(rng: np.random.Generator, departments: int, categories: int, periods: int) -> Floats:
    """Each category of each department at its own times."""
    flat = stairs(rng, departments * categories, 1, periods)
    return flat.reshape(departments, categories, periods)


def one_wave(rng: np.random.Generator, departments: int, categories: int, periods: int) -> Floats:
    """Half of the departments at one time, the others never."""
    price = np.full((departments, categories, periods), float(rng.choice([0, 5, 15])))
    start = int(rng.integers(periods // 3, 2 * periods // 3))
    price[: max(departments // 2, 2), :, start:] += rng.choice([10.0, 25.0, 50.0])
    return price


def redrawn(rng: np.random.Generator, departments: int, categories: int, periods: int) -> Floats:
    """Each department draws its price anew every few periods, up or down."""
    price = np.zeros((departments, categories, periods))
    for start in range(0, periods, int(rng.integers(3, 7))):
        price[:, :, start:] = rng.choice([0.0, 8.0, 16.0, 32.0, 64.0], (departments, 1, 1))
    return price


DESIGNS = (staggered, stairs, own_levels, by_unit, one_wave, redrawn)


# -- companies


@dataclass(slots=True)
class Company:
    """What a world is made of before noise: everything by department, category and period."""

    rng: np.random.Generator
    departments: int
    categories: int
    periods: int
    noise: float
    memory: float
    price: Floats
    log_base: Floats
    log_driver: Floats | None = None
    weights: tuple[float, ...] = (1.0,)
    amplitude: Floats | None = None
    labels: str = ""

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.departments, self.categories, self.periods


def company(
    rng: np.random.Generator,
    design: Callable[..., Floats] | None = None,
    *,
    departments: int | None = None,
    periods: int | None = None,
) -> Company:
    departments = departments or int(rng.choice([8, 10, 12, 16, 24, 40, 60]))
    categories = int(rng.integers(1, 5))
    periods = periods or int(rng.choice([10, 12, 16, 20, 24, 36]))
    if departments * categories * periods > 3600:
        periods = 20
    make = design or DESIGNS[rng.integers(len(DESIGNS))]
    shape = (departments, categories, periods)
    size = rng.normal(11, 1, (departments, 1, 1)) + rng.normal(0, 0.7, (departments, categories, 1))
    common = np.cumsum(rng.normal(0, 0.03, (1, categories, periods)), axis=2)
    season = 0.1 * np.sin(2 * np.pi * (np.arange(periods) / 4 + rng.random()))
    return Company(
        rng=rng,
        departments=departments,
        categories=categories,
        periods=periods,
        noise=float(rng.choice([0.03, 0.06, 0.1, 0.2, 0.3])),
        memory=float(rng.choice([0.0, 0.0, 0.5])),
        price=make(rng, *shape),
        log_base=np.broadcast_to(size + common + season, shape).copy(),
    )


def world(made: Company, hidden: Response | None, lose: float = 0.0) -> World:
    effect: Floats = np.zeros(made.shape)
    if hidden is not None:
        effect = np.log(hidden(_lagged(made.price, made.weights)))
        if made.amplitude is not None:
            effect = effect * made.amplitude
    logs = made.log_base + effect + _noise(made)
    if made.log_driver is not None:
        logs = logs + made.log_driver
    return World(_panel(made, np.exp(logs), lose), hidden)


def _lagged(price: Floats, weights: tuple[float, ...]) -> Floats:
    """Prices as departments act on them: late. (Acting on a mean of prices, not of responses.)"""
    padded = np.concatenate([np.repeat(price[:, :, :1], len(weights), axis=2), price], axis=2)
    periods = price.shape[2]
    return sum(
        weight * padded[:, :, len(weights) - lag : len(weights) - lag + periods]
        for lag, weight in enumerate(weights)
    )  # type: ignore[return-value]


def _noise(made: Company) -> Floats:
    rng, departments, periods = made.rng, made.departments, made.periods
    spread = made.noise * rng.uniform(0.6, 1.5, (departments, 1, 1))
    draws = rng.normal(size=made.shape)
    if rng.random() < 0.3:
        draws = rng.standard_t(5, size=made.shape) * np.sqrt(3 / 5)
    noise = np.zeros(made.shape)
    noise[:, :, 0] = draws[:, :, 0]
    for period in range(1, periods):
        fresh = np.sqrt(1 - made.memory**2) * draws[:, :, period]
        noise[:, :, period] = made.memory * noise[:, :, period - 1] + fresh
    return np.asarray(spread * noise)


def _panel(made: Company, kilograms: Floats, lose: float) -> Panel:
    rng = made.rng
    form = made.labels or str(rng.choice(["quarter", "month", "number"]))
    cells = []
    driver = None if made.log_driver is None else np.exp(made.log_driver) * 50
    for d, c, t in np.ndindex(made.shape):
        fate = rng.random() if lose else 1.0
        amount = float(kilograms[d, c, t])
        if fate < lose / 3:
            continue
        if fate < 2 * lose / 3:
            amount = 0.0
        elif fate < lose:
            amount *= 0.2
        cells.append(
            Cell(
                department=f"D{d:02}",
                category=f"C{c}",
                period=_label(form, t),
                emissions_kgco2e=Decimal(f"{amount:.3f}"),
                price_per_tonne=Decimal(f"{made.price[d, c, t]:.4f}"),
                driver=None if driver is None else Decimal(f"{driver[d, c, t]:.2f}"),
            )
        )
    return panel_of(cells)


def _label(form: str, period: int) -> str:
    if form == "year":
        return f"FY{15 + period}"
    if form == "quarter":
        return f"{2015 + period // 4}Q{period % 4 + 1}"
    if form == "month":
        return f"{2015 + period // 12}-{period % 12 + 1:02}"
    return f"P{period + 1}"


# -- families: identified


def plain(shape: Callable[[np.random.Generator], Response]) -> Callable[[Seed], World]:
    def make(seed: Seed) -> World:
        rng = np.random.default_rng(seed)
        return world(company(rng), shape(rng))

    return make


def none(seed: Seed) -> World:
    return world(company(np.random.default_rng(seed)), no_response)


def late(seed: Seed) -> World:
    """Two to four quarters late: at once then, or little by little."""
    rng = np.random.default_rng(seed)
    made = company(rng)
    quarters = int(rng.integers(2, 5))
    made.weights = (
        (*(0.0,) * quarters, 1.0) if rng.random() < 0.4 else (1 / (quarters + 1),) * (quarters + 1)
    )
    return world(made, any_shape(rng))


def growing(seed: Seed) -> World:
    """Departments grow apart, with no driver to tell; those that grow most pay first."""
    rng = np.random.default_rng(seed)
    made = company(rng)
    growth = rng.normal(0.01, 0.02, made.departments)
    late_first = np.argsort(made.price.mean(axis=(1, 2)))
    rank = np.argsort(np.argsort(growth + rng.normal(0, 0.01, growth.shape)))
    made.price = made.price[late_first][rank]
    made.log_base += growth[:, None, None] * np.arange(made.periods)
    return world(made, any_shape(rng))


def growing_with_driver(seed: Seed) -> World:
    """Headcounts that wander, and higher prices where they grew."""
    rng = np.random.default_rng(seed)
    made = company(rng)
    steps = rng.normal(0.01, 0.02, (made.departments, 1, 1)) + rng.normal(
        0, 0.04, (made.departments, 1, made.periods)
    )
    path = np.cumsum(steps, axis=2)
    order = np.argsort(made.price.mean(axis=(1, 2)))
    made.price = made.price[order][np.argsort(np.argsort(path[:, 0, -1]))]
    made.log_driver = np.broadcast_to(path + rng.normal(4, 1, (made.departments, 1, 1)), made.shape)
    return world(made, any_shape(rng))


def common_shocks(seed: Seed) -> World:
    """Whole categories fall by up to nine tenths for a while, in all departments."""
    rng = np.random.default_rng(seed)
    made = company(rng)
    for _ in range(3):
        start = int(rng.integers(1, made.periods - 1))
        end = start + int(rng.integers(1, 6))
        made.log_base[:, rng.integers(made.categories), start:end] += np.log(rng.uniform(0.1, 1.3))
    return world(made, any_shape(rng))


def department_shock(seed: Seed) -> World:
    """One department closes a site or moves house."""
    rng = np.random.default_rng(seed)
    made = company(rng)
    start = int(rng.integers(1, made.periods - 1))
    end = made.periods if rng.random() < 0.5 else start + int(rng.integers(1, 5))
    made.log_base[rng.integers(made.departments), :, start:end] += np.log(rng.uniform(0.3, 1.6))
    return world(made, any_shape(rng))


def factor_change(seed: Seed) -> World:
    """A new factor set moves a category by up to half, in one period, for all departments."""
    rng = np.random.default_rng(seed)
    made = company(rng)
    for category in range(made.categories):
        made.log_base[:, category, rng.integers(1, made.periods) :] += np.log(rng.uniform(0.5, 1.4))
    return world(made, any_shape(rng))


def faulty(seed: Seed) -> World:
    """Cells that are missing, zero, or a fifth of what they should be."""
    rng = np.random.default_rng(seed)
    return world(company(rng), any_shape(rng), lose=0.12)


def unlike(seed: Seed) -> World:
    """Departments answer each in its own strength."""
    rng = np.random.default_rng(seed)
    made = company(rng)
    made.amplitude = rng.uniform(0.6, 1.4, (made.departments, 1, 1))
    return world(made, any_shape(rng))


def waves(seed: Seed) -> World:
    """Half of the departments at one time: one event, but many departments on either side."""
    rng = np.random.default_rng(seed)
    return world(company(rng, one_wave), any_shape(rng))


def few(seed: Seed) -> World:
    """Five to seven departments."""
    rng = np.random.default_rng(seed)
    made = company(rng, DESIGNS[rng.integers(5)], departments=int(rng.integers(5, 8)))
    return world(made, any_shape(rng))


def eight_years(seed: Seed) -> World:
    """Eight periods, by the year; a change has its whole effect within one or two."""
    rng = np.random.default_rng(seed)
    made = company(rng, periods=8)
    made.labels, made.weights = "year", (0.6, 0.4)
    return world(made, any_shape(rng))


IDENTIFIED: dict[str, Callable[[Seed], World]] = {
    "no response": none,
    "linear": plain(linear),
    "elastic (log-linear)": plain(elastic),
    "saturating": plain(saturating),
    "step at introduction": plain(salient),
    "threshold": plain(threshold),
    "lags of 2–4 periods": late,
    "growth without driver": growing,
    "growth with driver": growing_with_driver,
    "common shocks": common_shocks,
    "shock of one department": department_shock,
    "factor change": factor_change,
    "missing, zero and misread cells": faulty,
    "departments answer unlike": unlike,
    "one wave": waves,
    "five to seven departments": few,
    "eight years": eight_years,
}


# -- families: nothing can be told


def never(seed: Seed) -> World:
    """No price, one price, or each department its own throughout; and a shock to explain."""
    rng = np.random.default_rng(seed)
    made = company(rng)
    if rng.random() < 0.5:
        made.price = np.full(made.shape, float(rng.choice([0.0, 15.0])))
    else:
        own = rng.choice([5.0, 15.0, 40.0], (made.departments, 1, 1))
        made.price = np.broadcast_to(own, made.shape)
    made.log_base[:, :, made.periods // 2 :] += np.log(rng.uniform(0.1, 0.9))
    return world(made, any_shape(rng))


def same_for_all(seed: Seed) -> World:
    """The company's one price, once or several times higher; perhaps with a shock beside it."""
    rng = np.random.default_rng(seed)
    made = company(rng)
    path = np.zeros(made.periods)
    for start in rng.choice(np.arange(1, made.periods), int(rng.integers(1, 4)), replace=False):
        path[start:] += rng.choice([5.0, 10.0, 25.0])
    made.price = np.broadcast_to(path, made.shape)
    if rng.random() < 0.5:
        made.log_base[:, :, int(np.argmax(path > 0)) :] += np.log(rng.uniform(0.1, 0.9))
    return world(made, any_shape(rng))


def introduced_at_once(seed: Seed) -> World:
    """All departments at one time, each with its own price: the introduction itself is unknown."""
    rng = np.random.default_rng(seed)
    made = company(rng)
    price = np.zeros(made.shape)
    price[:, :, made.periods // 2 :] = rng.choice([10.0, 20.0, 40.0], (made.departments, 1, 1))
    made.price = price
    return world(made, salient(rng))


def one_event(seed: Seed) -> World:
    """One department has its own price, from when something happened to it."""
    rng = np.random.default_rng(seed)
    made = company(rng)
    price = np.zeros(made.shape)
    start = int(rng.integers(2, made.periods - 2))
    price[0, :, start:] = 25.0
    made.price = price
    made.log_base[0, :, start:] += np.log(rng.uniform(0.1, 0.7))
    return world(made, any_shape(rng))


def price_follows_growth(seed: Seed) -> World:
    """The price rises with each department's growth, and nothing else moves it."""
    rng = np.random.default_rng(seed)
    made = company(rng)
    growth = rng.uniform(-0.01, 0.04, (made.departments, 1, 1))
    years = np.arange(made.periods)
    if rng.random() < 0.5:
        price = 10 + 300 * (growth + 0.01) * years / 4
    else:
        price = 15 * np.exp(growth * years)
    made.price = np.broadcast_to(np.round(price, 2), made.shape)
    made.log_base += growth * years
    return world(made, any_shape(rng))


def factor_with_price(seed: Seed) -> World:
    """Each category gets its price together with its new factors, in all departments."""
    rng = np.random.default_rng(seed)
    made = company(rng)
    price = np.zeros(made.shape)
    for category in range(made.categories):
        start = int(rng.integers(2, made.periods - 1))
        price[:, category, start:] = rng.choice([15.0, 40.0, 100.0])
        made.log_base[:, category, start:] += np.log(rng.uniform(0.5, 0.8))
    made.price = price
    return world(made, any_shape(rng))


def doubled_at_once(seed: Seed) -> World:
    """Departments have prices of their own, and all are doubled in one bad year."""
    rng = np.random.default_rng(seed)
    made = company(rng, departments=int(rng.integers(12, 40)))
    own = rng.choice([10.0, 20.0, 40.0], (made.departments, 1, 1))
    late = np.arange(made.periods) >= made.periods // 2
    made.price = np.broadcast_to(own * np.where(late, 2.0, 1.0), made.shape)
    made.log_base[:, :, late] += np.log(rng.uniform(0.3, 0.9))
    return world(made, any_shape(rng))


def price_follows_size(seed: Seed) -> World:
    """The price is worked out from how large a department has become, which wanders."""
    rng = np.random.default_rng(seed)
    made = company(rng)
    path = np.cumsum(rng.normal(0.01, 0.03, (made.departments, 1, made.periods)), axis=2)
    made.price = np.broadcast_to(np.round(20 * np.exp(path), 1), made.shape)
    made.log_base += path
    return world(made, no_response)


UNIDENTIFIED: dict[str, Callable[[Seed], World]] = {
    "price never changed": never,
    "same price for all": same_for_all,
    "introduced for all at once": introduced_at_once,
    "doubled for all at once": doubled_at_once,
    "one department's event": one_event,
    "price follows growth": price_follows_growth,
    "price follows size": price_follows_size,
    "factors change with the price": factor_with_price,
}
