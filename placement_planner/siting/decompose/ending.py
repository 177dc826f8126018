"""How a search ends: why, with what proof, and the plan as an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from placement_planner.siting.answer import Answer
from placement_planner.siting.arcs import Arcs, arc_costs, stays_of
from placement_planner.siting.decompose.families import UNIT_GBP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.scenario import SolverChoices
    from placement_planner.siting.decompose.clock import Clock
    from placement_planner.siting.decompose.ways import Entrants
    from placement_planner.siting.plan import SolveReport, StoppedBy
    from placement_planner.siting.problem import Problem

__all__ = ["answer_of", "why_stopped"]


def why_stopped(
    cost: float, bound: float, choices: SolverChoices, clock: Clock, *, is_interrupted: bool
) -> StoppedBy:
    """Say what ended a search for a plan of this cost, with this bound on every plan.

    The cost is infinite where no plan was found.
    """
    if is_interrupted:
        return "interrupt"
    if np.isfinite(cost) and cost - bound <= choices.relative_gap * abs(cost):
        return "gap"
    return "time" if clock.left() <= 0 else "nodes"


def answer_of(
    problem: Problem,
    placed: Entrants,
    *,
    built: NDArray[np.bool_],
    spilt: NDArray[np.float64],
    paid: NDArray[np.float64],
    report: SolveReport,
) -> Answer:
    """Put an answer together; those who are not placed are in fallback.

    Parameters
    ----------
    spilt
        By route with a limit and year: children whom it cannot take.
    paid
        Thousands of £ by row of `Capital.pays`.
    """
    stays = stays_of(problem, placed.link, placed.entry)
    fallback = problem.groups.children.copy()
    np.subtract.at(fallback, (stays.group, stays.year), stays.share * placed.children[stays.arc])
    gbp = arc_costs(problem, placed.link, stays)
    return Answer(
        arcs=Arcs(link=placed.link, entry=placed.entry, gbp=gbp),
        placed=placed.children,
        fallback=np.maximum(fallback, 0.0),
        spilt=spilt.reshape(-1, len(problem.years)),
        built=built,
        paid_gbp=paid * UNIT_GBP,
        report=report,
    )
