"""Which siting problems are pure facility location, and their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.tables import split_list

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.problem import Problem

__all__ = ["Facility", "facility_of"]

_WHOLE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Facility:
    """I clients, J sites, each a decision that opens one pool of its own.

    Attributes
    ----------
    cost
        (I, J): £ of serving all of a client from a site; infinite where it cannot be.
    links
        (I, J): position of the link; −1 where there is none.
    demand, fallback
        (I,): children; £ of leaving all of them in fallback, infinite where all must be placed.
    capacity, fixed
        (J,): places; £ of opening.
    most
        Sites that may be opened.
    """

    cost: NDArray[np.float64]
    links: NDArray[np.int64]
    demand: NDArray[np.float64]
    fallback: NDArray[np.float64]
    capacity: NDArray[np.float64]
    fixed: NDArray[np.float64]
    most: int

    @cached_property
    def dearest(self) -> NDArray[np.float64]:
        """£ of the dearest way to have each client, from a site or in fallback: (I,)."""
        ways = np.column_stack([self.cost, self.fallback])
        dearest: NDArray[np.float64] = np.where(np.isfinite(ways), ways, 0.0).max(axis=1)
        return dearest

    @cached_property
    def ceiling(self) -> float:
        """More than any plan costs, £."""
        return float(self.dearest.sum() + self.fixed.sum()) + 1.0

    @property
    def least(self) -> int:
        """Fewest sites whose places hold all who must be placed."""
        must = float(self.demand[np.isinf(self.fallback)].sum())
        if must <= 0:
            return 0
        held = np.cumsum(np.sort(self.capacity)[::-1])
        return int(np.searchsorted(held, must * (1 - _WHOLE))) + 1

    @property
    def is_uncapacitated(self) -> bool:
        """Tell whether any one site could hold everybody."""
        return bool((self.capacity >= self.demand.sum() * (1 - _WHOLE)).all())

    @property
    def is_whole(self) -> bool:
        """Tell whether every plan costs a whole number, as with whole distances."""
        known = [self.cost[np.isfinite(self.cost)], self.fixed]
        known.append(self.fallback[np.isfinite(self.fallback)])
        return self.is_uncapacitated and all(
            bool((np.abs(each - np.round(each)) < _WHOLE).all()) for each in known
        )


def facility_of(problem: Problem) -> Facility | None:
    """Return a problem's numbers if it is pure facility location, else None.

    That is: one year; every pool opened by one decision, every option with one decision; no places
    that exist, viable fill, lending, places above capacity, borders, routes with limits, money or
    rules between options, but for one limit on how many may be built in all.
    """
    most = _most(problem)
    if most is None or not _is_pure(problem):
        return None
    sites = len(problem.decisions)
    opens = problem.opens.sort_values("decision")
    site_of = np.full(len(problem.pools.table), -1)
    site_of[opens["pool"].to_numpy()] = opens["decision"].to_numpy()
    clients = len(problem.groups.table)
    links = np.full((clients, sites), -1, dtype=np.int64)
    links[problem.link_group, site_of[problem.link_pool]] = np.arange(len(problem.links))
    demand = problem.groups.children[:, 0]
    cost = np.full((clients, sites), np.inf)
    each = problem.link_gbp[:, 0] * problem.weights[0]
    row, column = problem.link_group, site_of[problem.link_pool]
    cost[row, column] = each * demand[row]
    return Facility(
        cost=cost,
        links=links,
        demand=demand,
        fallback=problem.fallback_gbp * problem.weights[0] * demand,
        capacity=opens["places"].to_numpy(dtype=float),
        fixed=problem.decisions["gbp"].to_numpy(dtype=float),
        most=most,
    )


def _is_pure(problem: Problem) -> bool:
    options, opens = problem.options, problem.opens
    one_each = (
        opens["decision"].is_unique
        and opens["pool"].is_unique
        and len(opens) == len(problem.decisions) == len(problem.pools.table)
        and problem.decisions["option_id"].is_unique
    )
    no_rules = (
        options["requires"].isna().all()
        and options["excludes"].isna().all()
        and not options["locked_in"].any()
        and not (options["minimum_fill"] > 0).any()
    )
    nothing_else = (
        problem.capital.cash.empty
        and not problem.pools.places.any()
        and not problem.pools.extra.any()
        and not problem.lends.any()
        and problem.exchange.table.empty
        and problem.routes.table.empty
    )
    return bool(
        len(problem.years) == 1
        and len(problem.decisions)
        and one_each
        and no_rules
        and nothing_else
        and (problem.groups.children > 0).all()
        and problem.survival[:, 0].min() == 1
    )


def _most(problem: Problem) -> int | None:
    """Return how many options may be built; None where sets say more than that."""
    if problem.sets.empty:
        return len(problem.decisions)
    if len(problem.sets) > 1:
        return None
    only = problem.sets.iloc[0]
    in_set = set(split_list(only["options"]))
    covers = in_set.issuperset(problem.decisions["option_id"])
    return min(int(only["at_most"]), len(problem.decisions)) if covers else None
