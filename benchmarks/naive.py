"""What ours is held against: the plain model in PuLP, given to HiGHS; p-median by spopt."""

import time

import numpy as np
import pulp
from highspy import SolutionStatus
from spopt.locate import PMedian

from benchmarks.measuring import proof
from placement_planner.siting.highs import silent_stdout
from placement_planner.siting.model import RULES, UNIT_GBP, build_model
from placement_planner.siting.model.places import open_before_placing

THREADS = 2
PLAIN = tuple(rule for rule in RULES if rule is not open_before_placing)
"""The weak form: without the rows that only strengthen the relaxation, which it is lost in."""


def solve_plainly(problem, gap, seconds, started):
    """Write a problem as a PuLP model and solve it within the seconds left since `started`."""
    return _solve(build_model(problem, PLAIN).problem, gap, seconds, started, UNIT_GBP)


def solve_by_spopt(distance, p, gap, seconds):
    """Solve a p-median problem of weights one as spopt writes it."""
    started = time.perf_counter()
    model = PMedian.from_cost_matrix(distance, np.ones(len(distance)), p_facilities=p).problem
    return _solve(model, gap, seconds, started, 1.0)


def _solve(model, gap, seconds, started, unit):
    """Solve a PuLP model; HiGHS itself says what it found and proved, not PuLP's status."""
    left = max(seconds - (time.perf_counter() - started), 1.0)
    with silent_stdout():
        model.solve(pulp.HiGHS(msg=False, threads=THREADS, gapRel=gap, timeLimit=left))
    info = model.solverModel.getInfo()
    found = info.primal_solution_status == SolutionStatus.kSolutionStatusFeasible
    objective = info.objective_function_value if found else np.inf
    return proof(objective * unit, info.mip_dual_bound * unit, gap, started)
