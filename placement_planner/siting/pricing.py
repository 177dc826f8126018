r"""Large problems: leave out the placements that no good plan uses, with a bound that stays proven.

Most pairs of children and places are never used, and the solver need not see them. The linear
relaxation is solved over the cheapest few pairs; every pair left out is then priced with the
duals, and those that would lower the cost are taken in, until none is left. What is added to a
problem's relaxation :math:`z` by all that was left out is at most

.. math:: \sum_d \nu_d \min(0, \min_{a \in d} \bar c_a)

with :math:`\bar c_a` the reduced cost of pair :math:`a` and :math:`\nu_d` the children of demand
row :math:`d`, so :math:`z` plus that sum is a proven bound on any plan, in every round.

References
----------
Desaulniers, Desrosiers and Solomon (2005), Column Generation, chapter 1.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.siting.model import UNIT_GBP, build_model
from placement_planner.siting.solve import Relaxation
from placement_planner.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from placement_planner.scenario import SolverChoices
    from placement_planner.siting.problem import Problem

__all__ = [
    "PricedProblem",
    "bound_without_limits",
    "price_arcs",
    "with_builds",
    "with_decisions",
]

FIRST_ARCS = 6
"""Pairs of each demand row, cheapest first, that the relaxation starts with."""
KEPT_DECISIONS = 0.5
"""Share of the decisions that a plan is first sought among, least reduced cost first."""
MOST_ROUNDS = 60
KEPT_ARCS = 3
"""Pairs kept a demand row, on average, least reduced cost first: all that the relaxation uses."""
NOTHING_LEFT = 1e-7
"""Reduced cost, in thousands of £ a child, below which a pair would help."""


@dataclass(frozen=True, kw_only=True)
class PricedProblem:
    """A problem with the pairs that matter, a bound that holds for all, and the likely builds."""

    problem: Problem
    bound_gbp: float
    promising: NDArray[np.bool_]
    ran_out: bool = False


def price_arcs(
    problem: Problem,
    choices: SolverChoices,
    progress: Callable[[str], None],
    seconds: float = np.inf,
) -> PricedProblem:
    """Keep the pairs that the relaxation uses and the next best, and bound the whole problem.

    Where `seconds` run out, the pairs and the bound of the last finished round stand; before the
    first, the cheapest pairs, and the bound that places without limit would give.

    Raises
    ------
    InfeasibleError
        If the relaxation itself has no answer.
    """
    started = time.perf_counter()
    chosen = _cheapest(problem, FIRST_ARCS) | _must_fill(problem)
    first = replace(problem, arcs=problem.arcs[chosen].reset_index(drop=True))
    relaxation = Relaxation(build_model(first), choices)
    bound, reduced = bound_without_limits(problem) / UNIT_GBP, _since(chosen)
    promising, ran_out = np.ones(len(problem.decisions), dtype=bool), False
    for done in range(1, MOST_ROUNDS + 1):
        value = relaxation.solve(seconds - (time.perf_counter() - started))
        if value is None:
            progress("the time for the relaxation ran out")
            ran_out = True
            break
        promising = _promising(problem, relaxation)
        reduced = _reduced_costs(problem, relaxation)
        least = _least_by_demand(problem, reduced)
        bound = max(bound, value + float((problem.demand["children"] * least).sum()))
        helpful = ~chosen & (reduced < np.minimum(-NOTHING_LEFT, least[problem.arcs["demand"]] / 4))
        progress(
            f"relaxation, round {done}: {value * UNIT_GBP / 1e6:,.2f} £m, proven "
            f"{bound * UNIT_GBP / 1e6:,.2f} £m, {chosen.sum():,} placements"
        )
        if not helpful.any():
            break
        arcs = problem.arcs[helpful]
        relaxation.add_placements(
            arcs["gbp"].to_numpy() / UNIT_GBP, arcs["demand"].to_numpy(), arcs["pool"].to_numpy()
        )
        chosen = chosen | helpful
    kept = reduced <= _threshold(reduced, KEPT_ARCS * len(problem.demand))
    return PricedProblem(
        problem=replace(problem, arcs=problem.arcs[kept].reset_index(drop=True)),
        bound_gbp=bound * UNIT_GBP,
        promising=promising,
        ran_out=ran_out,
    )


def bound_without_limits(problem: Problem) -> float:
    """Return the £ if every child had the cheapest place in reach, and nothing had to be built."""
    demand = problem.demand
    cheapest = (demand["fallback_gbp"] * demand["weight"]).to_numpy(copy=True)
    np.minimum.at(cheapest, problem.arcs["demand"].to_numpy(), problem.arcs["gbp"].to_numpy())
    return float((demand["children"] * cheapest).sum())


def _since(chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Reduced costs before any round: nought for the pairs chosen, without limit for others."""
    reduced: NDArray[np.float64] = np.where(chosen, 0.0, np.inf)
    return reduced


def with_builds(problem: Problem, built: NDArray[np.bool_]) -> Problem:
    """Return the problem with these builds decided and no others possible."""
    narrowed = with_decisions(problem, built)
    rules = narrowed.options.assign(locked_in=True, excludes=None)
    return replace(narrowed, options=rules)


def with_decisions(problem: Problem, possible: NDArray[np.bool_]) -> Problem:
    """Return the problem with only these decisions possible."""
    kept = np.flatnonzero(possible)
    position = {old: new for new, old in enumerate(kept.tolist())}
    decisions = problem.decisions.iloc[kept].reset_index(drop=True)
    opens, cash = (
        table[table["decision"].isin(kept)].assign(
            decision=lambda rows: rows["decision"].map(position).astype(int)
        )
        for table in (problem.opens, problem.cash)
    )
    options = problem.options[problem.options["option_id"].isin(decisions["option_id"])]
    return replace(
        problem,
        decisions=decisions,
        opens=opens.reset_index(drop=True),
        cash=cash.reset_index(drop=True),
        options=options.reset_index(drop=True),
        pays=problem.pays[problem.pays["option_id"].isin(decisions["option_id"])].reset_index(
            drop=True
        ),
    )


def _cheapest(problem: Problem, count: int) -> NDArray[np.bool_]:
    rank = problem.arcs.groupby("demand")["gbp"].rank(method="first")
    chosen: NDArray[np.bool_] = (rank <= count).to_numpy()
    return chosen


def _must_fill(problem: Problem) -> NDArray[np.bool_]:
    """Pairs with pools of options that are locked in: a viable minimum may need any of them."""
    locked = problem.options.loc[problem.options["locked_in"], "option_id"]
    decisions = np.flatnonzero(problem.decisions["option_id"].isin(locked))
    pools = problem.opens.loc[problem.opens["decision"].isin(decisions), "pool"].unique()
    needed: NDArray[np.bool_] = problem.arcs["pool"].isin(pools).to_numpy(dtype=bool)
    return needed


def _reduced_costs(problem: Problem, relaxation: Relaxation) -> NDArray[np.float64]:
    arcs = problem.arcs
    child, place = relaxation.duals(len(problem.demand), len(problem.pool_years))
    cost = arcs["gbp"].to_numpy() / UNIT_GBP
    reduced: NDArray[np.float64] = cost - child[arcs["demand"]] - place[arcs["pool"]]
    return reduced


def _least_by_demand(problem: Problem, reduced: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least reduced cost of each demand row's pairs, never above nought."""
    least = np.zeros(len(problem.demand))
    np.minimum.at(least, problem.arcs["demand"].to_numpy(), reduced)
    return least


def _threshold(reduced: NDArray[np.float64], count: int) -> float:
    if len(reduced) <= count:
        return float(np.finfo(float).max)
    return max(NOTHING_LEFT, float(np.partition(reduced, count)[count]))


def _promising(problem: Problem, relaxation: Relaxation) -> NDArray[np.bool_]:
    """Decisions of least reduced cost, and all that must or may have to be taken together."""
    costs = relaxation.reduced_costs_of_builds(len(problem.decisions))
    wanted = round(KEPT_DECISIONS * len(costs))
    promising: NDArray[np.bool_] = costs <= _threshold(costs, wanted)
    must = problem.options.loc[problem.options["locked_in"], "option_id"]
    tied = problem.options.loc[problem.options["requires"].notna(), ["option_id", "requires"]]
    safe = {*must, *tied["option_id"], *(o for cell in tied["requires"] for o in split_list(cell))}
    promising |= problem.decisions["option_id"].isin(safe).to_numpy(dtype=bool)
    return promising
