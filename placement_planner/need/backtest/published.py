"""Rolling origins on published counts: authority totals and placements, beside naive forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.errors import DataError
from placement_planner.need.backtest.naive import NAIVE, ets_paths, naive_rows
from placement_planner.need.backtest.scores import MODEL, forecast_rows
from placement_planner.need.published.growth import fade_of, fit_growth, growth_draws, growth_prior
from placement_planner.need.published.nation import authority_children
from placement_planner.need.published.panel import (
    Panel,
    growth_panel,
    with_predecessors,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Rolling", "roll_origins"]

TOTAL = "total"


@dataclass(frozen=True, kw_only=True)
class Rolling:
    """Which forecasts a back-test makes."""

    origins: tuple[int, ...]
    horizons: tuple[int, ...]
    damping: float
    draws: int
    seed: int
    ets: bool = False
    """Whether exponential smoothing forecasts the totals, too; slow, and needs statsmodels."""


def _panels(totals: pd.DataFrame, placements: pd.DataFrame, origin: int) -> dict[str, Panel]:
    """Panel of all plans and of every placement that is known at the origin."""
    regions = totals.drop_duplicates("la_code", keep="last").set_index("la_code")["region_code"]
    population = authority_children()
    whole = growth_panel(_joined(totals, origin), regions, population, origin)
    panels = {TOTAL: whole}
    for setting, counts in placements.groupby("setting"):
        some = counts[counts["january"].isin([origin, origin - 1])].groupby("january")["children"]
        if (some.sum() > 0).sum() == 2:  # noqa: PLR2004  (a setting that is new has no growth)
            joined = _joined(counts, origin)
            panels[str(setting)] = growth_panel(joined, regions, population, origin, whole=whole)
    return panels


def _joined(counts: pd.DataFrame, origin: int) -> pd.DataFrame:
    """Name codes, and give split and merged authorities their past where `series` tells it."""
    named = counts.rename(columns={"la_code": "code"})
    return with_predecessors(named, origin) if "series" in named.columns else named


def _model_rows(panel: Panel, series: str, origin: int, plan: Rolling, fade: float) -> pd.DataFrame:
    years = max(plan.horizons)
    fit = fit_growth(panel, growth_prior(series))
    name = int.from_bytes(series.encode(), "big") % 2**32
    rng = np.random.default_rng([plan.seed, origin, name])
    paths = growth_draws(
        panel, fit, years, damping=plan.damping, draws=plan.draws, rng=rng, fade=fade
    )
    rows = [
        forecast_rows(paths[year]).assign(code=panel.codes, horizon=year + 1)
        for year in range(years)
    ]
    return pd.concat(rows, ignore_index=True)


def _ets_rows(panel: Panel, years: int) -> pd.DataFrame:
    paths = ets_paths(panel.plans, years)
    rows = [
        pd.DataFrame({"code": panel.codes, "horizon": year + 1, "median": paths[year]})
        for year in range(years)
    ]
    return pd.concat(rows, ignore_index=True)


def _silent(_done: int, _of: int) -> None:
    """Tell nobody."""


def roll_origins(
    totals: pd.DataFrame,
    placements: pd.DataFrame,
    plan: Rolling,
    progress: Callable[[int, int], None] = _silent,
) -> pd.DataFrame:
    """Forecast from every origin what only its past tells, beside naive forecasts.

    Parameters
    ----------
    totals
        la_code, region_code, january, children; with `series`, an authority that split or merged
        has the past of those it came from.
    placements
        la_code, setting, january, children; `series` as before.
    plan
        Origins, horizons, damping, draws and seed.
    progress
        Told how many series of how many are done.

    Returns
    -------
    DataFrame
        method, series ("total" or a setting), la_code, origin, horizon, actual, the percentiles
        and the mean; only targets that the counts hold.

    Raises
    ------
    DataError
        If no January of the counts is a target, or an origin has no January before it.
    """
    _check_targets(totals, plan)
    actual = pd.concat([totals.assign(setting=TOTAL), placements])[
        ["setting", "la_code", "january", "children"]
    ].rename(columns={"setting": "series", "children": "actual"})
    years = max(plan.horizons)
    per_origin = {origin: _panels(totals, placements, origin) for origin in plan.origins}
    of = sum(map(len, per_origin.values()))
    parts: list[pd.DataFrame] = []
    for origin, panels in per_origin.items():
        fade = fade_of(fit_growth(panels[TOTAL], growth_prior(TOTAL)))
        for series, panel in panels.items():
            rows = {MODEL: _model_rows(panel, series, origin, plan, fade)}
            rows |= {name: naive_rows(panel, years, name) for name in NAIVE}
            if series == TOTAL and plan.ets:
                rows["ets"] = _ets_rows(panel, years)
            parts += [
                found.assign(method=method, series=series, origin=origin)
                for method, found in rows.items()
            ]
            progress(len(parts), of * 3)
    forecasts = pd.concat(parts, ignore_index=True).rename(columns={"code": "la_code"})
    forecasts = forecasts[forecasts["horizon"].isin(plan.horizons)]
    return _with_actuals(forecasts, actual)


def _check_targets(totals: pd.DataFrame, plan: Rolling) -> None:
    known = sorted(totals.loc[totals["children"].notna(), "january"].unique().tolist())
    targets = {origin + horizon for origin in plan.origins for horizon in plan.horizons}
    if not targets & set(known):
        raise DataError(
            f"no origin ({', '.join(map(str, plan.origins))}) and horizon "
            f"({', '.join(map(str, plan.horizons))}) leads to a January that is published: "
            f"{known[0]} to {known[-1]}"
        )


def _with_actuals(forecasts: pd.DataFrame, actual: pd.DataFrame) -> pd.DataFrame:
    """Join what came; forecasts without a published target are left out."""
    known = actual.dropna(subset=["actual"])
    joined = forecasts.assign(january=forecasts["origin"] + forecasts["horizon"]).merge(
        known, on=["series", "la_code", "january"]
    )
    first: Sequence[str] = ["method", "series", "la_code", "origin", "horizon", "actual"]
    others = [name for name in joined.columns if name not in {*first, "january"}]
    return joined[[*first, *others]].dropna(subset=["median"]).reset_index(drop=True)
