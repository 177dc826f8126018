"""A study's own projections tested on its past: the same functions, told only what was known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.errors import DataError
from placement_planner.need import project_cube
from placement_planner.need.backtest.naive import NAIVE
from placement_planner.need.backtest.published import TOTAL, Rolling, roll_origins
from placement_planner.need.backtest.scores import QUANTILES, forecast_rows
from placement_planner.need.parts import past_children
from placement_planner.need.transitions.study import can_simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandera.typing import DataFrame

    from placement_planner.need.cube import Cube
    from placement_planner.scenario import NeedChoices
    from placement_planner.tables.study import (
        Caseload,
        CaseloadTotals,
        PopulationProjection,
        Transitions,
    )

__all__ = ["roll_study"]

_KNOWN_BEFORE = 2
_NAIVE_NAMES = {"national_growth": "region_growth"}


def roll_study(
    caseload: DataFrame[Caseload],
    projection: DataFrame[PopulationProjection],
    choices: NeedChoices,
    *,
    transitions: DataFrame[Transitions] | None = None,
    totals: DataFrame[CaseloadTotals] | None = None,
    progress: Callable[[str], None],
) -> pd.DataFrame:
    """Project from every earlier January of the caseload to the later ones, and say what came.

    Every January with at least two known before it, and one after, is an origin. Population is
    that of the study, also after an origin.

    Parameters
    ----------
    caseload, projection, choices, transitions, totals
        As for `project_cube`; base January and method are set here.
    progress
        Told which January is being forecast from.

    Returns
    -------
    DataFrame
        method ("transitions" where the study has steps, "published", "held", and the naive
        "own_growth" and "region_growth", carried forward), series ("total" or a setting), la_code
        (the authority), origin, horizon, actual, percentiles and mean.

    Raises
    ------
    DataError
        If the caseload has fewer than four Januaries.
    """
    past = past_children(caseload, totals, choices.base_january)
    past = past.assign(january=past["academic_year"] + 1, la_code=past["authority_code"])
    placements = past.groupby(["la_code", "setting", "january"], as_index=False)["children"].sum()
    sums = past.groupby(["la_code", "january"], as_index=False)["children"].sum()
    origins = _origins(caseload, past, choices.base_january)
    last = int(past["january"].max())
    plan = Rolling(
        origins=origins,
        horizons=tuple(range(1, last - origins[0] + 1)),
        damping=choices.growth_damping,
        draws=choices.draws,
        seed=choices.seed,
    )
    naive = roll_origins(sums.assign(region_code="region"), placements, plan)
    parts = [naive[naive["method"].isin(NAIVE)].replace({"method": _NAIVE_NAMES})]
    actual = pd.concat([sums.assign(setting=TOTAL), placements]).rename(
        columns={"setting": "series", "children": "actual"}
    )
    for origin in origins:
        progress(f"forecasting from January {origin}")
        then = caseload[caseload["january"] <= origin]
        for method in _methods(then, transitions, origin):
            cube = project_cube(
                then,
                projection,
                range(origin, last),
                choices.model_copy(update={"base_january": origin, "method": method}),
                transitions=transitions,
                totals=None if totals is None else totals[totals["january"] <= origin],
            )
            parts.append(_rows(cube, origin).assign(method=method).merge(actual))
    first = ["method", "series", "la_code", "origin", "horizon", "actual"]
    table = pd.concat(parts, ignore_index=True)
    return table[[*first, *(name for name in naive.columns if name not in first)]]


def _origins(caseload: pd.DataFrame, past: pd.DataFrame, base_january: int) -> tuple[int, ...]:
    """Return Januaries of the caseload with two known before them and one after."""
    known = sorted(int(january) for january in past["january"].unique())
    told = set(caseload.loc[caseload["january"] <= base_january, "january"])
    origins = tuple(january for january in known[_KNOWN_BEFORE:-1] if january in told)
    if not origins:
        raise DataError(
            f"a back-test needs a January of the caseload with {_KNOWN_BEFORE} known before it and "
            f"one after; the study has {', '.join(map(str, known)) or 'none'}"
        )
    return origins


def _methods(
    then: DataFrame[Caseload], transitions: DataFrame[Transitions] | None, origin: int
) -> list[str]:
    """Return the methods that can be tested from an origin."""
    simulated = can_simulate(transitions, then, origin)
    return [*(["transitions"] if simulated else []), "published", "held"]


def _rows(cube: Cube, origin: int) -> pd.DataFrame:
    """Percentiles of every authority's total and settings, by January."""
    parts = []
    for series in (None, "setting"):
        keys = cube.cells.assign(series=cube.cells[series] if series else TOTAL)
        groups = keys.groupby(["authority_code", "series"], sort=True)
        order = np.argsort(groups.ngroup().to_numpy(), kind="stable")
        first = np.searchsorted(groups.ngroup().to_numpy()[order], np.arange(groups.ngroups))
        names = groups.size().reset_index()[["authority_code", "series"]]
        names = names.rename(columns={"authority_code": "la_code"})
        for place, year in enumerate(cube.academic_years[1:], start=1):
            draws = np.add.reduceat(cube.children[place, order].astype(float), first)
            rows = pd.concat([names, forecast_rows(draws)], axis=1)
            if draws.shape[1] == 1:  # no range
                rows[[name for name in QUANTILES if name != "median"]] = np.nan
            parts.append(rows.assign(origin=origin, january=year + 1, horizon=year + 1 - origin))
    return pd.concat(parts, ignore_index=True)
