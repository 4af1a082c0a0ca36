"""The regression against statsmodels with effects as columns; CR3 against its definition."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import linalg, stats

from pricing.sweet_spot.regression import Estimate, Within, fit


def unbalanced_panel(seed: int):
    rng = np.random.default_rng(seed)
    unit, time = np.divmod(np.arange(9 * 8), 8)
    kept = rng.random(len(unit)) > 0.15
    unit, time = unit[kept], time[kept]
    columns = rng.normal(size=(len(unit), 2)) + time[:, None] * 0.1
    outcome = columns @ [0.5, -0.2] + unit + 0.3 * time + rng.normal(size=len(unit))
    return unit, time, columns, outcome


@pytest.mark.parametrize("with_trends", [False, True])
def test_effects_taken_out_or_written_out_give_the_same(with_trends: bool) -> None:
    unit, time, columns, outcome = unbalanced_panel(7)
    periods = np.eye(time.max() + 1)[time]
    fitted = fit(
        outcome, columns, periods, unit // 3, Within.of(unit, time, with_trends=with_trends)
    )
    levels = np.eye(unit.max() + 1)[unit]
    own = [columns, levels, periods[:, 1:-1] if with_trends else periods[:, 1:]]
    if with_trends:
        own.append(levels * time[:, None])
    everything = np.column_stack(own)
    expected = sm.OLS(outcome, everything).fit()
    assert fitted is not None
    np.testing.assert_allclose(fitted.coefficients, expected.params[:2], rtol=1e-8)
    np.testing.assert_allclose(fitted.residuals, expected.resid, atol=1e-8)
    assert fitted.degrees_of_freedom == expected.df_resid


@pytest.mark.parametrize(("clusters", "power"), [(9, 1), (5, 0.5)])
def test_variance_and_degrees_of_freedom_by_their_definition(clusters: int, power: float) -> None:
    """Bell and McCaffrey (2002): CR3, with few clusters CR2, matrices written out."""
    unit, time, columns, outcome = unbalanced_panel(11)
    cluster = unit % clusters
    periods = np.eye(time.max() + 1)[time]
    fitted = fit(outcome, columns, periods, cluster, Within.of(unit, time, with_trends=False))
    assert fitted is not None
    levels = np.eye(unit.max() + 1)[unit]
    x = np.column_stack([columns, periods[:, 1:], levels])
    inside = x - levels @ np.linalg.lstsq(levels, x, rcond=None)[0]
    inside = inside[:, : columns.shape[1] + periods.shape[1] - 1]
    inverse = np.linalg.inv(inside.T @ inside)
    hat = inside @ inverse @ inside.T
    residual_maker = np.eye(len(unit)) - x @ np.linalg.pinv(x)
    residuals = residual_maker @ outcome
    meat, vectors = np.zeros_like(inverse), []
    for one in np.unique(cluster):
        rows = cluster == one
        within = np.eye(rows.sum()) - hat[np.ix_(rows, rows)]
        adjust = linalg.fractional_matrix_power(within, -power).real
        score = inside[rows].T @ adjust @ residuals[rows]
        meat += np.outer(score, score)
        own = np.zeros(len(unit))
        own[rows] = adjust @ inside[rows] @ inverse[:, 0]
        vectors.append(residual_maker @ own)
    variance = (inverse @ meat @ inverse)[0, 0]
    omega = np.array(vectors) @ np.array(vectors).T
    first = fitted.contrast(np.array([1.0, 0.0]))
    assert first.error == pytest.approx(np.sqrt(variance), rel=1e-6)
    assert first.df == pytest.approx(np.trace(omega) ** 2 / (omega**2).sum(), rel=1e-6)


def test_columns_that_effects_explain_are_no_regression() -> None:
    unit, time, columns, outcome = unbalanced_panel(3)
    periods = np.eye(time.max() + 1)[time]
    columns[:, 1] = time**2
    assert fit(outcome, columns, periods, unit, Within.of(unit, time, with_trends=False)) is None


def test_an_interval_is_students() -> None:
    low, high = Estimate(value=-0.2, error=0.1, df=7).bounds()
    assert high - low == pytest.approx(0.2 * stats.t.ppf(0.975, 7))
    assert Estimate(0.0, 0.0, 1).p_value == 1.0
