"""Work out `codes/rate_priors.csv` from England's published files, and print the figures.

python benchmarks/rate_priors.py ../shared/data/england
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize

FEWEST_CHILDREN, FEWEST_YEARS = 30, 4
"""Authorities with fewer new or ceased plans in any year, or fewer years, are passed over."""

IQR_OF_NORMAL = 1.349


def _totals(path: Path, topic: str, value: str) -> pd.DataFrame:
    """One row an authority (old_la_code), one column a time period; markers become missing.

    In new plans of 2022 the authorities of Yorkshire and The Humber all carry the region's
    total: a figure that equals the region's is missing.
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table = table[table["breakdown_topic"] == topic]
    table["number"] = pd.to_numeric(table[value], errors="coerce")
    keys = ["region_name", "time_period"]
    region = table[table["geographic_level"] == "Regional"].set_index(keys)["number"]
    own = table[table["geographic_level"] == "Local authority"].copy()
    of_region = region.reindex(pd.MultiIndex.from_frame(own[keys])).to_numpy()
    own.loc[own["number"].to_numpy() == of_region, "number"] = np.nan
    nation = table[table["geographic_level"] == "National"].assign(old_la_code="England")
    both = pd.concat([own, nation])
    return both.pivot_table(
        index="old_la_code", columns="time_period", values="number", dropna=False
    )


def _england_stock(folder: Path, stock: pd.DataFrame) -> np.ndarray:
    """Children with a statement or plan in England, each January from 2010."""
    history = pd.read_csv(
        folder / "ehcp_2010_2022_estab_caseload.csv.gz", dtype=str, keep_default_na=False
    )
    whole = (history["geographic_level"] == "National") & (
        history["establishment_group"] == "Total"
    )
    early = history[whole].set_index(history[whole]["time_period"].astype(int))["Total_all"]
    early = early.astype(float).sort_index()
    late = stock.loc["England"].dropna()
    late.index = [int(period[:4]) + 1 for period in late.index]
    return np.concatenate([early[early.index < late.index.min()], late.sort_index()])


def _joiner_spread(new_plans: pd.DataFrame) -> np.ndarray:
    """Maximum likelihood of the yearly step, the slope and the swing of new plans; log sds.

    Log new plans of an authority beside England's path are a random walk, a slope of its own, a
    swing that does not last, and chance of variance 1 / plans.
    """
    own = new_plans.drop(index="England")
    own = own[(own.count(axis=1) >= FEWEST_YEARS) & ~(own < FEWEST_CHILDREN).any(axis=1)]
    logs = np.log(own)
    path = logs.diff(axis=1).mean().fillna(0.0).cumsum()
    rows = (logs - path).to_numpy()
    chance = 1.0 / own.to_numpy()
    years = np.arange(rows.shape[1], dtype=float)

    def cost(log_sd: np.ndarray) -> float:
        step, slope, swing = np.exp(2 * log_sd)
        total = 0.0
        for row, noise in zip(rows, chance, strict=True):
            seen = np.isfinite(row)
            t = years[seen]
            spread = step * np.minimum.outer(t, t) + slope * np.outer(t, t)
            spread += np.diag(swing + noise[seen])
            change = np.diff(np.eye(len(t)), axis=0)
            covariance, found = change @ spread @ change.T, change @ row[seen]
            total += np.linalg.slogdet(covariance)[1] + found @ np.linalg.solve(covariance, found)
        return 0.5 * total

    best = minimize(cost, [-2.0, -3.0, -2.0], method="Nelder-Mead", options={"maxiter": 2000})
    return np.exp(best.x)


def _leaver_swing(ceased: pd.DataFrame, stock: pd.DataFrame) -> float:
    """Sd of the log-odds of ceasing in one year: the change from 2022 to 2023, by quartiles."""
    odds = {}
    for year, period in (("2022", "202122"), ("2023", "202223")):
        ends = ceased[year].where(ceased[year] >= FEWEST_CHILDREN)
        odds[year] = np.log(ends / (stock[period].reindex(ends.index) - ends))
    change = (odds["2023"] - odds["2022"]).drop(index="England").dropna()
    low, high = change.quantile([0.25, 0.75])
    return (high - low) / IQR_OF_NORMAL / np.sqrt(2.0)


def rate_prior_figures(folder: Path) -> dict[str, float]:
    """Return the derived figures of `codes/rate_priors.csv` by name."""
    new_plans = _totals(folder / "ehcp_newplans.csv.gz", "New EHC plans", "new_ehc_plans")
    stock = _totals(folder / "ehcp_caseload.csv.gz", "All EHC plans", "ehcplans")
    ceased = _totals(folder / "ehcp_ceased_plans.csv.gz", "All ceased EHC plans", "total_ceased")
    growth = np.diff(np.log(_england_stock(folder, stock)))
    beside = growth - growth.mean()
    joins = np.diff(np.log(new_plans.loc["England"].to_numpy(float)))
    step, slope, swing = _joiner_spread(new_plans)
    lasting = float((beside[1:] * beside[:-1]).sum() / (beside**2).sum())
    return {
        "joiner_trend_mean": growth.mean(),
        "joiner_trend_national_sd": growth.std(ddof=1),
        "joiner_trend_authority_sd": slope,
        "joiner_step_national_sd": joins.std(ddof=1),
        "joiner_step_authority_sd": step,
        "joiner_fresh_sd": swing,
        "leaver_yearly_sd": _leaver_swing(ceased, stock),
        "growth_autocorrelation": lasting,
        "growth_autocorrelation_corrected": lasting + (1 + 3 * lasting) / len(growth),
        "new_plans_growth": joins.mean(),
    }


if __name__ == "__main__":
    for name, figure in rate_prior_figures(Path(sys.argv[1])).items():
        sys.stdout.write(f"{name:34s}{figure:8.4f}\n")
