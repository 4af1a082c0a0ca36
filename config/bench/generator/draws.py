"""Calculates. Draws from the distributions of the company; the same seed draws the same figures."""

from __future__ import annotations

from decimal import Decimal
from math import exp, sqrt
from random import Random

MOST_GPU_HOURS = 3_000_000.0


def stream(seed: int, *labels: object) -> Random:
    """A source of chance of its own for each purpose, so that one more draw here shifts nothing
    there."""
    return Random("/".join(map(str, (seed, *labels))))


def decimal(value: float, places: int) -> Decimal:
    """A drawn figure as it would stand in a file."""
    return Decimal(f"{value:.{places}f}")


def lognormal(chance: Random, *, median: float, sigma: float) -> float:
    """Lognormal about a median."""
    return median * exp(sigma * chance.gauss(0, 1))


def poisson(chance: Random, mean: float) -> int:
    """How many events, if so many are usual; for small means."""
    limit, product, count = exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def negative_binomial(chance: Random, *, mean: float, k: float) -> int:
    """A count that varies more than a Poisson one: its mean is drawn first."""
    drawn = chance.gammavariate(k, mean / k)
    return poisson(chance, drawn) if drawn < 500 else round(drawn)


def gpu_hours(chance: Random) -> float:
    """Pareto, alpha 1.1 from half an hour, capped at the largest training runs known."""
    return min(0.5 * chance.paretovariate(1.1), MOST_GPU_HOURS)


def binomial_share(chance: Random, trials: int, share: float) -> float:
    """The share of successes among many, by its normal approximation."""
    if trials <= 0:
        return 0.0
    spread = (share * (1 - share) / trials) ** 0.5
    return min(max(chance.gauss(share, spread), 0.0), 1.0)


def meter_residual(chance: Random, before: float) -> float:
    """The next deviation of a meter from its usual month: CV 0.30, lag-1 autocorrelation 0.69."""
    return 0.69 * before + 0.30 * sqrt(1 - 0.69**2) * chance.gauss(0, 1)


def half_life_weight(months: float, lag: float) -> float:
    """How much of an effect has arrived after so many months: from 0 to 1."""
    return 0.0 if months < 0 else 1.0 - float(0.5 ** (months / lag))
