"""What could be decided: an option at a size and a start; what it opens and costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.errors import SolveError
from placement_planner.tables import share_open, sizes_of, split_list

if TYPE_CHECKING:
    from placement_planner.scenario import Scenario
    from placement_planner.siting.tables import Tables

__all__ = ["build_decisions", "opened_places", "option_rules"]


def build_decisions(
    options: pd.DataFrame, place_costs: pd.DataFrame, scenario: Scenario
) -> pd.DataFrame:
    """List every option at every size and start whose opening falls on a planned year.

    Opening between two planned years would count only from the later one, so such starts are left
    out. The objective £ of a decision are, for each year open, the capital's equivalent annual
    cost and the place funding of its open places.

    Returns
    -------
    DataFrame
        option_id, places, start_year, opening_year, capital_gbp, gbp.

    Raises
    ------
    SolveError
        If an option that must be built has no possible start.
    """
    horizon = scenario.horizon
    funding = place_costs.set_index("need_group")["place_funding_gbp"]
    rows = []
    for option in options[~options["locked_out"]].sort_values("option_id").itertuples():
        for opening in horizon.years:
            start = opening - option.lead_years
            if not option.earliest_start <= start <= option.latest_start:
                continue
            for places in sorted(sizes_of(option.sizes)):
                capital = option.fixed_capital_gbp + option.capital_per_place_gbp * places
                yearly = horizon.annual_cost(capital, option.asset_life_years)
                running = float(funding[option.designation]) * places
                gbp = sum(
                    horizon.discount(year)
                    * weight
                    * (yearly + running * share_open(option.ramp, year - opening))
                    for year, weight in zip(horizon.years, horizon.weights, strict=True)
                    if year >= opening
                )
                rows.append((option.option_id, places, start, opening, capital, gbp))
    columns = ["option_id", "places", "start_year", "opening_year", "capital_gbp", "gbp"]
    decisions = pd.DataFrame(rows, columns=columns).astype(
        {
            "option_id": str,
            "places": int,
            "start_year": int,
            "opening_year": int,
            "capital_gbp": float,
            "gbp": float,
        }
    )
    must = options.loc[options["locked_in"] & ~options["locked_out"], "option_id"]
    stuck = sorted(set(must) - set(decisions["option_id"]))
    if stuck:
        raise SolveError(
            f"{len(stuck)} option(s) locked in cannot open in a planned year, for example "
            f"{stuck[0]}: look at lead_years, earliest_start, latest_start and the horizon's years"
        )
    return decisions


def opened_places(
    decisions: pd.DataFrame, options: pd.DataFrame, slots: pd.DataFrame, scenario: Scenario
) -> pd.DataFrame:
    """Return the places that each decision would have open, by pool and planned year.

    Parameters
    ----------
    slots
        As from `pools.option_slots`.

    Returns
    -------
    DataFrame
        decision (its row), option_id, pool_id, academic_year, places, is_full: whether the ramp is
        over, so that the viable minimum fill holds.
    """
    ramp = options.set_index("option_id")["ramp"]
    aged = decisions.reset_index(names="decision").merge(
        pd.DataFrame({"academic_year": list(scenario.horizon.years)}), how="cross"
    )
    aged["age"] = aged["academic_year"] - aged["opening_year"]
    aged = aged[aged["age"] >= 0]
    ramps = ramp.reindex(aged["option_id"]).tolist()
    ages = aged["age"].tolist()
    aged["open_share"] = np.array(
        [share_open(cell, age) for cell, age in zip(ramps, ages, strict=True)], dtype=float
    )
    aged["is_full"] = np.array(
        [age >= len(split_list(cell)) - 1 for cell, age in zip(ramps, ages, strict=True)],
        dtype=bool,
    )
    opens = aged.rename(columns={"places": "size"}).merge(
        slots[["option_id", "pool_id", "share"]], on="option_id"
    )
    opens["places"] = opens["size"] * opens["share"] * opens["open_share"]
    kept = ["decision", "option_id", "pool_id", "academic_year", "places", "is_full"]
    return opens.loc[opens["places"] > 0, kept].reset_index(drop=True)


def option_rules(tables: Tables, decisions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rules of the options that can be built, and the sets they belong to.

    Returns
    -------
    tuple
        option_id, requires, excludes, locked_in, minimum_fill; set_id, options, at_most.
    """
    columns = ["option_id", "requires", "excludes", "locked_in", "minimum_fill"]
    possible = tables.options[tables.options["option_id"].isin(decisions["option_id"])]
    rules = possible[columns].sort_values("option_id", ignore_index=True)
    sets = tables.option_sets[["set_id", "options", "at_most"]]
    return rules, sets.sort_values("set_id", ignore_index=True)
