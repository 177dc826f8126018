"""Layers of a map as may be shown: need, gap and journeys by year, and who travels where."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.figures.areas import AreaTable, change_shown, year_columns
from placement_planner.figures.exact.areas import area_codes
from placement_planner.figures.exact.plan import WAYS, line_rows
from placement_planner.figures.plan import journeys_by_area
from placement_planner.figures.released import released_need, released_plan
from placement_planner.privacy import Rule, Withheld, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placement_planner.forecast import Forecast
    from placement_planner.outcome import Outcome

__all__ = ["gain_by_area", "gap_layers", "journey_layers", "need_layers", "shown_lines"]


def need_layers(study: Outcome | Forecast) -> Mapping[tuple[str, str], AreaTable]:
    """Return children who need a place by area and year: of every need, phase, or both.

    Each layer is at the finest level that may be shown; of a need and a phase at once, by
    authority.

    Returns
    -------
    mapping
        By need ("all", "base", "special" or a need group) and phase ("all", primary, secondary,
        post_16). Frames as from `need_by_year`, with every planned or projected year.
    """
    layers = {}
    for name, table in released_need(study).items():
        if name.startswith("need:"):
            _, need, phase = name.split(":")
            years = sorted(table.frame["academic_year"].unique())
            layers[need, phase] = year_columns(table, "children", years)
    return layers


def gap_layers(outcome: Outcome) -> dict[str, AreaTable]:
    """Return the same for every planned year, a column each: do_nothing and plan."""
    table = released_plan(outcome)["gap_areas"]
    return {way: year_columns(table, way, outcome.scenario.horizon.years) for way in WAYS}


def journey_layers(outcome: Outcome) -> dict[str, AreaTable]:
    """Return mean minutes one way for every planned year, a column each: do_nothing and plan."""
    table = released_plan(outcome)["journeys"]
    years = outcome.scenario.horizon.years
    told = journeys_by_area(outcome).withheld
    return {way: replace(year_columns(table, way, years), withheld=told) for way in WAYS}


def gain_by_area(outcome: Outcome) -> AreaTable:
    """Return minutes one way that the plan saves a child, by area: who gains, and who loses."""
    table = journeys_by_area(outcome)
    saved = change_shown(table.frame["plan"], table.frame["do_nothing"])
    frame = table.frame[["code", "name", "children"]].assign(gain=saved)
    return replace(table, frame=frame)


def shown_lines(outcome: Outcome) -> AreaTable:
    """Return who would travel where in the final year of the plan, as may be drawn.

    A line of fewer children than the threshold is not drawn, in either profile; nor is one that
    would tell, by what is left over, of few children of an area or of a place who are on no line.

    Returns
    -------
    AreaTable
        At the siting level: code, name, place_id (a site, or an option where is_build), children.
    """
    choices, level = outcome.scenario.privacy, outcome.scenario.siting.level
    rows = line_rows(outcome)
    kept = _drawn(rows, Rule(choices.threshold, choices.rounding))
    names = area_codes(outcome).drop_duplicates(f"{level}_code").set_index(f"{level}_code")
    drawn = rows[kept].assign(name=rows["code"].map(names[f"{level}_name"]))
    if choices.profile == "public":
        drawn = drawn.assign(children=rounded(drawn["children"], choices.rounding))
    record = Withheld("Lines of who would travel where", "", len(rows), int((~kept).sum()))
    frame = drawn[["code", "name", "place_id", "is_build", "children"]].reset_index(drop=True)
    return AreaTable(frame, level, record)


def _drawn(rows: pd.DataFrame, rule: Rule) -> pd.Series[bool]:
    """Leave out small lines, and the smallest of an end whose other children could be told."""
    kept = rows["children"] >= rule.threshold
    while True:
        out = set().union(
            *(_smallest_that_tell(rows, kept, end, rule) for end in ("code", "place_id"))
        )
        if not out:
            return kept
        kept &= ~rows.index.isin(out)


def _smallest_that_tell(rows: pd.DataFrame, kept: pd.Series, end: str, rule: Rule) -> set[int]:
    """Find the smallest line at each end where who is on no line is few, and rounding tells it."""
    children = rows["children"].where(kept, 0.0)
    least, most = (
        pd.Series(told, index=rows.index)
        for told in rule.known(children.to_numpy(), kept.to_numpy())
    )
    ends = pd.DataFrame(
        {
            "all": rows.groupby(rows[end])["children"].sum(),
            "least": pd.Series(least, index=rows.index).groupby(rows[end]).sum(),
            "most": pd.Series(most, index=rows.index).groupby(rows[end]).sum(),
            "rest": rows["children"].mask(kept, 0.0).groupby(rows[end]).sum(),
        }
    )
    all_least, all_most = rule.known(ends["all"].to_numpy(), np.ones(len(ends), dtype=bool))
    told = (all_most - ends["least"] < rule.threshold) | (
        all_least - ends["most"] > np.minimum(ends["rest"], 1.0)
    )
    few = ends.index[rule.is_small(ends["rest"].to_numpy()) & told]
    here = rows[kept & rows[end].isin(few)].sort_values("children")
    return set(here.drop_duplicates(end).index)
