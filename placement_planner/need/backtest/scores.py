r"""Scores of forecasts against what came: bias, size of error, coverage and interval score.

The interval score of a central interval :math:`[l, u]` at level :math:`1 - \alpha` is
:math:`(u - l) + \frac{2}{\alpha} (l - y)^+ + \frac{2}{\alpha} (y - u)^+` (Gneiting and Raftery
2007): narrow intervals win, and each miss costs. Here it is divided by what came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["MODEL", "QUANTILES", "forecast_rows", "score"]

MODEL = "placement_planner"
"""Method of our own forecasts, beside the naive ones."""

QUANTILES = {
    "p5": 0.05,
    "p10": 0.1,
    "p25": 0.25,
    "median": 0.5,
    "p75": 0.75,
    "p90": 0.9,
    "p95": 0.95,
}
INTERVALS = {"50": ("p25", "p75"), "80": ("p10", "p90"), "90": ("p5", "p95")}


def forecast_rows(draws: NDArray[np.float64]) -> pd.DataFrame:
    """Return percentiles and mean over the last axis of draws (N, D), a row each.

    Examples
    --------
    >>> forecast_rows(np.array([[0.0, 10.0, 20.0]]))[["p25", "median", "mean"]].values.tolist()
    [[5.0, 10.0, 10.0]]
    """
    frame = pd.DataFrame(
        np.quantile(draws, list(QUANTILES.values()), axis=-1).T, columns=list(QUANTILES)
    )
    return frame.assign(mean=draws.mean(axis=-1))


def _scores(group: pd.DataFrame) -> pd.Series:
    actual = group["actual"]
    error = group["median"] - actual
    relative = error / actual
    found = {
        "forecasts": len(group),
        "bias": error.sum() / actual.sum(),
        "median_error": relative.median(),
        "wmape": error.abs().sum() / actual.sum(),
        "median_absolute_error": relative.abs().median(),
        "p90_absolute_error": relative.abs().quantile(0.9),
    }
    for level, (low, high) in INTERVALS.items():
        if group[low].isna().all():
            continue
        inside = actual.between(group[low], group[high])
        found[f"coverage_{level}"] = inside.mean()
        share_outside = 1 - int(level) / 100
        missed = (group[low] - actual).clip(lower=0) + (actual - group[high]).clip(lower=0)
        width = group[high] - group[low] + missed * 2 / share_outside
        found[f"interval_score_{level}"] = (width / actual).mean()
    return pd.Series(found)


def score(forecasts: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Score forecasts whose actual is known and above nought.

    Parameters
    ----------
    forecasts
        The columns of `by`, actual, and those of `forecast_rows`; blank percentiles are not scored.
    by
        Columns to score within, such as method and horizon.

    Returns
    -------
    DataFrame
        One row a group: forecasts; bias (of the sum), median_error, wmape,
        median_absolute_error and p90_absolute_error as fractions of what came; coverage and
        interval score at 50, 80 and 90 %.

    Examples
    --------
    >>> rows = pd.DataFrame({"horizon": [1, 1], "actual": [100.0, 200.0], "median": [110.0, 190.0],
    ...     "p10": [90.0, 195.0], "p90": [120.0, 210.0], "p25": [105.0] * 2, "p75": [115.0] * 2,
    ...     "p5": [80.0] * 2, "p95": [220.0] * 2})
    >>> score(rows, ["horizon"])[["bias", "wmape", "coverage_80", "interval_score_80"]].round(4)
       bias   wmape  coverage_80  interval_score_80
    0   0.0  0.0667          1.0             0.1875
    """
    known = forecasts[forecasts["actual"].gt(0) & forecasts["median"].notna()]
    keys = list(by)
    rows = [
        dict(zip(keys, key, strict=True)) | _scores(group).to_dict()
        for key, group in known.groupby(keys, sort=True)
    ]
    return pd.DataFrame(rows)
