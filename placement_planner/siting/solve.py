"""Solve a PuLP model: small problems as a whole, stopped by proof, gap, time or Ctrl-C."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pulp

from placement_planner.errors import InfeasibleError, OutOfTimeError
from placement_planner.siting.answer import Answer
from placement_planner.siting.highs import VERSION, silent_stdout, solve_integer
from placement_planner.siting.model import UNIT_GBP
from placement_planner.siting.plan import SolveReport, status_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from placement_planner.scenario import SolverChoices
    from placement_planner.siting.model import SitingModel
    from placement_planner.siting.plan import StoppedBy

__all__ = ["report_of", "solve"]


def solve(model: SitingModel, choices: SolverChoices, progress: Callable[[str], None]) -> Answer:
    """Solve a model and return its best plan with the bound that was proved.

    Ctrl-C stops the search and returns the best plan so far. No first plan is offered: HiGHS 1.16
    may return the values of an offered plan with the objective of a better one.

    Raises
    ------
    InfeasibleError
        If no plan keeps every rule.
    OutOfTimeError
        If the time ran out before any plan was found.
    """
    started = time.perf_counter()
    solver = pulp.HiGHS(msg=False, random_seed=choices.seed)
    with silent_stdout():
        solver.createAndConfigureSolver(model.problem)
        solver.buildSolverModel(model.problem)
    highs = model.problem.solverModel
    outcome = solve_integer(highs, choices.time_limit_s, choices.relative_gap, _teller(progress))
    if outcome.ended == "infeasible":
        raise InfeasibleError("no plan keeps every rule")
    if not outcome.has_plan:
        raise OutOfTimeError(
            f"no plan was found within {choices.time_limit_s:g} s: allow more time "
            "(solver.time_limit_s)"
        )
    values = np.asarray(highs.getSolution().col_value)
    stopped_by: StoppedBy = {"interrupt": "interrupt", "time": "time"}.get(outcome.ended, "gap")  # type: ignore[assignment]
    return Answer(
        arcs=model.arcs,
        placed=_values(values, model.placed),
        fallback=np.array([_values(values, row) for row in model.fallback]),
        spilt=np.array([_values(values, row) for row in model.spilt]),
        built=_values(values, model.built) > 0.5,  # noqa: PLR2004
        paid_gbp=_values(values, model.paid) * UNIT_GBP,
        report=report_of(
            outcome.objective * UNIT_GBP,
            outcome.bound * UNIT_GBP,
            choices,
            stopped_by,
            time.perf_counter() - started,
        ),
    )


def report_of(
    objective_gbp: float,
    bound_gbp: float,
    choices: SolverChoices,
    stopped_by: StoppedBy,
    seconds: float,
) -> SolveReport:
    """Say what was proved; a bound that is not known is nought: no cost is less."""
    bound = min(bound_gbp, objective_gbp) if np.isfinite(bound_gbp) else 0.0
    gap = (objective_gbp - bound) / max(abs(objective_gbp), 1e-9)
    status = status_of(gap, choices.relative_gap)
    return SolveReport(
        status=status,
        objective_gbp=objective_gbp,
        bound_gbp=bound,
        seconds=seconds,
        stopped_by="proof" if status == "optimal" else stopped_by,
        solver=VERSION,
    )


def _values(values: NDArray[np.float64], variables: list[pulp.LpVariable]) -> NDArray[np.float64]:
    """Read variables by their column; one that stands in no row or objective is zero."""
    return np.array([values[v.index] if hasattr(v, "index") else 0.0 for v in variables])


def _teller(progress: Callable[[str], None]) -> Callable[[float, float, float], None]:
    def tell(best: float, bound: float, seconds: float) -> None:
        gap = (best - bound) / max(abs(best), 1e-9)
        progress(
            f"best plan {best * UNIT_GBP / 1e6:,.2f} £m, bound {bound * UNIT_GBP / 1e6:,.2f} "
            f"£m, gap {gap:.3%}, {seconds:.0f} s"
        )

    return tell
