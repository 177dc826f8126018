"""Rolling origins on children's steps: fit on what was known, project to what came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.errors import DataError
from placement_planner.need.backtest.naive import NAIVE, ets_paths
from placement_planner.need.backtest.scores import MODEL, forecast_rows
from placement_planner.need.parts import phases_of
from placement_planner.need.transitions.authorities import simulate_authorities
from placement_planner.need.transitions.fit import fit_transitions, jobs_until
from placement_planner.tables.four_tables import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from placement_planner.need.transitions.dynamics import RateChoices
    from placement_planner.need.transitions.fit import Prior
    from placement_planner.need.transitions.states import States
    from placement_planner.tables.four_tables import FourTables

__all__ = ["SCOPES", "roll_transitions"]

SCOPES = ("total", "phase", "setting")


def _labels(states: pd.DataFrame, scope: str) -> pd.Series:
    """Group of each row of ncy and setting within a scope."""
    if scope == "total":
        return pd.Series("all", index=states.index)
    return states["setting"] if scope == "setting" else phases_of(states["ncy"])


def roll_transitions(
    tables: FourTables,
    *,
    prior: Prior,
    choices: RateChoices,
    draws: int,
    seed: int,
    ets: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Fit on the first steps, more each time, and project to every later January that is known.

    Parameters
    ----------
    tables
        The four tables.
    prior, choices
        As in `fit_transitions`.
    draws, seed
        Of the projection.
    ets
        Whether exponential smoothing forecasts the total, too (needs statsmodels and five years).
    progress
        Told how many origins of how many are done.

    Raises
    ------
    DataError
        If there are steps from one January alone.

    Returns
    -------
    DataFrame
        method, scope ("total", "phase", "setting"), group, authority, origin (the January that
        is known last), steps (years fitted on), horizon, actual, percentiles and mean. The naive
        method carries the total's own growth forward.
    """
    steps = sorted(int(january) for january in tables.transitions["january"].unique())
    origins = [january + 1 for january in steps[:-1]]
    if not origins:
        raise DataError(
            f"a back-test needs steps from two Januaries or more; there are {len(steps)}: the "
            "first to fit on, the others to compare with"
        )
    parts: list[pd.DataFrame] = []
    for done, origin in enumerate(origins, start=1):
        known = tables.transitions[tables.transitions["january"] < origin]
        fit = fit_transitions(
            known, tables.population, tables.valid_states, prior=prior, choices=choices
        )
        jobs = jobs_until(fit, tables.population, steps[-1] + 1)
        for projected in simulate_authorities(jobs, draws=draws, seed=seed, keep_draws=True):
            if projected.draws is None:
                continue
            code = projected.authority
            found = [
                _rows(tables.transitions, fit.states, code, origin, projected.draws),
                _naive(tables.transitions, code, origin, steps, ets=ets),
            ]
            parts += [
                rows.assign(origin=origin, steps=known["january"].nunique())
                for rows in found
                if len(rows)
            ]
        if progress is not None:
            progress(done, len(origins))
    first = ["method", "scope", "group", "authority", "origin", "steps", "horizon", "actual"]
    table = pd.concat(parts, ignore_index=True)
    return table[[*first, *(name for name in table.columns if name not in first)]]


def _rows(
    transitions: pd.DataFrame, states: States, authority: str, origin: int, draws: NDArray[np.int32]
) -> pd.DataFrame:
    """Forecasts of one authority from one origin, by scope, group and horizon."""
    cells = states.labels()
    parts = []
    for scope in SCOPES:
        number, names = pd.factorize(_labels(cells, scope), sort=True)
        for horizon in range(1, len(draws)):
            sums = np.zeros((len(names), draws.shape[2]))
            np.add.at(sums, number, draws[horizon])
            actual = _actual(transitions, authority, origin + horizon, scope)
            parts.append(
                forecast_rows(sums).assign(
                    scope=scope,
                    group=names,
                    horizon=horizon,
                    actual=actual.reindex(names).fillna(0.0).to_numpy(),
                )
            )
    return pd.concat(parts, ignore_index=True).assign(method=MODEL, authority=authority)


def _actual(transitions: pd.DataFrame, authority: str, january: int, scope: str) -> pd.Series:
    """Children at a January by group: where the step that ends then left them."""
    home = transitions["authority_2"] == authority
    rows = transitions[
        home & (transitions["january"] == january - 1) & (transitions["setting_2"] != OUTSIDE)
    ]
    cells = rows[["ncy_2", "setting_2"]].set_axis(["ncy", "setting"], axis=1)
    return rows.groupby(_labels(cells, scope))["children"].sum().astype(float)


def _naive(
    transitions: pd.DataFrame, authority: str, origin: int, steps: Sequence[int], *, ets: bool
) -> pd.DataFrame:
    """Carry the total forward at its own last growth, and by ETS where it can be had."""
    known = [january + 1 for january in steps if january < origin]
    counts = [_actual(transitions, authority, january, "total").sum() for january in known]
    plans = np.array([counts], dtype=float)
    years = steps[-1] + 1 - origin
    paths = {}
    if len(known) > 1:
        paths["own_growth"] = NAIVE["own_growth"](plans, years)[:, 0]
        if ets:
            paths["ets"] = ets_paths(plans, years)[:, 0]
    rows = [
        {
            "method": method,
            "authority": authority,
            "scope": "total",
            "group": "all",
            "horizon": year + 1,
            "actual": _actual(transitions, authority, origin + year + 1, "total").sum(),
            "median": path[year],
        }
        for method, path in paths.items()
        for year in range(years)
    ]
    return pd.DataFrame(rows)
