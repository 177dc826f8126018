"""What a back-test hands over: forecasts as tables, scores, and the words to read them by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.errors import DataError
from placement_planner.need.backtest.scores import MODEL, score

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Tested", "tested_published", "tested_steps"]

_SHOWN = ["state_special", "resourced_provision", "sen_unit", "independent_special", "mainstream"]
_PERCENTILES = ["p5", "p10", "p25", "median", "p75", "p90", "p95", "mean"]


@dataclass(frozen=True, kw_only=True)
class Tested:
    """Tables by file name, scores by method and horizon, and notes of what was read."""

    tables: Mapping[str, pd.DataFrame]
    scores: pd.DataFrame
    notes: tuple[str, ...]

    def lines(self) -> list[str]:
        """Say the scores of all children together, and of the placements planners ask for."""
        names = [name for name in self.scores.columns if name in {"series", "scope", "group"}]
        groups = self.scores.groupby(names, sort=False)
        return [line for key, rows in groups for line in _lines(" ".join(key), rows)]


def _lines(title: str, rows: pd.DataFrame) -> list[str]:
    told = [f"{title}: years ahead, forecasts, absolute error (median, 90th percentile),"]
    told.append("  signed error (median), share inside the 80 % range")
    for row in rows.itertuples():
        line = f"  {row.method:18} {row.horizon}  {row.forecasts:5.0f}  "
        line += f"{row.median_absolute_error:6.1%} {row.p90_absolute_error:6.1%} "
        line += f"{row.median_error:+7.1%}"
        told.append(line if pd.isna(row.coverage_80) else f"{line}  {row.coverage_80:4.0%}")
    return told


def _scores(forecasts: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    found = score(forecasts, [*by, "method", "horizon"])
    if found.empty:
        raise DataError(
            "nothing to compare: no forecast has a January with children that came after it"
        )
    return found.astype({"forecasts": int})


def tested_published(forecasts: pd.DataFrame, notes: Sequence[str]) -> Tested:
    """Part forecasts of `roll_origins` into tables, and score them.

    Returns
    -------
    Tested
        Tables ``backtest`` (authority totals: la_code, origin, horizon, actual, p5 … p95, mean),
        ``backtest_placement`` (the same with placement), ``backtest_naive`` (the naive forecasts)
        and ``backtest_scores``, by series, method and horizon.
    """
    ours = forecasts[forecasts["method"] == MODEL]
    keys = ["la_code", "origin", "horizon", "actual"]
    is_total = ours["series"] == "total"
    order = ["la_code", "origin", "horizon"]
    totals = ours.loc[is_total, [*keys, *_PERCENTILES]].sort_values(order)
    placements = ours[~is_total].rename(columns={"series": "placement"})
    placements = placements[["la_code", "placement", *keys[1:], *_PERCENTILES]]
    scores = _scores(forecasts, ["series"])
    shown = scores[scores["series"].isin(["total", *_SHOWN])]
    naive = forecasts[forecasts["method"] != MODEL].sort_values(["method", "series", *order])
    tables = {
        "backtest": totals.round(3),
        "backtest_placement": placements.sort_values(["placement", *order]).round(3),
        "backtest_naive": naive.round(3),
        "backtest_scores": scores.round(6),
    }
    ranked = shown.sort_values("series", key=lambda names: names != "total", kind="stable")
    return Tested(tables=tables, scores=ranked, notes=tuple(notes))


def tested_steps(forecasts: pd.DataFrame, notes: Sequence[str]) -> Tested:
    """Give forecasts of `roll_transitions` as tables, and score them.

    Returns
    -------
    Tested
        Tables ``backtest`` (all children, by authority), ``backtest_phase``,
        ``backtest_placement`` and ``backtest_scores``.
    """
    keys = ["authority", "origin", "steps", "horizon", "actual"]
    ours = forecasts[forecasts["method"] == MODEL]
    order = ["authority", "origin", "horizon"]

    def of(scope: str, name: str) -> pd.DataFrame:
        rows = ours[ours["scope"] == scope].rename(columns={"group": name})
        return rows[[name, *keys, *_PERCENTILES]].sort_values([name, *order]).round(3)

    scores = _scores(forecasts, ["scope", "group"])
    tables = {
        "backtest": of("total", "all").drop(columns="all"),
        "backtest_phase": of("phase", "phase"),
        "backtest_placement": of("setting", "placement"),
        "backtest_naive": forecasts[forecasts["method"] != MODEL].drop(columns=["scope", "group"]),
        "backtest_scores": scores.round(6),
    }
    shown = scores[scores["scope"].isin(["total", "phase"])]
    return Tested(tables=tables, scores=shown, notes=tuple(notes))
