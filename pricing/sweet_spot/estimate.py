"""Calculates. A panel's sweet spot: the whole way from cells to an answer."""

from __future__ import annotations

import numpy as np

from pricing.sweet_spot import optimum, wording
from pricing.sweet_spot.answer import Answer, Refusal
from pricing.sweet_spot.design import Comparison
from pricing.sweet_spot.identification import find_experiment
from pricing.sweet_spot.observations import Observations, observe
from pricing.sweet_spot.panel import Panel
from pricing.sweet_spot.regression import JACKKNIFE_FROM
from pricing.sweet_spot.response import Response
from pricing.sweet_spot.response import estimate as estimate_response


def estimate_sweet_spot(panel: Panel, *, seed: int) -> Answer:
    """How tonnes answer to price, and the range in which another dollar still buys abatement.

    Nothing is drawn at random: `seed` is kept so that a later method that draws repeats itself.
    """
    obs = observe(panel)
    notes = _notes(panel, obs)
    experiment = find_experiment(obs)
    if isinstance(experiment, Refusal):
        return _refused(experiment, obs, seed, notes)
    response = estimate_response(obs, experiment, panel.frequency)
    if isinstance(response, Refusal):
        return _refused(response, obs, seed, notes)
    points = optimum.response_points(obs, response)
    low, high = optimum.buying_range(response)
    return Answer(
        refusal=None,
        response=points,
        low=low,
        high=high,
        observations=obs.size,
        method=_method(response, experiment.comparison, panel.frequency),
        seed=seed,
        curve=optimum.curve_points(obs, points, panel.frequency),
        observed_prices=tuple(float(price) for price in np.unique(obs.price)),
        notes=notes,
    )


def _refused(refusal: Refusal, obs: Observations, seed: int, notes: tuple[str, ...]) -> Answer:
    return Answer(refusal, (), None, None, obs.size, wording.NO_METHOD, seed, notes=notes)


def _method(response: Response, comparison: Comparison, frequency: str) -> str:
    by_departments = comparison.name == "departments"
    periods = response.bins[-1][1] + 1 if response.bins else 0
    lags = wording.LAGS[frequency] % {"periods": periods} if periods else wording.NO_LAGS
    by_category, by_department = wording.BY_CATEGORY_AND_PERIOD, wording.BY_DEPARTMENT_AND_PERIOD
    return wording.METHOD % {
        "compared": by_category if by_departments else by_department,
        "knots": len(response.knots),
        "lags": lags,
        "trends": wording.TRENDS if response.with_trends else wording.NO_TRENDS,
        "driver": wording.DRIVER if response.drivers else wording.NO_DRIVER,
        "cluster": wording.CLUSTERS[0 if by_departments else 1],
        "variance": "CR3" if len(response.fit.cluster_rows) >= JACKKNIFE_FROM else "CR2",
    }


def _notes(panel: Panel, obs: Observations) -> tuple[str, ...]:
    notes = []
    if obs.zeros:
        notes.append(wording.ZEROS % {"count": obs.zeros})
    if panel.without_emissions:
        notes.append(wording.WITHOUT % {"count": panel.without_emissions})
    short = len(panel.cells) - obs.zeros - obs.size
    if short:
        notes.append(wording.SHORT % {"count": short})
    if obs.size and obs.log_driver is not None and np.ptp(obs.log_driver) == 0:
        notes.append(wording.DRIVER_STILL)
    return tuple(notes)
