"""Scores of a back-test, in words and per cent; shares of errors tell of no child."""

from __future__ import annotations

import pandas as pd

from placement_planner.need.backtest.scores import score

__all__ = ["shown_scores"]

_METHODS = {
    "transitions": "Joiners, movers and leavers",
    "published": "Growth of published counts",
    "held": "Today's rates held",
    "own_growth": "Own last growth carried forward",
    "region_growth": "Region's last growth carried forward",
}
_PER_CENT = {
    "Typical error": "median_absolute_error",
    "Error that 9 in 10 do not exceed": "p90_absolute_error",
    "Of all children, too many (+) or too few (-)": "bias",
    "What came fell within 8-in-10 range": "coverage_80",
}


def shown_scores(forecasts: pd.DataFrame, series: str = "total") -> pd.DataFrame:
    """Return scores of authorities' forecasts by method and years ahead, ready to be read.

    Parameters
    ----------
    forecasts
        As from `backtest_study`.
    series
        "total", or a setting.

    Returns
    -------
    DataFrame
        Method, Years ahead, Forecasts, and per cent as text; blank ranges where a method has none.
    """
    scores = score(forecasts[forecasts["series"] == series], ["method", "horizon"])
    order = {method: place for place, method in enumerate(_METHODS)}
    scores = scores.sort_values(["method", "horizon"], key=lambda column: column.replace(order))
    per_cent = {
        heading: scores[name].map(lambda share: "" if pd.isna(share) else f"{share * 100:.1f} %")
        for heading, name in _PER_CENT.items()
    }
    shown = pd.DataFrame(
        {
            "Method": scores["method"].map(_METHODS),
            "Years ahead": scores["horizon"],
            "Forecasts": scores["forecasts"].astype(int),
            **per_cent,
        }
    )
    return shown.reset_index(drop=True)
