"""Calculates. How tonnes answer to price: the estimate behind the sweet spot.

log(tonnes) = level of the unit (+ its trend) + effect of category and period
            + elasticity × log(driver) + response to the price + changes still under way + noise
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from pricing.sweet_spot import design, wording
from pricing.sweet_spot.answer import Refusal
from pricing.sweet_spot.identification import Experiment
from pricing.sweet_spot.observations import Floats, Observations
from pricing.sweet_spot.regression import Estimate, Fit, Within, fit

_MOST_KNOTS = 6
_KEEP_TRENDS = 0.25
_SURE = 0.005
_WIDEST = 2 * float(np.log(10))

Bins = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Response:
    """A fitted response: knots in price, and the regression whose first coefficients they are."""

    knots: Floats
    fit: Fit
    bins: Bins
    with_trends: bool
    drivers: int

    def at(self, price: float) -> Estimate:
        """Change of log tonnes between the lowest observed price and this one."""
        return self.fit.contrast(self._weights(price))

    def between(self, lower: float, higher: float) -> Estimate:
        """Change of log tonnes between two prices."""
        return self.fit.contrast(self._weights(higher) - self._weights(lower))

    def _weights(self, price: float) -> Floats:
        weights = np.zeros(len(self.fit.coefficients))
        row = design.price_columns(np.array([price]), self.knots)[0]
        weights[: len(row)] = row
        return weights


@dataclass(frozen=True, slots=True)
class _Builder:
    obs: Observations
    experiment: Experiment
    knots: Floats
    scale: float

    def build(self, bins: Bins, *, with_trends: bool) -> Response | None:
        obs, effects = self.obs, self.experiment.effects
        within = Within.of(obs.unit, obs.time, with_trends=with_trends)
        prices = design.price_columns(obs.price, self.knots)
        drivers = design.independent(design.driver_columns(obs), effects, within, 1e-3)
        moving = self._moving(bins, np.column_stack([effects, prices, drivers]), within)
        columns = np.column_stack([prices, moving, drivers])
        fitted = fit(obs.log_tonnes, columns, effects, self.experiment.comparison.cluster, within)
        if fitted is None:
            return None
        return Response(self.knots, fitted, bins, with_trends, drivers.shape[1])

    def _moving(self, bins: Bins, others: Floats, within: Within) -> Floats:
        columns = design.transition_columns(self.obs, bins, self.scale)
        return design.independent(columns, others, within, 1e-2)


def estimate(obs: Observations, experiment: Experiment, frequency: str) -> Response | Refusal:
    """The response, or why there is none.

    Ages are never left out because a test misses nothing: what it overlooks biases the long run.
    """
    builder = _builder(obs, experiment)
    if builder is None:
        return Refusal("only_time_variation", wording.ALL_AT_ONCE)
    bins = design.bins_of(frequency, int(obs.time.max()) + 1)
    response = _longest(builder, bins)
    if response is None:
        figures = {
            "cells": obs.size,
            "units": len(np.unique(obs.unit)),
            "periods": len(np.unique(obs.time)),
        }
        return Refusal("too_few_observations", wording.TOO_FEW_FOR_UNITS % figures)
    if response.with_trends and not _trends_are_needed(builder, response):
        response = builder.build(response.bins, with_trends=False) or response
    return _not_growth(builder, response) or _too_wide(builder, response) or response


def _builder(obs: Observations, experiment: Experiment) -> _Builder | None:
    cluster = experiment.comparison.cluster
    scale = design.price_scale(obs)
    clusters = len(np.unique(cluster))
    most = int(np.clip(clusters // 2, 2, _MOST_KNOTS))
    while most >= 2:
        knots = design.choose_knots(obs, cluster, most)
        builder = _Builder(obs, experiment, knots, scale)
        if builder.build((), with_trends=False) is not None:
            return builder
        most = min(most, len(knots) - 1) - 1
    return None


def _longest(builder: _Builder, bins: Bins) -> Response | None:
    """With as many ages, and trends, as the data can tell apart."""
    for with_trends in (True, False):
        for count in range(len(bins), -1, -1):
            response = builder.build(bins[:count], with_trends=with_trends)
            if response is not None:
                return response
    return None


def _trends_are_needed(builder: _Builder, trended: Response) -> bool:
    """Whether units grow apart: an F test, its scale widened by the noise's own memory."""
    plain = builder.build(trended.bins, with_trends=False)
    if plain is None:
        return True
    units = plain.fit.degrees_of_freedom - trended.fit.degrees_of_freedom
    if units <= 0:
        return True
    noise = trended.fit.sum_of_squares / trended.fit.degrees_of_freedom
    gained = (plain.fit.sum_of_squares - trended.fit.sum_of_squares) / units
    memory = _memory(builder.obs, trended.fit.residuals)
    widened = (1 + memory) / (1 - memory)
    p_value = stats.f.sf(gained / noise / widened, units, trended.fit.degrees_of_freedom)
    return bool(p_value < _KEEP_TRENDS)


def _memory(obs: Observations, residuals: Floats) -> float:
    """Correlation of neighbouring residuals of a unit, corrected for the trends taken out."""
    follows = (np.diff(obs.unit) == 0) & (np.diff(obs.time) == 1)
    now, before = residuals[1:][follows], residuals[:-1][follows]
    square = float(residuals @ residuals) / len(residuals)
    if not len(now) or square <= 0:
        return 0.0
    periods = max(len(residuals) / len(np.unique(obs.unit)), 4.0)
    raw = float(now @ before) / len(now) / square
    return float(np.clip(raw + (2 + 4 * raw) / periods, 0.0, 0.8))


def _too_wide(builder: _Builder, response: Response) -> Refusal | None:
    """Refuse where no price has an interval that tells a tenth from the tenfold."""
    found = [response.at(float(knot)).bounds() for knot in response.knots[1:]]
    if any(high - low < _WIDEST for low, high in found):
        return None
    figures = {"cells": builder.obs.size, "departments": len(builder.obs.departments)}
    return Refusal("too_few_observations", wording.TOO_WIDE % figures)


def _not_growth(builder: _Builder, response: Response) -> Refusal | None:
    """Refuse where tonnes rise with the price, or rose before it: the price followed them."""
    for top in (response.at(float(response.knots[-1])), _straight(builder, response)):
        if top is not None and top.value > 0 and top.p_value < 2 * _SURE:
            figures = {"change": f"{np.expm1(top.value):+.0%}", "p": f"{top.p_value:.4f}"}
            return Refusal("growth", wording.RISES % figures)
    lead = _lead(builder, response)
    if lead is not None and lead.p_value < _SURE:
        return Refusal("growth", wording.LEADS % {"p": f"{lead.p_value:.4f}"})
    return None


def _straight(builder: _Builder, response: Response) -> Estimate | None:
    """The response as one straight line, at once: the test that sees best which way it goes."""
    ends = builder.knots[[0, -1]]
    line = replace(builder, knots=ends).build((), with_trends=response.with_trends)
    return None if line is None else line.at(float(ends[-1]))


def _lead(builder: _Builder, response: Response) -> Estimate | None:
    obs, effects = builder.obs, builder.experiment.effects
    within = Within.of(obs.unit, obs.time, with_trends=response.with_trends)
    count = response.fit.coefficients.shape[0]
    prices = design.price_columns(obs.price, response.knots)
    drivers = design.independent(design.driver_columns(obs), effects, within, 1e-3)
    moving = builder._moving(response.bins, np.column_stack([effects, prices, drivers]), within)
    lead = design.lead_column(obs, builder.scale)
    columns = np.column_stack([prices, moving, drivers, lead])
    fitted = fit(obs.log_tonnes, columns, effects, builder.experiment.comparison.cluster, within)
    if fitted is None:
        return None
    return fitted.contrast(np.eye(count + 1)[count])
