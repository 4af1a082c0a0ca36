"""Calculates. Whether a panel can tell what the price did from everything else, or why not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pricing.sweet_spot import design, wording
from pricing.sweet_spot.answer import Refusal
from pricing.sweet_spot.design import Comparison
from pricing.sweet_spot.observations import Floats, Observations
from pricing.sweet_spot.regression import Within

_FEWEST_DEPARTMENTS = 4
_FEWEST_CATEGORIES = 5
_FEWEST_PERIODS = 4
_FEWEST_CELLS = 24
_LEFT_AFTER_PERIODS = 0.002
_LEFT_AFTER_GROWTH = 0.03
_FEW_PRICES = 12
_STEPS = 4
_MOST_PERIODS = 0.6
_MOST_OF_THE_WAY = 0.7


@dataclass(frozen=True, slots=True)
class Experiment:
    """Who is compared, and the period effects that are taken out."""

    comparison: Comparison
    effects: Floats


def find_experiment(obs: Observations) -> Experiment | Refusal:
    """The natural experiment in a panel, or why there is none."""
    refusal = _too_few(obs) or _no_variation(obs)
    if refusal is not None:
        return refusal
    level = Within.of(obs.unit, obs.time, with_trends=False)
    departments, categories = design.comparisons(obs)
    effects = design.period_effects(departments.group, obs.time)
    if _moves(obs, effects, level):
        refusal = _one_department(obs) or _at_once(obs, effects) or _drift(obs)
        refusal = refusal or _growth(obs, effects)
        return refusal or Experiment(departments, effects)
    pooled = design.period_effects(np.zeros_like(obs.category), obs.time)
    if not _moves(obs, pooled, level):
        return _only_time(obs)
    effects = design.period_effects(categories.group, obs.time)
    paths = {tuple(np.round(row - row.mean(), 6)) for row in obs.history}
    if len(paths) < _FEWEST_CATEGORIES or not _moves(obs, effects, level):
        return _by_category(len(paths), len(obs.categories))
    return _growth(obs, effects) or Experiment(categories, effects)


def _moves(obs: Observations, effects: Floats, level: Within) -> bool:
    scale = design.price_scale(obs)
    return any(
        design.share_left(column, effects, level) > _LEFT_AFTER_PERIODS
        for column in (obs.price, design.log_price(obs.price, scale))
    )


def _too_few(obs: Observations) -> Refusal | None:
    periods = len(np.unique(obs.time))
    enough = (
        len(obs.departments) >= _FEWEST_DEPARTMENTS
        and periods >= _FEWEST_PERIODS
        and obs.size >= _FEWEST_CELLS
    )
    if enough:
        return None
    return Refusal(
        "too_few_observations",
        wording.TOO_FEW
        % {
            "cells": obs.size,
            "departments": len(obs.departments),
            "periods": periods,
            "need_cells": _FEWEST_CELLS,
            "need_departments": _FEWEST_DEPARTMENTS,
            "need_periods": _FEWEST_PERIODS,
        },
    )


def _no_variation(obs: Observations) -> Refusal | None:
    level = Within.of(obs.unit, obs.time, with_trends=False)
    moved = level.left_of(obs.price[:, None])
    if np.abs(moved).max() > 1e-9 * max(float(obs.price.max()), 1.0):
        return None
    low, high = float(obs.price.min()), float(obs.price.max())
    form = wording.NEVER_CHANGED if low == high else wording.OWN_THROUGHOUT
    periods = len(np.unique(obs.time))
    figures = {"price": f"{low:g}", "low": f"{low:g}", "high": f"{high:g}", "periods": periods}
    return Refusal("no_price_variation", form % figures)


def _only_time(obs: Observations) -> Refusal:
    changed = int((np.abs(np.diff(obs.history, axis=1)) > 1e-12).any(axis=0).sum())
    form = wording.SAME_PERIOD if changed == 1 else wording.SAME_PERIODS
    figures = {"departments": len(obs.departments), "periods": changed}
    return Refusal("only_time_variation", form % figures)


def _by_category(paths: int, categories: int) -> Refusal:
    figures = {"paths": paths, "categories": categories, "need": _FEWEST_CATEGORIES}
    return Refusal("factor_change", wording.BY_CATEGORY % figures)


def _one_department(obs: Observations) -> Refusal | None:
    """If one department alone differs, whatever else happened there explains its tonnes too."""
    different: set[int] = set()
    for category in range(len(obs.categories)):
        units = np.unique(obs.unit[obs.category == category])
        if len(units) < 2:
            continue
        paths = [tuple(np.round(row - row.mean(), 6)) for row in obs.history[units]]
        usual = max(paths, key=paths.count)
        for unit, path in zip(units, paths, strict=True):
            if path != usual:
                different.add(int(obs.department[obs.unit == unit][0]))
    if len(different) != 1:
        return None
    name = obs.departments[different.pop()]
    figures = {"department": name, "others": len(obs.departments) - 1}
    return Refusal("one_shock", wording.ONE_DEPARTMENT % figures)


def _at_once(obs: Observations, effects: Floats) -> Refusal | None:
    """Refuse where the few prices there are can't all be told apart without assuming a shape.

    Only prices of units whose price changed count; more than twelve are taken as a curve.
    """
    level = Within.of(obs.unit, obs.time, with_trends=False)
    moved = level.left_of(obs.price[:, None])[:, 0]
    changing = np.isin(obs.unit, obs.unit[np.abs(moved) > 1e-9])
    prices = np.unique(obs.price[changing])
    if len(prices) > _FEW_PRICES:
        return None
    knew = np.column_stack([changing & (obs.price == price) for price in prices]).astype(float)
    found = design.independent(knew, effects, level, 1e-6).shape[1]
    if found >= len(prices) - 1:
        return None
    figures = {"prices": len(prices), "found": found + 1}
    return Refusal("only_time_variation", wording.AT_ONCE % figures)


def _drift(obs: Observations) -> Refusal | None:
    """Refuse where prices move in most periods, and in no few steps: they follow something."""
    moves = np.abs(np.diff(obs.history, axis=1))
    moves = moves[moves.sum(axis=1) > 0]
    how_often = float((moves > 0).mean())
    largest = np.sort(moves, axis=1)[:, -_STEPS:].sum() / moves.sum()
    if how_often <= _MOST_PERIODS or largest >= _MOST_OF_THE_WAY:
        return None
    figures = {"how_often": f"{how_often:.0%}", "steps": _STEPS, "largest": f"{largest:.0%}"}
    return Refusal("growth", wording.DRIFT % figures)


def _growth(obs: Observations, effects: Floats) -> Refusal | None:
    """Refuse where the price, or its logarithm, is a straight line in time for each department."""
    level = Within.of(obs.unit, obs.time, with_trends=False)
    trends = Within.of(obs.unit, obs.time, with_trends=True)
    nuisance = np.column_stack([effects, design.driver_columns(obs)])
    shares = []
    columns = [obs.price, design.log_price(obs.price, design.price_scale(obs))]
    if obs.price.min() > 0:
        columns.append(np.log(obs.price))
    for column in columns:
        before = design.share_left(column, effects, level)
        shares.append(design.share_left(column, nuisance, trends) / before if before > 0 else 0.0)
    if min(shares) >= _LEFT_AFTER_GROWTH:
        return None
    form = wording.STEADY if obs.log_driver is None else wording.STEADY_WITH_DRIVER
    figures = {"left": f"{min(shares):.1%}", "need": f"{_LEFT_AFTER_GROWTH:.0%}"}
    return Refusal("growth", form % figures)
