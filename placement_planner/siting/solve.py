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

from placement_planner.errors import InfeasibleError, OutOfTimeError
from placement_planner.siting.model import UNIT_GBP, SitingModel
from placement_planner.siting.plan import SolveReport, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from placement_planner.scenario import SolverChoices

__all__ = ["Answer", "Relaxation", "solve", "status_of"]

Progress = "Callable[[str], None]"
StoppedBy = Literal["proof", "gap", "time", "interrupt", "nodes"]
PROVEN = 1e-6
"""Relative gap at which a plan counts as optimal."""
USED = 1e-6
"""Value of a decision in the relaxation above which it is used."""


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


def solve(
    model: SitingModel,
    choices: SolverChoices,
    progress: Callable[[str], None],
    target_gbp: float = -np.inf,
) -> Answer:
    """Solve a model and return its best plan with the bound that was proved.

    Ctrl-C stops the search and returns the best plan so far; so does a plan that costs no more
    than `target_gbp`. No first plan is offered: HiGHS 1.16 may return the values of an offered plan
    with the objective of a better one.

    Raises
    ------
    InfeasibleError
        If no plan keeps every rule.
    OutOfTimeError
        If the time ran out before any plan was found.
    """
    started = time.perf_counter()
    highs = _load(model, choices)
    if np.isfinite(target_gbp):
        highs.setOptionValue("objective_target", target_gbp / UNIT_GBP)
    interrupted = _run(highs, progress, started)
    info = highs.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        _fail_if_infeasible(highs)
        raise OutOfTimeError(
            f"no plan was found within {choices.time_limit_s:g} s: allow more time "
            "(solver.time_limit_s)"
        )
    values = np.asarray(highs.getSolution().col_value)
    report = _report(
        highs, info, choices, interrupted=interrupted, seconds=time.perf_counter() - started
    )
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


def _fail_if_infeasible(highs: Any) -> None:  # noqa: ANN401
    impossible = (
        highspy.HighsModelStatus.kInfeasible,
        highspy.HighsModelStatus.kUnboundedOrInfeasible,
    )
    if highs.getModelStatus() in impossible:
        raise InfeasibleError("no plan keeps every rule")


def _run(highs: Any, progress: Callable[[str], None], started: float) -> bool:  # noqa: ANN401
    """Run the solver in its own thread; tell of bound and incumbent; True if interrupted."""
    seen = [started]

    def tell(event: Any) -> None:  # noqa: ANN401
        now = time.perf_counter()
        best, bound = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
        if now - seen[0] >= 1 and max(abs(best), abs(bound)) < highspy.kHighsInf:
            seen[0] = now
            gap = (best - bound) / max(abs(best), 1e-9)
            progress(
                f"best plan {best * UNIT_GBP / 1e6:,.2f} £m, bound {bound * UNIT_GBP / 1e6:,.2f} "
                f"£m, gap {gap:.3%}, {now - started:.0f} s"
            )

    highs.cbMipInterrupt += tell
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
    highs.cbMipInterrupt -= tell
    return interrupted


def status_of(gap: float, asked: float) -> Status:
    """Return a plan's status from the gap that was proved and the gap that was asked for.

    Examples
    --------
    >>> [status_of(gap, 0.001) for gap in (0.0, 0.001, 0.01)]
    ['optimal', 'within gap', 'feasible']
    """
    return "optimal" if gap <= PROVEN else "within gap" if gap <= asked else "feasible"


def _report(
    highs: Any,  # noqa: ANN401
    info: Any,  # noqa: ANN401
    choices: SolverChoices,
    *,
    interrupted: bool,
    seconds: float,
) -> SolveReport:
    is_lp = not np.isfinite(info.mip_gap) and info.mip_node_count < 0
    finished = highs.getModelStatus() in (
        highspy.HighsModelStatus.kOptimal,
        highspy.HighsModelStatus.kObjectiveTarget,
    )
    objective = info.objective_function_value * UNIT_GBP
    bound = objective if is_lp and finished else info.mip_dual_bound * UNIT_GBP
    bound = min(bound, objective) if np.isfinite(bound) else 0.0  # every cost is at least nought
    gap = (objective - bound) / max(abs(objective), 1e-9)
    stopped_by: StoppedBy
    if interrupted:
        stopped_by = "interrupt"
    elif not finished:
        stopped_by = "time"
    else:
        stopped_by = "proof" if gap <= PROVEN else "gap"
    return SolveReport(
        status=status_of(gap, choices.relative_gap),
        objective_gbp=objective,
        bound_gbp=bound,
        seconds=seconds,
        stopped_by=stopped_by,
        solver=f"HiGHS {highs.version()}",
    )


class Relaxation:
    """The linear relaxation of a model, kept alive so that placements can be added to it."""

    def __init__(self, model: SitingModel, choices: SolverChoices) -> None:
        self._highs = _load(model, choices)
        built = self._built = _columns(model.built)
        self._highs.changeColsIntegrality(len(built), built, np.zeros(len(built), dtype=np.uint8))
        rows = {row.name: row.index for row in model.problem.constraints()}
        self._rows = {kind: _row_index(rows, kind) for kind in ("children", "places", "fill")}

    def solve(self, seconds: float) -> float | None:
        """Solve from where the last round ended; return the cost in the model's unit.

        Returns None where the time ran out.

        Raises
        ------
        InfeasibleError
            If no plan keeps every rule.
        """
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + max(seconds, 0.0))
        self._highs.run()
        _fail_if_infeasible(self._highs)
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return float(self._highs.getInfo().objective_function_value)

    def duals(self, demands: int, pools: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the worth of one more child of each demand row, and of one more place."""
        dual = np.asarray(self._highs.getSolution().row_dual)
        child = np.zeros(demands)
        place = np.zeros(pools)
        for values, kind in ((child, "children"), (place, "places"), (place, "fill")):
            positions, rows = self._rows[kind]
            values[positions] += dual[rows]
        return child, place

    def reduced_costs_of_builds(self, decisions: int) -> NDArray[np.float64]:
        """Return what each decision would cost at the margin; none for those the answer uses."""
        solution = self._highs.getSolution()
        dual = np.asarray(solution.col_dual)[self._built]
        value = np.asarray(solution.col_value)[self._built]
        costs = np.zeros(decisions)
        costs[: len(dual)] = np.where(value > USED, 0.0, dual)
        return costs

    def add_placements(
        self,
        cost: NDArray[np.float64],
        demand: NDArray[np.int64],
        pool: NDArray[np.int64],
    ) -> None:
        """Add placements by cost, demand row and pool."""
        count = len(cost)
        parts = []
        for kind, position in (("children", demand), ("places", pool), ("fill", pool)):
            positions, rows = self._rows[kind]
            row = np.full(max(positions.max(initial=-1), position.max(initial=-1)) + 1, -1)
            row[positions] = rows
            parts.append(row[position])
        stacked = np.stack(parts, axis=1)
        present = stacked >= 0
        starts = np.concatenate([[0], np.cumsum(present.sum(axis=1))[:-1]])
        entries = stacked[present].astype(np.int32)
        self._highs.addCols(
            count,
            cost,
            np.zeros(count),
            np.full(count, highspy.kHighsInf),
            len(entries),
            starts.astype(np.int32),
            entries,
            np.ones(len(entries)),
        )


def _columns(variables: list[pulp.LpVariable]) -> NDArray[np.int32]:
    return np.array([v.index for v in variables if hasattr(v, "index")], dtype=np.int32)


def _row_index(rows: dict[str, int], kind: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions in the arrays, and rows of the model, of one kind of rule."""
    found = [
        (int(name.rsplit("_", 1)[1]), row)
        for name, row in rows.items()
        if name.startswith(f"{kind}_")
    ]
    table = np.array(found, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]
