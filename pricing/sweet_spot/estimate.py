"""Calculates. A panel's sweet spot: the whole way from cells to an answer."""

from __future__ import annotations

import numpy as np

from pricing.sweet_spot import optimum
from pricing.sweet_spot.answer import Answer, Refusal
from pricing.sweet_spot.design import Comparison
from pricing.sweet_spot.identification import find_experiment
from pricing.sweet_spot.observations import Observations, observe
from pricing.sweet_spot.panel import Panel
from pricing.sweet_spot.regression import JACKKNIFE_FROM
from pricing.sweet_spot.response import Response
from pricing.sweet_spot.response import estimate as estimate_response

_METHOD = (
    "log-linear panel regression (least squares) with department × category levels and {compared} "
    "effects; response as straight lines between {knots} prices; {lags}; {trends}; {driver}; 95 % "
    "intervals from {variance} variance clustered by {cluster} with Satterthwaite degrees of "
    "freedom"
)


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
    method = "none: not identifiable"
    return Answer(refusal, (), None, None, obs.size, method, seed, notes=notes)


def _method(response: Response, comparison: Comparison, frequency: str) -> str:
    by_departments = comparison.name == "departments"
    periods = response.bins[-1][1] + 1 if response.bins else 0
    return _METHOD.format(
        compared="category × period" if by_departments else "department × period",
        knots=len(response.knots),
        lags=f"changes under way for up to {periods} {frequency}s" if periods else "no lags needed",
        trends="each unit's own trend" if response.with_trends else "no trends of their own needed",
        driver="elasticity to the driver" if response.drivers else "no driver",
        cluster="department" if by_departments else "category",
        variance="CR3" if len(response.fit.cluster_rows) >= JACKKNIFE_FROM else "CR2",
    )


def _notes(panel: Panel, obs: Observations) -> tuple[str, ...]:
    notes = []
    if obs.zeros:
        notes.append(f"{obs.zeros} cells of zero emissions are taken as readings that were missed.")
    if panel.without_emissions:
        notes.append(f"{panel.without_emissions} cells without emissions are left out.")
    short = len(panel.cells) - obs.zeros - obs.size
    if short:
        notes.append(f"{short} cells of units with fewer than 3 periods are left out.")
    if obs.size and obs.log_driver is not None and np.ptp(obs.log_driver) == 0:
        notes.append("The driver never changes, so it explains nothing.")
    return tuple(notes)
