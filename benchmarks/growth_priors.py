"""Derive `codes/growth_priors.csv` from England's published caseload, Januaries 2010 to 2019.

The years that back-tests look at (origins from 2020) are left out on purpose. Run:

    python benchmarks/growth_priors.py CASELOAD HISTORY
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from placement_planner.need.published.growth import (
    FACTORS,
    fit_growth,
    growth_prior,
    observations,
)
from placement_planner.need.published.nation import authority_children
from placement_planner.need.published.panel import Panel, growth_panel
from placement_planner.sources.caseload_history import read_caseload_history

LAST = 2019
SETTINGS = (
    "mainstream",
    "resourced_provision",
    "sen_unit",
    "state_special",
    "non_maintained_special",
    "independent_special",
    "alternative_provision",
    "further_education",
    "early_years",
    "educated_elsewhere",
)


def _scales(panel: Panel, coefficients: np.ndarray, series: str) -> tuple[float, float]:
    """Fit sd² = a² + b²/plans through the median residual of five sizes of authority."""
    factors, target, plans = observations(panel, growth_prior(series))
    frame = pd.DataFrame({"off": np.abs(target - factors @ coefficients), "plans": plans})
    sizes = frame.groupby(pd.qcut(frame["plans"].rank(method="first"), 5), observed=True)
    middle = sizes["off"].median() / 0.6745
    inverse = sizes["plans"].apply(lambda plans: (1 / plans).median())
    slope, level = np.polyfit(inverse, middle**2, 1)
    slope, level = max(slope, 0.0), max(level, (middle.min() / 2) ** 2)
    return float(np.sqrt(level)), float(np.sqrt(slope))


def derive(caseload: Path, history: Path) -> pd.DataFrame:
    """Return one row a series: coefficients, spreads of the factors, and sds."""
    read = read_caseload_history(caseload, history=history, from_january=LAST)
    regions = read.totals.drop_duplicates("la_code").set_index("la_code")["region_code"]
    totals = read.totals.rename(columns={"la_code": "code"})
    whole = growth_panel(totals, regions, authority_children(), LAST)
    rows = []
    for series in ("total", *SETTINGS):
        panel = whole
        if series != "total":
            counts = read.placements.query("setting == @series").rename(columns={"la_code": "code"})
            panel = growth_panel(counts, regions, authority_children(), LAST, whole=whole)
        prior = replace(growth_prior(series), authority_years=0.01)
        fit = fit_growth(panel, prior)
        spreads = observations(panel, prior)[0].std(axis=0)
        steps = np.diff(np.log(panel.nation))
        residual_sd, count_sd = _scales(panel, fit.coefficients, series)
        rows.append(
            {"series": series}
            | dict(zip(FACTORS, fit.coefficients.round(3), strict=True))
            | {
                f"{name}_spread": value
                for name, value in zip(FACTORS, spreads.round(3), strict=True)
            }
            | {"residual_sd": round(residual_sd, 4), "count_sd": round(count_sd, 3)}
            | {"national_sd": round(float(np.median(np.abs(np.diff(steps)))) / 0.6745 / 2**0.5, 4)}
            | {"observations": fit.authority_years}
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    print(derive(Path(sys.argv[1]), Path(sys.argv[2])).to_string(index=False))
