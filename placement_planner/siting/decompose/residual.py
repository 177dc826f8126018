"""What reduced costs leave open, as an integer programme: a better plan, and a better bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from placement_planner.errors import InfeasibleError
from placement_planner.siting.arcs import all_arcs
from placement_planner.siting.decompose.bounds import Bounds, free
from placement_planner.siting.decompose.dive import Incumbent

if TYPE_CHECKING:
    from collections.abc import Callable

    from placement_planner.siting.decompose.clock import Clock
    from placement_planner.siting.decompose.master import Master
    from placement_planner.siting.decompose.relax import Relaxed

__all__ = ["left_open", "solve_residual"]

_NOISE = 1e-6
"""Relative slack of a cost: a relaxation counts as solved within a tenth of it."""
_TAKEN = 0.5


def left_open(relaxed: Relaxed, best: Incumbent) -> Bounds:
    """Return bounds that settle every decision that no better plan can take otherwise.

    A plan that takes a decision which the relaxation leaves, or leaves one which it takes, costs at
    least the relaxation's value and that decision's reduced cost.

    Parameters
    ----------
    relaxed
        Solved: no arc would help.
    """
    if not np.isfinite(best.cost):
        return free(len(best.built))
    above = relaxed.value + np.abs(relaxed.reduced) > best.cost + _NOISE * abs(best.cost)
    left, taken = above & (relaxed.reduced > 0), above & (relaxed.reduced < 0)
    return Bounds(lower=np.where(taken, 1.0, 0.0), upper=np.where(left, 0.0, 1.0))


def solve_residual(
    master: Master,
    relaxed: Relaxed,
    best: Incumbent,
    clock: Clock,
    relative_gap: float,
    most_arcs: float = np.inf,
) -> tuple[Incumbent, float, bool]:
    """Search what reduced costs leave open, over every arc that a best plan may need.

    Parameters
    ----------
    most_arcs
        Arcs beyond which only those that the master has are searched: what is found then is a plan
        like any other, and proves nothing.

    Returns
    -------
    tuple
        The best plan, a bound on every plan (thousands of £), and whether Ctrl-C stopped it.

    Raises
    ------
    InfeasibleError
        If no plan keeps every rule.
    """
    arcs = all_arcs(master.problem)
    is_whole = len(arcs) <= most_arcs
    if is_whole:
        master.add_arcs(arcs.link, arcs.entry)
    master.limit_decisions(left_open(relaxed, best))
    built = master.layout.columns["built"]
    columns = np.arange(built.start, built.stop)
    constant = master.layout.constant
    outcome = master.live.search(
        columns, clock.left(), relative_gap, _teller(clock, relaxed, best, constant)
    )
    if outcome.ended == "infeasible" and is_whole and not np.isfinite(best.cost):
        raise InfeasibleError("no plan keeps every rule")
    proved = best.cost if outcome.ended == "infeasible" else outcome.bound + constant
    bound = max(relaxed.bound, min(proved, best.cost)) if is_whole else relaxed.bound
    found = outcome.objective + constant
    if outcome.has_plan and found < best.cost:
        best = Incumbent(built=master.built() > _TAKEN, cost=found)
    return best, min(bound, best.cost), outcome.ended == "interrupt"


def _teller(
    clock: Clock, relaxed: Relaxed, best: Incumbent, constant: float
) -> Callable[[float, float, float], None]:
    def tell(found: float, proved: float, _seconds: float) -> None:
        bound = max(relaxed.bound, min(proved + constant, best.cost))
        clock.tell("integer programme", bound, min(best.cost, found + constant))

    return tell
