"""The relaxation over all arcs and openings, by generating those that matter; a bound each round.

Once no arc that is left out would help, the rows of openings that the answer breaks are added, and
arcs are priced again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.errors import InfeasibleError
from placement_planner.siting.decompose.blocks import entry_costs, no_charges, route_credit
from placement_planner.siting.decompose.bound import bound_of, price
from placement_planner.siting.decompose.ways import best_ways

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from placement_planner.siting.decompose.blocks import Block, Charges
    from placement_planner.siting.decompose.bound import Priced
    from placement_planner.siting.decompose.clock import Clock
    from placement_planner.siting.decompose.master import Master
    from placement_planner.siting.highs import Method
    from placement_planner.siting.problem import Problem

__all__ = ["Relaxed", "bound_without_limits", "first_arcs", "priced_at", "relaxations"]

FIRST_ARCS = 3
"""Arcs of each group and year, best first, that a relaxation without charges starts with."""
MOST_ROUNDS = 60
_CLOSE = 1e-7
"""Relative distance of value and bound at which the relaxation counts as solved."""


@dataclass(frozen=True, kw_only=True)
class Relaxed:
    """What the relaxation has come to in a round.

    Attributes
    ----------
    is_solved
        Whether no arc that is left out would help, and no row of openings is broken where they
        are asked for.
    value, bound
        Of the arcs there are; on every plan, the best of all rounds: thousands of £.
    built
        (N,): how far each decision is taken.
    reduced
        (N,): reduced costs of the decisions.
    duals
        Of all rows: those of the layout, then those of openings.
    """

    is_solved: bool
    value: float
    bound: float
    built: NDArray[np.float64]
    reduced: NDArray[np.float64]
    duals: NDArray[np.float64]


def relaxations(
    master: Master,
    blocks: tuple[Block, ...],
    clock: Clock,
    bound: float,
    *,
    anew: bool,
    strong: bool = True,
    enough: float = 0.0,
) -> Iterator[Relaxed]:
    """Solve the relaxation over the arcs there are, take in those that would help, and again.

    Ends when none would and no row of openings is broken, or time runs out.

    Parameters
    ----------
    bound
        What is proved already.
    anew
        Whether to start by interior points, where there is no answer to go on from.
    strong
        Whether rows of openings are added too.
    enough
        Relative gain of a round at which it ends all the same.

    Yields
    ------
    Relaxed
        After every round.

    Raises
    ------
    InfeasibleError
        If no plan keeps every rule.
    """
    before = np.inf
    method: Method = "ipm" if anew else "dual"
    for _ in range(MOST_ROUNDS):
        ended = master.solve(clock.left(), method)
        if ended == "infeasible":
            raise InfeasibleError("no plan keeps every rule")
        if ended != "optimal":
            return
        built, reduced, value = master.built(), master.built_duals(), master.value
        duals = master.live.row_duals()
        priced, proved = priced_at(master, blocks, duals)
        bound = max(bound, min(proved, value))
        is_solved = value - bound <= _CLOSE * abs(value)
        is_enough = np.isfinite(before) and before - value <= enough * abs(value)
        is_enough, before = is_enough and not is_solved and enough > 0, value
        if not is_enough:
            added = 0 if is_solved else master.add_arcs(priced.link, priced.entry)
            is_solved = not added and not (strong and master.add_broken_openings())
            method = "primal" if added else "dual"
        yield Relaxed(
            is_solved=is_solved,
            value=value,
            bound=bound,
            built=built,
            reduced=reduced,
            duals=duals,
        )
        if is_solved or is_enough:
            return


def priced_at(
    master: Master, blocks: tuple[Block, ...], duals: NDArray[np.float64]
) -> tuple[Priced, float]:
    """Price every arc at duals of all rows; return a bound on every plan too, thousands of £."""
    problem = master.problem
    charges, values = master.charges(duals), master.group_values(duals)
    priced = price(problem, blocks, charges, values)
    fitted = best_ways(problem, blocks, charges).values
    values = values + priced.least
    return priced, bound_of(problem, master.layout, duals, charges, values, fitted=fitted)


def bound_without_limits(master: Master, blocks: tuple[Block, ...]) -> float:
    """Return the cost if every child had the cheapest place in reach, thousands of £."""
    problem = master.problem
    charges = no_charges(problem)
    values = best_ways(problem, blocks, charges).values
    return bound_of(problem, master.layout, np.zeros(len(master.layout.lower)), charges, values)


def first_arcs(
    problem: Problem, blocks: tuple[Block, ...], charges: Charges, most: int = FIRST_ARCS
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the best arcs of each group and year at charges, and all in pools to be filled."""
    worth = best_ways(problem, blocks, charges).values + route_credit(problem, charges)
    must = _must_fill(problem)
    links: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    entries = [np.zeros(0, dtype=np.int64)]
    for block in blocks:
        later = [each.pools for each in block.phases[0]]
        needy = np.any([must[pools] & (pools >= 0) for pools in later], axis=0)
        for entry in range(len(problem.years)):
            costs = entry_costs(block, entry, charges, worth)
            few = min(most, costs.shape[1])
            rank = np.argpartition(costs, few - 1, axis=1)[:, :few]
            chosen = np.zeros(costs.shape, dtype=bool)
            np.put_along_axis(chosen, rank, values=True, axis=1)
            chosen = (chosen | needy) & np.isfinite(costs)
            links.append(block.links[chosen])
            entries.append(np.full(int(chosen.sum()), entry))
    return np.concatenate(links), np.concatenate(entries)


def _must_fill(problem: Problem) -> NDArray[np.bool_]:
    """Tell which pools belong to options that are locked in: their fill may need any arc."""
    locked = problem.options.loc[problem.options["locked_in"], "option_id"]
    decisions = np.flatnonzero(problem.decisions["option_id"].isin(locked))
    needy = np.zeros(len(problem.pools.table), dtype=bool)
    needy[problem.opens.loc[problem.opens["decision"].isin(decisions), "pool"].unique()] = True
    return needy
