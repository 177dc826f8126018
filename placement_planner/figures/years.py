"""Year by year: children in need, placed and not, with the plan and with nothing built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.figures.released import released_plan
from placement_planner.wording import year_label

if TYPE_CHECKING:
    from placement_planner.outcome import Outcome

__all__ = ["YEAR_NAMES", "shown_years"]

YEAR_NAMES = {
    "year": "Year",
    "need": "Children in need",
    "opening": "Places opened by then",
    "placed_do_nothing": "Placed, nothing built",
    "placed_plan": "Placed, plan",
    "left_do_nothing": "Without a local place, nothing built",
    "left_plan": "Without a local place, plan",
}
"""Columns of `shown_years`, in words."""


def shown_years(outcome: Outcome) -> pd.DataFrame:
    """Return both plans by planned year, as they may leave.

    Returns
    -------
    DataFrame
        academic_year and `YEAR_NAMES`. Opened places are those of the sizes chosen, before any
        ramp. Children are counted as `placed` where they hold a place of a pool that residents may
        be given, and as `left` where they are on a fallback route.
    """
    years = list(outcome.scenario.horizon.years)
    builds = outcome.plan.builds
    frame = pd.DataFrame({"academic_year": years, "year": [year_label(year) for year in years]})
    frame["opening"] = [
        int(builds.loc[builds["opening_year"] <= year, "places"].sum()) for year in years
    ]
    told = released_plan(outcome)["years"].frame.drop(columns="academic_year")
    return pd.concat([frame, told], axis="columns")[["academic_year", *YEAR_NAMES]]
