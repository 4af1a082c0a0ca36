"""Calculates. Least squares with many fixed effects and intervals that hold for few clusters.

The fit is statsmodels' on what the fixed effects leave; the variance is the jackknife's (CR3), of
fewer than eight clusters CR2, with Satterthwaite degrees of freedom for each contrast.
Source: Bell and McCaffrey (2002), Survey Methodology 28(2); Pustejovsky and Tipton (2018), Journal
of Business & Economic Statistics 36(4), for the absorbed effects.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, stats

from pricing.sweet_spot.observations import Floats, Integers

_COLLINEAR = 1e-7
_SMALLEST_DF = 1.0
JACKKNIFE_FROM = 8  # clusters


@dataclass(frozen=True, slots=True)
class Within:
    """Takes each unit's level, and its straight line in time, out of any column."""

    starts: Integers
    counts: Integers
    time: Floats
    with_trends: bool

    @classmethod
    def of(cls, unit: Integers, time: Integers, *, with_trends: bool) -> Within:
        """`unit` must be sorted."""
        starts = np.flatnonzero(np.r_[True, unit[1:] != unit[:-1]]).astype(np.int64)
        counts = np.diff(np.r_[starts, len(unit)]).astype(np.int64)
        level = cls(starts, counts, time.astype(float), False)
        centred = level.left_of(time.astype(float)[:, None])[:, 0]
        return cls(starts, counts, centred, with_trends)

    def left_of(self, columns: Floats) -> Floats:
        sums = np.add.reduceat(columns, self.starts, axis=0)
        left = columns - np.repeat(sums / self.counts[:, None], self.counts, axis=0)
        if self.with_trends:
            along = np.add.reduceat(left * self.time[:, None], self.starts, axis=0)
            square = np.add.reduceat(self.time**2, self.starts)
            slope = along / np.where(square > 0, square, 1.0)[:, None]
            left = left - np.repeat(slope, self.counts, axis=0) * self.time[:, None]
        return left

    @property
    def parameters(self) -> int:
        return len(self.starts) * (2 if self.with_trends else 1)


def basis_of(columns: Floats) -> Floats:
    """An orthonormal basis of what the columns span."""
    if columns.shape[1] == 0:
        return columns
    q, r, _ = linalg.qr(columns, mode="economic", pivoting=True, check_finite=False)
    size = np.abs(np.diag(r))
    rank = int((size > _COLLINEAR * max(float(size[0]), 1e-300)).sum()) if size[0] > 0 else 0
    return np.asarray(q[:, :rank])


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted regression: coefficients, what is left over, and what contrasts are made of."""

    coefficients: Floats
    residuals: Floats
    columns: Floats
    inverse: Floats
    effects: Floats
    cluster_rows: tuple[Integers, ...]
    adjustments: tuple[Floats, ...]
    parameters: int

    @property
    def sum_of_squares(self) -> float:
        return float(self.residuals @ self.residuals)

    @property
    def degrees_of_freedom(self) -> int:
        return len(self.residuals) - self.parameters

    def contrast(self, weights: Floats) -> Estimate:
        """A sum of coefficients with its standard error and degrees of freedom."""
        direction = self.columns @ (self.inverse @ weights)
        scores, lengths, shadows = [], [], []
        for rows, adjust in zip(self.cluster_rows, self.adjustments, strict=True):
            own = adjust @ direction[rows]
            scores.append(float(own @ self.residuals[rows]))
            lengths.append(float(own @ own))
            shadows.append(self.effects[rows].T @ own)
        shadow = np.array(shadows)
        omega = np.diag(lengths) - shadow @ shadow.T
        trace, square = float(np.trace(omega)), float((omega**2).sum())
        return Estimate(
            value=float(self.coefficients @ weights),
            error=float(np.sqrt(np.sum(np.square(scores)))),
            df=max(trace**2 / square, _SMALLEST_DF) if square > 0 else _SMALLEST_DF,
        )


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, its standard error and the degrees of freedom that its interval has."""

    value: float
    error: float
    df: float

    def bounds(self, level: float = 0.95) -> tuple[float, float]:
        half = float(stats.t.ppf(0.5 + level / 2, self.df)) * self.error
        return self.value - half, self.value + half

    @property
    def p_value(self) -> float:
        """Of the two-sided test against zero; 1 where nothing is known."""
        if not self.error > 0:
            return 1.0
        return float(2 * stats.t.sf(abs(self.value) / self.error, self.df))


def fit(
    outcome: Floats, columns: Floats, effects: Floats, cluster: Integers, within: Within
) -> Fit | None:
    """Regress on columns, of outcome and columns only what `within` and the effects leave.

    Returns: None, if the columns can't be told apart from each other or from the effects.
    """
    # Late: it takes seconds, and most commands never estimate.
    from statsmodels.regression.linear_model import OLS

    swept = within.left_of(np.column_stack([outcome, columns, effects]))
    count = columns.shape[1]
    shared = basis_of(swept[:, 1 + count :])
    own = swept[:, : 1 + count]
    before = np.linalg.norm(own, axis=0)
    own = own - shared @ (shared.T @ own)
    own = own - shared @ (shared.T @ own)
    y, x = own[:, 0], own[:, 1:]
    norms = np.linalg.norm(x, axis=0)
    if count and (norms <= 1e-6 * np.maximum(before[1:], 1e-300)).any():
        return None
    scaled = x / np.where(norms > 0, norms, 1.0)
    if count and np.linalg.svd(scaled, compute_uv=False)[-1] < 1e-5:
        return None
    parameters = within.parameters + shared.shape[1] + count
    if len(y) - parameters < 5:
        return None
    fitted = OLS(y, x).fit()
    everything = np.column_stack([shared, basis_of(x)])
    rows, adjustments = _adjustments(everything, cluster)
    return Fit(
        coefficients=np.asarray(fitted.params),
        residuals=np.asarray(fitted.resid),
        columns=x,
        inverse=np.asarray(fitted.normalized_cov_params),
        effects=everything,
        cluster_rows=rows,
        adjustments=adjustments,
        parameters=parameters,
    )


def _adjustments(
    everything: Floats, cluster: Integers
) -> tuple[tuple[Integers, ...], tuple[Floats, ...]]:
    """For each cluster (I − H)^(−1), zero where a cluster decides its own fit.

    Of few clusters each decides much of its own fit, and the jackknife overdoes it: (I − H)^(−1/2).
    """
    rows, matrices = [], []
    clusters = np.unique(cluster)
    power = 1.0 if len(clusters) >= JACKKNIFE_FROM else 0.5
    for one in clusters:
        own = np.flatnonzero(cluster == one).astype(np.int64)
        part = everything[own]
        values, vectors = np.linalg.eigh(np.eye(len(own)) - part @ part.T)
        powers = np.where(values > 1e-6, np.maximum(values, 1e-6) ** -power, 0.0)
        rows.append(own)
        matrices.append((vectors * powers) @ vectors.T)
    return tuple(rows), tuple(matrices)
