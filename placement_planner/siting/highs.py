"""HiGHS, kept alive: the only place that knows the solver.

PuLP's status words are not used: it says "Optimal" for a plan that ran out of time. Status, bound
and gap come from the solver's own information.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any, Literal

import highspy
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from numpy.typing import NDArray
    from scipy.sparse import csc_array, csr_array

__all__ = [
    "INFINITY",
    "VERSION",
    "Ended",
    "IntegerOutcome",
    "LiveModel",
    "Method",
    "silent_stdout",
    "solve_integer",
    "undivided",
    "use_threads",
]

INFINITY = float(highspy.kHighsInf)
VERSION = f"HiGHS {metadata.version('highspy')}"
Ended = Literal["optimal", "infeasible", "time", "interrupt", "iterations"]
Method = Literal["ipm", "dual", "primal"]
"""Interior points, anew; or the simplex method from the last basis: dual where bounds or rows have
changed since, primal where columns have come."""
_DUAL, _PRIMAL, _NO_END = 1, 4, 2**31 - 1
_IMPOSSIBLE = (
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)
_FINISHED = (
    highspy.HighsModelStatus.kOptimal,
    highspy.HighsModelStatus.kObjectiveTarget,
    highspy.HighsModelStatus.kModelEmpty,
)
_STOPPED = (highspy.HighsModelStatus.kTimeLimit, highspy.HighsModelStatus.kInterrupt)


@contextmanager
def silent_stdout() -> Iterator[None]:
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


def _silent_solver() -> Any:  # noqa: ANN401
    with silent_stdout():
        highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    return highs


def use_threads(count: int) -> None:
    """Have all models of this thread solved by so many of the solver's; none may be at work.

    The solver keeps one set of threads for a thread of the process, and refuses a model that asks
    for another number: so no model asks.
    """
    highspy.Highs.resetGlobalScheduler(True)
    starter = _silent_solver()
    starter.setOptionValue("threads", count)
    starter.run()


@dataclass(frozen=True, kw_only=True)
class IntegerOutcome:
    """How a search for integers ended, in the model's own unit.

    `has_plan` tells whether any plan was found; `bound` holds for all.
    """

    ended: Ended
    has_plan: bool
    objective: float
    bound: float


class LiveModel:
    """A linear programme that can grow, be narrowed, and be solved again from where it stands."""

    def __init__(
        self,
        lower: NDArray[np.float64],
        upper: NDArray[np.float64],
        *,
        seed: int = 0,
    ) -> None:
        self._highs = _silent_solver()
        self._highs.setOptionValue("random_seed", seed)
        none, nothing = np.zeros(0, dtype=np.int32), np.zeros(0)
        self._highs.addRows(len(lower), lower, upper, 0, none, none, nothing)

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self._highs.getNumCol())

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self._highs.getNumRow())

    @property
    def value(self) -> float:
        """Objective of the last answer."""
        return float(self._highs.getInfo().objective_function_value)

    def add_columns(
        self,
        cost: NDArray[np.float64],
        lower: NDArray[np.float64],
        upper: NDArray[np.float64],
        entries: csc_array,
    ) -> None:
        """Add columns."""
        self._highs.addCols(
            len(cost), cost, lower, upper, entries.nnz, entries.indptr[:-1].astype(np.int32),
            entries.indices.astype(np.int32), entries.data.astype(float),
        )  # fmt: skip

    def add_rows(
        self, lower: NDArray[np.float64], upper: NDArray[np.float64], entries: csr_array
    ) -> None:
        """Add rows."""
        self._highs.addRows(
            len(lower), lower, upper, entries.nnz, entries.indptr[:-1].astype(np.int32),
            entries.indices.astype(np.int32), entries.data.astype(float),
        )  # fmt: skip

    def set_bounds(
        self,
        columns: NDArray[np.int64],
        lower: NDArray[np.float64],
        upper: NDArray[np.float64],
    ) -> None:
        """Set the bounds of some columns."""
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def set_costs(self, columns: NDArray[np.int64], cost: NDArray[np.float64]) -> None:
        """Set the cost of some columns."""
        self._highs.changeColsCost(len(columns), columns.astype(np.int32), cost)

    def set_entries(
        self,
        rows: NDArray[np.int64],
        columns: NDArray[np.int64],
        values: NDArray[np.float64],
    ) -> None:
        """Set some entries of the matrix: one by one, so not many."""
        for row, column, value in zip(
            rows.tolist(), columns.tolist(), values.tolist(), strict=True
        ):
            self._highs.changeCoeff(row, column, value)

    def set_row_bounds(
        self, rows: NDArray[np.int64], lower: NDArray[np.float64], upper: NDArray[np.float64]
    ) -> None:
        """Set the bounds of some rows."""
        self._highs.changeRowsBounds(len(rows), rows.astype(np.int32), lower, upper)

    def solve(self, seconds: float, method: Method = "dual", iterations: int = _NO_END) -> Ended:
        """Solve from where the last answer stands; `ipm` starts anew, with crossover.

        Where the simplex method is lost in rounding errors, it is solved anew too. It ends after
        so many of its iterations.

        Raises
        ------
        KeyboardInterrupt
            If it was stopped by Ctrl-C: the model stands as before.
        """
        until = self._highs.getRunTime() + max(seconds, 0.0)
        self._highs.setOptionValue("simplex_iteration_limit", iterations)
        status = self._solved(method, until)
        self._highs.setOptionValue("simplex_iteration_limit", _NO_END)
        if status == highspy.HighsModelStatus.kIterationLimit:
            return "iterations"
        if status not in (*_FINISHED, *_IMPOSSIBLE, *_STOPPED):
            self._highs.clearSolver()
            status = self._solved("ipm", until)
        if status in _IMPOSSIBLE:
            return "infeasible"
        return "optimal" if status in _FINISHED else "time"

    def _solved(self, method: Method, until: float) -> Any:  # noqa: ANN401
        """Solve it by a method, until the solver's own clock says so; return how it ended."""
        self._highs.setOptionValue("solver", "ipm" if method == "ipm" else "simplex")
        self._highs.setOptionValue("simplex_strategy", _PRIMAL if method == "primal" else _DUAL)
        self._highs.setOptionValue("time_limit", until)
        if _run(self._highs):
            raise KeyboardInterrupt
        return self._highs.getModelStatus()

    def can_be_met(self) -> bool:
        """Tell whether any values meet all rows: for small models, solved at once."""
        self._highs.setOptionValue("solver", "simplex")
        self._highs.setOptionValue("simplex_strategy", _DUAL)
        self._highs.setOptionValue("time_limit", INFINITY)
        self._highs.run()
        return bool(self._highs.getModelStatus() in _FINISHED)

    def column_values(self) -> NDArray[np.float64]:
        """Values of the columns in the last answer."""
        return np.asarray(self._highs.getSolution().col_value)

    def column_duals(self) -> NDArray[np.float64]:
        """Reduced costs of the columns in the last answer."""
        return np.asarray(self._highs.getSolution().col_dual)

    def row_duals(self) -> NDArray[np.float64]:
        """Duals of the rows in the last answer."""
        return np.asarray(self._highs.getSolution().row_dual)

    def basis(self) -> Any:  # noqa: ANN401
        """Return the basis of the last answer, to go back to."""
        return self._highs.getBasis()

    def set_basis(self, basis: Any) -> None:  # noqa: ANN401
        """Go back to a basis: columns added since are at their lower bounds, rows basic."""
        columns, rows = list(basis.col_status), list(basis.row_status)
        columns += [highspy.HighsBasisStatus.kLower] * (self.columns - len(columns))
        rows += [highspy.HighsBasisStatus.kBasic] * (self.rows - len(rows))
        basis.col_status, basis.row_status = columns, rows
        self._highs.setBasis(basis)

    def search(
        self,
        integers: NDArray[np.int64],
        seconds: float,
        relative_gap: float,
        progress: Callable[[float, float, float], None] | None = None,
        target: float = -np.inf,
    ) -> IntegerOutcome:
        """Solve with some columns whole; afterwards they are continuous again.

        Parameters
        ----------
        progress
            Told now and then: best objective, bound, seconds.
        target
            An objective that is good enough.
        """
        count = len(integers)
        columns = integers.astype(np.int32)
        self._highs.changeColsIntegrality(count, columns, np.ones(count, dtype=np.uint8))
        outcome = solve_integer(self._highs, seconds, relative_gap, progress, target)
        self._highs.changeColsIntegrality(count, columns, np.zeros(count, dtype=np.uint8))
        return outcome


def solve_integer(
    highs: Any,  # noqa: ANN401
    seconds: float,
    relative_gap: float,
    progress: Callable[[float, float, float], None] | None = None,
    target: float = -np.inf,
) -> IntegerOutcome:
    """Run a model with integers in HiGHS and read its own information."""
    highs.setOptionValue("mip_rel_gap", relative_gap)
    highs.setOptionValue("time_limit", highs.getRunTime() + max(seconds, 0.0))
    highs.setOptionValue("objective_target", target)
    interrupted = _run(highs, progress)
    info, status = highs.getInfo(), highs.getModelStatus()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    is_lp = not np.isfinite(info.mip_gap) and info.mip_node_count < 0
    finished = status in _FINISHED
    bound = info.objective_function_value if is_lp and finished else info.mip_dual_bound
    ended: Ended = (
        "infeasible" if status in _IMPOSSIBLE
        else "optimal" if finished
        else "interrupt" if interrupted
        else "time"
    )  # fmt: skip
    return IntegerOutcome(
        ended=ended,
        has_plan=bool(found),
        objective=float(info.objective_function_value) if found else np.inf,
        bound=float(bound) if np.isfinite(bound) else -np.inf,
    )


def _run(
    highs: Any,  # noqa: ANN401
    progress: Callable[[float, float, float], None] | None = None,
) -> bool:
    """Run the solver; tell of plan and bound; True if Ctrl-C stopped it."""
    started = seen = time.perf_counter()

    def tell(event: Any) -> None:  # noqa: ANN401
        nonlocal seen
        now = time.perf_counter()
        best, bound = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
        if now - seen >= 1 and max(abs(best), abs(bound)) < INFINITY and progress is not None:
            seen = now
            progress(best, bound, now - started)

    with _ctrl_c_held_back() as is_pressed:

        def stop(event: Any) -> None:  # noqa: ANN401
            event.interrupt(is_pressed())

        asked = [highs.cbSimplexInterrupt, highs.cbIpmInterrupt, highs.cbMipInterrupt]
        subscribed = [(each, stop) for each in asked]
        if progress is not None:
            subscribed.append((highs.cbMipInterrupt, tell))
        for callback, call in subscribed:
            callback.subscribe(call)
        try:
            highs.run()
        finally:
            for callback, call in subscribed:
                callback.unsubscribe(call)
        return is_pressed()


@contextmanager
def _ctrl_c_held_back() -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether Ctrl-C was pressed, which raises nothing meanwhile.

    Only the main thread gets it, and only where it would raise an error: elsewhere it is left.
    """
    pressed = False

    def hold(_signal: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True

    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield lambda: pressed
        return
    signal.signal(signal.SIGINT, hold)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def undivided() -> Iterator[None]:
    """Let Ctrl-C wait until all of this is done: a model and what is known of it change together.

    Raises
    ------
    KeyboardInterrupt
        At the end, if it was pressed.
    """
    with _ctrl_c_held_back() as is_pressed:
        yield
    if is_pressed():
        raise KeyboardInterrupt
