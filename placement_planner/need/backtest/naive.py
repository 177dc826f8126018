"""What a forecast has to beat: growth carried forward, with residuals as intervals, and ETS."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.errors import ScenarioError
from placement_planner.need.backtest.scores import QUANTILES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from placement_planner.need.published.panel import Panel

__all__ = ["NAIVE", "ets_paths", "naive_rows"]

_SHORTEST_SERIES = 5


def _held(
    plans: NDArray[np.float64], growth: NDArray[np.float64], years: int
) -> NDArray[np.float64]:
    steps = np.arange(1, years + 1)[:, None]
    paths: NDArray[np.float64] = (
        plans[:, -1] * np.where(np.isfinite(growth), growth, np.nan) ** steps
    )
    return paths


def _own_growth(plans: NDArray[np.float64], years: int) -> NDArray[np.float64]:
    """Each authority's last growth, held."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return _held(plans, plans[:, -1] / plans[:, -2], years)


def _national_growth(plans: NDArray[np.float64], years: int) -> NDArray[np.float64]:
    """Growth of the sum of the authorities known in both Januaries, held, for everyone."""
    both = np.isfinite(plans[:, -1]) & np.isfinite(plans[:, -2])
    with np.errstate(divide="ignore", invalid="ignore"):
        return _held(plans, plans[both, -1].sum() / plans[both, -2].sum(), years)


NAIVE: dict[str, Callable[[NDArray[np.float64], int], NDArray[np.float64]]] = {
    "own_growth": _own_growth,
    "national_growth": _national_growth,
}


def ets_paths(plans: NDArray[np.float64], years: int) -> NDArray[np.float64]:
    """Exponential smoothing with damped trend of the logs, an authority at a time.

    Raises
    ------
    ScenarioError
        If statsmodels is not there; only those who develop the library need it.
    """
    try:
        from statsmodels.tools.sm_exceptions import ConvergenceWarning  # noqa: PLC0415
        from statsmodels.tsa.holtwinters import ExponentialSmoothing  # noqa: PLC0415
    except ImportError as error:
        raise ScenarioError(
            "--ets needs statsmodels: pip install statsmodels, or leave --ets out"
        ) from error
    paths = np.full((years, len(plans)), np.nan)
    for place, series in enumerate(plans):
        gaps = np.flatnonzero(~(series > 0))
        known = np.log(series[gaps[-1] + 1 if len(gaps) else 0 :])
        if len(known) < _SHORTEST_SERIES:
            continue
        model = ExponentialSmoothing(
            known, trend="add", damped_trend=True, initialization_method="estimated"
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            paths[:, place] = np.exp(model.fit().forecast(years))
    return paths


def naive_rows(panel: Panel, years: int, method: str) -> pd.DataFrame:
    """Forecast by a naive method, with the residuals that it had up to the origin as interval.

    Parameters
    ----------
    panel
        The series up to the origin.
    years
        Years after it.
    method
        A name of `NAIVE`.

    Returns
    -------
    DataFrame
        code, horizon, median, mean and the percentiles: the point forecast times the quantiles of
        actual over forecast at the same horizon from every earlier origin; blank without any.
    """
    forecast = NAIVE[method]
    plans = panel.plans
    points = forecast(plans, years)
    rows = []
    for horizon in range(1, years + 1):
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = [
                plans[:, end + horizon - 1] / forecast(plans[:, :end], horizon)[-1]
                for end in range(2, plans.shape[1] - horizon + 1)
            ]
        seen = np.concatenate(ratios) if ratios else np.empty(0)
        seen = seen[np.isfinite(seen)]
        spread = np.quantile(seen, list(QUANTILES.values())) if len(seen) else np.nan
        point = points[horizon - 1]
        frame = pd.DataFrame(
            np.outer(point, np.ones(len(QUANTILES)) * spread), columns=[*QUANTILES]
        )
        rows.append(frame.assign(code=panel.codes, horizon=horizon, median=point, mean=point))
    return pd.concat(rows, ignore_index=True)
