"""Calculates. The columns of the regression: price, changes still under way, drivers.

Prices enter as straight lines between knots, so that no shape of the response is assumed; a change
of price has a deviation of its own at each age, so that what remains is the long run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pricing.sweet_spot.observations import Floats, Integers, Observations
from pricing.sweet_spot.regression import Within, basis_of

# How long a change of price may be under way, in periods: groups of ages (first, last).
_BINS = {
    "year": ((0, 0), (1, 1)),
    "half": ((0, 0), (1, 1), (2, 2)),
    "quarter": ((0, 0), (1, 1), (2, 2), (3, 3)),
    "month": ((0, 0), (1, 1), (2, 3), (4, 5), (6, 8), (9, 11)),
    "number": ((0, 0), (1, 1), (2, 2), (3, 3)),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Who is compared: cells of a group share each period's effect; clusters are independent."""

    name: str
    group: Integers
    cluster: Integers


def comparisons(obs: Observations) -> tuple[Comparison, Comparison]:
    """Departments within a category and period; and categories within a department and period.

    Where most categories belong to too few departments to compare, all cells of a period are.
    """
    sharing = np.array(
        [len(np.unique(obs.department[obs.category == one])) for one in range(len(obs.categories))]
    )
    has_peers = sharing[obs.category] >= 3
    group = obs.category if has_peers.mean() >= 0.5 else np.zeros_like(obs.category)
    return (
        Comparison("departments", group, obs.department),
        Comparison("categories", obs.department, obs.category),
    )


def period_effects(group: Integers, time: Integers) -> Floats:
    """An indicator column for each group and period that has two cells or more."""
    _, place, count = np.unique(
        group * (time.max() + 1) + time, return_inverse=True, return_counts=True
    )
    columns = np.zeros((len(time), len(count)))
    columns[np.arange(len(time)), place] = 1.0
    return columns


def price_scale(obs: Observations) -> float:
    positive = obs.price[obs.price > 0]
    return float(np.median(positive)) if len(positive) else 1.0


def log_price(price: Floats, scale: float) -> Floats:
    return np.log1p(price / scale)


def choose_knots(obs: Observations, cluster: Integers, most: int) -> Floats:
    """The lowest observed price, and up to `most` further prices, each backed by several clusters.

    All observed prices, where they are few and each was known to three clusters or more.
    """
    levels = np.unique(obs.price)
    pairs = np.unique(np.column_stack([cluster, obs.price]), axis=0)
    spells = np.sort(pairs[pairs[:, 1] > levels[0], 1])
    backing = np.array([(spells == level).sum() for level in levels[1:]])
    if len(levels) - 1 <= most and (backing >= 3).all():
        return levels
    count = int(np.clip(len(spells) // 4, 2, max(most, 2)))
    at = np.quantile(spells, np.linspace(0, 1, count), method="nearest")
    return np.unique(np.r_[levels[0], at])


def price_columns(price: Floats, knots: Floats) -> Floats:
    """Hat functions of all knots but the lowest: 1 there, 0 at the others, straight between."""
    identity = np.eye(len(knots))
    return np.column_stack([np.interp(price, knots, identity[j]) for j in range(1, len(knots))])


def bins_of(frequency: str, periods: int) -> tuple[tuple[int, int], ...]:
    """Ages at which a change may be under way still, as far as the panel's length allows."""
    return tuple(one for one in _BINS[frequency] if one[1] < periods / 2.6)


def transition_columns(
    obs: Observations, bins: tuple[tuple[int, int], ...], scale: float
) -> Floats:
    """For each group of ages: how far the price moved at that age, and whether it came in then."""
    log_moves = np.diff(log_price(obs.history, scale), axis=1, prepend=np.nan)
    log_moves[:, 0] = 0.0
    came = np.diff((obs.history > 0).astype(float), axis=1, prepend=0.0)
    came[:, 0] = 0.0
    columns = []
    for first, last in bins:
        for moves in (log_moves, came):
            total = np.zeros(obs.size)
            for age in range(first, last + 1):
                at = obs.time - age
                total += np.where(at >= 0, moves[obs.unit, np.maximum(at, 0)], 0.0)
            columns.append(total)
    return np.column_stack(columns) if columns else np.empty((obs.size, 0))


def lead_column(obs: Observations, scale: float, periods: int = 2) -> Floats:
    """How far the price is going to move within the next periods."""
    logs = log_price(obs.history, scale)
    last = logs.shape[1] - 1
    later = np.minimum(obs.time + periods, last)
    return np.asarray(logs[obs.unit, later] - logs[obs.unit, obs.time])


def driver_columns(obs: Observations) -> Floats:
    """The log of the driver, by category: travel may follow headcount, electricity less so."""
    if obs.log_driver is None:
        return np.empty((obs.size, 0))
    columns = []
    for one in range(len(obs.categories)):
        columns.append(np.where(obs.category == one, obs.log_driver, 0.0))
    return np.column_stack(columns)


def independent(columns: Floats, effects: Floats, within: Within, floor: float = 1e-4) -> Floats:
    """Those columns that are not explained by effects and by the columns before them."""
    if columns.shape[1] == 0:
        return columns
    swept = within.left_of(np.column_stack([columns, effects]))
    count = columns.shape[1]
    basis = basis_of(swept[:, count:])
    kept: list[int] = []
    for place in range(count):
        one = swept[:, place]
        raw = float(np.linalg.norm(columns[:, place] - columns[:, place].mean()))
        left = one - basis @ (basis.T @ one)
        left = left - basis @ (basis.T @ left)
        size = float(np.linalg.norm(left))
        if size > floor * max(raw, 1e-12):
            kept.append(place)
            basis = np.column_stack([basis, left / size])
    return columns[:, kept]


def share_left(column: Floats, nuisance: Floats, within: Within) -> float:
    """How much of a column's squares `within` and nuisance columns leave unexplained.

    Counted against what each unit's own level leaves.
    """
    level = Within(within.starts, within.counts, within.time, False)
    base = float(np.sum(level.left_of(column[:, None]) ** 2))
    if base <= 0:
        return 0.0
    swept = within.left_of(np.column_stack([column, nuisance]))
    basis = basis_of(swept[:, 1:])
    left = swept[:, 0] - basis @ (basis.T @ swept[:, 0])
    return float(left @ left) / base
