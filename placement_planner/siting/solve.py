"""The only place that knows a solver: HiGHS, stopped by proof, gap, time or Ctrl-C.

PuLP's status words are not used: it says "Optimal" for a plan that ran out of time. Status, bound
and gap come from the solver's own information.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import highspy
import numpy as np
import pulp

from placement_planner.errors import SolveError
from placement_planner.siting.model import UNIT_GBP, SitingModel
from placement_planner.siting.plan import SolveReport, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from placement_planner.scenario import SolverChoices

__all__ = ["Answer", "solve"]

Progress = "Callable[[str], None]"
StoppedBy = Literal["proof", "gap", "time", "interrupt", "nodes"]
PROVEN = 1e-6
"""Relative gap at which a plan counts as optimal."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Values of the model's variables, in the order of the arrays, and the solver's report."""

    placed: NDArray[np.float64]
    fallback: NDArray[np.float64]
    built: NDArray[np.bool_]
    paid_gbp: NDArray[np.float64]
    report: SolveReport


@contextmanager
def _silent_stdout() -> Iterator[None]:
    """Keep the solver's banner, which it writes past Python, off the user's output."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def solve(model: SitingModel, choices: SolverChoices, progress: Callable[[str], None]) -> Answer:
    """Solve a model and return its best plan with the bound that was proved.

    Ctrl-C stops the search and returns the best plan so far.

    Raises
    ------
    SolveError
        If the search ended without any plan.
    """
    started = time.perf_counter()
    highs = _load(model, choices)
    if model.built:
        _start_from_nothing_built(model, highs)
    interrupted = _run(highs, progress, started)
    info = highs.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        raise SolveError(
            f"no plan was found within {choices.time_limit_s:g} s "
            f"({highs.modelStatusToString(highs.getModelStatus())}): allow more time, or look at "
            "what is locked in against the pots that may pay"
        )
    values = np.asarray(highs.getSolution().col_value)
    report = _report(highs, info, interrupted=interrupted, seconds=time.perf_counter() - started)
    return Answer(
        placed=_values(values, model.placed),
        fallback=_values(values, model.fallback),
        built=_values(values, model.built) > 0.5,  # noqa: PLR2004
        paid_gbp=_values(values, model.paid) * UNIT_GBP,
        report=report,
    )


def _values(values: NDArray[np.float64], variables: list[pulp.LpVariable]) -> NDArray[np.float64]:
    """Read variables by their column; one that stands in no row or objective is zero."""
    return np.array([values[v.index] if hasattr(v, "index") else 0.0 for v in variables])


def _load(model: SitingModel, choices: SolverChoices) -> Any:  # noqa: ANN401
    solver = pulp.HiGHS(
        msg=False,
        threads=choices.threads,
        timeLimit=choices.time_limit_s,
        gapRel=choices.relative_gap,
        random_seed=choices.seed,
    )
    with _silent_stdout():
        solver.createAndConfigureSolver(model.problem)
        solver.buildSolverModel(model.problem)
    return model.problem.solverModel


def _start_from_nothing_built(model: SitingModel, highs: Any) -> None:  # noqa: ANN401
    """Offer the plan without builds as a first incumbent; HiGHS drops it where it breaks a rule."""
    columns = np.array([b.index for b in model.built if hasattr(b, "index")], dtype=np.int32)
    highs.setSolution(len(columns), columns, np.zeros(len(columns)))


def _run(highs: Any, progress: Callable[[str], None], started: float) -> bool:  # noqa: ANN401
    """Run the solver in its own thread; tell of bound and incumbent; True if interrupted."""
    seen = [started]

    def tell(event: Any) -> None:  # noqa: ANN401
        now = time.perf_counter()
        best, bound = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
        if now - seen[0] >= 1 and abs(best) < highspy.kHighsInf:
            seen[0] = now
            gap = (best - bound) / max(abs(best), 1e-9)
            progress(
                f"best plan {best * UNIT_GBP / 1e6:,.2f} £m, bound {bound * UNIT_GBP / 1e6:,.2f} "
                f"£m, gap {gap:.3%}, {now - started:.0f} s"
            )

    highs.cbMipLogging += tell
    highs.HandleUserInterrupt = True
    interrupted = False
    highs.startSolve()
    done = False
    while not done:
        try:
            done, _ = highs.wait(0.1)
        except KeyboardInterrupt:
            progress("stopping: keeping the best plan so far")
            interrupted = True
            highs.cancelSolve()
    highs.cbMipLogging -= tell
    return interrupted


def _report(highs: Any, info: Any, *, interrupted: bool, seconds: float) -> SolveReport:  # noqa: ANN401
    is_lp = not np.isfinite(info.mip_gap) and info.mip_node_count < 0
    finished = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    objective = info.objective_function_value * UNIT_GBP
    bound = objective if is_lp and finished else info.mip_dual_bound * UNIT_GBP
    bound = min(bound, objective)
    gap = (objective - bound) / max(abs(objective), 1e-9)
    stopped_by: StoppedBy
    if interrupted:
        stopped_by = "interrupt"
    elif not finished:
        stopped_by = "time"
    else:
        stopped_by = "proof" if gap <= PROVEN else "gap"
    status: Status = "optimal" if gap <= PROVEN else "within gap" if finished else "feasible"
    return SolveReport(
        status=status,
        objective_gbp=objective,
        bound_gbp=bound,
        seconds=seconds,
        stopped_by=stopped_by,
        solver=f"HiGHS {highs.version()}",
    )
