"""The siting problem as arrays: who is to be placed, where they could be, what could be built.

No solver is known here. Every table is sorted by key before an array is made, so the order of the
input rows does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.errors import SolveError
from placement_planner.siting.decisions import build_decisions, opened_places, option_rules
from placement_planner.siting.exchange import build_exchange, no_exchange
from placement_planner.siting.groups import build_groups
from placement_planner.siting.links import build_links
from placement_planner.siting.pools import build_pools, option_slots
from placement_planner.siting.pots import build_capital
from placement_planner.siting.routes import build_routes
from placement_planner.tables import checked
from placement_planner.tables.study import Options

if TYPE_CHECKING:
    import pulp
    from numpy.typing import NDArray

    from placement_planner.scenario import Horizon, Scenario
    from placement_planner.siting.exchange import Exchange
    from placement_planner.siting.groups import Groups
    from placement_planner.siting.pools import PoolYears
    from placement_planner.siting.pots import Capital
    from placement_planner.siting.routes import Routes
    from placement_planner.siting.tables import Tables

__all__ = ["Problem", "build_problem", "year_weights"]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Arrays of one siting problem. £ are of the years they fall in unless said otherwise.

    Positions stand for rows: of groups (G), pools (Q), links (L), decisions (N), years (T).

    Attributes
    ----------
    years, weights
        Planned academic years; what £1 in each is worth: discounted to the first of them, and
        weighed by the years that the period stands for.
    groups, pools
        Who is to be placed, and where they could be.
    links
        group, pool, minutes, distance_km, gbp_0, gbp_1, gbp_2, as from `build_links`.
    decisions
        option_id, places, start_year, opening_year, capital_gbp, and gbp: over the horizon,
        discounted and weighed.
    opens
        Places that a decision opens: decision, pool, year (position), places, is_full.
    options, sets
        Rules of the options (those locked out have decisions only if a search goes on with them),
        and sets of which no more than some may be built.
    capital, exchange, routes
        Pots; limits across authority borders; fallback routes with a limit.
    flexible_share
        Share of a pool's places that other pools of its site may use.
    over_gbp
        Price of a child placed above the places there are, £ a year.
    """

    years: tuple[int, ...]
    weights: NDArray[np.float64]
    groups: Groups
    pools: PoolYears
    links: pd.DataFrame
    decisions: pd.DataFrame
    opens: pd.DataFrame
    options: pd.DataFrame
    sets: pd.DataFrame
    capital: Capital
    exchange: Exchange
    routes: Routes
    flexible_share: float
    over_gbp: float

    def to_pulp(self) -> pulp.LpProblem:
        """Return the whole problem as a PuLP model: to read, to write down, to solve elsewhere.

        Costs are in thousands of £; `siting.model` has the mathematics.
        """
        from placement_planner.siting.model import build_model  # noqa: PLC0415

        return build_model(self).problem

    @property
    def survival(self) -> NDArray[np.float64]:
        """Survival by profile, phases on, entry and year."""
        return self.groups.survival

    @cached_property
    def fallback_gbp(self) -> NDArray[np.float64]:
        """£ a child and year of each group without a suitable local place."""
        return np.asarray(self.groups.table["fallback_gbp"], dtype=float)

    @cached_property
    def lends(self) -> NDArray[np.bool_]:
        """Tell which pools may lend and borrow places in which years (Q, T)."""
        if not self.flexible_share:
            return np.zeros_like(self.pools.stands)
        together = np.zeros((self.pools.sites.max(initial=-1) + 1, len(self.years)))
        np.add.at(together, self.pools.sites, self.pools.stands.astype(float))
        several: NDArray[np.bool_] = together[self.pools.sites] > 1
        return self.pools.stands & several

    @cached_property
    def link_group(self) -> NDArray[np.int64]:
        """Group of each link."""
        return np.asarray(self.links["group"], dtype=np.int64)

    @cached_property
    def link_pool(self) -> NDArray[np.int64]:
        """Pool of each link."""
        return np.asarray(self.links["pool"], dtype=np.int64)

    @cached_property
    def link_gbp(self) -> NDArray[np.float64]:
        """£ a child and year of each link: (L, 3), by phases on."""
        return np.asarray(self.links[["gbp_0", "gbp_1", "gbp_2"]], dtype=float)


def year_weights(horizon: Horizon) -> NDArray[np.float64]:
    """Return what £1 in each planned year is worth in the objective."""
    pairs = zip(horizon.years, horizon.weights, strict=True)
    return np.array([horizon.discount(year) * length for year, length in pairs])


def build_problem(
    tables: Tables, scenario: Scenario, decided: frozenset[str] = frozenset()
) -> Problem:
    """Turn checked tables into the arrays of a siting problem.

    Parameters
    ----------
    decided
        Options that keep their decisions though they are locked out, as none of them may be taken:
        a search that goes on then has the same ones.

    Raises
    ------
    SolveError
        If nobody is to be placed, or an option that must be built cannot open within the horizon.
    """
    years, choices = scenario.horizon.years, scenario.siting
    groups = build_groups(tables, years)
    if not groups.children.sum():
        raise SolveError(
            "there is nobody to place: in every planned year nobody needs a place, or everybody "
            "who does keeps the one they hold"
        )
    options = tables.options
    shut = options["locked_out"] & options["option_id"].isin(decided)
    out = options.loc[shut, "option_id"]
    kept = options.assign(
        locked_out=options["locked_out"] & ~shut, locked_in=options["locked_in"] & ~shut
    )
    tables = replace(tables, options=checked(Options, kept))
    decisions = build_decisions(tables.options, tables.place_costs, scenario)
    slots = option_slots(tables, years[-1])
    opened = opened_places(decisions, tables.options, slots, scenario)
    pools = build_pools(tables, opened, slots, years, choices)
    opens = opened.assign(
        pool=pd.Index(pools.table["pool_id"]).get_indexer(opened["pool_id"]),
        year=opened["academic_year"].map({year: t for t, year in enumerate(years)}).astype(int),
    ).sort_values(["pool", "year", "decision"], ignore_index=True)
    links = build_links(groups, pools, tables, scenario)
    rules, sets = option_rules(tables, decisions)
    rules = rules.assign(locked_out=rules["option_id"].isin(out))
    is_pooled = choices.money == "pooled"
    return Problem(
        years=years,
        weights=year_weights(scenario.horizon),
        groups=groups,
        pools=pools,
        links=links,
        decisions=decisions,
        opens=opens[["decision", "pool", "year", "places", "is_full"]],
        options=rules,
        sets=sets,
        capital=build_capital(tables, decisions, pooled=is_pooled),
        exchange=no_exchange(len(links), len(years))
        if is_pooled
        else build_exchange(links, groups, pools, opens, tables, years),
        routes=build_routes(tables, groups, choices.nowhere_gbp),
        flexible_share=choices.flexible_share,
        over_gbp=choices.over_capacity_gbp,
    )
