"""What building saves, by how much of it replaces independent placements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.tables.fallback import with_displacement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement_planner.scenario import Scenario
    from placement_planner.siting.plan import Plan
    from placement_planner.siting.tables import Tables

__all__ = ["SHARES", "break_even", "savings_by_displacement"]

SHARES = (0.3, 0.6, 1.0)
_WHO = ["authority_code", "need_group", "phase"]


def savings_by_displacement(
    do_nothing: Plan,
    plan: Plan,
    tables: Tables,
    scenario: Scenario,
    shares: Sequence[float] = SHARES,
) -> pd.DataFrame:
    """Price again the same two plans, with other shares of places that replace independent ones.

    Returns
    -------
    DataFrame
        share (of the places that save an independent placement; blank for the routes' own), and
        benefit_gbp: what the plan saves against the optimised do-nothing, all planned years,
        discounted. Who is placed and what is built stay as they are.
    """
    horizon = scenario.horizon
    pairs = zip(horizon.years, horizon.weights, strict=True)
    weight = {year: horizon.discount(year) * length for year, length in pairs}
    fewer = _in_fallback(do_nothing, tables).sub(_in_fallback(plan, tables), fill_value=0.0)
    weighed = fewer * fewer.index.get_level_values("academic_year").map(weight).astype(float)
    placed = weighed.groupby(_WHO).sum()
    own = _mean_costs(tables.fallback)
    benefit = do_nothing.report.objective_gbp - plan.report.objective_gbp
    rows = [(np.nan, benefit)]
    for share in shares:
        dearer = _mean_costs(with_displacement(tables.fallback, share)) - own
        rows.append((share, benefit + float((placed * dearer.reindex(placed.index)).sum())))
    return pd.DataFrame(rows, columns=["share", "benefit_gbp"])


def _in_fallback(plan: Plan, tables: Tables) -> pd.Series:
    home = tables.need.drop_duplicates("area_code")[["area_code", "authority_code"]]
    rows = plan.fallback.merge(home, on="area_code")
    children: pd.Series = rows.groupby([*_WHO, "academic_year"])["children"].sum()
    return children


def _mean_costs(fallback: pd.DataFrame) -> pd.Series:
    weighed = fallback["share"] * fallback["cost_gbp"]
    means: pd.Series = weighed.groupby([fallback[name] for name in _WHO]).sum()
    return means


def break_even(savings: pd.DataFrame) -> float:
    """Return the share at which building neither saves nor costs; it may lie outside 0 to 1.

    Savings are a straight line in the share.

    Examples
    --------
    >>> told = pd.DataFrame({"share": [np.nan, 0.3, 0.6], "benefit_gbp": [5.0, -10.0, 20.0]})
    >>> break_even(told)
    0.4
    """
    known = savings[savings["share"].notna()]
    first, last = known.iloc[0], known.iloc[-1]
    slope = (last["benefit_gbp"] - first["benefit_gbp"]) / (last["share"] - first["share"])
    if not slope:
        return float("nan")
    return round(float(first["share"] - first["benefit_gbp"] / slope), 6)
